package supply

import "github.com/mailleur/mailleur/coordinator/fab"

// rested says of what is short how much will do once it has rested, and when the first of it has.
func (s *shelf) rested(short fab.Reason) (fab.Reason, error) {
	name, _ := short.Args["item"].(string)
	item, rests := fab.Item(name), int64(0)
	for _, l := range s.free[item] {
		if l.Rests {
			rests += l.Quantity
		}
	}
	if rests == 0 {
		return short, nil
	}
	lots, err := s.tx.LotsResting()
	if err != nil {
		return short, err
	}
	for _, l := range lots {
		if fab.PartItem(l.Part) == item {
			return fab.Because("kit_rests", "item", name, "have", short.Args["have"], "need", short.Args["need"], "rests", rests, "until", l.RestsUntil), nil
		}
	}
	return short, nil
}
