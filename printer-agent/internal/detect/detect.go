// Package detect asks what printer is behind a serial port: at which speed it talks, which firmware it is, which dialect.
// It sends nothing that moves, heats or forgets anything, and opens no port that somebody holds.
package detect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/port"
)

// Errors of this package, to be tested with errors.Is.
var (
	ErrSilent    = errors.New("nothing answered at any speed: is the printer switched on, and is its cable one for data?")
	ErrGarbage   = errors.New("only garbage came at every speed tried: name the right one with --baud")
	ErrNameless  = errors.New("something talks there, but does not say who it is: it may be at work, or be no printer")
	ErrNoDialect = errors.New("no dialect in firmware-profiles fits this firmware: name one by hand")
)

// Found is what one port answered.
type Found struct {
	Port         string          `json:"port"`
	Baud         int             `json:"baud,omitempty"`
	Dialect      string          `json:"dialect,omitempty"`
	Firmware     string          `json:"firmware,omitempty"` // FIRMWARE_NAME as given
	Version      string          `json:"version,omitempty"`  // where it is told apart from the name
	Machine      string          `json:"machine,omitempty"`
	UUID         string          `json:"uuid,omitempty"` // of the build: boards with the same stock firmware share it
	Capabilities map[string]bool `json:"capabilities,omitempty"`
	Error        string          `json:"error,omitempty"`
	Err          error           `json:"-"`
}

// Timing holds the patience of a question. Zero fields take the value of DefaultTiming.
type Timing struct {
	Boot   time.Duration // for the first answer: opening a port resets many boards, and they boot for 2 to 12 s
	Again  time.Duration // for an answer at each further speed, since the board has booted by then
	Quiet  time.Duration // without a byte before a question, so that it does not fall into a banner
	Repeat time.Duration // between questions while nothing answers: a boot loader may have eaten the first
	Total  time.Duration // for one port, whatever happens
}

// DefaultTiming is right for real boards.
func DefaultTiming() Timing {
	return Timing{
		Boot: 10 * time.Second, Again: 2 * time.Second, Quiet: 300 * time.Millisecond, Repeat: 1900 * time.Millisecond,
		Total: 25 * time.Second,
	}
}

func (t Timing) withDefaults() Timing {
	d := DefaultTiming()
	return Timing{
		Boot: cmp.Or(t.Boot, d.Boot), Again: cmp.Or(t.Again, d.Again), Quiet: cmp.Or(t.Quiet, d.Quiet),
		Repeat: cmp.Or(t.Repeat, d.Repeat), Total: cmp.Or(t.Total, d.Total),
	}
}

// Options say what to try.
type Options struct {
	Dialects []profiles.Dialect // what may be there; must not be empty
	Baud     int                // the only speed to try; 0 for those of the dialects
	Timing   Timing
}

// All asks several ports at the same time, each for at most Timing.Total, and answers in their order.
func All(ctx context.Context, names []string, o Options) []Found {
	found := make([]Found, len(names))
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() { found[i] = Ask(ctx, name, o) })
	}
	wg.Wait()
	return found
}

// Ask opens a port that nobody holds and asks who is there; Err says why that is not known. Opening resets many boards, and
// so ends what they print from their card: have somebody agree first.
func Ask(ctx context.Context, name string, o Options) Found {
	f := Found{Port: name}
	if err := f.ask(ctx, o); err != nil {
		f.Err, f.Error = err, err.Error()
	}
	return f
}

func (f *Found) ask(ctx context.Context, o Options) (err error) {
	if h, held := port.HolderOf(f.Port); held {
		return fmt.Errorf("%w (%s, process %d)", port.ErrBusy, cmp.Or(h.Name, "unknown"), h.PID)
	}
	t := o.Timing.withDefaults()
	limited, cancel := context.WithTimeout(ctx, t.Total)
	defer cancel()
	bauds := speeds(o.Dialects)
	if o.Baud != 0 {
		bauds = []int{o.Baud}
	}
	p, err := port.Open(f.Port, bauds[0])
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	wake := context.AfterFunc(ctx, func() { p.SetReadDeadline(time.Unix(1, 0)) })
	defer wake()
	a := asker{port: p, dialects: o.Dialects, timing: t}
	if err := a.walk(limited, bauds); err != nil {
		return cmp.Or(ctx.Err(), err)
	}
	f.Baud, f.Firmware, f.Version, f.Machine, f.UUID, f.Capabilities = a.baud, a.id.Firmware, a.id.Version, a.id.Machine, a.id.UUID, a.id.Caps
	if f.Dialect = Match(o.Dialects, a.id.Firmware); f.Dialect == "" {
		return fmt.Errorf("%q: %w", a.id.Firmware, ErrNoDialect)
	}
	return nil
}

// Match is the name of the dialect whose firmware pattern fits best, or nothing.
func Match(dialects []profiles.Dialect, firmware string) string {
	name, best := "", -1
	for _, d := range dialects {
		if d.Identify.Priority > best && d.Identify.Firmware.Match([]byte(firmware)) {
			name, best = d.Name, d.Identify.Priority
		}
	}
	return name
}

// speeds are those of all dialects, the likeliest first: each dialect votes for its own, twice for its first.
func speeds(dialects []profiles.Dialect) []int {
	votes := make(map[int]int)
	for _, d := range dialects {
		for i, baud := range d.Identify.Bauds {
			votes[baud]++
			if i == 0 {
				votes[baud]++
			}
		}
	}
	return slices.SortedFunc(maps.Keys(votes), func(a, b int) int {
		return cmp.Or(cmp.Compare(votes[b], votes[a]), cmp.Compare(a, b))
	})
}
