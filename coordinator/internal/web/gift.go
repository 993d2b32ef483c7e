package web

import (
	"maps"
	"slices"

	"github.com/gin-gonic/gin"

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
	page := ui.GiftPage{
		Frame: s.frame(c), Ref: g.Donation.Ref, Status: g.Donation.Status, Received: g.Donation.Received, Used: g.Used,
		Pledged:   ui.Stuff{Material: g.Material.Code, Name: inLang(g.Material.Names, lang(c), g.Material.Code), Unit: g.Material.Unit, N: g.Donation.Pledged},
		PledgedAt: s.local(g.Donation.CreatedAt), ReceivedAt: s.local(g.Donation.ReceivedAt),
	}
	page.Live = "/gift/" + token + "/live"
	err = s.Store.View(c.Request.Context(), func(tx *store.Tx) error { return s.uses(tx, &page, g) })
	if err != nil {
		return err
	}
	return s.show(c, page)
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
