package detect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/port"
)

// The questions. An identification without a number is answered by every firmware, and leaves the line number alone by
// which an interrupted print could still be continued; the line ending first ends half a line left by whoever was there
// before.
const (
	question = "\nM115\n"
	// numbered comes after two refusals: some old builds take nothing without a number before one has come with it.
	numbered = "\nN0 M110 N0*125\nM115\n"
	// unpack turns MeatPack's packing off (Marlin, feature/meatpack.h: two signal bytes, 249 = reset all). It goes only to
	// a board that answers in clear text and does not understand: Repetier would take it for a binary command.
	unpack = "\xff\xff\xf9\nM115\n"
)

// longest bounds one line; what is longer is noise.
const longest = 4096

// asker is one conversation.
type asker struct {
	port     *port.Port
	dialects []profiles.Dialect
	timing   Timing
	baud     int
	talked   int // the speed at which clear text came, 0 for none

	id      profiles.Identity
	named   bool // the firmware's name has come
	done    bool // and the ok that ends the answer
	pending []byte
	try
}

// try is what happened at one speed since it was chosen.
type try struct {
	good, bad int       // printable bytes, and others
	clear     bool      // a line of clear text came
	asked     int       // questions since then
	refused   int       // refusals of a line
	atWork    bool      // it heats, or is busy
	next      time.Time // when to ask
	end       time.Time // when to give this speed up
	first     time.Time // of the bytes
	last      time.Time
}

// verdict is how a try ended.
type verdict int

const (
	silent verdict = iota
	garbage
	identified
)

// noiseTime is how long a line that never rests is listened to before it is called noise.
const noiseTime = time.Second

// garbagePasses is how often every speed must have given garbage before nothing better is hoped for; a boot loader may talk
// at a speed of its own for a while.
const garbagePasses = 3

// walk tries the speeds in turn on the open port until somebody has said who it is, or ctx ends.
func (a *asker) walk(ctx context.Context, bauds []int) error {
	patience := a.timing.Boot
	for noisy := 0; ; {
		spoiled := 0
		for _, baud := range bauds {
			v, err := a.at(ctx, baud, patience)
			switch {
			case err != nil:
				return err
			case v == identified:
				return nil
			case v == garbage:
				spoiled++
			default:
				patience = a.timing.Again
			}
		}
		if spoiled < len(bauds) {
			noisy = 0
		} else if noisy++; noisy == garbagePasses {
			return ErrGarbage
		}
	}
}

// at talks at one speed, for as long as patience lasts, longer where clear text comes.
func (a *asker) at(ctx context.Context, baud int, patience time.Duration) (verdict, error) {
	if baud != a.baud {
		switch err := errors.Join(a.port.SetBaud(baud), a.port.Discard()); {
		case errors.Is(err, port.ErrBaud): // then no board behind this adapter has that speed
			return silent, nil
		case err != nil:
			return silent, err
		}
	}
	begun := time.Now()
	a.baud, a.pending, a.try = baud, a.pending[:0], try{next: begun.Add(a.timing.Quiet), end: begun.Add(patience)}
	buf := make([]byte, 1024)
	for {
		switch now := time.Now(); {
		case ctx.Err() != nil:
			return silent, a.surrender()
		case a.done:
			return identified, nil
		case a.noisy(now):
			return garbage, nil
		case a.named && !now.Before(a.next):
			return identified, nil
		case !now.Before(a.end) && !a.clear:
			return silent, nil
		case !now.Before(a.next):
			if err := a.ask(now); err != nil {
				return silent, err
			}
		}
		if err := a.listen(ctx, buf); err != nil {
			return silent, err
		}
	}
}

// surrender says what is known after all the time there was.
func (a *asker) surrender() error {
	if a.talked != 0 {
		return fmt.Errorf("%d baud: %w", a.talked, ErrNameless)
	}
	if a.bad > 0 {
		return ErrGarbage
	}
	return ErrSilent
}

func (a *asker) ask(now time.Time) error {
	text := question
	switch {
	case a.asked >= 1 && a.refused > 1:
		text = numbered
	case a.asked == 2 && !a.atWork:
		text = unpack
	}
	if a.clear {
		a.asked++
	}
	a.next = now.Add(a.timing.Repeat)
	if _, err := a.port.Write([]byte(text)); err != nil && !errors.Is(err, port.ErrStalled) {
		return fmt.Errorf("ask: %w", err)
	}
	return nil
}

// listen takes what comes until the next question is due; bytes put it off.
func (a *asker) listen(ctx context.Context, buf []byte) error {
	until := a.next
	earlier := func(t time.Time) {
		if t.Before(until) {
			until = t
		}
	}
	if limit, ok := ctx.Deadline(); ok {
		earlier(limit)
	}
	if !a.clear {
		earlier(a.end)
	}
	if a.spoiled() {
		earlier(a.last.Add(a.timing.Quiet))
	}
	if ctx.Err() != nil {
		return nil
	}
	if err := a.port.SetReadDeadline(until); err != nil {
		return err
	}
	n, err := a.port.Read(buf)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	a.last = time.Now()
	if a.first.IsZero() {
		a.first = a.last
	}
	a.take(buf[:n])
	if quiet := a.last.Add(a.timing.Quiet); a.next.Before(quiet) || a.named {
		a.next = quiet
	}
	return nil
}

func (a *asker) take(b []byte) {
	for _, c := range b {
		switch {
		case c == '\n':
			a.line(bytes.Trim(a.pending, "\x00\r"))
			a.pending = a.pending[:0]
			continue
		case c == '\r' || c == '\t' || c >= ' ' && c < 0x7f:
			a.good++
		default:
			a.bad++
		}
		if len(a.pending) < longest {
			a.pending = append(a.pending, c)
		}
	}
}

// spoiled says that what came is no text: at a wrong speed most bytes have their top bit set or are control characters. A
// NUL before the banner and a spike at power-on are normal.
func (a *asker) spoiled() bool { return a.bad >= 3 && a.bad*5 > a.good+a.bad }

// noisy says that a speed has been listened to for long enough to call it wrong: a banner must be over before the next one
// is tried, or its rest would spoil that too.
func (a *asker) noisy(now time.Time) bool {
	return a.spoiled() && (!now.Before(a.last.Add(a.timing.Quiet)) || now.Sub(a.first) > noiseTime)
}

// line takes one line of clear text.
func (a *asker) line(line []byte) {
	if len(line) < 2 || a.spoiled() || slices.ContainsFunc(line, func(c byte) bool { return c < ' ' && c != '\t' || c > 0x7e }) {
		return
	}
	a.clear, a.talked = true, a.baud
	if a.id.Read(line) {
		a.named = true
	}
	is := func(pattern func(profiles.Replies) profiles.Pattern) bool {
		return slices.ContainsFunc(a.dialects, func(d profiles.Dialect) bool { return pattern(d.Replies).Match(line) })
	}
	switch {
	case is(func(r profiles.Replies) profiles.Pattern { return r.Ok }):
		a.done = a.named
	case is(func(r profiles.Replies) profiles.Pattern { return r.Resend }):
		a.refused++
	case is(func(r profiles.Replies) profiles.Pattern { return r.Busy }),
		is(func(r profiles.Replies) profiles.Pattern { return r.TemperatureLine }):
		a.atWork = true
	}
}
