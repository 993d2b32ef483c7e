package guard

import "time"

// judge looks at the temperatures and the clock, and goes on to the next phase or ends the test.
func (b *Bench) judge(now time.Time) {
	spent := now.Sub(b.since)
	switch {
	case b.phase == over, b.climbs(now):
		return
	case b.Question() != "":
		if spent > answerPatience {
			b.fail(now, BenchNoAnswer, "")
		}
		return
	case b.pending:
		if spent > commandPatience {
			b.fail(now, BenchRefused, "")
			return
		}
	}
	switch b.phase {
	case look:
		b.look(now, spent)
	case warmNozzle:
		b.warmUp(now, spent, "nozzle", nozzleSeen, nozzlePatience)
	case warmBed:
		b.warmUp(now, spent, "bed", bedSeen, bedPatience)
	case coolDown:
		b.cool(now, spent)
	}
}

// look is step 1: the right firmware, and every heater at the temperature of the same room.
func (b *Bench) look(now time.Time, spent time.Duration) {
	firmware := b.subject.Dialect.Identify.Firmware
	switch {
	case b.subject.Firmware == "":
		b.fail(now, BenchNoIdentity, "")
		return
	case firmware.Set() && !firmware.Match([]byte(b.subject.Firmware)):
		b.fail(now, BenchWrongBoard, "")
		return
	}
	if b.missing(now, spent) {
		return
	}
	for _, part := range b.parts() {
		if c := b.temps[part]; c < coldest || c > warmest {
			b.fail(now, BenchNotCold, part)
			return
		}
	}
	if nozzle, bed := b.temps["nozzle"], b.temps["bed"]; b.hasBed() && max(nozzle-bed, bed-nozzle) > apart {
		part := "nozzle"
		if bed > nozzle {
			part = "bed"
		}
		b.fail(now, BenchNotCold, part)
		return
	}
	b.start = map[string]float64{}
	for part, c := range b.temps {
		b.start[part] = c
	}
	b.enter(now, warmNozzle)
}

// warmUp is half of step 2: the part that was turned on becomes warm. The nozzle comes first, and the bed must stay as it is
// meanwhile: a nozzle heated by the bed's sensor would not stop.
func (b *Bench) warmUp(now time.Time, spent time.Duration, part string, seen float64, patience time.Duration) {
	b.result.Target = float64(b.target(part))
	if b.missing(now, spent) || b.overshot(now) {
		return
	}
	c := b.temps[part]
	risen := c >= b.before[part]+seen
	switch {
	case part == "nozzle" && b.hasBed() && b.temps["bed"] > b.before["bed"]+otherRise && !risen:
		b.fail(now, BenchSwapped, "bed")
	case risen && !b.pending && part == "nozzle" && b.hasBed():
		b.enter(now, warmBed)
	case risen && !b.pending:
		b.enter(now, coolDown)
	case spent > patience:
		b.fail(now, BenchNoRise, part)
	}
}

// overshot ends the test when a part is far warmer than it was ever asked to be.
func (b *Bench) overshot(now time.Time) bool {
	for _, part := range b.parts() {
		if b.temps[part] > float64(b.target(part))+tooMuch {
			b.result.Target = float64(b.target(part))
			b.fail(now, BenchOvershoot, part)
			return true
		}
	}
	return false
}

// missing ends the test when a sensor gave no number for a while, and says whether one is still waited for.
func (b *Bench) missing(now time.Time, spent time.Duration) bool {
	for _, part := range b.parts() {
		at, seen := b.seenAt[part]
		switch {
		case seen && now.Sub(at) <= readPatience:
		case seen, spent > readPatience:
			b.fail(now, BenchNoSensor, part)
			return true
		default:
			return true
		}
	}
	return false
}

// climbs ends the test when a part that was turned off gets warmer all the same.
func (b *Bench) climbs(now time.Time) bool {
	if b.phase != coolDown && b.phase != move && b.phase != askMoved {
		return false
	}
	for _, part := range b.parts() {
		if b.temps[part] > b.warm[part]+otherRise {
			b.fail(now, BenchNoFall, part)
			return true
		}
	}
	return false
}

// cool is the end of step 2: turned off, the nozzle gets cooler. A bed takes too long to wait for: it is watched to the
// end of the test, and must not get warmer.
func (b *Bench) cool(now time.Time, spent time.Duration) {
	if b.missing(now, spent) || b.overshot(now) {
		return
	}
	nozzle := b.temps["nozzle"]
	switch {
	case !b.pending && spent >= coolWatch && (nozzle <= b.before["nozzle"]-fallSeen || nozzle <= b.start["nozzle"]+fallSeen):
		b.enter(now, move)
	case spent > fallPatience:
		b.fail(now, BenchNoFall, "nozzle")
	}
}
