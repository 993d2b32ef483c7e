package main

import (
	"net/url"

	"github.com/mailleur/mailleur/ui"
)

func table(lang string) ui.Table {
	band := func(n int64) ui.Goods { return ui.Goods{Code: "visor-band", Name: "visor-band", N: n} }
	return ui.Table{
		Frame: desk(lang, ui.NavDeliveries, "/desk/table"),
		Makers: []ui.TableMaker{
			{ID: "m1", Name: "Goéland", Town: "Rue", Bags: []ui.TableBag{
				{Lot: "V-119", Part: band(8), At: at(0, 13, 2), Good: "8", Bad: "0"}, {Lot: "V-120", Part: band(8), At: at(0, 14, 40), Good: "8", Bad: "0"}}},
			{ID: "m2", Name: "Sterne", Town: "Quend", Bags: []ui.TableBag{{Lot: "V-121", Part: band(3), At: at(0, 13, 40), Here: true, Good: "3", Bad: "0"}}}},
		Kits: deliveries(lang).Kits,
		Form: ui.Form{Values: url.Values{}},
	}
}
