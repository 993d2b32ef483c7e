package ui

import (
	"unicode"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui/locales"
)

// stuff words a quantity of material: "24 feuilles", "1,25 kg de filament".
func (w words) stuff(s Stuff) string {
	switch s.Unit {
	case fab.UnitMG:
		return locales.Text(w.lang, "stuff.weighed", "mass", locales.Grams(w.lang, s.N), "name", lowerFirst(w.materialName(s)))
	case fab.UnitUM:
		return locales.Text(w.lang, "stuff.weighed", "mass", locales.Metres(w.lang, s.N), "name", lowerFirst(w.materialName(s)))
	}
	if code := "stuff." + s.Material; locales.Has(w.lang, code) {
		return locales.Text(w.lang, code, "n", s.N)
	}
	return locales.Text(w.lang, "goods.any", "name", w.materialName(s), "n", s.N)
}

// amount words the number and unit alone, for tables whose row names the material.
func (w words) amount(s Stuff) string {
	switch s.Unit {
	case fab.UnitMG:
		return locales.Grams(w.lang, s.N)
	case fab.UnitUM:
		return locales.Metres(w.lang, s.N)
	}
	return locales.Text(w.lang, "stock.pieces", "n", s.N)
}

func (w words) materialName(s Stuff) string {
	return nonEmpty(s.Name, locales.Word(w.lang, "material", s.Material))
}

func (w words) stuffList(all []Stuff) string {
	items := make([]string, len(all))
	for i, s := range all {
		items[i] = w.stuff(s)
	}
	return locales.List(w.lang, items...)
}

// giftWay draws the donor's thread.
func (w words) giftWay(g GiftPage) []Station {
	all := []Station{
		{Title: fab.Because("gift.st_pledged"), Detail: fab.Because("gift.st_when", "at", g.PledgedAt)},
		{Title: fab.Because("gift.st_received")},
		{Title: fab.Because("gift.st_used")},
		{Title: fab.Because("gift.st_delivered")},
	}
	if g.Status == fab.DonationRefused {
		all[0].State = StationDone
		return []Station{all[0], {State: StationStop, Title: fab.Because("gift.st_refused")}}
	}
	if g.Received > 0 {
		all[1].Detail = fab.Because("gift.st_received_what", "stuff", w.stuff(g.Of(g.Received)), "at", g.ReceivedAt)
	}
	if g.Rest > 0 && g.Received > 0 {
		all[1].Detail = fab.Because("gift.st_part_what", "stuff", w.stuff(g.Of(g.Received)), "rest", w.stuff(g.Of(g.Rest)), "at", g.ReceivedAt)
	}
	if g.Device() {
		all[2].Title = fab.Because("gift.st_boxed")
	}
	if len(g.Goods) > 0 && g.Device() {
		all[2].Detail = fab.Because("gift.st_boxed_what", "goods", w.goodsList(g.Goods))
	} else if len(g.Goods) > 0 {
		all[2].Detail = fab.Because("gift.st_used_what", "stuff", w.stuff(g.In(g.Used)), "goods", w.goodsList(g.Goods))
	}
	if len(g.Delivered) > 0 {
		all[3].Detail = fab.Because("gift.st_delivered_what", "goods", w.goodsList(g.Delivered), "towns", locales.List(w.lang, g.Towns...))
	}
	return light(all, g.Stops())
}

// stopState is the state word of a stop: a collected bag is done, not delivered.
func stopState(status fab.StopStatus, kind string) string {
	switch {
	case status == fab.StopDone && kind == fab.StopDeliver:
		return StateDelivered
	case status == fab.StopDone:
		return StateDone
	case status == fab.StopPartly:
		return StatePartly
	case status == fab.StopFailed:
		return StateNotDone
	}
	return StateOpen
}

// lowerFirst sets a name into a sentence: "Filament PETG" → "filament PETG", but
// "PETG" stays.
func lowerFirst(name string) string {
	runes := []rune(name)
	if len(runes) < 2 || unicode.IsUpper(runes[1]) {
		return name
	}
	return string(unicode.ToLower(runes[0])) + string(runes[1:])
}
