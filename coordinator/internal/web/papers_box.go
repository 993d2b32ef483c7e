package web

import (
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/paper"
	"github.com/mailleur/mailleur/ui"
)

// boxPaper is the label of one box.
func (s *Server) boxPaper(c *gin.Context) (d ui.Document, err error) {
	var box paper.Box
	err = s.read(c, func(r *reader) error {
		b, err := r.tx.Box(fab.BoxID(c.Param("id")))
		if err != nil {
			return err
		}
		box, err = r.boxLabel(b)
		return err
	})
	if err != nil {
		return d, err
	}
	return paper.BoxLabels(lang(c), s.asLab(c), []paper.Box{box})
}

func (r *reader) boxLabel(b fab.Box) (box paper.Box, err error) {
	request, err := r.tx.Request(b.RequestID)
	if err != nil {
		return box, err
	}
	place, err := r.tx.SpotOf(request)
	if err != nil {
		return box, err
	}
	row, err := r.boxRow(b)
	if err != nil {
		return box, err
	}
	box = paper.Box{Code: b.Code, To: asPlace(place), Ref: fab.FormatReference(request.Ref), Packed: r.local(b.CreatedAt), Lots: row.Lots, Recalled: b.Recalled}
	for _, g := range row.Goods {
		box.Inside = append(box.Inside, paper.Goods{Name: g.Name, Count: g.N})
	}
	kits, err := r.tx.KitsIn(b.ID)
	if err != nil {
		return box, err
	}
	for _, k := range kits {
		notice := inLang(r.designs[k.DesignID].Notices, r.lang, "")
		if word := paper.Cleaning(notice); word != "" && !slices.Contains(box.Cleaning, word) {
			box.Cleaning = append(box.Cleaning, word)
		}
		box.ToSign = box.ToSign || paper.ToSign(notice)
		if box.Supplied, err = r.materialNames(box.Supplied, k.Supplied); err != nil {
			return box, err
		}
	}
	box.Claims, err = r.claims([]fab.Box{b})
	return box, err
}

// kitsPaper is a label for every product in a box.
func (s *Server) kitsPaper(c *gin.Context) (d ui.Document, err error) {
	var labels []paper.Kit
	err = s.read(c, func(r *reader) error {
		b, err := r.tx.Box(fab.BoxID(c.Param("id")))
		if err != nil {
			return err
		}
		kits, err := r.tx.KitsIn(b.ID)
		if err != nil {
			return err
		}
		for _, k := range kits {
			one, err := r.kitLabel(b, k)
			if err != nil {
				return err
			}
			labels = append(labels, one)
		}
		return nil
	})
	if err != nil {
		return d, err
	}
	return paper.KitLabels(lang(c), s.asLab(c), labels)
}

func (r *reader) kitLabel(b fab.Box, k fab.Kit) (label paper.Kit, err error) {
	design := r.designs[k.DesignID]
	label = paper.Kit{
		Box: b.Code, Name: inLang(design.Names, r.lang, k.Product), Version: design.Version, Made: r.local(k.CreatedAt), Claim: design.Claim,
		Cleaning: paper.Cleaning(inLang(design.Notices, r.lang, "")), Count: k.Quantity,
	}
	if label.Supplied, err = r.materialNames(nil, k.Supplied); err != nil {
		return label, err
	}
	if label.Lots, err = r.tx.CodesIn(k.ID); err != nil {
		return label, err
	}
	request, err := r.tx.Request(k.RequestID)
	if err != nil || request.TrialID == "" {
		return label, err
	}
	trial, err := r.tx.Trial(request.TrialID)
	label.Trial = trial.Code
	return label, err
}

