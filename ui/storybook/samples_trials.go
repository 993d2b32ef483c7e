package main

import (
	"net/url"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

func trialStories() []story {
	return []story{
		{"desk-trial-planned", func(lang string) ui.Page { return trial(lang, ui.StatePlanned) }},
		{"desk-trial-refused", func(lang string) ui.Page {
			p := trial(lang, ui.StatePlanned)
			p.Testers, p.TrialRow.Testers, p.Pieces = nil, 0, 0
			p.Form = ui.Form{Values: url.Values{ui.FieldCount: {"zéro"}}, Errors: fab.Errors{
				fab.Refuse(fab.Invalid, "tester_function", ui.FieldFunction), fab.Refuse(fab.Invalid, "not_a_number", ui.FieldCount),
			}}
			return p
		}},
		{"desk-trial", func(lang string) ui.Page {
			p := trial(lang, ui.StateRunning)
			p.LinkFor, p.LinkURL = "t2", "/trial/9TqZkW3vB0m7xC2nY8dRfLh5sJ1pG4aE9TqZkW3vB0m7xC2n"
			return p
		}},
		{"desk-trial-closed", func(lang string) ui.Page { return trial(lang, ui.StateClosed) }},
		{"desk-trial-labels", func(lang string) ui.Page {
			p := ui.Labels{Frame: desk(lang, ui.NavProduction, "/desk/trials/e1/labels"), Back: "/desk/trials/e1", Trial: "E-004", Product: visor(lang, 1).Name, Version: "1.2"}
			for n := range int64(3) {
				p.Labels = append(p.Labels, ui.TrialLabel{No: n + 1, Of: 3, Function: pick(lang, "infirmière", "nurse"), Place: "EHPAD Les Tilleuls (fictif)"})
			}
			return p
		}},
		{"trial-answer", func(lang string) ui.Page { return answer(lang) }},
		{"trial-answer-refused", func(lang string) ui.Page {
			p := answer(lang)
			p.Form.Errors = fab.Errors{fab.Refuse(fab.Invalid, "score_missing", ui.FieldUse, "max", fab.MaxScore)}
			return p
		}},
		{"trial-answer-given", func(lang string) ui.Page {
			p := answer(lang)
			p.Given = at(-1, 15, 0)
			p.Form.Values = url.Values{ui.FieldUse: {"4"}, ui.FieldCleaning: {"0"}, ui.FieldRemark: {pick(lang, "Un peu serrée.", "A bit tight.")}, ui.FieldConsent: {"yes"}}
			return p
		}},
		{"trial-answer-closed", func(lang string) ui.Page { p := answer(lang); p.Closed = true; return p }},
		{"maker-judges", func(lang string) ui.Page {
			p := answer(lang)
			p.Frame, p.To, p.Maker = maker(lang, "/maker/trials/t3"), "/maker/trials/t3", true
			return p
		}},
		{"desk-decide", func(lang string) ui.Page { return decide(lang) }},
		{"desk-decide-refused", func(lang string) ui.Page {
			p := decide(lang)
			p.Evidence, p.Enough, p.Older = nil, false, nil
			p.Form = ui.Form{Values: url.Values{}, Errors: refusals(ui.FieldWhy, "evidence_missing")}
			return p
		}},
		{"desk-words", func(lang string) ui.Page {
			return ui.VersionWords{
				Frame: desk(lang, ui.NavProduction, "/desk/products/d3/words"), VersionRow: versions()[0], Product: visor(lang, 1).Name, Claim: "anti-projection",
				Claims: []string{"anti-projection", fab.ClaimTried, fab.ClaimTriedByCare}, Dated: at(-2, 9, 0),
				Form: ui.Form{Values: url.Values{ui.FieldNotice + "fr": {"# Visière anti-projection\n\nSe lave."}, ui.FieldNotice + "en": {"# Splash visor\n\nWashable."}}},
			}
		}},
		{"desk-withdraw", func(lang string) ui.Page {
			return ui.Withdraw{
				Frame: desk(lang, ui.NavProduction, "/desk/products/d2/withdraw"), VersionRow: versions()[1], Product: visor(lang, 1).Name, Next: "1.2",
				Reach: ui.Reach{Batches: 2, UnderWay: 7, AtMakers: 3, Counted: 12, BoxesHere: 2, BoxesAway: 1, BoxesSent: 9, Trials: 1}, Form: ui.Form{Values: url.Values{}},
			}
		}},
		{"desk-withdraw-nothing", func(lang string) ui.Page {
			return ui.Withdraw{Frame: desk(lang, ui.NavProduction, "/desk/products/d1/withdraw"), VersionRow: versions()[0], Product: visor(lang, 1).Name}
		}},
	}
}

func proofs(lang string) []ui.Evidence {
	return []ui.Evidence{
		{Kind: fab.TesterCare, Function: pick(lang, "infirmière", "nurse"), Place: "EHPAD Les Tilleuls (fictif)", Trial: "E-004", At: at(-1, 15, 0),
			Scores: []ui.Score{{Code: "use", N: 4}, {Code: "cleaning", N: 5}}, Remark: pick(lang, "Portée une demi-journée. Un peu serrée <aux> tempes.", "Worn half a day. A bit tight <at> the temples.")},
		{Kind: fab.TesterMaker, Trial: "E-004", At: at(-2, 9, 0), Scores: []ui.Score{{Code: "making", N: 3}}},
	}
}

func trial(lang, state string) ui.Trial {
	p := ui.Trial{
		Frame:    desk(lang, ui.NavProduction, "/desk/trials/e1"),
		TrialRow: ui.TrialRow{ID: "e1", Code: "E-004", State: state, Question: pick(lang, "Tient-elle une journée\u00a0?", "Does it hold a day?"), Testers: 2, Pieces: 5, At: at(-3, 9, 0)},
		Version:  versions()[0], Product: visor(lang, 1).Name, Places: []ui.Choice{{Value: "f1", Label: "EHPAD Les Tilleuls (fictif), Rue"}},
	}
	all := proofs(lang)
	first := ui.TesterRow{ID: "t1", Kind: fab.TesterCare, Function: all[0].Function, Place: all[0].Place, Contact: "03 00 00 00 00", Pieces: 3, State: ui.StateWaiting}
	second := ui.TesterRow{ID: "t2", Kind: fab.TesterOther, Function: pick(lang, "caissière", "cashier"), Place: "Épicerie du port (fictive)", Contact: "epicerie@port.example", Pieces: 2, State: ui.StateWaiting}
	if state != ui.StatePlanned {
		p.Batch, p.Answers = "b1", 2
		first.Request, first.State, first.Answer = "r1", ui.StateAnswered, &all[0]
		second.Request, second.State = "r2", ui.StateOnWay
		p.Testers = append(p.Testers, ui.TesterRow{ID: "t3", Kind: fab.TesterMaker, Place: "Tortue", State: ui.StateAnswered, Answer: &all[1]})
	}
	if state == ui.StateClosed {
		first.Contact, second.Contact, second.State = "", "", ui.StateCancelled
	}
	p.Testers = append([]ui.TesterRow{first, second}, p.Testers...)
	return p
}

func answer(lang string) ui.Answer {
	return ui.Answer{
		Frame: frame(lang, "/trial/abc"), To: "/trial/abc", Product: visor(lang, 1).Name, Version: "1.2", Asked: pick(lang, "Tient-elle une journée\u00a0?", "Does it hold a day?"),
		Form: ui.Form{Values: url.Values{}},
	}
}

func decide(lang string) ui.Decide {
	return ui.Decide{
		Frame: desk(lang, ui.NavProduction, "/desk/products/d3/trialled"), VersionRow: versions()[0], Product: visor(lang, 1).Name, Evidence: proofs(lang), Enough: true,
		Claims: []string{"anti-projection", fab.ClaimTried, fab.ClaimTriedByCare}, Older: []ui.Choice{{Value: "d2", Label: "1.1"}},
		Form: ui.Form{Values: url.Values{ui.FieldClaim: {"anti-projection"}, ui.FieldBatches: {ui.MoveNo}}},
	}
}
