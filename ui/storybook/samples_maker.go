package main

import (
	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

func makerStories() []story {
	return []story{
		{"maker", func(lang string) ui.Page {
			return ui.Maker{Frame: maker(lang, "/maker"), Tiles: tiles(lang, "/maker/printers")[:3], Made: 137,
				Offers: []ui.Offer{{ID: "o1", Part: ui.Goods{Code: "hook", Name: "hook", N: 10}, Step: "print", For: "Quend", Due: at(2, 18, 0), Answer: at(0, 20, 0), HandIn: "2026-12-04", Why: fab.Because("why.soonest", "at", at(1, 18, 0))}}}
		}},
		{"maker-loads", func(lang string) ui.Page {
			hook := ui.Goods{Code: "hook", Name: "hook", N: 1}
			return ui.Maker{Frame: maker(lang, "/maker"), Tiles: tiles(lang, "/maker/printers")[:2], Made: 137, Reloads: []ui.Reload{
				{ID: "r1", Printer: "Tortue", Filament: "petg", Part: hook, Plates: 6, Until: at(0, 20, 0), Why: fab.Because("reload_sooner", "hours", 9)},
				{ID: "r2", Printer: "Escargot", Filament: "pla", Part: hook, Plates: 1, Yes: true, Until: at(1, 14, 0)},
				{ID: "r3", Printer: "Limace", Filament: "tpu", Part: hook, Plates: 2, Yes: true, Busy: true, Until: at(1, 14, 0)}}}
		}},
		{"maker-hands", func(lang string) ui.Page {
			return ui.Maker{Frame: maker(lang, "/maker"), Made: 42, Own: ownBags(),
				Work: []ui.Work{{ID: "a1", Part: ui.Goods{Code: "mask", Name: "mask", N: 12}, Step: "sew", Due: at(1, 18, 0), HandIn: at(4, 18, 0), File: "/maker/work/a1/file"}}}
		}},
		{"maker-hands-soon", func(lang string) ui.Page {
			return ui.Maker{Frame: maker(lang, "/maker"), Made: 42,
				Offers: []ui.Offer{{ID: "o1", Part: ui.Goods{Code: "mask", Name: "mask", N: 30}, Step: "sew", For: "Quend", Due: at(6, 0, 0), Answer: at(0, 20, 0), HandIn: "2026-12-04",
					Twin: fab.Because("twin_first_town", "town", "Rue")}},
				Work: []ui.Work{
					{ID: "a1", Part: ui.Goods{Code: "mask", Name: "mask", N: 12}, Step: "sew", Due: at(3, 0, 0), HandIn: at(1, 23, 59), Soon: true},
					{ID: "a2", Part: ui.Goods{Code: "mask", Name: "mask", N: 20}, Step: "sew", Due: at(1, 0, 0), HandIn: at(-1, 23, 59), Twin: fab.Because("twin_asked_town", "town", "Rue")}}}
		}},
		{"maker-card", func(lang string) ui.Page {
			p := cardPrinter(lang)
			return ui.Maker{Frame: maker(lang, "/maker"), Made: 42, Offers: p.Offers, Work: p.Work, Tiles: cardTiles("/maker/printers")}
		}},
		{"printer-card", func(lang string) ui.Page { return cardPrinter(lang) }},
		{"desk-printer-card", func(lang string) ui.Page {
			p := cardPrinter(lang)
			p.Frame, p.Base = desk(lang, ui.NavProduction, "/desk/printers/w9"), ui.BaseDesk
			return p
		}},
		{"printer-card-idle", func(lang string) ui.Page {
			p := cardPrinter(lang)
			p.Offers, p.Work, p.Idle = nil, nil, fab.Because("idle_no_work")
			return p
		}},
		{"desk-printers-card", func(lang string) ui.Page {
			p := wall(lang)
			p.Tiles = cardTiles("/desk/printers")
			return p
		}},
		{"maker-empty", func(lang string) ui.Page { return ui.Maker{Frame: maker(lang, "/maker")} }},
		{"demo", func(lang string) ui.Page { return demoStory(lang) }},
		{"demo-start", func(lang string) ui.Page {
			p := demoStory(lang)
			p.Way, p.Lines, p.Good, p.Bad, p.Tiles = ui.VisorWay(ui.WayFacts{}), nil, 0, 0, nil
			p.Demo.Mine = true
			return p
		}},
		{"demo-desk", func(lang string) ui.Page {
			p := wall(lang)
			p.Demo = &ui.DemoBar{Role: ui.DemoCoordinator, MinutesPerMinute: 60, Way: way()}
			return p
		}},
		{"demo-track", func(lang string) ui.Page {
			p := tracked(lang)
			p.Demo = &ui.DemoBar{Role: ui.DemoRequester, MinutesPerMinute: 60}
			return p
		}},
	}
}

// cardPrinter prints from an SD card: one plate is offered, another in hand.
func cardPrinter(lang string) ui.Printer {
	p := ownPrinter(lang)
	p.ID, p.Name, p.Agent, p.Self, p.Parts, p.Card = "w9", "Galet", "", false, nil, true
	p.Frame.Live = ""
	p.Offers = []ui.Offer{{ID: "o9", Part: ui.Goods{Code: "hook", Name: "hook", N: 10}, Step: "print", Printer: "Galet", For: "Quend", Due: at(2, 0, 0), Answer: at(0, 20, 0), HandIn: "2026-11-25"}}
	p.Work = []ui.Work{{ID: "a9", Part: ui.Goods{Code: "visor-band", Name: "visor-band", N: 4}, Step: "print", Printer: "Galet", Due: at(3, 0, 0), HandIn: at(1, 23, 59), Soon: true, File: "/maker/work/a9/file"}}
	return p
}

func cardTiles(base string) []ui.Tile {
	tile := ui.Tile{ID: "w9", Name: "Galet", Model: "Creality Ender-3", Place: "Quend", Base: base, Card: true, State: ui.StateOffered, Again: at(0, 20, 0), Job: ui.Goods{Code: "hook", Name: "hook", N: 10}, Code: "hook"}
	held, idle := tile, tile
	held.ID, held.Name, held.State, held.Ends, held.Job = "w10", "Bigorneau", ui.StateAtWork, at(1, 0, 0), ui.Goods{Code: "visor-band", Name: "visor-band", N: 4}
	idle.ID, idle.Name, idle.State, idle.Job, idle.Why = "w11", "Couteau", ui.StateReady, ui.Goods{}, fab.Because("idle_no_work")
	return []ui.Tile{tile, held, idle}
}

func way() []ui.Station {
	return ui.VisorWay(ui.WayFacts{Asked: true, Approved: true, Material: true, Shared: true, Made: 15, Of: 24})
}

func demoStory(lang string) ui.Story {
	f := frame(lang, "/demo")
	f.Live = "/live?page=demo"
	f.Demo = &ui.DemoBar{Role: ui.DemoStory, MinutesPerMinute: 60}
	return ui.Story{Frame: f, Way: way(), Headline: fab.Because("track.news_making", "n", 24, "goods", pick(lang, "24 visières", "24 visors")),
		Requested: 34, Good: 15, Bad: 1, Delivered: 0, Clock: now(), Tiles: tiles(lang, "/desk/printers")[:4],
		Lines: []ui.ActorLine{
			{ID: "3", At: at(0, 14, 5), Role: ui.DemoMaker, Text: fab.Because("why.lost_plate")},
			{ID: "2", At: at(0, 13, 40), Role: "lab", Text: fab.Because("why.soonest", "at", at(0, 16, 40))},
			{ID: "1", At: at(0, 9, 0), Role: ui.DemoDonor, Text: fab.Because("track.st_material_gift", "n", 50, "material", "film-a4", "town", "Abbeville")}}}
}
