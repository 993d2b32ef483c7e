package production

import (
	"fmt"
	"strconv"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// What the slicer says of a pile that is too high: for the machine's own bound, or under its ceiling. The argument max is
// what would do.
const (
	pileTooHigh = "slicing.pile_too_high"
	pileTooTall = "plate.pile_too_tall"
)

// piled wants plates whose pieces stand on each other, of what waits and allows it, for the machines whose makers let them
// print so while nobody is there: as high as the part may stand, and half of it, so that there is one for a night and one
// for an afternoon. What proves too high for a machine is wanted as high as it can be.
func (w *wishes) piled(workers []fab.Worker, waiting []printedPart, stands map[plateKey]fab.Plate) {
	for _, of := range waiting {
		for _, k := range workers {
			one := flat(of.design, of.part, k.Machine())
			if !k.Piles || !slicedFor(k) || !of.part.Takes(k.Filament) || stands[one].Status != fab.PlateReady {
				continue
			}
			high := w.pile(one, of.part.PileMax, stands)
			w.pile(one, high/2, stands)
		}
	}
}

// pile wants piles of so many pieces, or as many as proved possible, and tells how many that are.
func (w *wishes) pile(one plateKey, high int64, stands map[plateKey]fab.Plate) int64 {
	for high > 1 {
		pile := one
		pile.pile, pile.copies = high, one.copies*high
		stand := stands[pile]
		if stand.Status != fab.PlateImpossible {
			w.add(pile)
			return high
		}
		most, err := strconv.ParseInt(fmt.Sprint(stand.Why.Args["max"]), 10, 64)
		if code := stand.Why.Code; code != pileTooHigh && code != pileTooTall || err != nil {
			return 0
		}
		high = min(most, high-1)
	}
	return 0
}
