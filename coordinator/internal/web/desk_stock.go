package web

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/supply"
	"github.com/mailleur/mailleur/ui"
)

// How many lines of the ledger, and how many bags, gifts or spools of one thing a page has.
const (
	movesShown   = 30
	sourcesShown = 50
)

// stockItem is where one thing is, and how it came there.
func (s *Server) stockItem(c *gin.Context) error {
	page, err := s.stockItemPage(c)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) stockItemPage(c *gin.Context) (page ui.StockItem, err error) {
	page.Form = emptyForm()
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavMaterials); err != nil {
			return err
		}
		page.Live, page.Item = "", c.Param("item")
		item := fab.Item(page.Item)
		stuff, err := r.stuffOf(item)
		if err != nil {
			return err
		}
		if err := r.stockRows(&page, item, stuff, c.Query("after")); err != nil {
			return err
		}
		if err := r.stockChoices(&page, item); err != nil {
			return err
		}
		if err := r.keptRows(&page, item, stuff); err != nil {
			return err
		}
		return r.moveRows(&page, item, stuff, c.Query("source"), fab.MoveID(c.Query("before")))
	})
	return page, err
}

// stuffOf words an item without a number. It refuses what the lab does not know.
func (r *reader) stuffOf(item fab.Item) (ui.Stuff, error) {
	kind, code := item.Split()
	switch kind {
	case "material":
		m, err := r.tx.Material(code)
		return ui.Stuff{Material: m.Code, Name: inLang(m.Names, r.lang, m.Code), Unit: m.Unit}, err
	case "device":
		return ui.Stuff{Material: code, Name: ui.DeviceName(r.lang, code), Unit: fab.UnitPiece}, nil
	case "blocked":
		return ui.Stuff{Name: ui.BlockedName(r.lang), Unit: fab.UnitPiece}, nil
	case "part", "kit":
		for _, d := range r.designs {
			if p, ok := d.BOM.Part(code); kind == "part" && ok {
				return ui.Stuff{Name: inLang(p.Names, r.lang, code), Unit: fab.UnitPiece}, nil
			}
			if kind == "kit" && d.Product == code {
				return ui.Stuff{Name: inLang(d.Names, r.lang, code), Unit: fab.UnitPiece}, nil
			}
		}
	}
	return ui.Stuff{}, fab.Refuse(fab.NotFound, "not_found", "", "what", "item")
}

func times(stuff ui.Stuff, n int64) ui.Stuff {
	stuff.N = n
	return stuff
}

func (r *reader) stockRows(page *ui.StockItem, item fab.Item, stuff ui.Stuff, after string) error {
	if err := r.stockSums(page, item, stuff); err != nil {
		return err
	}
	place, source, _ := strings.Cut(after, " ")
	held, err := r.tx.HoldingAfter(item, fab.LocationID(place), source, sourcesShown+1)
	if err != nil {
		return err
	}
	if len(held) > sourcesShown {
		held = held[:sourcesShown]
		last := held[len(held)-1]
		page.More = "/desk/stock/" + page.Item + "?after=" + url.QueryEscape(string(last.Location)+" "+last.Source)
	}
	codes, err := r.codesOf(held)
	if err != nil {
		return err
	}
	for _, at := range held {
		row := ui.StockRow{Place: r.spotName(at.Location), PlaceID: string(at.Location), Source: codes[at.Source], Moves: "/desk/stock/" + page.Item + "?source=" + url.QueryEscape(at.Source) + "#moves", Here: times(stuff, at.Quantity), Kept: times(stuff, at.Reserved)}
		page.Rows = append(page.Rows, row)
		page.From = append(page.From, ui.Choice{Value: string(at.Location) + " " + at.Source, Label: row.Place + ", " + row.Source})
	}
	return nil
}

