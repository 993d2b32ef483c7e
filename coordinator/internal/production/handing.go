package production

import (
	"slices"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Handing is a work that somebody accepted and that waits for its parts and material.
type Handing struct {
	Attempt fab.Attempt
	Takes   []fab.Balance // what to put into the bag, by item, the oldest sources first
	Short   fab.Reason    // why it cannot be filled yet; the zero Reason when it can
}

// ToHandOut lists what waits to be handed out, who accepted first first. What one takes is there for no other.
func ToHandOut(tx *store.Tx) (list []Handing, err error) {
	leased, err := tx.Attempts(fab.AttemptLeased)
	if err != nil {
		return nil, err
	}
	leased = slices.DeleteFunc(leased, func(a fab.Attempt) bool { return a.PlateID != "" || a.StartedAt.IsZero() })
	ids := make([]fab.AttemptID, len(leased))
	for i, a := range leased {
		ids[i] = a.ID
	}
	bare, err := tx.WithoutHandout(ids)
	if err != nil {
		return nil, err
	}
	var on *goods
	for _, a := range leased {
		work, bom, err := workOf(tx, a)
		if err != nil {
			return nil, err
		}
		if len(work.Of) == 0 || !bare[a.ID] {
			continue
		}
		if on == nil {
			if on, err = readGoods(tx); err != nil {
				return nil, err
			}
		}
		one := Handing{Attempt: a}
		if one.Takes, one.Short, err = on.take(tx, a.Copies, bom.Recipes(work.Of, work.Code)); err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

// goods is what lies free at the hub.
type goods struct {
	have    map[fab.Item]int64
	sources map[fab.Item][]fab.Balance // read when it is taken of
}

func readGoods(tx *store.Tx) (*goods, error) {
	have, err := tx.FreeForWork()
	return &goods{have, map[fab.Item][]fab.Balance{}}, err
}

// take chooses what n pieces take by these recipes, and takes nothing when it is short.
func (g *goods) take(tx *store.Tx, n int64, recipes [][]fab.Input) (takes []fab.Balance, short fab.Reason, err error) {
	if item, there, need := fab.Scarce(n, recipes, g.have); item != "" {
		return nil, fab.Because("kit_short", "item", string(item), "have", there, "need", need), nil
	}
	portions, _ := fab.Split(n, recipes, g.have)
	for _, one := range portions {
		for _, i := range one.Of {
			if takes, err = g.from(tx, takes, i.Item, one.N*i.Per); err != nil {
				return nil, short, err
			}
		}
	}
	return takes, short, nil
}

func (g *goods) from(tx *store.Tx, takes []fab.Balance, item fab.Item, n int64) ([]fab.Balance, error) {
	if _, read := g.sources[item]; !read {
		all, err := tx.FreeSources(item)
		if err != nil {
			return nil, err
		}
		g.sources[item] = all
	}
	for i := range g.sources[item] {
		at := &g.sources[item][i]
		take := min(n, at.Free())
		if take <= 0 {
			continue
		}
		n, at.Quantity = n-take, at.Quantity-take
		same := func(t fab.Balance) bool { return t.Item == item && t.Source == at.Source }
		if known := slices.IndexFunc(takes, same); known >= 0 {
			takes[known].Quantity += take
		} else {
			takes = append(takes, fab.Balance{Location: fab.TheHub, Item: item, Source: at.Source, Quantity: take})
		}
	}
	return takes, nil
}
