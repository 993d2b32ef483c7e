package schedule

import (
	"cmp"
	"slices"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// printed is what a file is printed for.
type printed struct {
	design fab.DesignVersionID
	part   string
}

// size is a plate that is ready: so many copies at once.
type size struct {
	copies   int64
	plate    fab.PlateID
	estimate time.Duration
	mg       int64 // of filament
	pile     int64 // pieces standing on each other; 0 and 1 are none
}

// shelf is what there is of a part for one kind of machine, or for one machine alone.
type shelf struct {
	sizes   []size // by copies, of equal ones the newest
	slicing bool   // the size that is asked for is being made
}

// shelves are what there is of one part.
type shelves struct {
	kinds []shelf                 // by the number of the kind of machine
	own   map[fab.WorkerID]*shelf // what makers made for their machine alone
}

// shelves sorts the plates of a part by the machines that print them. No plate fits a machine that is set up otherwise
// than the plate was made for.
func (p *planner) shelves(k kind) shelves {
	all := shelves{kinds: make([]shelf, len(p.machines)), own: map[fab.WorkerID]*shelf{}}
	part, _ := p.designs[k.design].BOM.Part(k.part)
	for _, plate := range p.files[printed{k.design, k.part}] {
		n, known := p.machines[plate.Machine()]
		if !known || !part.Takes(plate.Filament) {
			continue
		}
		s := &all.kinds[n]
		if plate.WorkerID != "" {
			if all.own[plate.WorkerID] == nil {
				all.own[plate.WorkerID] = &shelf{}
			}
			s = all.own[plate.WorkerID]
			if w := p.worker(plate.WorkerID); w == nil || w.machine != n {
				continue
			}
		}
		s.put(plate, k.copies)
	}
	return all
}

// of is what a machine prints: its maker's own files before all others. A maker who slices prints no others.
func (s *shelves) of(w *worker) *shelf {
	if len(s.own) > 0 {
		if own := s.own[w.ID]; own != nil && len(own.sizes) > 0 {
			return own
		}
	}
	if w.SlicesSelf {
		return &shelf{}
	}
	return &s.kinds[w.machine]
}

func (s *shelf) put(plate *fab.Plate, wanted int64) {
	if inSlicing(*plate) && plate.Copies == wanted {
		s.slicing = true
	}
	if plate.Status != fab.PlateReady {
		return
	}
	one := size{plate.Copies, plate.ID, time.Duration(plate.Seconds) * time.Second, plate.FilamentMG, plate.Pile}
	i, found := slices.BinarySearchFunc(s.sizes, one, func(a, b size) int { return cmp.Compare(a.copies, b.copies) })
	switch {
	case !found:
		s.sizes = slices.Insert(s.sizes, i, one)
	case one.pile > s.sizes[i].pile: // flat is better
	case one.pile < s.sizes[i].pile || one.plate > s.sizes[i].plate:
		s.sizes[i] = one
	}
}

// nearest is the size for jobs of so many copies of those that the worker can take: the very size, or else the largest
// that is smaller, or else the smallest that is larger. Piles are chosen only for their time.
func (s *shelf) nearest(copies int64, w *worker) (best size, ok bool) {
	for _, one := range s.sizes {
		if ok && one.copies > copies {
			break
		}
		if one.copies <= w.most() && one.pile <= 1 && !w.short(one) {
			best, ok = one, true
		}
	}
	return best, ok
}

// short reports whether the spool that is loaded does not last for a plate. Of a spool that the books do not know, or know
// as empty, nothing is believed: somebody prints from it.
func (w *worker) short(one size) bool { return w.spool > 0 && one.mg > w.spool }

// only reports whether there is nothing to choose.
func (s *shelf) only(copies int64) bool { return len(s.sizes) == 1 && s.sizes[0].copies == copies }
