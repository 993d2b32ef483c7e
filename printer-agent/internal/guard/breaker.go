package guard

import (
	"slices"
	"time"

	profiles "github.com/mailleur/mailleur/firmware-profiles"
)

// What a printer draws. A mains or 24 V bed takes about 0.42 W for each square centimetre (Prusa MK3: 220 W on 525 cm²,
// Ender-3: 235 W on 552 cm²), a nozzle 40 W, board and motors 20 W. Holding a temperature takes about half.
const (
	bedMilliwattsCM2 = 420
	nozzleWatts      = 40
	boardWatts       = 20
	holdShare        = 2 // a hot printer draws its full power divided by this
)

const (
	// HeatPatience is how long a printer counts as heating. A bed on its way to 110 °C takes less than half of it.
	HeatPatience = 25 * time.Minute
	// AskPatience is how long a request stays in the queue without being repeated.
	AskPatience = 30 * time.Second
)

// DefaultWatts is what a machine draws while it heats, as far as its bed tells.
func DefaultWatts(p profiles.Printer) int64 {
	watts := int64(nozzleWatts + boardWatts)
	if p.Heat.BedMax > 0 {
		cm2 := (p.Bed.MaxX - p.Bed.MinX) / 10_000 * ((p.Bed.MaxY - p.Bed.MinY) / 10_000)
		watts += cm2 * bedMilliwattsCM2 / 1000
	}
	return watts
}

// Breaker shares one circuit among the printers of one process, so that they heat up one after the other. The order is
// that of asking; nobody overtakes. A printer that draws more than the whole circuit bears gets its turn when nothing
// else is on: refusing it for ever would help nobody, and its owner knows their wiring.
type Breaker struct {
	limit int64 // W; 0: one heats at a time, whatever the others hold
	users map[string]*user
	queue []string
}

type user struct {
	watts   int64
	on      bool
	heating bool
	since   time.Time // heating since, or last asked
}

// NewBreaker makes an idle circuit of so many watts; 0 where nobody knows.
func NewBreaker(limitWatts int64) *Breaker {
	return &Breaker{limit: limitWatts, users: map[string]*user{}}
}

// Ask says whether the printer may heat now; it is repeated, several times within AskPatience, until it is a yes. A yes
// stays one until Release.
func (b *Breaker) Ask(now time.Time, printer string, watts int64) Answer {
	b.settle(now)
	u := b.users[printer]
	if u != nil && u.on {
		return Yes()
	}
	if u == nil {
		u = &user{}
		b.users[printer] = u
		b.queue = append(b.queue, printer)
	}
	u.watts, u.since = max(0, watts), now
	if b.queue[0] != printer {
		return No(BreakerQueue)
	}
	if !b.fits(u.watts) {
		return No(BreakerFull)
	}
	b.queue = b.queue[1:]
	u.on, u.heating = true, true
	return Yes()
}

// Hot tells that the printer has reached its temperatures, and draws less from now on.
func (b *Breaker) Hot(printer string) {
	if u := b.users[printer]; u != nil && u.on {
		u.heating = false
	}
}

// Release tells that the printer's heaters are off, or that it asks no longer. Every ending calls it.
func (b *Breaker) Release(printer string) {
	delete(b.users, printer)
	b.queue = slices.DeleteFunc(b.queue, func(other string) bool { return other == printer })
}

// Drawn is what all printers draw now, in watts.
func (b *Breaker) Drawn() (watts int64) {
	for _, u := range b.users {
		switch {
		case u.on && u.heating:
			watts += u.watts
		case u.on:
			watts += u.watts / holdShare
		}
	}
	return watts
}

func (b *Breaker) fits(watts int64) bool {
	anyOn, anyHeating := false, false
	for _, u := range b.users {
		anyOn = anyOn || u.on
		anyHeating = anyHeating || u.on && u.heating
	}
	if b.limit == 0 {
		return !anyHeating
	}
	return !anyOn || b.Drawn()+watts <= b.limit
}

// settle lets go of what lasted too long: a printer that never got hot holds nobody up, nor does one that asked and went
// away.
func (b *Breaker) settle(now time.Time) {
	for name, u := range b.users {
		switch age := now.Sub(u.since); {
		case u.on && u.heating && age > HeatPatience:
			u.heating = false
		case !u.on && age > AskPatience:
			b.Release(name)
		}
	}
}
