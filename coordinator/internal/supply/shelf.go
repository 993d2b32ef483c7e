package supply

import (
	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// shelf is what lies free at the hub, and what it takes to say who may have it, each read once for all requests.
type shelf struct {
	tx       *store.Tx
	free     map[fab.Item][]store.FreeLine
	reserved map[fab.RequestID][]fab.Reservation
	designs  map[fab.DesignVersionID]fab.DesignVersion
	frozen   map[frozenKey]fab.DesignVersion
}

// frozenKey is what a version was frozen for.
type frozenKey struct {
	request fab.RequestID
	product string
}

func newShelf(tx *store.Tx) shelf {
	return shelf{
		tx: tx, free: map[fab.Item][]store.FreeLine{}, reserved: map[fab.RequestID][]fab.Reservation{},
		designs: map[fab.DesignVersionID]fab.DesignVersion{}, frozen: map[frozenKey]fab.DesignVersion{},
	}
}

// keptFor is what is kept for a request.
func (s *shelf) keptFor(id fab.RequestID) (kept []fab.Reservation, err error) {
	kept, known := s.reserved[id]
	if known || id == "" {
		return kept, nil
	}
	kept, err = s.tx.ReservedFor(id)
	s.reserved[id] = kept
	return kept, err
}

// design is the version that a request gets.
func (s *shelf) design(r fab.Request, product string) (d fab.DesignVersion, err error) {
	key := frozenKey{r.ID, product}
	d, known := s.frozen[key]
	if known {
		return d, nil
	}
	d, err = designOf(s.tx, r, product)
	s.frozen[key] = d
	return d, err
}

// have is how much of a thing a request may take: what is free, and what is kept for it.
func (s *shelf) have(n need, r fab.Request) (sum int64, err error) {
	lines, known := s.free[n.item]
	if !known {
		if lines, err = s.tx.FreeAtHub(n.item); err != nil {
			return 0, err
		}
		s.free[n.item] = lines
	}
	from := hub{tx: s.tx, trial: r.TrialID, request: r.ID, designs: s.designs}
	for _, l := range lines {
		may := !n.lots
		if n.lots && l.Status == fab.LotReady && !l.Rests {
			if may, err = from.mayUse(l.DesignID, l.TrialID); err != nil {
				return 0, err
			}
		}
		if may {
			sum += l.Quantity
		}
	}
	kept, err := s.keptFor(r.ID)
	for _, k := range kept {
		if k.Location != fab.TheHub || k.Item != n.item {
			continue
		}
		may := !n.lots
		if n.lots {
			if may, err = from.may(fab.LotID(k.Source)); err != nil {
				return 0, err
			}
		}
		if may {
			sum += k.Quantity
		}
	}
	return sum, err
}
