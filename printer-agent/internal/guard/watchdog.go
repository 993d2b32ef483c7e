package guard

import (
	"math"
	"slices"
	"strings"
	"time"
)

// Reading is one temperature, as the link gives it: °C, target 0 when off or unknown, Valid false when it was no number
// or an impossible one. T or T0 to T9 are nozzles, B the bed, C the chamber; others are not watched.
type Reading struct {
	Sensor string
	Actual float64
	Target float64
	Valid  bool
}

// Situation is what the watchdog cannot see in temperatures.
type Situation struct {
	Busy    bool // a print, a preheat or a test of ours is on, and may heat
	Waiting bool // and waits for a person: a filament change, a pause
	Probing bool // homes or levels the bed: some firmware heats nothing meanwhile (Marlin PROBING_HEATERS_OFF)
}

// Action is what a verdict asks for, each one more than those before it.
type Action uint8

// The actions.
const (
	None Action = iota
	Ask         // ask for a temperature report
	Warn        // tell a person
	Rest        // turn the nozzles off and tell a person; the print may go on after heating again
	Cool        // turn every heater off and end the attempt
	Stop        // emergency stop
)

// Verdict is what the watchdog makes of the temperatures.
type Verdict struct {
	Action Action
	Code   Code
	Sensor string  // empty when it is about none in particular
	Actual float64 // °C
	Target float64 // °C
	Since  time.Duration
}

// Args are the arguments of the verdict's sentence.
func (v Verdict) Args() map[string]any {
	return map[string]any{
		"part": partOf(v.Sensor), "actual": int64(math.Round(v.Actual)), "target": int64(math.Round(v.Target)),
		"seconds": int64(v.Since / time.Second),
	}
}

func partOf(sensor string) string {
	switch {
	case strings.HasPrefix(sensor, "B"):
		return "bed"
	case strings.HasPrefix(sensor, "C"):
		return "chamber"
	}
	return "nozzle"
}

// touchable is the temperature in °C from which a heater counts as hot.
const touchable = 50

// Watchdog judges the temperatures of one machine. Each trouble is told once, and again when it has got worse or came
// back. What the firmware's own protection catches earlier never reaches it.
type Watchdog struct {
	limits  Limits
	heaters map[string]*heater
	order   []string // of the sensors, as first seen
	heardAt time.Time
	quiet   Action // what was told of the silence
	waits   timer
	idles   timer
	probes  timer
	ours    bool   // the heaters that are on were turned on for a task of ours
	rested  Action // what was told of waiting
	idled   bool
}

// timer is when something began; the zero value has not begun.
type timer struct{ at time.Time }

// run starts the timer at now when on, stops it otherwise, and returns how long it has been running.
func (t *timer) run(on bool, now time.Time) time.Duration {
	if !on {
		t.at = time.Time{}
		return 0
	}
	if t.at.IsZero() {
		t.at = now
	}
	return now.Sub(t.at)
}

// NewWatchdog makes one that knows of no temperature yet.
func NewWatchdog(l Limits) *Watchdog { return &Watchdog{limits: l, heaters: map[string]*heater{}} }

// Reset forgets everything: the board was reset or another one is there.
func (w *Watchdog) Reset() { *w = *NewWatchdog(w.limits) }

// Observe takes one report. It must be called once for each report that came in, and not again with an old one: a reading
// that is repeated by the caller would look alive.
func (w *Watchdog) Observe(now time.Time, report []Reading) {
	numbered := false
	for _, r := range report {
		numbered = numbered || len(r.Sensor) == 2 && r.Sensor[0] == 'T'
	}
	for _, r := range report {
		if r.Sensor == "T" && numbered { // the active nozzle once more (case 78)
			continue
		}
		class, ok := w.class(r.Sensor)
		if !ok {
			continue
		}
		h := w.heaters[r.Sensor]
		if h == nil {
			h = &heater{limits: class}
			w.heaters[r.Sensor] = h
			w.order = append(w.order, r.Sensor)
		}
		h.observe(now, r)
		w.heardAt = now
	}
}

