package main

import (
	"net/url"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

func supplyStories() []story {
	return []story{
		{"desk-deliveries", func(lang string) ui.Page {
			p := deliveries(lang)
			p.More = runChoice(lang)
			return p
		}},
		{"desk-deliveries-late", func(lang string) ui.Page {
			p := deliveries(lang)
			p.More, p.Late, p.Hub = runChoice(lang), lateMarks(), ui.Hub{Town: "Abbeville", Postcode: "80100"}
			return p
		}},
		{"desk-deliveries-empty", func(lang string) ui.Page {
			return ui.Deliveries{Frame: desk(lang, ui.NavDeliveries, "/desk/deliveries")}
		}},
		{"desk-deliveries-refused", func(lang string) ui.Page {
			p := deliveries(lang)
			p.Open = "V-119"
			p.Form = ui.Form{Values: url.Values{ui.FieldGood: {"7"}, ui.FieldBad: {"9"}}, Errors: fab.Errors{fab.Refuse(fab.Invalid, "reason_missing", "")}}
			return p
		}},
		{"desk-materials", func(lang string) ui.Page { return stock(lang) }},
		{"desk-materials-recalled", func(lang string) ui.Page {
			p := stock(lang)
			p.Spools[1].Recalled = true
			return p
		}},
		{"desk-stock-item", func(lang string) ui.Page { return stockItem(lang) }},
		{"desk-stock-item-refused", func(lang string) ui.Page {
			p := stockItem(lang)
			p.Open, p.Form = "speak", ui.Form{Values: url.Values{"own_0": {"pack"}, "factor_0": {"0,5"}, "low": {"50"}}, Errors: fab.Errors{fab.Refuse(fab.Invalid, "amount_too_fine", "factor_0")}}
			return p
		}},
		{"desk-stock-item-long", func(lang string) ui.Page {
			p := stockItem(lang)
			p.Sums, p.More, p.Of = []ui.StockSum{{Place: pick(lang, "l'atelier", "the workshop"), URL: "/desk/stock/material:film-a4?after=hub+", Sources: 118, Here: sheets(11_570), Kept: sheets(12)}}, "/desk/stock/material:film-a4?after=hub+g", "6C2X-9K4R"
			p.Open, p.Form = "keep", ui.Form{Values: url.Values{ui.FieldKeepN: {"99"}}, Errors: fab.Errors{fab.Refuse(fab.Conflict, "stock_reserved", ui.FieldKeepN, "item", "material:film-a4", "have", 36, "wanted", 99)}}
			return p
		}},
		{"desk-stock-count", func(lang string) ui.Page {
			return ui.StockCount{Frame: desk(lang, ui.NavMaterials, "/desk/count/hub"), Place: pick(lang, "l’atelier", "the workshop"), ID: "hub", Last: at(-2, 9, 0), Form: ui.Form{Values: url.Values{}},
				Lines: []ui.CountLine{{N: 0, Item: "material:film-a4", Source: "g", Name: pick(lang, "Feuilles transparentes A4", "Clear A4 sheets"), Of: "6C2X-9K4R", Here: sheets(48), Seen: 48},
					{N: 1, Item: "material:petg", Source: "s", Name: "PETG", Of: "F-003", Here: ui.Stuff{Name: "PETG", Unit: fab.UnitMG, N: 640_000}, Seen: 640_000, Label: "g"}}}
		}},
		{"desk-materials-empty", func(lang string) ui.Page {
			return ui.Materials{Frame: desk(lang, ui.NavMaterials, "/desk/materials")}
		}},
		{"desk-people", func(lang string) ui.Page { return people(lang) }},
	}
}

func stockItem(lang string) ui.StockItem {
	return ui.StockItem{Frame: desk(lang, ui.NavMaterials, "/desk/stock/material:film-a4"), Item: "material:film-a4", Name: ui.Stuff{Name: pick(lang, "Feuilles transparentes A4", "Clear A4 sheets"), Unit: fab.UnitPiece, N: 48}, Material: true, Form: ui.Form{Values: url.Values{}},
		Rows: []ui.StockRow{{Place: pick(lang, "l’atelier", "the workshop"), PlaceID: "hub", Source: "6C2X-9K4R", Moves: "/desk/stock/material:film-a4?source=g#moves", Here: sheets(48), Kept: sheets(12)}},
		Moves: []ui.MoveRow{{ID: "m2", Why: "moved", From: pick(lang, "l’atelier", "the workshop"), To: "Goéland", Stuff: sheets(2), By: "Courlis", At: at(0, 9, 0), Undo: true},
			{ID: "m1", Why: "received", From: pick(lang, "un don", "a gift"), To: pick(lang, "l’atelier", "the workshop"), Stuff: sheets(50), At: at(-1, 9, 0)}},
		Kept: []ui.Kept{{ID: "v1", Request: "r1", For: "EHPAD Les Tilleuls (fictif)", Ref: "7K2M94XT", Stuff: sheets(12), Place: pick(lang, "l'atelier", "the workshop")}}, Requests: []ui.Choice{{Value: "r1", Label: "EHPAD Les Tilleuls (fictif), 7K2M-94XT"}},
		Own: []ui.Own{{N: 0, Code: "pack", Factor: "100", In: "piece"}, {N: 1, In: "piece"}}, OwnCodes: []ui.Choice{ui.MeasureChoice(lang, "pack"), ui.MeasureChoice(lang, "roll")}, Base: []ui.Choice{ui.MeasureChoice(lang, "piece")}, Low: "50",
		Measures: []ui.Choice{ui.MeasureChoice(lang, "piece"), ui.MeasureChoice(lang, "pack")}, From: []ui.Choice{{Value: "hub g", Label: "6C2X-9K4R"}}, Places: []ui.Choice{{Value: "home", Label: "Goéland, Rue"}}}
}

func deliveries(lang string) ui.Deliveries {
	band := func(n int64) ui.Goods { return ui.Goods{Code: "visor-band", Name: "visor-band", N: n} }
	return ui.Deliveries{
		Frame:   desk(lang, ui.NavDeliveries, "/desk/deliveries"),
		Bags:    []ui.Bag{{Lot: "V-119", Part: band(8), Who: "Goéland", Town: "Rue", At: at(0, 13, 2)}},
		Away:    []ui.Bag{{Lot: "V-121", Part: band(3), Who: "Sterne", Town: "Quend", At: at(0, 13, 40)}},
		Balance: kitBalance(lang),
		Kits: []ui.KitRow{
			{Request: "r1", For: "EHPAD Les Tilleuls (fictif)", Product: visor(lang, 24), Can: 15, Wait: fab.Because("why.material_short", "material", "film-a4", "missing", 9), Loose: true},
			{Request: "r3", For: pick(lang, "Mairie de Quend (fictive)", "Quend town hall (fictitious)"), Product: hook(lang, 40), Can: 0, Wait: fab.Because("why.material_short", "material", "petg", "missing", 900)}},
		Boxes: []ui.BoxRow{
			{ID: "x7", Code: "C-07", For: "EHPAD Les Tilleuls (fictif)", Town: "Rue", Goods: []ui.Goods{visor(lang, 15)}, Lots: []string{"V-118", "V-119"}, State: ui.StateReady},
			{ID: "x8", Code: "C-08", For: "EHPAD Les Tilleuls (fictif)", Town: "Rue", Goods: []ui.Goods{hook(lang, 10)}, Lots: []string{"C-031"}, State: ui.StateReady, Recalled: true}},
		Runs: []ui.RunRow{{ID: "r1", Code: "T-012", Driver: "Mouette", Mobile: "0300000000", Day: at(0, 0, 0), State: ui.StatePlanned, Stops: 3, URL: "/run/0123456789abcdef"}},
	}
}

func stock(lang string) ui.Materials {
	return ui.Materials{
		Frame: desk(lang, ui.NavMaterials, "/desk/materials"),
		Gifts: giftDesk(lang),
		Units: []ui.Choice{ui.MeasureChoice(lang, "piece"), ui.MeasureChoice(lang, "g"), ui.MeasureChoice(lang, "m")},
		Balances: []ui.BalanceRow{
			{Material: "film-a4", Name: pick(lang, "Feuilles transparentes A4", "Clear A4 sheets"), Unit: fab.UnitPiece, Hand: 12, Pledged: 50, Needed: 36},
			{Material: "elastic-buttonhole", Name: pick(lang, "Élastique à boutonnières", "Buttonhole elastic"), Unit: fab.UnitPiece, Hand: 38, Needed: 24, LowAt: 50},
			{Material: "petg", Name: "PETG", Unit: fab.UnitMG, Hand: 3_420_000, Needed: 1_180_000}},
		Spools: []ui.SpoolRow{
			{ID: "s1", Code: "B-03", Filament: "petg", Colour: pick(lang, "blanc", "white"), LeftMG: 640_000, InitialMG: 1_000_000, Where: "Tortue"},
			{ID: "s2", Code: "B-07", Filament: "petg", Colour: pick(lang, "orange", "orange"), LeftMG: 120_000, InitialMG: 1_000_000, Where: "Orange"},
			{ID: "s3", Code: "B-09", Filament: "pla", LeftMG: 1_000_000, InitialMG: 1_000_000}},
	}
}

func people(lang string) ui.People {
	return ui.People{
		Frame: desk(lang, ui.NavPeople, "/desk/people"),
		Makers: []ui.MakerRow{
			{ID: "m1", Name: "Goéland", Town: "Rue", Mobile: "0300000000", Printers: []string{"Tortue"}, Agents: []ui.AgentRow{{Name: "pi-rue", Version: "0.1", Online: true, Seen: now().Add(-3 * time.Second)}}},
			{ID: "m2", Name: "Sterne", Town: "Quend", Printers: []string{"Éclair", "Galet"}, Agents: []ui.AgentRow{{Name: "pi-quend", Version: "0.1", Seen: now().Add(-12 * time.Minute)}}},
			{ID: "m3", Name: "Courlis", Town: "Saint-Valery-sur-Somme", Steps: []string{"sew", "cut"}}},
		Form: ui.Form{Values: url.Values{ui.FieldSteps: {"sew"}}},
	}
}
