package labsim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Quiet draws eight weeks of a lab with little to do: a request of a few plates every two to four days, four fast printers
// that are always done with all of it before one of two slow ones is with a single plate.
func Quiet(seed uint64, hours fab.Hours) Lab {
	r := rand.New(rand.NewPCG(seed, 3))
	l := Lab{Seed: seed, Start: spring, Zone: time.UTC, Clear: 15 * time.Minute}
	for at := time.Duration(0); at < 56*24*time.Hour; at += time.Duration(48+r.IntN(49)) * time.Hour {
		l.Products = append(l.Products, Product{Plates: 3 + r.IntN(3), Arrives: at, Due: at + time.Duration(24+r.IntN(120))*time.Hour})
	}
	for i := range 6 {
		takes := minutes(logUniform(r, 90, 150))
		if i >= 4 {
			takes = minutes(logUniform(r, 420, 840))
		}
		p := Printer{Drops: -1, Hours: hours, Fail: 0.02 + 0.08*r.Float64()}
		for range l.Products {
			p.Real = append(p.Real, takes)
		}
		p.Declared = p.Real
		l.Printers = append(l.Printers, p)
	}
	return l
}

// goodwill tells what it costs that nobody is without a plate for weeks: the same quiet labs with and without.
func goodwill(ctx context.Context, n Sizes, say func(Figure)) error {
	for _, c := range []struct {
		name  string
		hours fab.Hours
	}{{"round the clock", ""}, {"attended from 07:30 to 22:30", "07:30-22:30"}} {
		var kind, unkind quiet
		for seed := range n.Quiet {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			l := Quiet(uint64(seed), c.hours) //nolint:gosec // a count
			if err := kind.play(&l); err != nil {
				return err
			}
			l.Unkind = true
			if err := unkind.play(&l); err != nil {
				return err
			}
		}
		say(Figure{Name: "few and small requests, six printers, " + c.name + ", without goodwill", Value: unkind.say()})
		say(Figure{Name: "few and small requests, six printers, " + c.name + ", with a plate a week for everybody", Value: kind.say(),
			Held: "nobody without for more than 12 days, no more requests late", OK: kind.idlest <= 12*24*time.Hour && kind.late <= unkind.late})
	}
	return nil
}

// quiet is what came of quiet labs.
type quiet struct {
	idlest, took   time.Duration
	late, requests int
}

func (q *quiet) play(l *Lab) error {
	o, err := Play(l, Ours{Over: true})
	if err != nil {
		return err
	}
	q.idlest, q.late, q.requests = max(q.idlest, o.Idlest), q.late+o.Late, q.requests+len(o.Done)
	for i, at := range o.Done {
		q.took += at - l.Products[i].Arrives
	}
	return nil
}

func (q *quiet) say() string {
	return fmt.Sprintf("a printer without work for %.1f days at most, %d of %d requests late, %.1f h each", q.idlest.Hours()/24, q.late, q.requests, q.took.Hours()/max(1, float64(q.requests)))
}
