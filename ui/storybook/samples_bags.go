package main

import (
	"net/url"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

func bagStories() []story {
	return []story{
		{"desk-bags", func(lang string) ui.Page {
			d := deliveries(lang)
			return ui.Bags{Frame: desk(lang, ui.NavDeliveries, "/desk/bags"), In: d.Bags, Away: d.Away}
		}},
		{"desk-bags-empty", func(lang string) ui.Page { return ui.Bags{Frame: desk(lang, ui.NavDeliveries, "/desk/bags")} }},
		{"desk-bags-unknown", func(lang string) ui.Page {
			return ui.Bags{Frame: desk(lang, ui.NavDeliveries, "/desk/bags"), Form: ui.Form{Values: url.Values{ui.FieldPaper: {"X-99"}},
				Errors: fab.Errors{fab.Refuse(fab.Invalid, "bag_unknown", ui.FieldPaper, "code", "X-99")}}}
		}},
		{"desk-bag", func(lang string) ui.Page { return oneBag(lang) }},
		{"desk-bag-differs", func(lang string) ui.Page {
			p := oneBag(lang)
			p.Differs, p.Found = true, fab.BagCount{Label: 8, Good: 7}
			p.Form = ui.Form{Values: url.Values{ui.FieldGood: {"7"}, ui.FieldBad: {"0"}}}
			return p
		}},
		{"desk-bag-counted", func(lang string) ui.Page {
			p := oneBag(lang)
			p.Counted, p.By, p.Reason, p.Found = now().Add(-20*time.Minute), "Courlis", "miscounted", fab.BagCount{Label: 8, Good: 7}
			return p
		}},
		{"desk-bag-recalled", func(lang string) ui.Page {
			p := oneBag(lang)
			p.Blocked, p.Trial = true, "E-004"
			return p
		}},
	}
}

func oneBag(lang string) ui.OneBag {
	return ui.OneBag{Frame: still(desk(lang, ui.NavDeliveries, "/desk/bags/V-119")), Bag: deliveries(lang).Bags[0], Version: "2", Material: "petg",
		Colour: pick(lang, "blanc", "white"), Spool: "F-004", Batch: "b1", Found: fab.BagCount{Label: 8}}
}
