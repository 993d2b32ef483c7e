package web

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/supply"
	"github.com/mailleur/mailleur/ui"
)

// kitRows is what approved requests still need packed.
func (r *reader) kitRows(list []supply.Closable) ([]ui.KitRow, error) {
	kits, err := r.tx.LooseKits()
	if err != nil {
		return nil, err
	}
	type line struct {
		request fab.RequestID
		product string
	}
	unboxed := map[line]int64{}
	for _, k := range kits {
		unboxed[line{k.RequestID, k.Product}] += k.Quantity
	}
	var rows []ui.KitRow
	for _, c := range list {
		loose := unboxed[line{c.Request, c.Product}]
		if c.Wanted <= 0 && loose == 0 {
			continue
		}
		place, err := r.placeOf(c.Request)
		if err != nil {
			return nil, err
		}
		goods, err := r.product(c.Product, c.Wanted)
		if err != nil {
			return nil, err
		}
		if c.Wanted <= 0 {
			goods.N = loose
		}
		row := ui.KitRow{Request: string(c.Request), For: place.Name, Product: goods, Left: max(0, c.Wanted), Can: c.Now, Wait: r.reason(c.Short), Loose: loose > 0, LooseN: loose}
		if row.Supplied, err = r.materialNames(nil, c.Supplied); err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	over, err := r.kitsOver(kits)
	return append(rows, over...), err
}

// kitsOver are the products in no box that were assembled for requests that wait for nothing any more.
func (r *reader) kitsOver(kits []fab.Kit) (rows []ui.KitRow, err error) {
	for _, k := range kits {
		over, err := r.isOver(k.RequestID)
		if err != nil {
			return nil, err
		}
		if !over {
			continue
		}
		place, err := r.placeOf(k.RequestID)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(rows, func(row ui.KitRow) bool { return row.Request == string(k.RequestID) && row.Product.Code == k.Product })
		if i < 0 {
			i = len(rows)
			rows = append(rows, ui.KitRow{Request: string(k.RequestID), For: place.Name, Product: r.goods(k.DesignID, k.Product, 0), Over: true})
		}
		rows[i].LooseN += k.Quantity
		rows[i].Product.N = rows[i].LooseN
	}
	return rows, nil
}

// isOver reports whether a request waits for nothing any more.
func (r *reader) isOver(id fab.RequestID) (bool, error) {
	request, err := r.tx.Request(id)
	return request.Status != fab.RequestApproved, err
}

// boxRows lists the boxes that are here or on their way, and the last ones that arrived.
func (r *reader) boxRows() ([]ui.BoxRow, error) {
	open, err := r.tx.Boxes(fab.BoxPacked, fab.BoxLoaded)
	if err != nil {
		return nil, err
	}
	over, err := r.tx.LatestBoxes(fab.BoxDelivered, maxOver)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(open, byCode)
	slices.SortFunc(over, byCode)
	slices.Reverse(over)
	var rows []ui.BoxRow
	for _, b := range slices.Concat(open, over) {
		row, err := r.boxRow(b)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// byCode sorts boxes as they were numbered: B-999 before B-1000.
func byCode(a, b fab.Box) int {
	return cmp.Or(cmp.Compare(len(a.Code), len(b.Code)), cmp.Compare(a.Code, b.Code))
}

func (r *reader) boxRow(b fab.Box) (ui.BoxRow, error) {
	row := ui.BoxRow{ID: string(b.ID), Code: b.Code, Recalled: b.Recalled, State: boxState(b)}
	place, err := r.placeOf(b.RequestID)
	if err != nil {
		return row, err
	}
	row.For, row.Town = place.Name, place.Town
	if b.Status == fab.BoxPacked {
		if row.Over, err = r.isOver(b.RequestID); err != nil {
			return row, err
		}
	}
	kits, err := r.tx.KitsIn(b.ID)
	if err != nil {
		return row, err
	}
	for _, k := range kits {
		i := slices.IndexFunc(row.Goods, func(g ui.Goods) bool { return g.Code == k.Product })
		if i < 0 {
			i = len(row.Goods)
			row.Goods = append(row.Goods, r.goods(k.DesignID, k.Product, 0))
		}
		row.Goods[i].N += k.Quantity
	}
	row.Lots, err = r.tx.LotCodesIn(b.ID)
	return row, err
}

func boxState(b fab.Box) string {
	switch b.Status {
	case fab.BoxLoaded:
		return ui.StateOnWay
	case fab.BoxDelivered:
		return ui.StateDelivered
	case fab.BoxReturned:
		return ui.StateBack
	}
	return ui.StateReady
}

// kitsMake assembles products of one line of a request.
func (s *Server) kitsMake(c *gin.Context) error {
	n, err := strconv.ParseInt(strings.Join(strings.Fields(c.PostForm(ui.FieldCount)), ""), 10, 64)
	request, product := c.PostForm(ui.FieldRequest), c.PostForm(ui.FieldProduct)
	if err != nil {
		return s.deliveriesAgain(c, fab.Refuse(fab.Invalid, "not_a_number", ui.FieldCount), "kit", request+"-"+product)
	}
	k, err := s.Supply.MakeKits(c.Request.Context(), fab.RequestID(request), product, n, me(c).ID)
	if err != nil {
		return s.deliveriesAgain(c, err, "kit", request+"-"+product)
	}
	s.flash(c, ui.FlashDone, "done.kits_made", "n", k.Quantity)
	return to(c, "/desk/deliveries#boxes")
}

// boxesPack puts the kits of a request into boxes.
func (s *Server) boxesPack(c *gin.Context) error {
	boxes, err := s.Supply.Pack(c.Request.Context(), fab.RequestID(c.PostForm(ui.FieldRequest)))
	if err != nil {
		return s.deliveriesAgain(c, err, "box", "")
	}
	s.flash(c, ui.FlashDone, "done.boxes_packed", "n", len(boxes))
	return to(c, "/desk/deliveries#boxes")
}

// kitBalance words what can be assembled of each product, and what is short.
func (r *reader) kitBalance(list []supply.Balance) (rows []ui.KitBalance, err error) {
	for _, b := range list {
		row := ui.KitBalance{Wanted: b.Wanted}
		if row.Product, err = r.product(b.Product, b.Now); err != nil {
			return nil, err
		}
		for _, s := range b.Short {
			stuff, err := r.stuffOf(s.Item)
			if err != nil {
				return nil, err
			}
			short := ui.KitShort{Stuff: times(stuff, s.Missing), Bags: s.Bags, Fixed: s.Fixed()}
			for _, d := range s.Pledges {
				short.Pledges = append(short.Pledges, ui.KitPledge{Ref: d.Ref, Donor: d.Donor, Town: d.Town})
			}
			row.Short = append(row.Short, short)
		}
		rows = append(rows, row)
	}
	return rows, nil
}
