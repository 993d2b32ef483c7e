package main

import (
	"net/url"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

func giftStories() []story {
	return []story{
		{"give", func(lang string) ui.Page {
			return ui.Give{Frame: frame(lang, "/give"), Materials: append(materials(lang), ui.OtherGifts(lang)...), Measures: units(lang), Needed: []ui.Stuff{sheets(24)}, Form: ui.Form{Key: "k3", Values: url.Values{ui.FieldWay: {ui.WayBring}}}}
		}},
		{"give-errors", func(lang string) ui.Page {
			return ui.Give{Frame: frame(lang, "/give"), Materials: materials(lang), Measures: units(lang), Form: ui.Form{Key: "k3", Values: url.Values{ui.FieldTown: {"Abbeville"}, ui.FieldConsent: {"yes"}},
				Errors: refusals(ui.FieldMaterial, "material_missing", ui.FieldCount, "not_a_number", ui.FieldDonor, "donor_missing")}}
		}},
		{"gift-pledged", func(lang string) ui.Page {
			p := gift(lang)
			p.Status, p.Received, p.Used, p.DeliveredN, p.Goods, p.Delivered = fab.DonationPledged, 0, 0, 0, nil, nil
			return p
		}},
		{"gift-part", func(lang string) ui.Page {
			p := gift(lang)
			p.Left = 20
			p.Status, p.Received, p.Rest, p.Used, p.DeliveredN, p.Goods, p.Delivered = fab.DonationPledged, 20, 30, 0, 0, nil, nil
			return p
		}},
		{"gift-refused", func(lang string) ui.Page {
			p := gift(lang)
			p.Status, p.Received, p.Used, p.DeliveredN, p.Goods, p.Delivered = fab.DonationRefused, 0, 0, 0, nil, nil
			p.Why, p.Said = "no_room", pick(lang, "Rappelez-nous en janvier, nous déménageons.", "Call us again in January, we are moving.")
			return p
		}},
		{"gift-blocked", func(lang string) ui.Page {
			p := gift(lang)
			p.Pledged, p.Now = ui.Stuff{Name: pick(lang, "plaques de plastique", "plastic sheets"), Unit: fab.UnitPiece, N: 4}, ui.Stuff{}
			p.Received, p.Used, p.DeliveredN, p.Goods, p.Delivered = 4, 0, 0, nil, nil
			p.Blocked = []ui.BlockedRow{{Code: "Q-001", Words: p.Pledged.Name, N: 3, Status: string(fab.BlockedHere)}, {Code: "Q-002", Words: p.Pledged.Name, N: 1, Status: string(fab.BlockedIdentified), Became: sheets(40)}}
			return p
		}},
		{"gift-received", func(lang string) ui.Page {
			p := gift(lang)
			p.Used, p.DeliveredN, p.Goods, p.Delivered = 0, 0, nil, nil
			return p
		}},
		{"gift-devices", func(lang string) ui.Page {
			p := gift(lang)
			tablets := ui.Goods{Code: "tablet", Name: pick(lang, "Tablette", "Tablet"), N: 2}
			p.Pledged = ui.Stuff{Material: "tablet", Unit: fab.UnitPiece, N: 3}
			p.Now, p.Received, p.Used, p.DeliveredN, p.Left, p.Goods, p.Delivered = p.Pledged, 3, 2, 2, 1, []ui.Goods{tablets}, []ui.Goods{tablets}
			return p
		}},
		{"desk-appeal", func(lang string) ui.Page {
			return ui.Appeal{Frame: desk(lang, ui.NavMaterials, "/desk/appeal"), Lacks: lacks(lang), Town: "Rue", Site: "https://atelier.example/give"}
		}},
		{"desk-appeal-published", func(lang string) ui.Page {
			return ui.Appeal{Frame: desk(lang, ui.NavMaterials, "/desk/appeal"), Lacks: lacks(lang), Site: "https://atelier.example/give", Published: true}
		}},
		{"home-appeal", func(lang string) ui.Page {
			return ui.Home{Frame: frame(lang, "/"), Products: offered(lang), Delivered: 1284, DeliveredTowns: 17, Appeal: lacks(lang)}
		}},
		{"desk-devices", func(lang string) ui.Page {
			asking := []ui.Choice{{Value: "r1", Label: pick(lang, "EHPAD Les Tilleuls (fictif), Rue : il en manque 2", "EHPAD Les Tilleuls (fictitious), Rue: 2 missing")}}
			return ui.Devices{Frame: desk(lang, ui.NavMaterials, "/desk/devices"), Rows: []ui.DeviceRow{
				{ID: "v1", Code: "D-001", Kind: "tablet", Model: "Galet 10", Condition: "used", Ref: "6C2X9K4R", Asking: asking, At: at(-1, 10, 0)},
				{ID: "v2", Code: "D-002", Kind: "tablet", Model: "Galet 10", Condition: "new", Wiped: true, Ref: "6C2X9K4R", Asking: asking, For: "EHPAD Les Tilleuls (fictif), Rue", Seen: "r1", At: at(-1, 10, 0)},
				{ID: "v3", Code: "D-003", Kind: "phone", Condition: "unknown", Wiped: true, Ref: "7D3Y1M5S", At: at(0, 9, 0)},
			}, Kinds: []ui.DeviceKind{{Code: "tablet", Offered: true}, {Code: "computer"}, {Code: "phone"}}}
		}},
		{"gift-delivered", func(lang string) ui.Page { return gift(lang) }},
		{"gift-filament", func(lang string) ui.Page {
			p := gift(lang)
			p.Pledged = ui.Stuff{Material: "filament", Unit: fab.UnitMG, N: 1_000_000}
			p.Now = p.Pledged
			p.Received, p.Used, p.Wasted, p.Left, p.DeliveredN = 1_000_000, 640_000, 20_000, 340_000, 412_000
			return p
		}},
	}
}

func materials(lang string) []ui.Choice {
	return []ui.Choice{{Value: "film-a4", Label: pick(lang, "Feuilles transparentes A4", "Clear A4 sheets")}, {Value: "elastic-buttonhole", Label: pick(lang, "Élastique à boutonnières", "Buttonhole elastic")},
		{Value: "filament", Label: "Filament"}, {Value: "cotton-20x20", Label: pick(lang, "Carrés de coton", "Cotton squares")}}
}

func sheets(n int64) ui.Stuff { return ui.Stuff{Material: "film-a4", Unit: fab.UnitPiece, N: n} }

func gift(lang string) ui.GiftPage {
	return ui.GiftPage{Frame: frame(lang, "/gift/abc"), Ref: "6C2X9K4R", Status: fab.DonationReceived, Pledged: sheets(50), Now: sheets(0), Received: 50, Left: 26, Paper: "/gift/abc/paper", Used: 24, DeliveredN: 24,
		Goods: []ui.Goods{visor(lang, 24)}, Delivered: []ui.Goods{visor(lang, 24)}, Towns: []string{"Rue"}, PledgedAt: at(-2, 18, 12), ReceivedAt: at(-1, 10, 30), LastAt: at(0, 9, 40)}
}

func units(lang string) []ui.Choice {
	return []ui.Choice{ui.MeasureChoice(lang, "piece"), ui.MeasureChoice(lang, "pack"), ui.MeasureChoice(lang, "g"), ui.MeasureChoice(lang, "kg"), ui.MeasureChoice(lang, "reel")}
}

func giftDesk(lang string) ui.GiftDesk {
	shop := pick(lang, "Papeterie du Port (fictive)", "Port stationer’s (fictitious)")
	return ui.GiftDesk{
		Key: "k7", Materials: materials(lang), Measures: units(lang),
		Rows: []ui.GiftRow{
			{ID: "d1", Ref: "6C2X9K4R", Donor: shop, Town: "Abbeville", Mobile: "0300000000", Condition: "new", Stuff: sheets(30), Came: sheets(20), Seen: 20, Measures: units(lang)[:2], At: at(-1, 18, 12)},
			{ID: "d2", Ref: "7D3Y1M5S", Donor: shop, Town: "Abbeville", Email: "port@example.org", Condition: "opened", Fetch: true, Address: "12 rue des Dunes", Hours: pick(lang, "mardi, 14 h à 18 h", "Tuesday, 2 to 6 pm"),
				Photo: "/desk/donations/d2/photo", Stuff: ui.Stuff{Material: "petg", Unit: fab.UnitMG, N: 2_250_000}, Measures: units(lang)[2:4], At: at(-1, 12, 30)},
			{ID: "d3", Ref: "8E4Z2N6T", Donor: shop, Town: "Abbeville", Mobile: "0300000000", Condition: "unknown", Other: true, Stuff: ui.Stuff{Name: pick(lang, "plaques de plastique", "plastic sheets"), Unit: fab.UnitPiece, N: 4}, At: at(-1, 12, 30)},
			{ID: "d4", Ref: "9F5A3P7V", Donor: shop, Town: "Abbeville", Mobile: "0300000000", Condition: "used", Device: true, Stuff: ui.Stuff{Material: "tablet", Unit: fab.UnitPiece, N: 3}, At: at(-1, 12, 30)},
		},
		Blocked: []ui.BlockedRow{{ID: "q1", Code: "Q-001", Words: pick(lang, "bobine grise sans étiquette", "grey reel without a label"), N: 2, Status: string(fab.BlockedHere), Photo: "/desk/blocked/q1/photo", Ref: "9F5A3P7V", At: at(-1, 16, 0)}},
	}
}

func lacks(lang string) []ui.AppealRow {
	return []ui.AppealRow{
		{Stuff: sheets(88), By: at(3, 0, 0)},
		{Stuff: ui.Stuff{Material: "petg", Unit: fab.UnitMG, N: 1_400_000}, Names: map[string]string{lang: "Filament PETG"}, By: at(5, 0, 0)},
		{Stuff: ui.Stuff{Material: "tablet", Unit: fab.UnitPiece, N: 2}},
	}
}
