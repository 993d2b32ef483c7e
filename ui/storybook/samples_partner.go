package main

import (
	"net/url"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

func partnerStories() []story {
	return []story{
		{"desk-relay-new", func(lang string) ui.Page { return newRelay(lang) }},
		{"desk-relay-new-refused", func(lang string) ui.Page {
			p := newRelay(lang)
			p.Form.Values = url.Values{"quantity": {"40"}}
			p.Form.Errors = fab.Errors{fab.Refuse(fab.Invalid, "relay_name", ui.FieldName), fab.Refuse(fab.Conflict, "relay_too_many", ui.FieldQuantityOf, "max", 12)}
			return p
		}},
		{"desk-relay-new-none", func(lang string) ui.Page { p := newRelay(lang); p.Left = 0; return p }},
		{"desk-partners", func(lang string) ui.Page {
			return ui.Partners{Frame: desk(lang, ui.NavProduction, "/desk/partners"), Relays: []ui.RelayRow{
				relayRow(lang, ui.StateOffered), overdue(relayRow(lang, ui.StateWithPartner)), relayRow(lang, ui.StateSentAll), relayRow(lang, ui.StateReturned)}}
		}},
		{"desk-favours", func(lang string) ui.Page {
			return ui.Partners{Frame: desk(lang, ui.NavProduction, "/desk/partners"), Form: ui.Form{Values: url.Values{"link": {"http://"}}, Errors: refusals(ui.FieldLink, "favour_link")},
				Favours: []ui.FavourRow{favourRow(lang, ui.StateRunning), {ID: "f2", Code: "R-019", Lab: "Atelier de la Côte (fictif)", Goods: hook(lang, 5), Due: at(1, 0, 0), State: ui.StateRunning, Trouble: "away"}}}
		}},
		{"desk-favour-ask", func(lang string) ui.Page {
			return ui.FavourAsk{Frame: desk(lang, ui.NavProduction, "/desk/partners"), Link: "https://labo.example/relay/x", Lab: "Fablab du Nord (fictif)", Code: "R-004", Goods: visor(lang, 12), Version: "1.2", Left: 8,
				Due: at(5, 0, 0), Place: fab.Because("relay.said_kind", "kind", fab.FacilityCareHome, "town", "Rue"), Note: pick(lang, "PETG clair si possible.", "Clear PETG if possible."), Form: ui.Form{Values: url.Values{"quantity": {"8"}}}}
		}},
		{"desk-favour", func(lang string) ui.Page {
			band := func(n int64) ui.Goods { return ui.Goods{Code: "visor-band", Name: "visor-band", N: n} }
			return ui.FavourPage{Frame: desk(lang, ui.NavProduction, "/desk/favours/f1"), FavourRow: favourRow(lang, ui.StateRunning), Batch: "b1", Ready: []ui.FavourLot{{Ours: "V-031", Part: band(4)}},
				Sent: []ui.FavourLot{{Ours: "V-030", Part: band(2), State: ui.StateWaiting, At: now()}, {Ours: "V-029", Theirs: "V-131", Part: band(3), State: ui.StateCounted, Good: 2, At: at(-1, 10, 0)}}}
		}},
		{"desk-partners-empty", func(lang string) ui.Page {
			return ui.Partners{Frame: desk(lang, ui.NavProduction, "/desk/partners")}
		}},
		{"desk-relay-offered", func(lang string) ui.Page {
			p := relayPage(lang, ui.StateOffered)
			p.LinkURL = "/relay/9TqZkW3vB0m7xC2nY8dRfLh5sJ1pG4aE9TqZkW3vB0m7xC2n"
			return p
		}},
		{"desk-relay", func(lang string) ui.Page { return relayPage(lang, ui.StateWithPartner) }},
		{"desk-relay-overdue", func(lang string) ui.Page {
			p := relayPage(lang, ui.StateWithPartner)
			p.RelayRow = overdue(p.RelayRow)
			return p
		}},
		{"desk-relay-returned", func(lang string) ui.Page {
			p := relayPage(lang, ui.StateReturned)
			p.Word = pick(lang, "Notre machine est en panne.", "Our machine broke down.")
			return p
		}},
		{"desk-calls-partner", func(lang string) ui.Page {
			return ui.Calls{Frame: desk(lang, ui.NavPeople, "/desk/calls"), Relays: []ui.RelayRow{overdue(relayRow(lang, ui.StateWithPartner))}}
		}},
		{"relay-asked", func(lang string) ui.Page { return relayAnswer(lang, ui.StateOffered) }},
		{"relay-asked-refused", func(lang string) ui.Page {
			p := relayAnswer(lang, ui.StateOffered)
			p.Left = 5
			p.Form.Errors = fab.Errors{fab.Refuse(fab.Conflict, "relay_too_many", ui.FieldQuantityOf, "max", 5)}
			return p
		}},
		{"relay-asked-gone", func(lang string) ui.Page { p := relayAnswer(lang, ui.StateOffered); p.Left = 0; return p }},
		{"relay-accepted", func(lang string) ui.Page { return relayAnswer(lang, ui.StateWithPartner) }},
		{"relay-sent-all", func(lang string) ui.Page { return relayAnswer(lang, ui.StateSentAll) }},
		{"relay-declined", func(lang string) ui.Page {
			p := relayAnswer(lang, ui.StateRefused)
			p.Accepted, p.Lots = 0, nil
			return p
		}},
		{"relay-taken-back", func(lang string) ui.Page { return relayAnswer(lang, ui.StateTaken) }},
		{"relay-stop", func(lang string) ui.Page { p := relayAnswer(lang, ui.StateWithPartner); p.Stop = true; return p }},
		{"relay-labels", func(lang string) ui.Page {
			return ui.RelayLabels{Frame: frame(lang, "/relay/x/labels"), Back: "/relay/x", Code: "R-004", Partner: "Fablab du Nord (fictif)", Product: visor(lang, 1).Name, Version: "1.2", Lots: relayLots()}
		}},
	}
}

func newRelay(lang string) ui.NewRelay {
	return ui.NewRelay{Frame: desk(lang, ui.NavProduction, "/desk/production/b1/relay"), Batch: "b1", Goods: visor(lang, 24), For: "EHPAD Les Tilleuls (fictif)", Left: 12,
		Parts: []ui.Choice{{Value: "visor-band", Label: "visor-band"}, {Value: "visor-reinforcement", Label: "visor-reinforcement"}},
		Form:  ui.Form{Key: "k", Values: url.Values{ui.FieldParts: {"visor-band", "visor-reinforcement"}}}}
}

func relayRow(lang, state string) ui.RelayRow {
	r := ui.RelayRow{ID: "x-" + state, Code: "R-004", Partner: "Fablab du Nord (fictif)", Goods: visor(lang, 12), Due: at(5, 0, 0), State: state}
	if state != ui.StateOffered {
		r.Accepted, r.Contact = 10, "Camille, 03 00 00 00 00"
	}
	return r
}

func overdue(r ui.RelayRow) ui.RelayRow {
	r.ID, r.Due, r.Overdue = "x-overdue", at(-2, 0, 0), true
	return r
}

func relayLots() []ui.RelayLot {
	return []ui.RelayLot{
		{Code: "V-131", Theirs: "N-8", Material: "PETG, bobine 12", Part: ui.Goods{Code: "visor-band", Name: "visor-band", N: 4}, State: ui.StateOnWay, At: at(0, 9, 30)},
		{Code: "V-127", Part: ui.Goods{Code: "visor-band", Name: "visor-band", N: 3}, State: ui.StateCounted, Good: 2, At: at(-1, 15, 0)},
	}
}

func relayParts(state string) []ui.RelayPart {
	parts := []ui.RelayPart{{Code: "visor-band", Name: "visor-band", PerUnit: 1, Pieces: 10, Sent: 7}, {Code: "visor-reinforcement", Name: "visor-reinforcement", PerUnit: 1, Pieces: 10}}
	if state == ui.StateWithPartner {
		parts[0].Owed, parts[1].Owed = 3, 10
	}
	return parts
}

func relayPage(lang, state string) ui.RelayPage {
	p := ui.RelayPage{Frame: desk(lang, ui.NavProduction, "/desk/relays/x"), RelayRow: relayRow(lang, state), Batch: "b1", Propose: "2026-12-05",
		Note: pick(lang, "PETG clair si possible.", "Clear PETG if possible."), Place: fab.Because("relay.said_kind", "kind", fab.FacilityCareHome, "town", "Rue")}
	if p.Accepted > 0 {
		p.Parts, p.Lots = relayParts(state), relayLots()
	}
	return p
}

func relayAnswer(lang, state string) ui.RelayAnswer {
	p := ui.RelayAnswer{Frame: frame(lang, "/relay/x"), Token: "x", Version: "1.2", RelayRow: relayRow(lang, state), Left: 12, Place: fab.Because("relay.said_kind", "kind", fab.FacilityCareHome, "town", "Rue"),
		Note: pick(lang, "PETG clair si possible.", "Clear PETG if possible."), Claim: fab.ClaimTriedByCare, Notice: []string{visor(lang, 1).Name, pick(lang, "Se lave à l’eau savonneuse.", "Wash with soapy water.")},
		Models: []ui.Choice{{Value: "ender3", Label: "Ender 3"}}, Filaments: []ui.Choice{{Value: "petg", Label: "PETG"}},
		Form: ui.Form{Values: url.Values{ui.FieldQuantityOf: {"12"}}}, SendForm: ui.Form{Key: "k", Values: url.Values{}}}
	p.Parts = relayParts(state)
	for i := range p.Parts {
		p.Parts[i].File = "/relay/x/parts/" + p.Parts[i].Code
	}
	if p.Accepted > 0 {
		p.Lots = relayLots()
	}
	return p
}

func favourRow(lang, state string) ui.FavourRow {
	return ui.FavourRow{ID: "f1", Code: "R-004", Lab: "Fablab du Nord (fictif)", Goods: visor(lang, 8), Due: at(5, 0, 0), State: state}
}
