package guard

import (
	"math"
	"time"
)

const (
	newTarget  = 0.5 // °C: less is no new target
	coolStep   = 0.5 // °C by which a heater must get cooler to count as cooling
	plausible  = 15  // °C between two reports; a greater leap may be a damaged line
	offTarget  = 2   // °C from the target from which a reading that never changes is odd
	strayRise  = 20  // °C that a heater may rise while it is off: a heated bed warms the nozzle above it
	strayHot   = 70  // °C below which such a rise is harmless
	badMemory  = 8   // invalid readings remembered
	flickering = 0.3 // °C within which a reading of a board without power stays
)

// heater is the memory of one sensor and its heater. Trends are read from the middle one of the last three readings, so
// that a single odd one decides nothing.
type heater struct {
	limits Heater
	last   [3]float64 // valid readings, newest first
	seen   bool
	target float64
	setAt  time.Time // when the target became what it is
	everOn bool      // the firmware reports targets

	reached bool
	base    float64 // highest since baseAt, while rising
	baseAt  time.Time
	span    [2]float64 // lowest and highest raw reading since baseAt
	low     float64    // lowest since lowAt, while too hot
	lowAt   time.Time
	offLow  float64 // lowest since it was turned off

	fall, over, stray timer
	mark              float64 // what a heater that has lost its temperature must get above
	climbs            bool    // it has done so
	hot               int     // reports in a row above the maximum
	frozenAt          time.Time

	bad      [badMemory]time.Time // newest first
	badSince time.Time            // nothing valid since
	told     map[Code]Action
}

// actual is the middle of the last readings.
func (h *heater) actual() float64 {
	a, b, c := h.last[0], h.last[1], h.last[2]
	return math.Max(math.Min(a, b), math.Min(math.Max(a, b), c))
}

func (h *heater) observe(now time.Time, r Reading) {
	if r.Target >= 0 && !math.IsNaN(r.Target) && !math.IsInf(r.Target, 0) {
		h.aim(now, r.Target)
	}
	if !r.Valid || math.IsNaN(r.Actual) || math.IsInf(r.Actual, 0) {
		h.invalid(now)
		return
	}
	h.badSince = time.Time{}
	h.excess(r.Actual)
	if !h.seen || r.Actual != h.last[0] {
		h.frozenAt = now
	}
	h.push(r.Actual)
	if h.baseAt.IsZero() {
		h.begin(now)
	}
	h.track(now, r.Actual)
}

func (h *heater) push(actual float64) {
	if !h.seen {
		h.last = [3]float64{actual, actual, actual}
		h.seen = true
		h.offLow = actual
	} else {
		h.last = [3]float64{actual, h.last[0], h.last[1]}
	}
}

// invalid remembers a reading that is none.
func (h *heater) invalid(now time.Time) {
	copy(h.bad[1:], h.bad[:badMemory-1])
	h.bad[0] = now
	if h.badSince.IsZero() {
		h.badSince = now
	}
}

// excess counts reports above the maximum: two in a row, or one that a heater can have come to since the one before.
func (h *heater) excess(actual float64) {
	switch {
	case h.limits.Max <= 0 || actual <= h.limits.Max:
		h.hot = 0
	case h.seen && actual-h.last[0] <= plausible:
		h.hot = 2
	default:
		h.hot++
	}
}

// aim takes the target. A target that is raised while the heater is on its way keeps the time it has had: a file that
// changes its mind does not hide a heater that does nothing.
func (h *heater) aim(now time.Time, target float64) {
	if math.Abs(target-h.target) < newTarget && (target > 0) == (h.target > 0) {
		return
	}
	rising := h.seen && h.target > 0 && !h.reached && h.actual() < h.target-h.limits.Gap && h.actual() < target-h.limits.Gap
	h.target, h.setAt = target, now
	h.everOn = h.everOn || target > 0
	h.reached = false
	h.fall, h.over, h.stray = timer{}, timer{}, timer{}
	h.frozenAt = now
	if rising {
		return
	}
	h.told = nil
	if h.seen {
		h.begin(now)
	}
}

// begin starts looking for a trend.
func (h *heater) begin(now time.Time) {
	h.base, h.baseAt = h.actual(), now
	h.low, h.lowAt = h.base, now
	h.offLow = h.base
	h.span = [2]float64{h.last[0], h.last[0]}
}

// track moves the marks that trends are measured from.
func (h *heater) track(now time.Time, raw float64) {
	actual := h.actual()
	h.span = [2]float64{math.Min(h.span[0], raw), math.Max(h.span[1], raw)}
	if actual >= h.base+h.limits.Rise || h.reached || h.target <= 0 || actual >= h.target-h.limits.Gap {
		h.base, h.baseAt = actual, now
		h.span = [2]float64{raw, raw}
	}
	if h.target > 0 && actual >= h.target-h.limits.Near && actual <= h.target+h.limits.Over {
		h.reached = true
	}
	if actual <= h.low-coolStep || actual <= h.target+h.limits.Over {
		h.low, h.lowAt = actual, now
	}
	h.offLow = math.Min(h.offLow, actual)
}

