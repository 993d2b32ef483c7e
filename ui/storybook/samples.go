package main

import (
	"slices"
	"time"
	_ "time/tzdata" // the lab's zone, wherever this runs

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// story is one page with sample data. Names are unique; several stories may show
// one page in several states.
type story struct {
	name string
	page func(lang string) ui.Page
}

// stories lists all of them, area by area.
func stories() []story {
	return slices.Concat(publicStories(), accountStories(), deskStories(), partnerStories(), productionStories(), giftStories(), driverStories(), supplyStories(), bagStories(), kitStories(), handoutStories(), makerStories(), machineStories(), productStories(), ownStories(), peopleStories(), trialStories(), recallStories(), paperStories(), placeStories())
}

// now is the moment of all samples: a Monday afternoon in the lab's zone.
func now() time.Time {
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		zone = time.UTC
	}
	return time.Date(2026, 11, 23, 14, 6, 0, 0, zone)
}

func at(days, hour, minute int) time.Time {
	n := now()
	return time.Date(n.Year(), n.Month(), n.Day()+days, hour, minute, 0, 0, n.Location())
}

func pick(lang, fr, en string) string {
	if lang == "en" {
		return en
	}
	return fr
}

func frame(lang, path string) ui.Frame {
	return ui.Frame{Lang: lang, Path: path, Now: now(), LabName: "Atelier de la Baie", Phone: "0300000000", PhoneFrom: 8, PhoneTo: 18}
}

// desk is the frame of the coordinator's pages.
func desk(lang, current, path string) ui.Frame {
	f := frame(lang, path)
	f.Account = &ui.Account{Name: pick(lang, "Coordination", "Coordination"), Desk: true, Maker: true}
	f.Nav = &ui.Nav{Current: current, Requests: 3, Materials: 1}
	f.Live = "/live?page=" + current
	return f
}

func maker(lang, path string) ui.Frame {
	f := frame(lang, path)
	f.Account = &ui.Account{Name: "Tortue", Maker: true}
	f.Live = "/live?page=maker"
	return f
}

func visor(lang string, n int64) ui.Goods {
	return ui.Goods{Code: "visor", Name: pick(lang, "Visière anti-projection", "Anti-splash visor"), N: n}
}

func hook(lang string, n int64) ui.Goods {
	return ui.Goods{Code: "hook", Name: pick(lang, "Crochet mains libres", "Hands-free hook"), N: n}
}

func refusals(pairs ...string) fab.Errors {
	var out fab.Errors
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, fab.Refuse(fab.Invalid, pairs[i+1], pairs[i]))
	}
	return out
}
