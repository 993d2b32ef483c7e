package main

import (
	"net/url"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

func driverStories() []story {
	return []story{
		{"run", func(lang string) ui.Page {
			return ui.Run{Frame: frame(lang, "/run/abc"), Token: "abc", Code: "T-012", Driver: "Mouette", Day: at(0, 0, 0), Status: fab.RunOnWay, Vehicle: pick(lang, "Vélo cargo", "Cargo bike"), Leave: at(0, 8, 30), Back: at(0, 19, 5), Stops: runStops(lang), Loads: runLoads()}
		}},
		{"run-planned", func(lang string) ui.Page {
			stops := runStops(lang)
			stops[0].Status, stops[0].DoneAt, stops[0].At = fab.StopOpen, time.Time{}, at(0, 8, 50)
			return ui.Run{Frame: frame(lang, "/run/abc"), Token: "abc", Code: "T-012", Driver: "Mouette", Day: at(0, 0, 0), Status: fab.RunPlanned, Leave: at(0, 8, 30), Back: at(0, 19, 5), Stops: stops, Loads: runLoads()}
		}},
		{"run-done", func(lang string) ui.Page {
			stops := runStops(lang)
			for i := range stops {
				stops[i].Status, stops[i].DoneAt, stops[i].At, stops[i].Late = fab.StopDone, at(0, 9+i, 10), time.Time{}, false
			}
			stops[1].Status = fab.StopPartly
			return ui.Run{Frame: frame(lang, "/run/abc"), Token: "abc", Code: "T-012", Driver: "Mouette", Day: at(0, 0, 0), Status: fab.RunDone, Stops: stops}
		}},
		{"stop", func(lang string) ui.Page { return stop(lang) }},
		{"stop-partly", func(lang string) ui.Page {
			p := stop(lang)
			p.Open = "partly"
			p.Form.Values = url.Values{ui.FieldReceiver: {"Accueil"}}
			p.Form.Errors = refusals(ui.FieldBox, "boxes_missing")
			return p
		}},
		{"stop-recalled", func(lang string) ui.Page {
			p := stop(lang)
			p.Alert = true
			return p
		}},
		{"stop-collect", func(lang string) ui.Page {
			p := stop(lang)
			p.RunStop = runStops(lang)[2]
			p.Address, p.Access, p.NoteNo, p.After = "", "", "", nil
			p.Contact, p.People, p.About = "", nil, "50.320000, 1.620000"
			p.Loads = []ui.Load{{Goods: []ui.Goods{{Code: "visor-band", Name: "visor-band", N: 8}}, Lots: []string{"V-119"}}}
			return p
		}},
		{"stop-done", func(lang string) ui.Page {
			p := stop(lang)
			p.Status, p.DoneAt = fab.StopDone, at(0, 9, 40)
			p.Proofs = []ui.Proof{{Kind: fab.ProofName, Name: "Accueil", Reservations: pick(lang, "un carton ouvert", "one box open")}, {Kind: fab.ProofSignature, Name: "Accueil"}}
			return p
		}},
		{"stop-keyed", func(lang string) ui.Page {
			p := stop(lang)
			p.Base, p.Token, p.Frame = "/desk/runs/r1", "", frame(lang, "/desk/runs/r1/stop/3")
			p.Form.Values = url.Values{ui.FieldClock: {"09:40"}}
			return p
		}},
		{"desk-run", func(lang string) ui.Page { return deskRun(lang) }},
		{"desk-run-nowhere", func(lang string) ui.Page {
			p := deskRun(lang)
			p.NoHub, p.Open, p.Form = true, "at-4", ui.Form{Values: url.Values{ui.FieldAt: {pick(lang, "derrière l’église", "behind the church")}}, Errors: refusals(ui.FieldAt, "stop_place_wrong")}
			p.Stops[1].From, p.Stops[1].To, p.Stops[1].Late, p.Stops[1].Shut = time.Time{}, time.Time{}, true, true
			p.Stops[2].Wait = 25 * time.Minute
			return p
		}},
		{"desk-run-over", func(lang string) ui.Page {
			p := deskRun(lang)
			p.State, p.Ended, p.EndedBy, p.Loads = ui.StateDone, at(0, 12, 0), "Sterne", nil
			for i := range p.Stops {
				p.Stops[i].Status, p.Stops[i].DoneAt, p.Stops[i].At, p.Stops[i].Late = fab.StopFailed, at(0, 12, 0), time.Time{}, false
				p.Stops[i].Why = fab.StopNotVisited
			}
			p.Stops[1].Status, p.Stops[1].Why, p.Stops[1].Proofs = fab.StopDone, "", []ui.Proof{{Kind: fab.ProofName, Name: "Accueil"}, {Kind: fab.ProofPhoto, URL: "/desk/proofs/s/p"}}
			return p
		}},
		{"desk-counter", func(lang string) ui.Page { return counter(lang) }},
		{"desk-counter-refused", func(lang string) ui.Page {
			p := counter(lang)
			p.Open, p.Form.Errors = "back", refusals(ui.FieldBox, "box_not_delivered")
			return p
		}},
		{"desk-counter-empty", func(lang string) ui.Page {
			return ui.Counter{Frame: desk(lang, ui.NavDeliveries, "/desk/counter"), Reasons: fab.DefectReasons[:]}
		}},
		{"pickup", func(lang string) ui.Page { return pickup(lang) }},
		{"pickup-full", func(lang string) ui.Page {
			p := pickup(lang)
			p.Form.Errors = refusals(ui.FieldSlot, "slot_full")
			return p
		}},
		{"pickup-none", func(lang string) ui.Page {
			p := pickup(lang)
			p.Slots = nil
			return p
		}},
		{"desk-run-refused", func(lang string) ui.Page {
			p := deskRun(lang)
			p.Open, p.Form.Errors = "close", refusals(ui.FieldConfirm, "close_unsure")
			return p
		}},
	}
}

func runStops(lang string) []ui.RunStop {
	return []ui.RunStop{
		{N: 1, No: 1, Kind: fab.StopCollect, Place: pick(lang, "chez Tortue", "at Tortue’s"), Town: "Rue", Status: fab.StopDone, DoneAt: at(0, 8, 50)},
		{N: 2, No: 3, Kind: fab.StopDeliver, Place: "EHPAD Les Tilleuls (fictif)", Town: "Rue", At: at(0, 9, 20), Way: ui.Way{Km: 6.2, Drive: 8 * time.Minute}, Sure: "exact", From: at(0, 9, 0), To: at(0, 11, 0), Status: fab.StopOpen},
		{N: 3, No: 2, Kind: fab.StopCollect, Place: pick(lang, "chez la personne qui imprime", "at the person who prints"), Town: "Quend", At: at(0, 9, 55), Way: ui.Way{Km: 9, Drive: 12 * time.Minute}, Sure: "town", Status: fab.StopOpen},
		{N: 4, No: 4, Kind: fab.StopCollect, Gift: true, Place: pick(lang, "Papeterie du Port (fictive)", "Port stationer’s (fictitious)"), Town: "Abbeville", At: at(0, 18, 40), Way: ui.Way{Km: 22.4, Drive: 30 * time.Minute}, Sure: "not", From: at(0, 9, 0), To: at(0, 17, 0), Late: true, Status: fab.StopOpen},
	}
}

func stop(lang string) ui.StopPage {
	stops := runStops(lang)
	return ui.StopPage{
		Frame: frame(lang, "/run/abc/stop/3"), RunStop: stops[1], Base: "/run/abc", Token: "abc", Code: "T-012", Of: 4, Address: "12 rue des Dunes", Access: pick(lang, "entrée cuisine, sonner", "kitchen door, ring"), Contact: pick(lang, "Mme Delattre", "Mrs Delattre"), Mobile: "0300000000",
		People: []ui.PlacePerson{{Name: "M. Ruet", Duty: pick(lang, "quai, avant 10 h", "dock, before 10"), Mobile: "0300000001"}},
		Loads:  []ui.Load{{Box: "C-07", Goods: []ui.Goods{visor(lang, 24)}, Lots: []string{"V-118", "V-119"}}, {Box: "C-08", Goods: []ui.Goods{hook(lang, 10)}, Lots: []string{"C-031"}}},
		NoteNo: "BL-0042", After: &stops[2], Form: ui.Form{Key: "k"},
	}
}

func deskRun(lang string) ui.DeskRun {
	loads := [][]ui.Load{
		{{Goods: []ui.Goods{{Code: "visor-band", Name: "visor-band", N: 8}}, Lots: []string{"V-119"}}}, stop(lang).Loads, {{Spool: "B-09"}}, {{Stuff: sheets(50)}},
	}
	page := ui.DeskRun{
		Frame: desk(lang, ui.NavDeliveries, "/desk/runs/r1"), ID: "r1", Code: "T-012", Driver: "Mouette", Mobile: "0300000000", Vehicle: pick(lang, "Vélo cargo", "Cargo bike"), Capacity: 12, Aboard: 2,
		Day: at(0, 0, 0), Leave: at(0, 8, 30), Back: at(0, 19, 5), Km: 47, Home: ui.Way{Km: 24, Drive: 32 * time.Minute}, State: ui.StateOnWay, More: runChoice(lang), Loads: runLoads(),
	}
	for i, s := range runStops(lang) {
		page.Stops = append(page.Stops, ui.DeskStop{RunStop: s, Point: []string{"", "50.271200, 1.669000", "", ""}[i], Loads: loads[i], First: i == 1, Last: i == 3})
	}
	page.Stops[1].NoteNo = "BL-0042"
	return page
}

func runLoads() []ui.RunLoad {
	return []ui.RunLoad{{N: 2, Place: "EHPAD Les Tilleuls (fictif)", Codes: []string{"C-07", "C-08"}}}
}

func runChoice(lang string) ui.RunChoice {
	d := deliveries(lang)
	return ui.RunChoice{
		Boxes: ui.Packed(d.Boxes), Away: d.Away, Fetches: []ui.FetchRow{{ID: "f1", Name: "Galet", Place: "80120 Quend"}},
		Gifts:  []ui.PledgeRow{{ID: "d1", Stuff: sheets(50), Donor: pick(lang, "Papeterie du Port (fictive)", "Port stationer’s (fictitious)"), Town: "Abbeville"}},
		Spools: []ui.Choice{{Value: "s1", Label: "B-09 · petg"}}, Makers: []ui.Choice{{Value: "m1", Label: "Tortue"}, {Value: "m2", Label: "Sterne"}},
	}
}

func lateMarks() []ui.LateMark {
	return []ui.LateMark{{
		Key: "k1", Run: "T-011", RunID: "r0", N: 2, Place: "EHPAD Les Tilleuls (fictif)", Act: fab.MarkDeliver, Receiver: "Accueil", At: at(0, 11, 10), Status: fab.StopFailed,
		Kind: fab.StopDeliver, Then: at(0, 12, 0), CanTrust: true,
	}}
}

func counter(lang string) ui.Counter {
	d := deliveries(lang)
	return ui.Counter{
		Frame: desk(lang, ui.NavDeliveries, "/desk/counter"), Reasons: fab.DefectReasons[:], Form: ui.Form{Key: "k"},
		Waiting: []ui.CounterRow{
			{Request: "r1", Place: "EHPAD Les Tilleuls (fictif)", Town: "Rue", Boxes: d.Boxes[:1], At: at(1, 14, 0)},
			{Request: "r2", Place: pick(lang, "Membres de l’atelier", "Members of the lab"), Own: true, Boxes: []ui.BoxRow{{ID: "x9", Code: "C-09", Goods: []ui.Goods{hook(lang, 6)}}}},
		},
		Slots: []ui.CounterSlot{{ID: "s1", From: at(1, 14, 0), To: at(1, 15, 0), Size: 4, Free: 3, Who: []string{"EHPAD Les Tilleuls (fictif)"}}},
	}
}

func pickup(lang string) ui.PickupPage {
	return ui.PickupPage{
		Frame: frame(lang, "/track/abc/pickup"), Token: "abc", Goods: []ui.Goods{visor(lang, 24)}, Form: ui.Form{Key: "k"},
		Slots: []ui.PickupSlot{{ID: "s1", From: at(1, 14, 0), To: at(1, 15, 0), Free: 3, Mine: true}, {ID: "s2", From: at(1, 16, 0), To: at(1, 17, 0)}, {ID: "s3", From: at(2, 9, 0), To: at(2, 11, 0), Free: 4}},
	}
}
