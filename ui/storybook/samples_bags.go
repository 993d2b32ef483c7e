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
			own := ownBags().Bags
			late, rests := own[2], d.Bags[0]
			late.Lot, late.Late, late.Expected, late.Mobile, late.Who, late.Town = "V-101", true, at(-2, 12, 0), "0300000000", "Sterne", "Quend"
			rests.Lot, rests.Rests = "V-112", at(2, 14, 0)
			p := ui.Bags{Frame: desk(lang, ui.NavDeliveries, "/desk/bags"), Resting: []ui.Bag{rests}, Hours: restHours()}
			p.Sort(d.Bags, append(own, late))
			return p
		}},
		{"desk-bags-rest-refused", func(lang string) ui.Page {
			return ui.Bags{Frame: desk(lang, ui.NavDeliveries, "/desk/bags"), Hours: restHours(), Form: ui.Form{Values: url.Values{ui.FieldRest: {"9999"}},
				Errors: fab.Errors{fab.Refuse(fab.Invalid, "rest_hours_wrong", ui.FieldRest, "max", fab.MaxRestHours)}}}
		}},
		{"desk-bags-empty", func(lang string) ui.Page { return ui.Bags{Frame: desk(lang, ui.NavDeliveries, "/desk/bags")} }},
		{"desk-bags-unknown", func(lang string) ui.Page {
			return ui.Bags{Frame: desk(lang, ui.NavDeliveries, "/desk/bags"), Form: ui.Form{Values: url.Values{ui.FieldPaper: {"X-99"}},
				Errors: fab.Errors{fab.Refuse(fab.Invalid, "bag_unknown", ui.FieldPaper, "code", "X-99")}}}
		}},
		{"desk-slips", func(lang string) ui.Page {
			p := ui.Slips{Frame: still(desk(lang, ui.NavDeliveries, "/desk/slips")), Works: []ui.SlipWork{
				{Value: "a:1", Who: "Courlis", Part: ui.Goods{Code: "mask", Name: "mask", N: 12}}, {Value: "l:2", Lot: "V-121", Who: "Goéland", Part: ui.Goods{Code: "visor-band", Name: "visor-band", N: 8}}}}
			wrong := ui.FormLine{N: 1, Form: ui.Form{Values: url.Values{"code_1": {"VM7K-3T9X"}, "work_1": {"a:1"}, "good_1": {"12"}, "counted_1": {"11"}}},
				Wrong: fab.Errors{fab.Refuse(fab.Invalid, "reason_missing", ui.FieldReason), fab.Refuse(fab.Invalid, "slip_keyed", ui.FieldPaper, "lot", "M-007")}}
			p.Lines = []ui.FormLine{wrong, {N: 2, Form: ui.Form{Values: url.Values{}}}}
			return p
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
		Colour: pick(lang, "blanc", "white"), Spool: "F-004", Batch: "b1", Found: fab.BagCount{Label: 8}, Lists: []ui.CheckList{{Lines: checkLines(lang)[:2]}}}
}

func ownBags() ui.OwnBags {
	band := ui.Goods{Code: "visor-band", Name: "visor-band", N: 8}
	counted := func(lot string, good, bad int64, why string) ui.CountedBag {
		return ui.CountedBag{Bag: ui.Bag{Lot: lot, Part: band}, Found: fab.BagCount{Label: 8, Good: good, Bad: bad}, Reason: why, When: at(-1, 9, 0)}
	}
	return ui.OwnBags{
		Bags: []ui.Bag{
			{Lot: "V-121", Part: band, Who: "Goéland", Town: "Rue", At: at(0, 9, 0)},
			{Lot: "V-122", Part: band, Who: "Goéland", Town: "Rue", At: at(-1, 9, 0), How: fab.SentPoint, Expected: at(1, 12, 0)},
			{Lot: "V-123", Part: band, Who: "Goéland", Town: "Rue", At: at(-2, 9, 0), How: fab.SentPost, Expected: at(2, 12, 0)}},
		Counted: []ui.CountedBag{counted("V-110", 8, 0, ""), counted("V-109", 7, 0, "miscounted"), counted("V-108", 9, 0, "extra"), counted("V-107", 6, 2, "broken")},
	}
}

func restHours() []ui.RestHours {
	return []ui.RestHours{{Hours: "72"}, {Code: "petg", Name: "PETG"}, {Code: "pla", Name: "PLA", Hours: "24"}}
}
