package supply

import (
	"context"
	"slices"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Balance says of one product how many of those that open requests wait for can be assembled, all of them together, and what
// is short for the rest. What one line takes is not there for the next; what is needed first goes first.
type Balance struct {
	Product string
	Wanted  int64
	Now     int64
	Lines   []BalanceLine
	Short   []Shortage
}

// BalanceLine is the part of one request. Now of every line can be made, in the order of the lines.
type BalanceLine struct {
	Request     fab.RequestID
	Wanted, Now int64
}

// Shortage is one thing that is short, in pieces or the unit of the material.
type Shortage struct {
	Item    fab.Item
	Missing int64
	Bags    int64          // of a part: pieces in bags that nobody counted yet
	Pledges []fab.Donation // of a material: those that would make up for it, the oldest first
	Pledged int64          // what they bring
}

// Fixed reports whether what is under way makes up for it.
func (s Shortage) Fixed() bool { return s.Bags+s.Pledged >= s.Missing }

// Balances reads the balance of every product that open requests wait for.
func (s *Supply) Balances(ctx context.Context) (list []Balance, err error) {
	err = s.forOpen(ctx, func(all *shelf, lines []openLine) error {
		list, err = all.balances(lines)
		return err
	})
	return list, err
}

func (s *shelf) balances(lines []openLine) ([]Balance, error) {
	b := balancer{shelf: s, taken: map[fab.Item]int64{}, kept: map[keptKey]int64{}, claimed: map[fab.Item]int64{}}
	for _, l := range firstNeeded(lines) {
		if err := b.add(l); err != nil {
			return nil, err
		}
	}
	return b.list, b.coming()
}

// balancer goes through open lines and remembers what they take.
type balancer struct {
	shelf   *shelf
	list    []Balance
	taken   map[fab.Item]int64 // of what is kept for nobody
	kept    map[keptKey]int64  // of what is kept for a request
	claimed map[fab.Item]int64 // what lines want of a thing, as far as it is there
}

type keptKey struct {
	request fab.RequestID
	item    fab.Item
}

// have is what is left of a thing for a request, free and kept for it.
func (b *balancer) have(n need, r fab.Request) (free, kept int64, err error) {
	if free, err = b.shelf.have(n, fab.Request{TrialID: r.TrialID}); err != nil {
		return 0, 0, err
	}
	all, err := b.shelf.have(n, r)
	return max(0, free-b.taken[n.item]), max(0, all-free-b.kept[keptKey{r.ID, n.item}]), err
}

func (b *balancer) add(l openLine) error {
	c, err := b.shelf.closable(l.request, l.line)
	if err != nil || c.Wanted == 0 {
		return err
	}
	design, err := b.shelf.design(l.request, l.line.Product)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(b.list, func(o Balance) bool { return o.Product == c.Product })
	if i < 0 {
		i, b.list = len(b.list), append(b.list, Balance{Product: c.Product})
	}
	line := BalanceLine{Request: c.Request, Wanted: c.Wanted}
	if c.Now > 0 && design.Given {
		line.Now = c.Now // devices are kept one by one for whom they are for
	} else if c.Now > 0 || c.Short.Code == "kit_short" {
		bom := design.BOM.Without(l.line.Supplied)
		shares, err := b.take(l.request, bom, c.Wanted)
		if err != nil {
			return err
		}
		for _, one := range shares {
			line.Now += one.n
		}
		if line.Now == c.Wanted {
			for _, n := range sums(shares) {
				b.claimed[n.item] += n.perUnit
			}
		} else if err := b.claim(&b.list[i], l.request, bom, c.Wanted); err != nil {
			return err
		}
	}
	one := &b.list[i]
	one.Wanted, one.Now, one.Lines = one.Wanted+line.Wanted, one.Now+line.Now, append(one.Lines, line)
	return nil
}

// take is how many products can be put together of what is left, which is taken: what is free before what is kept, so that
// never more is told than there is.
func (b *balancer) take(r fab.Request, bom fab.BOM, wanted int64) ([]share, error) {
	shares, _, err := shareOut(bom, wanted, func(one need) (int64, error) {
		free, kept, err := b.have(one, r)
		return free + kept, err
	})
	if err != nil {
		return nil, err
	}
	for _, one := range sums(shares) {
		free, _, err := b.have(one, r)
		if err != nil {
			return nil, err
		}
		b.taken[one.item] += min(one.perUnit, free)
		b.kept[keptKey{r.ID, one.item}] += max(0, one.perUnit-free)
	}
	return shares, nil
}

// claim adds up what is short of each thing, whatever else is.
func (b *balancer) claim(of *Balance, r fab.Request, bom fab.BOM, wanted int64) error {
	for _, n := range needs(bom) {
		all, err := b.shelf.have(n, r)
		if err != nil {
			return err
		}
		there := min(n.perUnit*wanted, max(0, all-b.claimed[n.item]))
		b.claimed[n.item] += there
		missing := n.perUnit*wanted - there
		if missing == 0 {
			continue
		}
		i := slices.IndexFunc(of.Short, func(s Shortage) bool { return s.Item == n.item })
		if i < 0 {
			i, of.Short = len(of.Short), append(of.Short, Shortage{Item: n.item})
		}
		of.Short[i].Missing += missing
	}
	return nil
}

// coming adds bags that are not counted, and pledges, to what they would make up for.
func (b *balancer) coming() error {
	lots, err := b.shelf.tx.Lots(fab.LotMade)
	if err != nil {
		return err
	}
	bags := map[fab.Item]int64{}
	for _, l := range lots {
		if l.TrialID == "" {
			bags[fab.PartItem(l.Part)] += l.Declared
		}
	}
	pledges, err := b.shelf.tx.Pledges()
	if err != nil {
		return err
	}
	for i := range b.list {
		for n := range b.list[i].Short {
			s := &b.list[i].Short[n]
			s.Bags = min(bags[s.Item], s.Missing)
			bags[s.Item] -= s.Bags
			for k := range pledges {
				d := &pledges[k]
				if rest := d.Rest(); rest > 0 && s.Item == fab.MaterialItem(d.Material) && s.Pledged < s.Missing {
					s.Pledges = append(s.Pledges, *d)
					use := min(rest, s.Missing-s.Pledged)
					s.Pledged += use
					d.Pledged -= use
				}
			}
		}
	}
	return nil
}
