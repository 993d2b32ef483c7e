package supply

import (
	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// versions are design versions, each read once.
type versions map[fab.DesignVersionID]fab.DesignVersion

func (v versions) read(tx *store.Tx, id fab.DesignVersionID) (d fab.DesignVersion, err error) {
	d, known := v[id]
	if known {
		return d, nil
	}
	if d, err = tx.Design(id); err == nil {
		v[id] = d
	}
	return d, err
}

// shelf is what lies free at the hub, and what it takes to say who may have it, each read once for all requests.
type shelf struct {
	tx       *store.Tx
	free     map[fab.Item][]store.FreeLine
	reserved map[fab.RequestID][]fab.Reservation
	kits     map[fab.RequestID][]fab.Kit
	batches  map[fab.RequestID][]fab.Batch
	designs  versions
	current  map[string]fab.DesignVersion // by product
}

func newShelf(tx *store.Tx) shelf {
	return shelf{
		tx: tx, free: map[fab.Item][]store.FreeLine{}, reserved: map[fab.RequestID][]fab.Reservation{},
		kits: map[fab.RequestID][]fab.Kit{}, batches: map[fab.RequestID][]fab.Batch{},
		designs: versions{}, current: map[string]fab.DesignVersion{},
	}
}

// readOpen reads what belongs to open requests at once. It is asked for each of them alone otherwise.
func (s *shelf) readOpen(lines []openLine) error {
	kept, err := s.tx.OpenReservations()
	if err != nil {
		return err
	}
	kits, err := s.tx.OpenKits()
	if err != nil {
		return err
	}
	batches, err := s.tx.OpenBatches()
	if err != nil {
		return err
	}
	for _, l := range lines {
		s.reserved[l.request.ID], s.kits[l.request.ID], s.batches[l.request.ID] = nil, nil, nil
	}
	for _, k := range kept {
		s.reserved[k.RequestID] = append(s.reserved[k.RequestID], k)
	}
	for _, k := range kits {
		s.kits[k.RequestID] = append(s.kits[k.RequestID], k)
	}
	for _, b := range batches {
		s.batches[b.RequestID] = append(s.batches[b.RequestID], b)
	}
	return nil
}

// of gives what belongs to a request, read once.
func of[T any](known map[fab.RequestID][]T, id fab.RequestID, read func(fab.RequestID) ([]T, error)) ([]T, error) {
	list, has := known[id]
	if has || id == "" {
		return list, nil
	}
	list, err := read(id)
	known[id] = list
	return list, err
}

// wanted is how many of a line are promised and in no kit yet.
func (s *shelf) wanted(l fab.RequestLine) (int64, error) {
	kits, err := of(s.kits, l.RequestID, s.tx.KitsOf)
	return unmet(l, kits), err
}

// design is the version that a tester is to try, that the batch of this request was frozen with, or the current one. The
// batch of a version that proved dangerous is given up for another.
func (s *shelf) design(r fab.Request, product string) (fab.DesignVersion, error) {
	if r.TrialID != "" {
		trial, err := s.tx.Trial(r.TrialID)
		if err != nil {
			return fab.DesignVersion{}, err
		}
		return s.designs.read(s.tx, trial.DesignID)
	}
	batches, err := of(s.batches, r.ID, s.tx.BatchesOf)
	if err != nil {
		return fab.DesignVersion{}, err
	}
	for _, b := range batches {
		if b.Product != product {
			continue
		}
		if design, err := s.designs.read(s.tx, b.DesignID); err != nil || !design.Dangerous {
			return design, err
		}
	}
	d, known := s.current[product]
	if known {
		return d, nil
	}
	d, err = s.tx.CurrentDesign(product)
	if err == nil {
		s.current[product] = d
	}
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
	kept, err := of(s.reserved, r.ID, s.tx.ReservedFor)
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