// check gives the gravest trouble of the sensor that was not told yet.
func (h *heater) check(now time.Time, s Situation, all Limits) Verdict {
	var worst Verdict
	for _, v := range []Verdict{
		h.checkMax(), h.checkOver(now, s), h.checkRise(now, s), h.checkFall(now, s), h.checkFrozen(now), h.checkBad(now, s, all),
		h.checkSlow(now),
	} {
		if v.Action > worst.Action && v.Action > h.told[v.Code] {
			worst = v
		}
	}
	if worst.Action == None {
		return Verdict{}
	}
	if h.told == nil {
		h.told = map[Code]Action{}
	}
	h.told[worst.Code] = worst.Action
	worst.Actual, worst.Target = h.actual(), h.target
	if worst.Code == TooHot {
		worst.Actual = h.last[0]
	}
	return worst
}

func (h *heater) checkMax() Verdict {
	if h.hot < 2 {
		delete(h.told, TooHot)
		return Verdict{}
	}
	return Verdict{Action: Stop, Code: TooHot}
}

// checkOver finds a heater that is too hot and does not cool, and one that heats although it is off. The second only
// without a task: some firmware leaves the targets out of what it prints while it waits for a temperature (case 60).
func (h *heater) checkOver(now time.Time, s Situation) Verdict {
	if !h.seen || h.limits.OverAfter == 0 {
		return Verdict{}
	}
	actual := h.actual()
	over := h.over.run(h.target > 0 && actual > h.target+h.limits.Over, now)
	stray := h.stray.run(h.target <= 0 && h.everOn && !s.Busy && !s.Waiting &&
		actual > strayHot && actual > h.offLow+strayRise, now)
	switch {
	case over > h.limits.OverAfter && now.Sub(h.lowAt) > h.limits.OverAfter:
		return Verdict{Action: Stop, Code: Runaway, Since: over}
	case stray > h.limits.OverAfter:
		return Verdict{Action: Stop, Code: Runaway, Since: stray}
	}
	return Verdict{}
}

func (h *heater) checkRise(now time.Time, s Situation) Verdict {
	if s.Probing && h.seen { // what comes after has its full time
		h.begin(now)
	}
	if h.limits.RiseWithin == 0 || !h.seen || h.reached || h.target <= 0 || h.actual() >= h.target-h.limits.Gap {
		return Verdict{}
	}
	since := now.Sub(h.baseAt)
	if since <= h.limits.RiseWithin || h.setAt.IsZero() {
		return Verdict{}
	}
	v := Verdict{Action: Cool, Code: NoRise, Since: since}
	if h.span[1]-h.span[0] <= flickering {
		v.Code = NoPower
	}
	return v
}

// checkFall finds a heater that has lost its temperature. One that climbs back has time as long as each step is higher
// than all before it: a sensor that comes and goes is no recovery.
func (h *heater) checkFall(now time.Time, s Situation) Verdict {
	if h.limits.FallAfter == 0 || !h.seen {
		return Verdict{}
	}
	actual := h.actual()
	lost := h.reached && h.target > 0 && actual < h.target-h.limits.Fall && !s.Probing
	switch {
	case !lost || h.fall.at.IsZero():
		h.mark, h.climbs = actual, false
	case actual >= h.mark+2*h.limits.Rise:
		h.mark, h.climbs = actual, true
		h.fall = timer{}
	case actual < h.mark && !h.climbs:
		h.mark = actual
	}
	since := h.fall.run(lost, now)
	if since <= h.limits.FallAfter {
		return Verdict{}
	}
	return Verdict{Action: Cool, Code: Falling, Since: since}
}

// checkFrozen finds a sensor that shows the very same wrong number while its heater must be at work. Exactly the target
// is what a well-tuned heater shows for hours.
func (h *heater) checkFrozen(now time.Time) Verdict {
	if h.limits.FrozenWarn == 0 || !h.seen || h.target <= 0 || math.Abs(h.last[0]-h.target) < offTarget {
		return Verdict{}
	}
	since := now.Sub(h.frozenAt)
	switch {
	case h.limits.FrozenCool > 0 && since > h.limits.FrozenCool:
		return Verdict{Action: Cool, Code: Frozen, Since: since}
	case since > h.limits.FrozenWarn:
		return Verdict{Action: Warn, Code: Frozen, Since: since}
	}
	delete(h.told, Frozen)
	return Verdict{}
}

// checkBad finds a sensor that is not there: several invalid readings within ten seconds, or nothing valid for a while.
// Where nothing heats it is only worth a word.
func (h *heater) checkBad(now time.Time, s Situation, all Limits) Verdict {
	n := all.BadInTen
	many := n > 0 && n <= badMemory && !h.bad[n-1].IsZero() && now.Sub(h.bad[n-1]) <= 10*time.Second
	long := !h.badSince.IsZero() && h.bad[0].Sub(h.badSince) >= all.BadFor
	if !many && !long {
		if h.badSince.IsZero() {
			delete(h.told, BadSensor)
		}
		return Verdict{}
	}
	if h.target > 0 || s.Busy && h.everOn {
		return Verdict{Action: Cool, Code: BadSensor}
	}
	return Verdict{Action: Warn, Code: BadSensor}
}

func (h *heater) checkSlow(now time.Time) Verdict {
	if h.limits.SlowAfter == 0 || !h.seen || h.reached || h.target <= 0 || h.actual() >= h.target || h.setAt.IsZero() {
		return Verdict{}
	}
	since := now.Sub(h.setAt)
	if since <= h.limits.SlowAfter {
		return Verdict{}
	}
	return Verdict{Action: Warn, Code: Slow, Since: since}
}
