package main

import (
	"net/url"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

func giftStories() []story {
	return []story{
		{"give", func(lang string) ui.Page {
			return ui.Give{Frame: frame(lang, "/give"), Materials: materials(lang), Needed: []ui.Stuff{sheets(24)}, Form: ui.Form{Key: "k3"}}
		}},
		{"give-errors", func(lang string) ui.Page {
			return ui.Give{Frame: frame(lang, "/give"), Materials: materials(lang), Form: ui.Form{Key: "k3", Values: url.Values{ui.FieldTown: {"Abbeville"}, ui.FieldConsent: {"yes"}},
				Errors: refusals(ui.FieldMaterial, "material_missing", ui.FieldCount, "not_a_number", ui.FieldDonor, "donor_missing")}}
		}},
		{"gift-pledged", func(lang string) ui.Page {
			p := gift(lang)
			p.Status, p.Received, p.Used, p.DeliveredN, p.Goods, p.Delivered = fab.DonationPledged, 0, 0, 0, nil, nil
			return p
		}},
		{"gift-received", func(lang string) ui.Page {
			p := gift(lang)
			p.Used, p.DeliveredN, p.Goods, p.Delivered = 0, 0, nil, nil
			return p
		}},
		{"gift-delivered", func(lang string) ui.Page { return gift(lang) }},
		{"gift-filament", func(lang string) ui.Page {
			p := gift(lang)
			p.Pledged = ui.Stuff{Material: "filament", Unit: fab.UnitMG, N: 1_000_000}
			p.Received, p.Used, p.DeliveredN = 1_000_000, 640_000, 412_000
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
	return ui.GiftPage{Frame: frame(lang, "/gift/abc"), Ref: "6C2X9K4R", Status: fab.DonationReceived, Pledged: sheets(50), Received: 50, Used: 24, DeliveredN: 24,
		Goods: []ui.Goods{visor(lang, 24)}, Delivered: []ui.Goods{visor(lang, 24)}, Towns: []string{"Rue"}, PledgedAt: at(-2, 18, 12), ReceivedAt: at(-1, 10, 30), LastAt: at(0, 9, 40)}
}
