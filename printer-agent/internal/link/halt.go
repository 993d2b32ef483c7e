package link

import "time"

// restarted deals with the line printed after a reset.
func (l *Link) restarted() {
	if l.s.state == Dead {
		l.stopping.Store(false)
	}
	reason := Reset
	if l.stopping.Load() {
		reason = Stopped
		l.stopping.Store(false)
	}
	l.endJob(reason, "the board has restarted")
	l.connect()
}

// halted deals with a firmware that needs a reset.
func (l *Link) halted(r reply) {
	s := &l.s
	if s.state == Dead {
		return
	}
	reason := Halted
	switch {
	case l.stopping.Load():
		reason = Stopped
	case r.class == thermalReply:
		reason = Thermal
	}
	l.die(reason, string(r.text))
}

// die ends everything until the board is reset.
func (l *Link) die(reason Reason, detail string) {
	s := &l.s
	l.endJob(reason, detail)
	l.dropQueue(&Failure{Reason: reason, Detail: detail})
	s.hist.restart(0)
	s.ack = accounting{hint: none}
	s.pollAt = time.Time{}
	s.state, s.reason, s.detail = Dead, reason, detail
	s.dirty = true
}

// stopped notes an emergency stop that was just written; heard is closed once the printer confirms it.
func (l *Link) stopped(heard chan struct{}) {
	s := &l.s
	if s.state == Dead && s.reason == Stopped || !l.stopping.Load() { // the answer was faster than this call
		s.closing = append(s.closing, heard)
		return
	}
	s.heard = append(s.heard, heard)
	l.die(Stopped, "not confirmed")
}

// confirmStop is called for every line that could confirm an emergency stop.
func (l *Link) confirmStop() {
	s := &l.s
	if !l.stopping.Load() {
		return
	}
	s.closing = append(s.closing, s.heard...)
	s.heard = nil
	if s.state == Dead {
		s.detail = "confirmed"
		s.dirty = true
	} else {
		l.die(Stopped, "confirmed")
	}
}
