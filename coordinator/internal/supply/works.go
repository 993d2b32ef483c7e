package supply

import (
	"slices"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
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

// throughWorks are the shares of a source in kits that came there inside what people put together, as moves into kits.
func throughWorks(tx *store.Tx, source string) (list []fab.StockMove, err error) {
	handed, err := tx.HandoutsOf(source)
	if err != nil {
		return nil, err
	}
	for _, h := range handed {
		lot, err := tx.LotByAttempt(h.AttemptID)
		if h.Used == 0 || fab.ClassOf(err) == fab.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		inside, err := shares(tx, h, lot)
		if err != nil {
			return nil, err
		}
		list = append(list, inside...)
	}
	return list, nil
}

// shares are the parts of a handout in the kits that hold pieces of the lot which was made of it.
func shares(tx *store.Tx, h fab.Handout, lot fab.Lot) (list []fab.StockMove, err error) {
	a, err := tx.Attempt(h.AttemptID)
	if err != nil {
		return nil, err
	}
	per := (h.Used + a.Copies - 1) / max(1, a.Copies)
	into, err := tx.KitsHolding(lot.ID)
	if err != nil {
		return nil, err
	}
	for _, k := range into {
		list = append(list, fab.StockMove{Item: h.Item, Source: h.Source, Quantity: k.Quantity * per, Subject: string(k.KitID)})
	}
	deeper, err := throughWorks(tx, string(lot.ID))
	for _, m := range deeper {
		m.Item, m.Source, m.Quantity = h.Item, h.Source, m.Quantity*per
		list = append(list, m)
	}
	return list, err
}