// materialNames adds the names of materials to others, each once.
func (r *reader) materialNames(names, codes []string) ([]string, error) {
	for _, code := range codes {
		m, err := r.tx.Material(code)
		if err != nil {
			return nil, err
		}
		if name := inLang(m.Names, r.lang, code); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, nil
}

// boxSheet is the information sheet of what is in a box, with the part to sign filled in as far as it is known.
func (s *Server) boxSheet(c *gin.Context) (d ui.Document, err error) {
	var product paper.Product
	var given paper.Given
	err = s.read(c, func(r *reader) error {
		b, err := r.tx.Box(fab.BoxID(c.Param("id")))
		if err != nil {
			return err
		}
		place, err := r.placeOf(b.RequestID)
		if err != nil {
			return err
		}
		kits, err := r.tx.KitsIn(b.ID)
		if err != nil {
			return err
		}
		if len(kits) == 0 {
			return fab.Refuse(fab.NotFound, "not_found", "", "what", "kit")
		}
		given.To = place.Name
		for _, k := range kits {
			lots, err := r.tx.CodesIn(k.ID)
			if err != nil {
				return err
			}
			given.Count, given.Lots = given.Count+k.Quantity, append(given.Lots, lots...)
		}
		slices.Sort(given.Lots)
		given.Lots = slices.Compact(given.Lots)
		product, err = r.asProduct(r.designs[kits[0].DesignID], b.Code)
		return err
	})
	if err != nil {
		return d, err
	}
	return paper.InformationSheet(lang(c), s.asLab(c), product, given)
}

// versionNotice is the notice of one version, with what it asks to be signed, for the coordinator.
func (s *Server) versionNotice(c *gin.Context) (d ui.Document, err error) {
	var product paper.Product
	err = s.read(c, func(r *reader) error {
		design, err := r.tx.Design(fab.DesignVersionID(c.Param("id")))
		if err != nil {
			return err
		}
		product, err = r.asProduct(design, productCode+design.Product)
		return err
	})
	if err != nil {
		return d, err
	}
	return paper.InformationSheet(lang(c), s.asLab(c), product, paper.Given{})
}

// noticePaper is the notice of a product as it is made today, for everybody.
func (s *Server) noticePaper(c *gin.Context) (d ui.Document, err error) {
	var product paper.Product
	err = s.read(c, func(r *reader) error {
		design, err := r.tx.CurrentDesign(c.Param("product"))
		if err != nil {
			return err
		}
		if !design.Tried() {
			return fab.Refuse(fab.NotFound, "not_found", "", "what", "product")
		}
		product, err = r.asProduct(design, productCode+design.Product)
		return err
	})
	if err != nil {
		return d, err
	}
	return paper.ProductNotice(lang(c), s.asLab(c), product)
}

// asProduct is a version as its notice speaks of it.
func (r *reader) asProduct(d fab.DesignVersion, code string) (p paper.Product, err error) {
	p = paper.Product{
		Code: code, Name: inLang(d.Names, r.lang, d.Product), Version: d.Version, Notice: inLang(d.Notices, r.lang, ""), Claim: d.Claim, Dated: r.local(d.WordsAt),
	}
	_, answers, err := r.proofs(d.ID)
	for _, a := range answers {
		if a.Kind != fab.TesterMaker && a.Function != "" {
			p.Tried = append(p.Tried, paper.Tried{Function: a.Function, Place: a.Place, At: a.At})
		}
	}
	return p, err
}

// bagPaper is the label of a bag of parts.
func (s *Server) bagPaper(c *gin.Context) (ui.Document, error) { return s.bagLabel(c, "") }

// ownBagPaper is the label of a bag of one's own.
func (s *Server) ownBagPaper(c *gin.Context) (ui.Document, error) {
	return s.bagLabel(c, me(c).MakerID)
}

// bagLabel is the label of a bag of one maker's; of anybody's when only is empty.
func (s *Server) bagLabel(c *gin.Context, only fab.MakerID) (d ui.Document, err error) {
	var bag paper.Bag
	err = s.read(c, func(r *reader) error {
		lot, err := r.tx.LotByCode(strings.ToUpper(c.Param("lot")))
		if err != nil {
			return err
		}
		if only != "" && lot.MakerID != only {
			return fab.Refuse(fab.NotFound, "not_found", "", "what", "lot")
		}
		bag, err = r.asBag(lot)
		return err
	})
	if err != nil {
		return d, err
	}
	return paper.BagLabels(lang(c), s.asLab(c), []paper.Bag{bag})
}

func (r *reader) asBag(lot fab.Lot) (bag paper.Bag, err error) {
	part := r.part(lot.DesignID, lot.Part, lot.Declared)
	bag = paper.Bag{
		Lot: lot.Code, Part: paper.Goods{Name: part.Name, Count: part.N}, Version: r.designs[lot.DesignID].Version, Maker: fab.ShortName(r.makers[lot.MakerID].Name), Made: r.local(lot.CreatedAt),
	}
	if lot.SpoolID != "" {
		spool, err := r.tx.Spool(lot.SpoolID)
		if err != nil {
			return bag, err
		}
		bag.Spool, bag.Material, bag.Colour = spool.Code, spool.Filament, spool.Colour
	}
	if lot.TrialID != "" {
		trial, err := r.tx.Trial(lot.TrialID)
		if err != nil {
			return bag, err
		}
		bag.Trial = trial.Code
	}
	return bag, nil
}