func (w *Watchdog) class(sensor string) (Heater, bool) {
	if sensor == "" || len(sensor) > 2 || len(sensor) == 2 && (sensor[1] < '0' || sensor[1] > '9') {
		return Heater{}, false
	}
	switch sensor[0] {
	case 'T':
		return w.limits.Nozzle, true
	case 'B':
		return w.limits.Bed, true
	case 'C':
		return w.limits.Chamber, true
	}
	return Heater{}, false
}

// Hot says whether a heater is on, or something can burn a finger.
func (w *Watchdog) Hot() bool {
	for _, h := range w.heaters {
		if h.target > 0 || h.seen && h.actual() > touchable {
			return true
		}
	}
	return false
}

// on says whether any heater has a target.
func (w *Watchdog) on() bool {
	for _, h := range w.heaters {
		if h.target > 0 {
			return true
		}
	}
	return false
}

// Check gives the new troubles, the gravest first, and nil when there is none. It is called at least once a second, also
// when nothing comes in.
func (w *Watchdog) Check(now time.Time, s Situation) (found []Verdict) {
	add := func(v Verdict) {
		if v.Action != None {
			found = append(found, v)
		}
	}
	s.Probing = w.probes.run(s.Probing, now) < w.limits.ProbeFor && s.Probing
	add(w.checkSilence(now))
	add(w.checkWaiting(now, s))
	add(w.checkIdle(now, s))
	for _, sensor := range w.order {
		v := w.heaters[sensor].check(now, s, w.limits)
		v.Sensor = sensor
		add(v)
	}
	slices.SortStableFunc(found, func(a, b Verdict) int { return int(b.Action) - int(a.Action) })
	return found
}

// checkSilence asks for a report, then tells a person, then gives up. Asking is not evidence of anything: levelling may
// keep a board silent for minutes.
func (w *Watchdog) checkSilence(now time.Time) Verdict {
	since := now.Sub(w.heardAt)
	if w.heardAt.IsZero() || w.limits.AskAfter == 0 || since < w.limits.AskAfter || !w.Hot() {
		w.quiet = None
		return Verdict{}
	}
	v := Verdict{Action: Ask, Code: Quiet, Since: since}
	switch {
	case w.limits.StaleCool > 0 && since >= w.limits.StaleCool:
		v.Action, v.Code = Cool, Stale
	case since >= w.limits.StaleAfter:
		v.Action, v.Code = Warn, Stale
	}
	if v.Action <= w.quiet {
		return Verdict{}
	}
	w.quiet = v.Action
	return v
}

// checkWaiting lets the nozzle cool while nobody comes, and the bed after hours.
func (w *Watchdog) checkWaiting(now time.Time, s Situation) Verdict {
	since := w.waits.run(s.Waiting && w.on(), now)
	v := Verdict{Since: since}
	switch {
	case since == 0:
		w.rested = None
		return Verdict{}
	case w.limits.WaitBed > 0 && since >= w.limits.WaitBed:
		v.Action, v.Code = Cool, WaitingLong
	case w.limits.WaitNozzle > 0 && since >= w.limits.WaitNozzle && w.nozzleOn():
		v.Action, v.Code = Rest, WaitingHot
	}
	if v.Action <= w.rested {
		return Verdict{}
	}
	w.rested = v.Action
	return v
}

func (w *Watchdog) nozzleOn() bool {
	for sensor, h := range w.heaters {
		if sensor[0] == 'T' && h.target > 0 {
			return true
		}
	}
	return false
}

// checkIdle turns off what a task of ours has left on. What somebody turned on at the machine is theirs, and may be a
// print from a card: that is only worth a word.
func (w *Watchdog) checkIdle(now time.Time, s Situation) Verdict {
	busy, on := s.Busy || s.Waiting, w.on()
	w.ours = on && (w.ours || busy)
	since := w.idles.run(!busy && on, now)
	if since == 0 {
		w.idled = false
	}
	if since < w.limits.IdleAfter || w.idled || w.limits.IdleAfter == 0 {
		return Verdict{}
	}
	w.idled = true
	if !w.ours {
		return Verdict{Action: Warn, Code: HotByHand, Since: since}
	}
	return Verdict{Action: Cool, Code: IdleHot, Since: since}
}
