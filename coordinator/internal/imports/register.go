package imports

import (
	"context"
	"io"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/finess"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// registerBatch is how many places of the register are stored at a time: few enough for others to write in between.
const registerBatch = 500

// Registered is what became of a file of the register.
type Registered struct {
	finess.Summary
	Placed int64 // facilities of the lab whose coordinates became known
}

// registering collects what a file holds until it is worth a transaction.
type registering struct {
	places []fab.RegisterPlace
	points []fab.RegisterPoint
	lines  map[string]int64 // of the points that wait
	put    func([]fab.RegisterPlace) error
	locate func([]fab.RegisterPoint) (unknown []string, err error)
	bad    func(finess.Bad)
	lost   int64
}

// Place takes one place.
func (r *registering) Place(p fab.RegisterPlace) error {
	r.places = append(r.places, p)
	if len(r.places) < registerBatch {
		return nil
	}
	return r.flush()
}

// Point takes where one place is.
func (r *registering) Point(line int64, p fab.RegisterPoint) error {
	r.points = append(r.points, p)
	r.lines[p.ET] = line
	if len(r.points) < registerBatch {
		return nil
	}
	return r.flush()
}

// Bad passes on what is wrong.
func (r *registering) Bad(b finess.Bad) error {
	r.bad(b)
	return nil
}

// flush stores what waits. Of a site that comes twice in it the last counts.
func (r *registering) flush() error {
	if err := r.put(lastOf(r.places, func(p fab.RegisterPlace) string { return p.ET })); err != nil {
		return err
	}
	unknown, err := r.locate(lastOf(r.points, func(p fab.RegisterPoint) string { return p.ET }))
	if err != nil {
		return err
	}
	for _, et := range unknown {
		r.lost++
		r.bad(finess.Bad{Line: r.lines[et], ET: et, Why: fab.Because("finess.point_alone"), Lost: true})
	}
	r.places, r.points = r.places[:0], r.points[:0]
	clear(r.lines)
	return nil
}

func lastOf[T any](list []T, key func(T) string) []T {
	at, out := map[string]int{}, make([]T, 0, len(list))
	for _, v := range list {
		if i, twice := at[key(v)]; twice {
			out[i] = v
			continue
		}
		at[key(v)] = len(out)
		out = append(out, v)
	}
	return out
}

// Register stores a file of the national register, or what changed since the last one, in steps of some hundred places:
// the lab goes on meanwhile, and what was stored stays when the file breaks off. bad hears of every line of which something
// could not be used. What is not in the file stays, with the date of the file that listed it last.
func (i *Imports) Register(ctx context.Context, file io.Reader, bad func(finess.Bad)) (done Registered, err error) {
	r := registering{lines: map[string]int64{}, bad: bad}
	r.put = func(places []fab.RegisterPlace) error {
		return i.store.Update(ctx, func(tx *store.Tx) error {
			for n := range places {
				if places[n].ListedAt.IsZero() {
					places[n].ListedAt = tx.Now()
				}
			}
			return tx.PutRegister(places)
		})
	}
	r.locate = func(points []fab.RegisterPoint) (unknown []string, err error) {
		err = i.store.Update(ctx, func(tx *store.Tx) error {
			unknown, err = tx.LocateRegister(points)
			return err
		})
		return unknown, err
	}
	done.Summary, err = finess.Read(file, &r)
	if stored := r.flush(); err == nil {
		err = stored
	}
	done.Bad += r.lost
	done.Points -= r.lost
	if err != nil {
		return done, err
	}
	err = i.store.Update(ctx, func(tx *store.Tx) error {
		done.Placed, err = tx.PlaceListed()
		return err
	})
	return done, err
}