// stockSums adds up what there is, by place when the sources do not fit on one page.
func (r *reader) stockSums(page *ui.StockItem, item fab.Item, stuff ui.Stuff) error {
	sums, err := r.tx.Stock(item)
	if err != nil {
		return err
	}
	total, sources := int64(0), int64(0)
	for _, at := range sums {
		total, sources = total+at.Quantity, sources+at.Sources
	}
	page.Name = times(stuff, total)
	if sources <= sourcesShown {
		return nil
	}
	for _, at := range sums {
		page.Sums = append(page.Sums, ui.StockSum{
			Place: r.spotName(at.Location), URL: "/desk/stock/" + page.Item + "?after=" + url.QueryEscape(string(at.Location)+" "),
			Sources: at.Sources, Here: times(stuff, at.Quantity), Kept: times(stuff, at.Reserved),
		})
	}
	return nil
}

// stockChoices are the places that goods can be brought to, and the measures in which people count them.
func (r *reader) stockChoices(page *ui.StockItem, item fab.Item) error {
	page.Places = []ui.Choice{{Value: string(fab.TheHub), Label: r.spotName(fab.TheHub)}}
	for _, m := range r.makers {
		if m.Status != fab.MakerGone {
			page.Places = append(page.Places, ui.Choice{Value: string(m.LocationID), Label: m.Name + ", " + m.Town})
		}
	}
	slices.SortFunc(page.Places[1:], func(a, b ui.Choice) int { return strings.Compare(a.Label, b.Label) })
	kind, code := item.Split()
	if page.Material = kind == "material"; !page.Material {
		return nil
	}
	m, err := r.tx.Material(code)
	r.speakRows(page, m)
	return err
}

// codesOf are what stands on the labels of what lies somewhere, or the references of gifts, by source.
func (r *reader) codesOf(held []fab.Balance) (map[string]string, error) {
	ids := make([]string, len(held))
	for i, at := range held {
		ids[i] = at.Source
	}
	return r.tx.SourceCodes(ids)
}

// spotName is what people call a place.
func (r *reader) spotName(id fab.LocationID) string {
	for _, m := range r.makers {
		if m.LocationID == id {
			return m.Name
		}
	}
	if id == fab.TheHub || id.Outside() {
		return ui.PlaceName(r.lang, id)
	}
	l, err := r.tx.Location(id)
	if err != nil {
		return string(id)
	}
	return l.Name
}

func (r *reader) moveRows(page *ui.StockItem, item fab.Item, stuff ui.Stuff, source string, before fab.MoveID) error {
	moves, err := r.tx.LatestMovesOf(item, source, before, movesShown)
	if err != nil {
		return err
	}
	older := "/desk/stock/" + page.Item + "?before="
	if source != "" {
		codes, err := r.tx.SourceCodes([]string{source})
		if err != nil {
			return err
		}
		page.Of, older = cmp.Or(codes[source], source), "/desk/stock/"+page.Item+"?source="+url.QueryEscape(source)+"&before="
	}
	for _, m := range moves {
		rule, _ := fab.RuleOf(m)
		row := ui.MoveRow{ID: string(m.ID), Why: m.Why, From: r.spotName(m.From), To: r.spotName(m.To), Stuff: times(stuff, m.Quantity), Note: m.Note, At: r.local(m.At), Undo: rule.Undo}
		if m.By != "" {
			if a, err := r.tx.Account(m.By); err == nil {
				row.By = a.Name
			}
		}
		page.Moves = append(page.Moves, row)
	}
	if len(moves) == movesShown {
		page.Older = older + string(moves[len(moves)-1].ID) + "#moves"
	}
	return nil
}

// stockAct moves goods, throws them away, or takes such a move back.
func (s *Server) stockAct(act string) func(*gin.Context) error {
	return func(c *gin.Context) error {
		ctx, by := c.Request.Context(), me(c).ID
		place, source, _ := strings.Cut(c.PostForm(ui.FieldFrom), " ")
		h := supply.Handling{Item: fab.Item(c.Param("item")), Source: source, From: fab.LocationID(place), To: fab.LocationID(c.PostForm(ui.FieldTo)),
			Count: c.PostForm(ui.FieldCount), Measure: c.PostForm(ui.FieldMeasure), Note: c.PostForm(ui.FieldNote), By: by}
		var err error
		switch act {
		case "move":
			err = s.Supply.Move(ctx, h)
		case "scrap":
			err = s.Supply.Scrap(ctx, h)
		default:
			err = s.Supply.Undo(ctx, fab.MoveID(c.PostForm(ui.FieldMove)), c.PostForm(ui.FieldNote), by)
		}
		if err == nil {
			s.flash(c, ui.FlashDone, "done.stock_"+act)
			return to(c, "/desk/stock/"+c.Param("item"))
		}
		return s.again(c, err, func(f ui.Form) (ui.Page, error) {
			page, err := s.stockItemPage(c)
			page.Form = f
			return page, err
		})
	}
}

