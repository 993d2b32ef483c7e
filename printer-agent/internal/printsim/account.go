package printsim

import "strings"

// mark keeps the truth about a command that starts, and lets a scripted fault
// strike in its place; false if one did.
func (b *Board) mark(e *entry) bool {
	if b.attempt != "" && (e.numbered || ignoresNumbers(b.cfg.Firmware)) && Counts(e.text) {
		if f, hit := b.faults.at(b.print, b.lines+1); hit && !b.strike(f) {
			return false
		}
		b.lines++
	}
	r := Record{C: e.text}
	if e.numbered {
		r.N = &e.number
	}
	b.record(r)
	b.compare(e)
	if e.code == "M117" {
		b.marker(e.args)
	}
	return true
}

// compare tells of a line that the cable hurt and that was executed all the
// same.
func (b *Board) compare(e *entry) {
	if e.from == nil {
		return
	}
	was := string(e.from.line)
	n, numbered := lineNumber(was)
	if bare(was) == e.text && numbered == e.numbered && (n == e.number || e.code == "M110") {
		return
	}
	r := Record{Kind: recordUnchecked, C: e.text, Was: was, Line: b.lines}
	if e.summed && e.numbered {
		r.Kind = recordCollision
	}
	if e.numbered {
		r.N = &e.number
	}
	b.record(r)
}

// strike lets a scripted fault happen; false if the command does not take
// place, or not yet.
func (b *Board) strike(f Fault) bool {
	b.record(Record{Kind: recordFault, Why: f.String()})
	switch f.Kind {
	case FaultHalt, FaultThermal:
		b.halt(string(f.Kind))
	case FaultReset:
		b.restart(startReset)
	case FaultBrownout:
		b.restart(startBrownout)
	case FaultPower:
		b.powerFails(f.For)
	case FaultMute:
		b.spend(f.For)
		b.load.rest()
		return true
	case FaultUnplug:
		b.connect(false)
		b.replugAt = b.now + f.For
		b.pulls++
		return true
	}
	return false
}

func (b *Board) marker(message string) {
	message = strings.Trim(message, `"`) // RepRapFirmware takes a quoted text
	token, ok := strings.CutPrefix(message, markerPrefix)
	if !ok {
		return
	}
	if token, ok := strings.CutPrefix(token, "end "); ok {
		b.record(Record{Kind: recordEnd, ID: token})
		b.recordSums()
		b.attempt = ""
		b.load.rest()
		return
	}
	b.print++
	b.attempt, b.lines = token, 0
	b.load.rest()
	b.record(Record{Kind: recordAttempt, ID: token})
}

func (b *Board) record(r Record) {
	r.T = virtual(b.now)
	b.cfg.Record(r)
}

// recordSums writes every running sum.
func (b *Board) recordSums() {
	b.recordHeat()
	b.recordLoad()
}

// recordHeat writes the heaters' running sums.
func (b *Board) recordHeat() {
	b.heat()
	b.record(Record{Kind: recordHeat, Heat: &Heat{
		HotendSeconds: virtual(b.hotend.on), BedSeconds: virtual(b.bed.on),
		HotendTarget: b.hotend.target, BedTarget: b.bed.target,
	}})
}
