package ui

import "time"

// GiftRow is a pledge to receive.
type GiftRow struct {
	ID, Ref     string
	Donor, Town string
	Mobile      string
	Stuff       Stuff
	At          time.Time
}

// Count is the quantity in the unit of the form: pieces, or grams.
func (g GiftRow) Count() int64 {
	if g.Stuff.Unit == "mg" {
		return g.Stuff.N / 1000
	}
	return g.Stuff.N
}
