package main

import (
	"net/url"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

func driverStories() []story {
	return []story{
		{"run", func(lang string) ui.Page {
			return ui.Run{Frame: frame(lang, "/run/abc"), Token: "abc", Code: "T-012", Driver: "Mouette", Day: at(0, 0, 0), Status: fab.RunOnWay, Stops: runStops(lang)}
		}},
		{"run-done", func(lang string) ui.Page {
			stops := runStops(lang)
			for i := range stops {
				stops[i].Status, stops[i].DoneAt = fab.StopDone, at(0, 9+i, 10)
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
			p.Address, p.Access, p.NoteNo, p.After = "3 rue du Phare", "", "", nil
			p.Loads = []ui.Load{{Goods: []ui.Goods{{Code: "visor-band", Name: "visor-band", N: 8}}, Lots: []string{"V-119"}}}
			return p
		}},
		{"stop-done", func(lang string) ui.Page {
			p := stop(lang)
			p.Status, p.DoneAt = fab.StopDone, at(0, 9, 40)
			return p
		}},
	}
}

func runStops(lang string) []ui.RunStop {
	return []ui.RunStop{
		{N: 1, Kind: fab.StopCollect, Place: pick(lang, "chez Tortue", "at Tortue’s"), Town: "Rue", Status: fab.StopDone, DoneAt: at(0, 8, 50)},
		{N: 2, Kind: fab.StopDeliver, Place: "EHPAD Les Tilleuls (fictif)", Town: "Rue", From: at(0, 9, 0), To: at(0, 11, 0), Status: fab.StopOpen},
		{N: 3, Kind: fab.StopCollect, Place: pick(lang, "chez la personne qui imprime", "at the person who prints"), Town: "Quend", Status: fab.StopOpen},
	}
}

func stop(lang string) ui.StopPage {
	stops := runStops(lang)
	return ui.StopPage{
		Frame: frame(lang, "/run/abc/stop/2"), RunStop: stops[1], Token: "abc", Of: 3, Address: "12 rue des Dunes", Access: pick(lang, "entrée cuisine, sonner", "kitchen door, ring"), Mobile: "0300000000",
		Loads:  []ui.Load{{Box: "C-07", Goods: []ui.Goods{visor(lang, 24)}, Lots: []string{"V-118", "V-119"}}, {Box: "C-08", Goods: []ui.Goods{hook(lang, 10)}, Lots: []string{"C-031"}}},
		NoteNo: "BL-0042", After: &stops[2],
	}
}
