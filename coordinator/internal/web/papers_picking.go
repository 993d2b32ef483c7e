package web

import (
	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/paper"
	"github.com/mailleur/mailleur/ui"
)

// pickingPaper is what to take from the shelves for a request.
func (s *Server) pickingPaper(c *gin.Context) (d ui.Document, err error) {
	id := fab.RequestID(c.Param("id"))
	picks, err := s.Supply.Picking(c.Request.Context(), id)
	if err != nil {
		return d, err
	}
	var list paper.Picking
	err = s.read(c, func(r *reader) error {
		request, err := r.tx.Request(id)
		if err != nil {
			return err
		}
		place, err := r.tx.SpotOf(request)
		if err != nil {
			return err
		}
		list = paper.Picking{Ref: fab.FormatReference(request.Ref), For: asPlace(place), NeedBy: s.localDay(request.NeedBy)}
		for _, p := range picks {
			goods, err := r.product(p.Product, p.Now)
			if err != nil {
				return err
			}
			line := paper.PickLine{What: paper.Goods{Name: goods.Name, Count: goods.N}, Left: p.Left}
			if line.Supplied, err = r.materialNames(nil, p.Supplied); err != nil {
				return err
			}
			for _, check := range r.checkLines(r.designs[p.Design], r.designs[p.Design].Checks, true) {
				line.Checks = append(line.Checks, ui.CheckText(r.lang, check))
			}
			for _, at := range p.Takes {
				take, err := r.take(p.Design, at)
				if err != nil {
					return err
				}
				line.Takes = append(line.Takes, take)
			}
			list.Lines = append(list.Lines, line)
		}
		return nil
	})
	if err != nil {
		return d, err
	}
	return paper.PickingList(lang(c), s.asLab(c), list)
}

// take names one thing on the list, and where it lies: the lot on the bag, or the reference of the gift.
func (r *reader) take(design fab.DesignVersionID, at fab.Balance) (t paper.Take, err error) {
	kind, code := at.Item.Split()
	if kind == "part" {
		lot, err := r.tx.Lot(fab.LotID(at.Source))
		return paper.Take{Name: r.part(design, code, 0).Name, Count: at.Quantity, From: lot.Code}, err
	}
	if kind == "device" {
		v, err := r.tx.Device(fab.DeviceID(at.Source))
		name := ui.DeviceName(r.lang, code)
		if v.Model != "" {
			name += ", " + v.Model
		}
		return paper.Take{Name: name, Count: at.Quantity, From: v.Code}, err
	}
	t = paper.Take{Material: code, Count: at.Quantity}
	gift, err := r.tx.Donation(fab.DonationID(at.Source))
	switch {
	case err == nil:
		t.From = fab.FormatReference(gift.Ref)
	case fab.ClassOf(err) != fab.NotFound:
		return t, err
	}
	material, err := r.tx.Material(code)
	if fab.ClassOf(err) == fab.NotFound {
		err = nil
	}
	t.Name, t.Unit = inLang(material.Names, r.lang, ""), material.Unit
	return t, err
}