// countEmpty is the sheet with which a place is counted.
func (s *Server) countEmpty(c *gin.Context) error {
	page, err := s.countPage(c)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) countPage(c *gin.Context) (page ui.StockCount, err error) {
	page.Form, page.ID = emptyForm(), c.Param("place")
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavMaterials); err != nil {
			return err
		}
		page.Live = ""
		place, err := r.tx.Location(fab.LocationID(page.ID))
		if err != nil {
			return err
		}
		page.Place = r.spotName(place.ID)
		if last, err := r.tx.LastStockTake(place.ID); err == nil {
			page.Last = r.local(last.At)
		}
		held, err := r.tx.Balances(place.ID)
		if err != nil || place.ID.Outside() {
			return err
		}
		codes, err := r.codesOf(held)
		if err != nil {
			return err
		}
		for n, at := range supply.Countable(held) {
			stuff, err := r.stuffOf(at.Item)
			if err != nil {
				return err
			}
			line := ui.CountLine{N: n, Item: string(at.Item), Source: at.Source, Name: stuff.Name, Of: codes[at.Source], Here: times(stuff, at.Quantity), Seen: at.Quantity}
			if stuff.Unit != fab.UnitPiece {
				line.Label = (fab.Material{Unit: stuff.Unit}).AllMeasures()[0].Code
			}
			page.Lines = append(page.Lines, line)
		}
		return nil
	})
	return page, err
}

// count notes what was counted at a place.
func (s *Server) count(c *gin.Context) error {
	f := supply.Stocktake{Place: fab.LocationID(c.Param("place")), Note: c.PostForm(ui.FieldNote), SubmitKey: c.PostForm(ui.FieldKey), By: me(c).ID}
	typed := map[string]string{}
	for n := 0; ; n++ {
		no := strconv.Itoa(n)
		item, ok := c.GetPostForm(ui.FieldItem + no)
		if !ok {
			break
		}
		seen, err := strconv.ParseInt(c.PostForm(ui.FieldSeen+no), 10, 64)
		if err != nil {
			return fab.Refuse(fab.Invalid, "form_expired", "key")
		}
		line := supply.Counted{Item: fab.Item(item), Source: c.PostForm(ui.FieldSource + no), Seen: seen, Count: c.PostForm(ui.FieldCounted + no)}
		typed[supply.CountField(line.Item, line.Source)] = line.Count
		f.Lines = append(f.Lines, line)
	}
	if _, err := s.Supply.TakeStock(c.Request.Context(), f); err != nil {
		return s.again(c, err, func(form ui.Form) (ui.Page, error) {
			page, err := s.countPage(c)
			page.Form = form
			for i := range page.Lines {
				l := &page.Lines[i]
				field := supply.CountField(fab.Item(l.Item), l.Source)
				l.Counted = typed[field]
				for _, e := range form.Errors {
					if e.Field == field {
						l.Wrong, e.Field = true, ui.FieldCounted+strconv.Itoa(l.N)
					}
				}
			}
			return page, err
		})
	}
	s.flash(c, ui.FlashDone, "done.stock_counted")
	return to(c, "/desk/materials")
}

// spoolWeigh notes what a spool weighs.
func (s *Server) spoolWeigh(c *gin.Context) error {
	_, err := s.Supply.Weigh(c.Request.Context(), supply.Scale{Spool: fab.SpoolID(c.Param("id")), Gross: c.PostForm(ui.FieldGross), Tare: c.PostForm(ui.FieldTare), By: me(c).ID})
	if err != nil {
		return s.sayNo(c, err, "/desk/materials#spool-"+c.Param("id"))
	}
	return s.materialsDone(c, nil, "done.spool_weighed")
}
