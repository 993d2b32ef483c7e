package printsim

import "strings"

// mark keeps the truth about a command that starts, and lets a scripted fault
// strike in its place; false if one did.
func (b *Board) mark(e *entry) bool {
	if b.attempt != "" && e.numbered && Counts(e.text) {
		if f, hit := b.faults.at(b.print, b.lines+1); hit && b.strike(f) {
			return false
		}
		b.lines++
	}
	r := Record{C: e.text}
	if e.numbered {
		r.N = &e.number
	}
	b.record(r)
	if e.code == "M117" {
		b.marker(e.args)
	}
	return true
}

// strike lets a scripted fault happen; false if the command goes on after it.
func (b *Board) strike(f Fault) bool {
	b.record(Record{Kind: recordFault, Why: f.String()})
	switch f.Kind {
	case FaultHalt, FaultThermal:
		b.halt(string(f.Kind))
	case FaultReset:
		b.restart(startReset)
	case FaultMute:
		b.spend(f.For)
		return false
	}
	return true
}

func (b *Board) marker(message string) {
	token, ok := strings.CutPrefix(message, markerPrefix)
	if !ok {
		return
	}
	if token, ok := strings.CutPrefix(token, "end "); ok {
		b.record(Record{Kind: recordEnd, ID: token})
		b.recordHeat()
		b.attempt = ""
		return
	}
	b.print++
	b.attempt, b.lines = token, 0
	b.record(Record{Kind: recordAttempt, ID: token})
}

func (b *Board) record(r Record) {
	r.T = virtual(b.now)
	b.cfg.Record(r)
}

// recordHeat writes the heaters' running sums.
func (b *Board) recordHeat() {
	b.heat()
	b.record(Record{Kind: recordHeat, Heat: &Heat{
		HotendSeconds: virtual(b.hotend.on), BedSeconds: virtual(b.bed.on),
		HotendTarget: b.hotend.target, BedTarget: b.bed.target,
	}})
}
