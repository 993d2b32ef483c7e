package main

import (
	"net/url"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

func deskStories() []story {
	return []story{
		{"desk-requests", func(lang string) ui.Page {
			return ui.Requests{Frame: desk(lang, ui.NavRequests, "/desk/requests"),
				Chips: []ui.Chip{{Code: "open", URL: "/desk/requests", N: 4, Current: true}, {Code: "todo", URL: "/desk/requests?show=todo", N: 1}, {Code: "moved", URL: "/desk/requests?show=moved", N: 1}, {Code: "done", URL: "/desk/requests?show=done", N: 14}},
				Items: requestItems(lang)}
		}},
		{"desk-requests-empty", func(lang string) ui.Page { return ui.Requests{Frame: desk(lang, ui.NavRequests, "/desk/requests")} }},
		{"desk-request", func(lang string) ui.Page { return request(lang) }},
		{"desk-request-refused-form", func(lang string) ui.Page {
			p := request(lang)
			p.Form.Errors = refusals(ui.FieldReason, "reason_missing")
			return p
		}},
		{"desk-request-open", func(lang string) ui.Page {
			p := request(lang)
			p.State, p.CanAct = ui.StateApproved, false
			p.Track = tracked(lang).Stations()
			p.Batches = []ui.BatchRef{{ID: "b1", Goods: visor(lang, 24), State: ui.StatePrinting}, {ID: "b2", Goods: hook(lang, 10), State: ui.StateDone}}
			p.TrackURL = "/track/abcdefgh"
			return p
		}},
		{"desk-request-still", func(lang string) ui.Page {
			p := request(lang)
			p.State, p.CanAct, p.Wait = ui.StateApproved, false, fab.Because("wait_reconfirm")
			p.Track = tracked(lang).Stations()
			p.Still = ui.StillNeeded{Action: "/desk/requests/r1/still", Lines: []ui.TrackLine{{Code: "visor", Name: visor(lang, 1).Name, Promised: 24}}}
			return p
		}},
		{"desk-printers-held", func(lang string) ui.Page {
			p := wall(lang)
			p.Tiles = p.Tiles[:3]
			p.Tiles[0].Held = ui.Held{Why: fab.Because("hold_yield", "good", 11, "of", 20), Since: at(0, 9, 0)}
			p.Tiles[1].Held = ui.Held{Why: fab.Because("hold_trial"), Trial: true}
			p.Tiles[2].Gone = fab.Because("gone.request")
			return p
		}},
		{"desk-phone", func(lang string) ui.Page {
			return ui.PhoneRequest{Frame: desk(lang, ui.NavRequests, "/desk/requests/new"), Products: offered(lang), Form: ui.Form{Key: "k2", Values: url.Values{}}}
		}},
		{"desk-printers", func(lang string) ui.Page { return wall(lang) }},
	}
}

func requestItems(lang string) []ui.RequestItem {
	return []ui.RequestItem{
		{ID: "r1", Ref: "VM7K3T9X", Facility: "EHPAD Les Tilleuls (fictif)", Town: "Rue", Kind: fab.FacilityCareHome, Goods: []ui.Goods{visor(lang, 24), hook(lang, 10)},
			NeedBy: at(3, 0, 0), Received: at(0, 7, 5), Channel: fab.ChannelPhone, State: ui.StateReceived,
			Outlook: ui.Outlook{From: at(5, 11, 0), To: at(7, 18, 0), Bound: at(4, 9, 0), Late: true, Missed: true, Now: now(),
				Fix: []fab.Reason{fab.Because("fix_printers", "count", 3, "model", "Creality Ender-3"), fab.Because("fix_hours")}}},
		{ID: "r2", Ref: "4H2N8Q0Z", Facility: "Pharmacie du Port (fictive)", Town: "Saint-Valery-sur-Somme", Kind: fab.FacilityHealthPro, Goods: []ui.Goods{visor(lang, 8)},
			NeedBy: at(1, 0, 0), Received: at(-2, 16, 30), Channel: fab.ChannelWeb, State: ui.StateApproved, Late: true,
			Outlook: ui.Outlook{From: at(2, 11, 0), To: at(4, 15, 0), Bound: at(1, 20, 0), Late: true, Fix: []fab.Reason{fab.Because("fix_printers", "count", 2, "model", "Creality Ender-3")}, Now: now()},
			Wait:    fab.Because("why.material_short", "material", "film-a4", "missing", 24)},
		{ID: "r4", Ref: "C0FF33QX", Facility: "Foyer des Mouettes (fictif)", Town: "Le Crotoy", Kind: fab.FacilityCareHome, Goods: []ui.Goods{visor(lang, 60)},
			NeedBy: at(9, 0, 0), Received: at(-6, 9, 0), Channel: fab.ChannelWeb, State: ui.StateApproved, Outlook: slipped()},
		{ID: "r3", Ref: "9W1D5C7E", Facility: "Mairie de Quend (fictive)", Town: "Quend", Kind: fab.FacilityTown, Goods: []ui.Goods{hook(lang, 40)},
			NeedBy: at(9, 0, 0), Received: at(-1, 9, 0), Channel: fab.ChannelWeb, State: ui.StateApproved, Outlook: ui.Outlook{From: at(4, 16, 0), To: at(6, 16, 0), Bound: at(3, 9, 0), Now: now()}},
	}
}

// slipped comes two days later than it was told.
func slipped() ui.Outlook {
	return ui.Outlook{From: at(3, 16, 0), To: at(5, 16, 0), Bound: at(2, 9, 0), Now: now(), ToldFrom: at(1, 9, 0), ToldTo: at(3, 18, 0), Slips: true,
		Moved: []fab.Reason{fab.Because("moved_urgent", "n", int64(2)), fab.Because("moved_again", "n", int64(8))},
		Fix:   []fab.Reason{fab.Because("fix_printers", "count", 2, "model", "Creality Ender-3")}}
}

func request(lang string) ui.Request {
	return ui.Request{
		Frame: desk(lang, ui.NavRequests, "/desk/requests/r1"), RequestItem: requestItems(lang)[0],
		Address: "12 rue des Dunes", Access: "entrée cuisine, sonner", Contact: "Accueil", Mobile: "0300000000", Note: "Plutôt le matin.",
		Lines: []ui.TrackLine{{Code: "visor", Name: visor(lang, 1).Name, Asked: 24}, {Code: "hook", Name: hook(lang, 1).Name, Asked: 10}},
		Stock: []ui.Goods{hook(lang, 31)}, Before: "r0", CanAct: true, Takes: lineTakes(lang),
	}
}

func wall(lang string) ui.Wall {
	return ui.Wall{
		Frame: desk(lang, ui.NavProduction, "/desk/printers"), Waiting: 2, Goods: []ui.Goods{visor(lang, 24)}, NeedBy: at(3, 0, 0), Ends: at(2, 16, 0),
		Chips: []ui.Chip{{Code: "all", URL: "/desk/printers", N: 9, Current: true}, {Code: "todo", URL: "/desk/printers?show=todo", N: 2},
			{Code: "printing", URL: "/desk/printers?show=printing", N: 4}, {Code: "ready", URL: "/desk/printers?show=ready", N: 1}, {Code: "offline", URL: "/desk/printers?show=offline", N: 2}},
		Tiles: tiles(lang, "/desk/printers"),
	}
}

func tiles(lang, base string) []ui.Tile {
	band := func(n int64) ui.Goods { return ui.Goods{Code: "visor-band", Name: "visor-band", N: n} }
	in := func(town string) string { return pick(lang, "à ", "in ") + town }
	all := []ui.Tile{
		{ID: "w1", Name: "Tortue", Model: "Ender-3", Place: in("Rue"), State: ui.StatePlate, Code: "visor", Job: band(2), Percent: 100, Ended: at(0, 14, 2), Hot: true, NozzleMilli: 48000, BedMilli: 31000, Seen: now().Add(-4 * time.Second)},
		{ID: "w2", Name: "Galet", Model: "Sidewinder", Place: in("Saint-Valery"), State: ui.StateOffline, Code: "visor", Job: band(2), Percent: 58, Lost: now().Add(-12 * time.Minute), Again: at(0, 15, 33), Seen: now().Add(-12 * time.Minute), Phone: "0300000000"},
		{ID: "w3", Name: "Orange", Model: "MK3S", Place: "Fablab", State: ui.StatePrinting, Code: "visor", Job: band(3), Percent: 42, Left: 70 * time.Minute, Ends: at(0, 16, 40), Hot: true, NozzleMilli: 240000, NozzleTo: 240000, BedMilli: 85000, BedTo: 85000, Seen: now().Add(-time.Second),
			Chosen: fab.Because("why.soonest", "at", at(0, 16, 40))},
		{ID: "w4", Name: "Éclair", Model: "Voron 2.4", Place: in("Quend"), State: ui.StatePrinting, Code: "hook", Job: ui.Goods{Code: "hook", Name: "hook", N: 6}, Percent: 87, Left: 14 * time.Minute, Ends: at(0, 15, 44), Hot: true, NozzleMilli: 214000, NozzleTo: 215000, BedMilli: 60000, BedTo: 60000, Seen: now().Add(-time.Second)},
		{ID: "w5", Name: "Marée", Model: "CR-10", Place: pick(lang, "Maison pour tous", "Community centre"), State: ui.StateHeating, Code: "visor", Job: ui.Goods{Code: "visor-reinforcement", Name: "visor-reinforcement", N: 8}, Percent: 3, Why: fab.Because("wall.starts_in", "d", 2*time.Minute), Hot: true, NozzleMilli: 161000, NozzleTo: 240000, BedMilli: 70000, BedTo: 85000, Seen: now().Add(-2 * time.Second)},
		{ID: "w6", Name: "Dune", Model: "i3 Mega", Place: in("Crécy"), State: ui.StateReady, Code: "visor", Why: fab.Because("why.material_short", "material", "film-a4", "missing", 24), Hot: true, NozzleMilli: 24000, BedMilli: 22000, Seen: now().Add(-6 * time.Second)},
	}
	spools := []ui.SpoolChoice{{ID: "s1", Code: "F-001", Filament: "petg", LeftMG: 870_000}, {ID: "s2", Code: "F-002", Filament: "pla", LeftMG: 1_000_000}}
	for i := range all {
		all[i].Base, all[i].Spool = base, "F-001"
		if all[i].State == ui.StateReady || all[i].State == ui.StatePlate {
			all[i].Spools = spools
		}
	}
	all[len(all)-1].Spool = ""
	return all
}
