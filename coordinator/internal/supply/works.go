package supply

import (
	"slices"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// share is how many products are put together of the same things: of pieces that people put together before, or of parts
// and material.
type share struct {
	n     int64
	needs []need
}

// have is how much may be taken of a thing.
func (h *hub) have(n need) (sum int64, err error) {
	picks, err := h.pick(n, 1<<62)
	for _, p := range picks {
		sum += p.Quantity
	}
	return sum, err
}

// shareOut tells of what n products are put together now, and what is short for those that cannot be.
func shareOut(bom fab.BOM, n int64, have func(need) (int64, error)) (list []share, short fab.Reason, err error) {
	var plain []fab.Input
	for _, one := range needs(bom) {
		plain = append(plain, fab.Input{Item: one.item, Per: one.perUnit})
	}
	recipes := bom.Recipes(plain, "")
	there := map[fab.Item]int64{}
	for _, of := range recipes {
		for _, i := range of {
			if _, known := there[i.Item]; known {
				continue
			}
			if there[i.Item], err = have(needOf(i)); err != nil {
				return nil, short, err
			}
		}
	}
	if item, have, needed := fab.Scarce(n, recipes, there); item != "" {
		short = fab.Because("kit_short", "item", string(item), "have", have, "need", needed)
	}
	portions, _ := fab.Split(n, recipes, there)
	for _, p := range portions {
		one := share{n: p.N}
		for _, i := range p.Of {
			one.needs = append(one.needs, needOf(i))
		}
		list = append(list, one)
	}
	return list, short, nil
}

func needOf(i fab.Input) need {
	kind, _ := i.Item.Split()
	return need{i.Item, i.Per, kind == "part"}
}

// sums are what shares take all together, each item once.
func sums(shares []share) (list []need) {
	for _, s := range shares {
		for _, n := range s.needs {
			n.perUnit *= s.n
			if at := slices.IndexFunc(list, func(one need) bool { return one.item == n.item }); at >= 0 {
				list[at].perUnit += n.perUnit
			} else {
				list = append(list, n)
			}
		}
	}
	return list
}
