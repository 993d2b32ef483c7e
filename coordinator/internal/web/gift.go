package web

import (
	"maps"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/supply"
	"github.com/mailleur/mailleur/ui"
)

// gift is the donor's page.
func (s *Server) gift(c *gin.Context) error {
	token := c.Param("token")
	g, err := s.Supply.Gift(c.Request.Context(), token)
	if err != nil {
		return err
	}
	d := g.Donation
	page := ui.GiftPage{
		Frame: s.frame(c), Ref: d.Ref, Status: d.Status, Received: d.Received, Used: g.Used, Wasted: g.Wasted, Left: g.Left, Rest: d.Rest(), Why: d.Why, Said: d.Said, Fetch: d.Fetch,
		Pledged: giftStuff(d, g.Material, lang(c), d.Pledged), PledgedAt: s.local(d.CreatedAt), ReceivedAt: s.local(d.ReceivedAt), Paper: "/gift/" + token + "/paper",
	}
	page.Now = giftStuff(d, g.Material, lang(c), 0)
	if d.Other() {
		page.Now = ui.Stuff{Material: g.Material.Code, Name: inLang(g.Material.Names, lang(c), g.Material.Code), Unit: g.Material.Unit}
	}
	page.Live = "/gift/" + token + "/live"
	err = s.Store.View(c.Request.Context(), func(tx *store.Tx) error {
		for _, lot := range g.Blocked {
			row, err := blockedRow(tx, lot, page.Lang)
			if err != nil {
				return err
			}
			page.Blocked = append(page.Blocked, row)
		}
		return s.uses(tx, &page, g)
	})
	if err != nil {
		return err
	}
	return s.show(c, page)
}

// giftStuff is so much of a gift, in its own words where the lab has no name for it.
func giftStuff(d fab.Donation, m fab.Material, lang string, n int64) ui.Stuff {
	if d.Other() {
		return ui.Stuff{Name: d.Words, Unit: fab.UnitPiece, N: n}
	}
	return ui.Stuff{Material: m.Code, Name: inLang(m.Names, lang, m.Code), Unit: m.Unit, N: n}
}

// blockedRow is what became of goods that nobody knew.
func blockedRow(tx *store.Tx, lot fab.BlockedLot, lang string) (ui.BlockedRow, error) {
	row := ui.BlockedRow{ID: string(lot.ID), Code: lot.Code, Words: lot.Words, N: lot.Quantity, Status: string(lot.Status), Note: lot.Note}
	if lot.Status != fab.BlockedIdentified {
		return row, nil
	}
	m, err := tx.Material(lot.Material)
	row.Became = ui.Stuff{Material: m.Code, Name: inLang(m.Names, lang, m.Code), Unit: m.Unit, N: lot.Became}
	return row, err
}

// uses adds up what the gift became, by product, and what of it was delivered.
func (s *Server) uses(tx *store.Tx, page *ui.GiftPage, g supply.Gift) error {
	made, arrived, towns := map[string]int64{}, map[string]int64{}, map[string]bool{}
	for _, u := range g.Uses {
		made[u.Product] += u.Products
		if u.Delivered {
			arrived[u.Product] += u.Products
			page.DeliveredN += u.Quantity
			towns[u.Town] = true
		}
	}
	page.Towns = slices.Sorted(maps.Keys(towns))
	var err error
	if page.Goods, err = goodsFrom(tx, made, page.Lang); err != nil {
		return err
	}
	page.Delivered, err = goodsFrom(tx, arrived, page.Lang)
	return err
}

func goodsFrom(tx *store.Tx, counts map[string]int64, lang string) ([]ui.Goods, error) {
	var list []ui.Goods
	for _, product := range slices.Backward(sortedKeys(counts)) {
		name, err := productName(tx, product, lang)
		if err != nil {
			return nil, err
		}
		list = append(list, ui.Goods{Code: product, Name: name, N: counts[product]})
	}
	return list, nil
}
