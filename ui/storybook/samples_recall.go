package main

import (
	"net/url"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

func recallStories() []story {
	return []story{
		{"desk-recall", func(lang string) ui.Page { return recall(lang) }},
		{"desk-recall-refused", func(lang string) ui.Page {
			p := recall(lang)
			p.Open, p.Form = true, ui.Form{Values: url.Values{ui.FieldWay: {fab.RecallFetch}}, Errors: refusals(ui.FieldDay, "date_past")}
			return p
		}},
		{"desk-recall-told", func(lang string) ui.Page {
			p := recall(lang)
			p.Told = p.Told[2:]
			return p
		}},
		{"desk-recalls", func(lang string) ui.Page {
			return ui.Recalls{Frame: desk(lang, ui.NavMaterials, "/desk/recalls"), Form: ui.Form{Values: url.Values{}},
				Subjects: []ui.Choice{{Value: "maker:m1", Label: "Goéland, Rue"}, {Value: "worker:w1", Label: "Tortue"}, {Value: "design:d1", Label: visor(lang, 1).Name + " 1"}},
				Recalls:  []ui.RecallRow{{ID: "r1", What: "spool", Subject: "B-07", Why: pick(lang, "humide, casse net", "damp, breaks clean"), At: at(-1, 10, 0), Lots: 3, Boxes: 1}}}
		}},
		{"desk-recall-nothing", func(lang string) ui.Page {
			return ui.Recall{Frame: desk(lang, ui.NavMaterials, "/desk/recalls/r2"), What: "spool", Subject: "B-07", At: now()}
		}},
		{"desk-recall-to", func(lang string) ui.Page { return recallTo(lang) }},
		{"desk-recall-to-refused", func(lang string) ui.Page {
			p := recallTo(lang)
			p.Open, p.Form, p.Link = "back", ui.Form{Values: url.Values{ui.FieldPart: {"k1"}, ui.FieldCount: {"99"}}, Errors: fab.Errors{fab.Refuse(fab.Invalid, "came_back_more", ui.FieldCount, "max", 24)}}, "/recall/abc"
			return p
		}},
		{"recall-letter", func(lang string) ui.Page {
			return ui.RecallLetter{Frame: frame(lang, "/recall/abc"), RecallTold: tolds(lang)[0], Token: "abc", Letter: recallLetter(lang), Form: ui.Form{Values: url.Values{}}}
		}},
		{"recall-letter-answered", func(lang string) ui.Page {
			return ui.RecallLetter{Frame: frame(lang, "/recall/abc"), RecallTold: tolds(lang)[2], Token: "abc", Letter: recallLetter(lang), Form: ui.Form{Values: url.Values{ui.FieldAside: {"14"}}}}
		}},
		{"recall-letter-donor", func(lang string) ui.Page {
			return ui.RecallLetter{Frame: frame(lang, "/recall/abc"), RecallTold: tolds(lang)[4], Token: "abc", Letter: ui.Document{Lang: lang, Title: pick(lang, "Rappel : B-07", "Recall: B-07"), Sender: "Atelier de la Baie",
				Sheets: []ui.PaperSheet{{Blocks: []ui.PaperBlock{saidBlock(ui.PaperText, pick(lang, "Votre don n’est pas en cause, et vous n’avez rien à faire.", "Your gift is not in question, and there is nothing for you to do."))}}}}}
		}},
	}
}

func recall(lang string) ui.Recall {
	return ui.Recall{
		Frame: desk(lang, ui.NavMaterials, "/desk/recalls/r1"), What: "design", Subject: visor(lang, 1).Name + " 1.0", At: now(), ID: "r1", Gone: 2, Told: tolds(lang), Form: ui.Form{Values: url.Values{ui.FieldWay: {ui.RecallCall}}},
		Lots: []ui.RecallLot{{Code: "V-118", Part: ui.Goods{Name: "visor-band", N: 4}, Who: "Tortue", Town: "Rue", Kept: true}, {Code: "V-101", Part: ui.Goods{Name: "visor-band", N: 12}, Who: "Foudre", Town: "Abbeville"},
			{Code: "V-102", Part: ui.Goods{Name: "visor-band", N: 3}, Who: "Foudre", Town: "Abbeville", Van: "T-012"}},
		Boxes: []ui.RecallBox{{Code: "B-007", Place: "EHPAD Les Tilleuls (fictif)", Town: "Rue", Phone: "0300000000", State: ui.StateDelivered},
			{Code: "B-009", Place: "Pharmacie (fictive)", Town: "Abbeville", State: ui.StateOnWay}},
	}
}

func tolds(lang string) []ui.RecallTold {
	to := "/desk/recalls/r1/to/"
	return []ui.RecallTold{
		{URL: to + "facility/f1", Kind: fab.ToldFacility, Name: "EHPAD Les Tilleuls (fictif)", Town: "Rue", Mobile: "0300000000", Sent: 24},
		{URL: to + "facility/f2", Kind: fab.ToldFacility, Name: "Pharmacie (fictive)", Town: "Abbeville", OnWay: true},
		{URL: to + "facility/f3", Kind: fab.ToldFacility, Name: "Cabinet infirmier (fictif)", Town: "Le Crotoy", Mobile: "0300000001", ToldAt: at(0, 9, 5), How: fab.ToldByCall, AnsweredAt: at(0, 9, 30), Aside: 14, Gone: 2, Said: pick(lang, "deux données à une voisine", "two given to a neighbour"), Sent: 16, Back: 14, Done: true},
		{URL: to + "maker/m1", Kind: fab.ToldMaker, Name: "Tortue", Town: "Rue", Mobile: "0300000002", ToldAt: at(0, 9, 10), How: fab.ToldByLetter},
		{URL: to + "donor/d1", Kind: fab.ToldDonor, Name: pick(lang, "Papeterie du Port (fictive)", "Port stationer’s (fictitious)"), Town: "Abbeville", ToldAt: at(0, 9, 15), How: fab.ToldByLink, Done: true},
	}
}

func recallTo(lang string) ui.RecallTo {
	return ui.RecallTo{
		Frame: desk(lang, ui.NavMaterials, "/desk/recalls/r1"), RecallTold: tolds(lang)[0], What: "spool", Subject: "B-07", RecallID: "r1", Email: "accueil@tilleuls.example", Letter: recallLetter(lang),
		Goods: []ui.Choice{{Value: "k1", Label: "B-007 · 24\u00a0× " + visor(lang, 1).Name}}, Form: ui.Form{Values: url.Values{}},
	}
}

func saidBlock(kind, text string) ui.PaperBlock {
	return ui.PaperBlock{Kind: kind, Text: []ui.PaperSpan{{Text: text, Bold: kind == ui.PaperNotice}}}
}

func recallLetter(lang string) ui.Document {
	say := func(kind, fr, en string) ui.PaperBlock { return saidBlock(kind, pick(lang, fr, en)) }
	return ui.Document{Lang: lang, Title: pick(lang, "Rappel : B-07", "Recall: B-07"), Sender: "Atelier de la Baie · 03 00 00 00 00", Sheets: []ui.PaperSheet{{Copy: pick(lang, "vendredi 3 avril 2020", "Friday 3 April 2020"), Blocks: []ui.PaperBlock{
		say(ui.PaperNotice, "Ne vous servez plus de ce qui est dans la liste ci-dessous, et mettez-le de côté.", "Stop using what is in the list below, and put it aside."),
		say(ui.PaperText, "L’atelier passe le reprendre lundi 6 avril.", "The lab comes to take it back on Monday 6 April."),
		{Kind: ui.PaperTable, Table: &ui.PaperGrid{Head: []string{pick(lang, "Boîte", "Box"), pick(lang, "Contenu", "Inside"), pick(lang, "Quantité", "Count"), "Lots", pick(lang, "Remis le", "Handed over")}, Rows: [][]string{{"B-007", visor(lang, 1).Name, "24", "V-118, V-119", at(-2, 0, 0).Format(time.DateOnly)}}, Right: []bool{false, false, true, false, false}}},
	}}}}
}
