package main

import (
	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// handoutStories are the pages of work that people do at home with what the hub hands them.
func handoutStories() []story {
	return []story{
		{"desk-handouts", func(lang string) ui.Page { return handouts(lang) }},
		{"desk-handouts-wrong", func(lang string) ui.Page {
			p := handouts(lang)
			p.Open = "h3"
			p.Form = ui.Form{Errors: fab.Errors{fab.Refuse(fab.Invalid, "take_back_count", "back-material-film-a4-h3", "max", 13)}}
			return p
		}},
		{"desk-handouts-none", func(lang string) ui.Page {
			return ui.Handouts{Frame: desk(lang, ui.NavProduction, "/desk/handouts")}
		}},
		{"maker-assemble", func(lang string) ui.Page {
			whole, film := handoutParts(lang)
			band := ui.Stuff{Name: pick(lang, "Bandeau de visière", "Visor band"), Unit: fab.UnitPiece, N: 25}
			sheet := ui.Stuff{Material: "film-a4", Unit: fab.UnitPiece, N: 25}
			return ui.Maker{Frame: maker(lang, "/maker"), Made: 50,
				Offers: []ui.Offer{{ID: "o1", Part: film, Step: "punch", For: "Quend", Due: at(6, 0, 0), Answer: at(0, 20, 0), HandIn: "2026-12-04", Takes: []ui.Stuff{sheet}}},
				Work:   []ui.Work{{ID: "a1", Part: whole, Step: "assemble", Due: at(3, 0, 0), HandIn: at(5, 23, 59), Takes: []ui.Stuff{band, sheet}, Given: true}}}
		}},
	}
}

func handoutParts(lang string) (whole, film ui.Goods) {
	return ui.Goods{Code: "visor-assembled", Name: pick(lang, "Visière assemblée en sachet", "Visor put together, in its bag"), N: 25},
		ui.Goods{Code: "visor-film", Name: pick(lang, "Film percé de visière", "Punched visor film"), N: 25}
}

func handouts(lang string) ui.Handouts {
	f := desk(lang, ui.NavProduction, "/desk/handouts")
	f.Live = ""
	whole, film := handoutParts(lang)
	band := func(n int64, from string) ui.HandoutTake {
		return ui.HandoutTake{Field: "part-visor-band", Stuff: ui.Stuff{Name: pick(lang, "Bandeau de visière", "Visor band"), Unit: fab.UnitPiece, N: n}, From: from}
	}
	sheet := func(n int64) ui.HandoutTake {
		return ui.HandoutTake{Field: "material-film-a4", Stuff: ui.Stuff{Material: "film-a4", Unit: fab.UnitPiece, N: n}}
	}
	return ui.Handouts{Frame: f,
		Out: []ui.Handout{
			{ID: "h1", Maker: "Galet", Town: "Rue", Mobile: "0300000000", Part: whole, Step: "assemble", Takes: []ui.HandoutTake{band(25, "V-118, V-121"), sheet(25)}},
			{ID: "h2", Maker: "Courlis", Town: "Le Crotoy", Mobile: "0300000002", Part: film, Step: "punch", Short: fab.Because("kit_short", "item", "material:film-a4", "have", 3, "need", 25)},
		},
		Back: []ui.Handout{{ID: "h3", Maker: "Sterne", Town: "Quend", Mobile: "0300000001", Part: whole, Step: "assemble", Takes: []ui.HandoutTake{band(13, "V-121"), sheet(13)}}}}
}
