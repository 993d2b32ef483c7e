package main

import (
	"net/url"

	"github.com/mailleur/mailleur/coordinator/fab"
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
		Kits: deliveries(lang).Kits, Lists: []ui.CheckList{{Of: visor(lang, 1).Name, Lines: checkLines(lang)}},
		Form: ui.Form{Values: url.Values{}},
	}
}

func packedBox(lang string) ui.BoxPage {
	row := deliveries(lang).Boxes[0]
	return ui.BoxPage{
		Frame: desk(lang, ui.NavDeliveries, "/desk/boxes/x7"), Box: row, Ref: "6C2X9K4R", Request: "r1", Claims: []string{"anti-projection"}, Sheet: true, N: 15,
		Cleaning: []string{pick(lang, "À l’eau savonneuse, puis à l’alcool à 70 %.", "With soapy water, then with alcohol at 70%.")},
		Things:   []ui.BoxThing{{Item: "part:visor-band", Name: pick(lang, "Bandeau de visière", "Visor band"), N: 15}, {Item: "material:film-a4", Name: pick(lang, "Film transparent A4", "Clear film, A4"), N: 15}},
		Reasons:  fab.DefectReasons[:], Form: ui.Form{Values: url.Values{}},
	}
}

func kitStories() []story {
	return []story{
		{"desk-table", func(lang string) ui.Page { return table(lang) }},
		{"desk-table-refused", func(lang string) ui.Page {
			p := table(lang)
			bag := &p.Makers[0].Bags[1]
			bag.Good, bag.Here, bag.Wrong = "7", true, true
			p.Form.Errors = fab.Errors{fab.Refuse(fab.Invalid, "reason_missing", "reason-V-120")}
			return p
		}},
		{"desk-table-empty", func(lang string) ui.Page {
			return ui.Table{Frame: desk(lang, ui.NavDeliveries, "/desk/table"), Form: ui.Form{Values: url.Values{}}}
		}},
		{"desk-checks", func(lang string) ui.Page { return checks(lang) }},
		{"desk-checks-refused", func(lang string) ui.Page {
			p := checks(lang)
			p.Rows[1].EN = ""
			p.Form.Errors = fab.Errors{fab.Refuse(fab.Invalid, "check_language", "en-1"), fab.Refuse(fab.Invalid, "check_limits", "max-2")}
			return p
		}},
		{"desk-box", func(lang string) ui.Page { return packedBox(lang) }},
		{"desk-box-over", func(lang string) ui.Page {
			p := packedBox(lang)
			p.Box.Over, p.Open = true, "unpack"
			p.Form = ui.Form{Values: url.Values{"count": {"40"}}, Errors: fab.Errors{fab.Refuse(fab.Invalid, "unpack_count", "count-unpack", "max", 15)}}
			return p
		}},
		{"desk-box-delivered", func(lang string) ui.Page {
			p := packedBox(lang)
			p.Box.State, p.There, p.Open = ui.StateDelivered, 15, "back"
			return p
		}},
		{"desk-box-empty", func(lang string) ui.Page {
			p := packedBox(lang)
			p.Box.State, p.Box.Goods, p.Box.Lots, p.Claims, p.Cleaning, p.N = ui.StateBack, nil, nil, nil, nil, 0
			return p
		}},
	}
}

func sheetsOrElastic(lang string) []ui.Choice {
	return []ui.Choice{{Value: "film-a4", Label: pick(lang, "Film transparent A4", "Clear film, A4")}, {Value: "elastic-buttonhole", Label: pick(lang, "Élastique à boutonnières", "Buttonhole elastic")}}
}

func lineTakes(lang string) []ui.LineTakes {
	return []ui.LineTakes{{Name: "supply_visor", Product: visor(lang, 1).Name, Takes: sheetsOrElastic(lang), Form: ui.Form{Values: url.Values{"supply_visor": {"film-a4"}}}}}
}

func checkLines(lang string) []ui.CheckLine {
	band := pick(lang, "Bandeau", "Band")
	return []ui.CheckLine{
		{Part: band, Text: pick(lang, "Ni fendu ni décollé entre ses couches", "Neither cracked nor split between its layers")},
		{Part: band, Text: pick(lang, "Écart entre les ergots", "Distance of the pegs"), MinUM: 79_000, MaxUM: 81_000},
		{Text: pick(lang, "Le film est net, ses coins sont arrondis", "The film is clear, its corners rounded")},
	}
}

func checks(lang string) ui.Checks {
	return ui.Checks{
		Frame: still(desk(lang, ui.NavProduction, "/desk/products/d1/checks")), ID: "d1", Product: "visor", Version: "1.2",
		Parts: []ui.Choice{{}, {Value: "visor-band", Label: pick(lang, "Bandeau de visière", "Visor band")}},
		Rows: []ui.CheckRow{
			{N: "0", FR: "Ni fendu ni décollé entre ses couches", EN: "Neither cracked nor split between its layers", Part: "visor-band"},
			{N: "1", FR: "Écart entre les ergots", EN: "Distance of the pegs", Part: "visor-band", Min: "79", Max: "81"}, {N: "2"}, {N: "3"}},
		Form: ui.Form{Values: url.Values{}},
	}
}

func kitBalance(lang string) []ui.KitBalance {
	sheets := ui.Stuff{Material: "film-a4", Name: pick(lang, "Film transparent A4", "Clear film, A4"), Unit: fab.UnitPiece, N: 88}
	band := ui.Stuff{Name: pick(lang, "Bandeau de visière", "Visor band"), Unit: fab.UnitPiece, N: 12}
	return []ui.KitBalance{
		{Product: visor(lang, 212), Wanted: 300, Short: []ui.KitShort{
			{Stuff: sheets, Fixed: true, Pledges: []ui.KitPledge{{Ref: "6C2X9K4R", Donor: pick(lang, "Papeterie du Port (fictive)", "Port stationer’s (fictitious)"), Town: "Abbeville"}}}, {Stuff: band, Bags: 8}}},
		{Product: hook(lang, 40), Wanted: 40},
	}
}
