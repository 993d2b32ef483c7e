package link

import (
	"time"
)

// greeting is how far the link is in finding out who is there.
type greeting struct {
	began   time.Time
	at      time.Time // when to greet, or to greet again
	until   time.Time // when to give up
	said    bool      // it was written: an ok from before answers whoever was here before
	hello   bool      // line numbers are agreed; identity and temperatures are being asked for
	errors  int       // refusals since the last greeting
	refused bool      // it was heard, and refused
	last    int64     // where the board said that it is; 0 before
	same    int       // requests for the line behind that one
	tries   int       // greetings since the last answer to one
	lives   time.Time // when it was last heard to be at something
	latest  time.Time // when to give up all the same
}

// talks is how long a moment of quiet is waited for: a banner may be long, and a board that asks for the rest of a line is
// never quiet, nor is one that has refused a greeting and asks for it.
func (l *Link) talks() time.Duration {
	if l.s.resuming || l.s.greet.refused {
		return 3 * l.timing.Quiet
	}
	return l.timing.Boot / 2
}

// patientTries is how many greetings are written to a board that is at something and may not be reading: more might not
// fit into its receive ring.
const patientTries = 3

// alive bears a board that is at something, a heater most of the time, and reads nothing meanwhile.
func (l *Link) alive() {
	g := &l.s.greet
	g.lives = l.s.now
	if until := l.s.now.Add(l.timing.Boot); until.After(g.until) && until.Before(g.latest) {
		g.until = until
	}
}

// connect begins a greeting: after a reset, and at the start.
func (l *Link) connect() {
	s := &l.s
	l.dropQueue(&Failure{Reason: Reset})
	s.state = Connecting
	s.hist.restart(0)
	s.last = 0
	s.ack = accounting{hint: none}
	s.shutUntil, s.listing = time.Time{}, time.Time{}
	s.prompt, s.asking, s.powerless, s.restored = nil, Prompt{}, false, false
	s.id = Identity{}
	s.greet = greeting{began: s.now, at: s.now.Add(l.timing.Quiet), until: s.now.Add(l.timing.Boot), latest: s.now.Add(l.timing.SilenceSlow)}
	s.pollAt = time.Time{}
	s.dirty = true
}

// tickGreeting greets while nothing answers.
func (l *Link) tickGreeting() {
	s := &l.s
	if due(s.greet.until, s.now) {
		s.end = &Failure{Reason: Silent, Detail: "no answer to the greeting"}
		return
	}
	if s.greet.hello {
		l.tickClocks()
		return
	}
	if !due(s.greet.at, s.now) {
		return
	}
	if l.agreed() {
		l.goOn(s.greet.last)
		return
	}
	if quiet := s.lastByte.Add(l.timing.Quiet); s.now.Before(quiet) && s.now.Before(s.greet.began.Add(l.talks())) {
		s.greet.at = quiet
		return
	}
	s.greet.at = s.now.Add(l.timing.Hello)
	s.greet.errors = 0
	if s.greet.tries++; s.greet.tries > patientTries && s.now.Sub(s.greet.lives) < 2*l.timing.Hello {
		s.greet.tries = patientTries - 1 // one at last, should those before it be lost
		s.greet.at = s.now.Add(4 * l.timing.Boot)
		return
	}
	if l.stopping.Load() {
		return
	}
	hello := []byte(l.dialect.Commands.Temperature + "\n")
	switch {
	case s.resuming:
		hello = l.whereabouts()
	case l.dialect.Lines.Numbers: // the line ending first: it ends half a line left by whoever was here before
		begin := "\n"
		if l.dialect.Lines.MeatPack && s.greet.tries > 2 {
			begin = unpacked
		}
		hello = l.s.hist.format.Append([]byte(begin), 0, []byte(l.dialect.Commands.ResetLine))
	}
	s.greet.said = true
	if err := l.write(hello); err != nil {
		l.log.Warn("greet printer", "err", err)
	}
}

// unpacked ends the mode in which a firmware takes two characters from each byte (Marlin meatpack.h, MPCommand_ResetAll).
// To one that is not in that mode, or has none, it is a comment.
const unpacked = "\n;\xff\xff\xf9\n"

// greeted takes a line during the greeting; it reports whether the line is dealt with.
func (l *Link) greeted(r reply) bool {
	s := &l.s
	if r.class == startReply {
		l.connect()
		return true
	}
	if s.greet.hello {
		return l.disagrees(r)
	}
	switch r.class {
	case busyReply, pausedReply, temperatureReply:
		l.alive()
	case okReply, resendReply, lineErrorReply, skipReply:
		s.greet.tries = 0
	}
	if s.resuming {
		l.located(r)
		return true
	}
	switch r.class {
	case resendReply, lineErrorReply, skipReply, damaged:
		s.greet.errors++
		s.greet.refused = s.greet.refused || s.greet.said && r.class != damaged
	case okReply:
		if !s.greet.said {
			return true
		}
		if s.greet.errors > 0 { // it belongs to the refusal, or to noise
			s.greet.errors = 0
			s.greet.at = earlier(s.greet.at, s.now.Add(l.timing.Quiet))
			return true
		}
		l.agree()
	}
	return true
}

// disagrees greets again when the printer asks for a line that was never sent: what was taken for the answer to the
// greeting was another's, and the numbers are still those of whoever was here before.
func (l *Link) disagrees(r reply) bool {
	if r.class != resendReply || r.number <= l.s.hist.head {
		return false
	}
	until := l.s.greet.until
	l.connect()
	l.s.greet.until = until
	return true
}

// agree goes on once line numbers are reset.
func (l *Link) agree() {
	l.s.greet.hello = true
	l.s.greet.at = time.Time{}
	l.s.greet.until = l.s.now.Add(l.timing.Boot)
	for _, command := range []string{l.dialect.Commands.Identify, l.dialect.Commands.Temperature} {
		l.enqueue(&request{command: []byte(command), kind: hostLine})
	}
}

// settled ends the greeting once everything asked for has been acknowledged.
func (l *Link) settled() {
	s := &l.s
	if s.state != Connecting || !s.greet.hello || s.hist.inFlight() > 0 || len(s.queue) > 0 || s.hist.next < s.hist.head {
		return
	}
	l.choose()
	l.openWindow()
	s.state, s.reason, s.detail = Idle, "", ""
	s.greet = greeting{}
	s.pollAt = s.now.Add(l.timing.Poll)
	s.dirty = true
	if l.reports() && !l.awaits() {
		l.enqueue(&request{command: []byte(l.autoReport()), kind: hostLine})
	}
	if !s.greeted {
		s.greeted = true
		s.closing = append(s.closing, l.ready)
	}
}

// choose takes the dialect that fits what the board said of itself.
func (l *Link) choose() {
	if l.options.Choose == nil || l.s.id.Firmware == "" {
		return
	}
	if d, ok := l.options.Choose(l.s.id); ok && d.Name != l.dialect.Name {
		l.log.Info("the dialect is chosen by what the board said", "dialect", d.Name, "firmware", l.s.id.Firmware)
		l.dialect = d
		l.frameAs()
	}
}
