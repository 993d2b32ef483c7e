package ui

import "github.com/mailleur/mailleur/coordinator/fab"

// KitRow is what one request still needs packed.
type KitRow struct {
	Request string // id
	For     string
	Product Goods      // N: still to pack
	Left    int64      // products still to assemble; with Loose and 0 all of them wait for a box
	Can     int64      // how many the parts and materials allow now
	Wait    fab.Reason // what is missing, when Can is less
	Loose   bool       // kits are made that are in no box yet
	LooseN  int64      // how many
	Over    bool       // nobody waits for it any more: it can only be taken apart

	Supplied []string // names of materials that the place adds
}

// BoxRow is one box.
type BoxRow struct {
	ID, Code string
	For      string
	Town     string
	Goods    []Goods
	Lots     []string
	State    string // StateReady (packed), StateOnWay, StateDelivered
	Recalled bool
	Over     bool // nobody waits for what is inside any more
}

// Packed are those of some boxes that may go on a run.
func Packed(boxes []BoxRow) []BoxRow {
	var out []BoxRow
	for _, b := range boxes {
		if b.State == StateReady && !b.Recalled {
			out = append(out, b)
		}
	}
	return out
}

// KitBalance is how many of a product can be assembled for all open requests together, and what is short for the rest.
type KitBalance struct {
	Product Goods // N: that can be assembled
	Wanted  int64
	Short   []KitShort
}

// KitShort is one thing that is short, and what would make up for it.
type KitShort struct {
	Stuff   Stuff // N: missing
	Bags    int64 // pieces in bags to count
	Pledges []KitPledge
	Fixed   bool
}

// KitPledge is a gift that was announced.
type KitPledge struct{ Ref, Donor, Town string }
