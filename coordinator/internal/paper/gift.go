package paper

import "github.com/mailleur/mailleur/ui"

// Gift is what stands on a parcel that somebody gives. It says nothing of who that is: the code does, to the lab.
type Gift struct {
	Ref       string
	What      string // in words, with the quantity
	Condition string // in words
	Fetch     bool
}

// GiftSlip is the label that a donor puts on a parcel.
func GiftSlip(lang string, lab Lab, g Gift) (ui.Document, error) {
	s := newSheet(lang, lab)
	s.code(g.Ref, g.Ref, "gift_what", g.What, "gift_condition", g.Condition)
	if g.Fetch {
		s.text(s.say("gift_fetch"))
	} else {
		s.text(s.say("gift_bring"))
	}
	return document(lang, lab, s.say("gift_slip", "ref", g.Ref), true, s)
}
