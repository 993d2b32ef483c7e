package main

import (
	"net/url"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

func productionStories() []story {
	return []story{
		{"desk-production", func(lang string) ui.Page {
			second := batch(lang)
			second.ID, second.Goods, second.For, second.State, second.Plates, second.Outlook = "b2", hook(lang, 10), "", ui.StateDone, nil, ui.Outlook{}
			second.Wait = fab.Reason{}
			second.Way = ui.BatchWay(ui.BatchFacts{Sliced: true, Material: true, Made: 10, Of: 10, Checked: 10})
			return ui.Production{Frame: desk(lang, ui.NavProduction, "/desk/production"), Batches: []ui.Batch{batch(lang), second}}
		}},
		{"desk-production-empty", func(lang string) ui.Page {
			return ui.Production{Frame: desk(lang, ui.NavProduction, "/desk/production")}
		}},
		{"desk-new-batch", func(lang string) ui.Page {
			return ui.NewBatch{Frame: desk(lang, ui.NavProduction, "/desk/batches/new"), Form: ui.Form{Key: "k", Values: url.Values{"quantity": {"abc"}}, Errors: refusals(ui.FieldQuantityOf, "not_a_number")},
				Designs: []ui.Choice{{Value: "d1", Label: visor(lang, 1).Name + ", 1.0"}, {Value: "d2", Label: hook(lang, 1).Name + ", 1.2"}}, Requests: []ui.Choice{{Value: "r1", Label: "EHPAD Les Tilleuls (fictif), VM7K-3T9X"}}}
		}},
		{"desk-batch-change", func(lang string) ui.Page {
			b := batch(lang)
			b.Wait = fab.Because("wait_reconfirm")
			return ui.BatchPage{Frame: desk(lang, ui.NavProduction, "/desk/production/b1"), Batch: b, Design: visor(lang, 1).Name + ", 1.0",
				Parts:  []ui.PartRow{{Code: "visor-band", Name: "visor-band", Needed: 24, Good: 15, Bad: 1, Open: 7, Missing: 2}},
				Lots:   []ui.LotRow{{Code: "V-120", Part: ui.Goods{Code: "visor-band", Name: "visor-band", N: 2}, Who: "Tortue", Maker: "Camille", Spool: "B-03", State: ui.StateAtMaker, At: at(0, 13, 2), Bad: 1, Why: "stringing", Photo: "/desk/lots/l1/photo"}},
				Change: ui.BatchForm{Form: ui.Form{Values: url.Values{"quantity": {"10"}, "day": {"2026-11-29"}, "priority": {"1"}}}, Quantity: 24, Due: at(3, 0, 0), Priority: "0", Effect: &ui.BatchEffect{From: 24, To: 10, Fewer: 3, Running: 4, Over: 5}}}
		}},
		{"desk-batch", func(lang string) ui.Page {
			b := batch(lang)
			b.Wait = fab.Reason{}
			return ui.BatchPage{Frame: desk(lang, ui.NavProduction, "/desk/production/b1"), Batch: b, Change: ui.BatchForm{Quantity: 24, Due: at(3, 0, 0), Priority: "0"},
				Works:  []ui.BatchWork{{Code: "visor-film", Name: "visor-film", People: true}, {Code: "visor-assembled", Name: "visor-assembled"}},
				Design: visor(lang, 1).Name + ", 1.0", Claim: pick(lang, "essayé par des soignants", "tried by carers"),
				Parts: []ui.PartRow{{Code: "visor-band", Name: "visor-band", Needed: 24, Good: 15, Bad: 1, Open: 7, Missing: 2}, {Code: "visor-reinforcement", Name: "visor-reinforcement", Needed: 24, Good: 16, Open: 8}},
				Lots: []ui.LotRow{{Code: "V-118", Part: ui.Goods{Code: "visor-band", Name: "visor-band", N: 8}, Who: "Orange", Spool: "B-07", State: ui.StateCounted, At: at(0, 11, 20)},
					{Code: "V-119", Part: ui.Goods{Code: "visor-band", Name: "visor-band", N: 7}, Who: "Tortue", Spool: "B-03", State: ui.StateAtMaker, At: at(0, 13, 2)}}}
		}},
	}
}

func batch(lang string) ui.Batch {
	band := func(n int64) ui.Goods { return ui.Goods{Code: "visor-band", Name: "visor-band", N: n} }
	var none time.Time
	return ui.Batch{
		ID: "b1", Goods: visor(lang, 24), For: "EHPAD Les Tilleuls (fictif)", Request: "r1", Due: at(3, 0, 0), Outlook: ui.Outlook{From: at(2, 16, 0), To: at(3, 11, 0), Bound: at(2, 9, 0), Now: now()}, State: ui.StateRunning, Made: 15,
		Wait: fab.Because("why.material_coming", "material", "film-a4", "missing", 24, "coming", 50, "at", at(1, 9, 0)),
		Way:  ui.BatchWay(ui.BatchFacts{Sliced: true, Material: true, Made: 15, Of: 24, Checked: 8}),
		Plates: []ui.Plate{
			{ID: "j1", Part: band(3), Who: "Orange", State: ui.StatePrinting, Percent: 42, Ends: at(0, 16, 40), Try: 1, Why: fab.Because("why.soonest", "at", at(0, 16, 40))},
			{ID: "j2", Part: band(2), Who: "Tortue", State: ui.StatePlate, Percent: 100, Ends: none, Try: 2, Why: fab.Because("why.soonest", "at", at(0, 14, 0)), End: fab.Because("why.lost_plate")},
			{ID: "j3", Part: band(2), State: ui.StateWaiting, Try: 1, Why: fab.Because("why.material_short", "material", "film-a4", "missing", 24)},
		},
	}
}
