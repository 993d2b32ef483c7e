package link

import (
	"errors"
	"time"

	"github.com/mailleur/mailleur/printer-agent/internal/frame"
)

// session is the state of the link; only who has the turn touches it.
type session struct {
	state   State
	reason  Reason
	detail  string
	lines   assembler
	hist    history
	queue   []*request // commands waiting for a gap, oldest first
	job     *print
	id      Identity
	temps   []Reading
	reports int64     // of temperatures that came
	fresh   []Reading // scratch
	greet   greeting
	greeted bool // once
	ack     accounting
	win     window
	last    int64   // the board's last line when this link was made for a print that goes on; 0 otherwise
	probe   *probe  // running
	asking  Prompt  // being built up
	prompt  *Prompt // shown

	settling  bool            // a print goes on: what was sent before it is being accounted for
	resuming  bool            // the board is being asked where it is
	shutUntil time.Time       // the printer does not read from its port before
	listing   time.Time       // until when names of files are being listed
	powerless bool            // the board's supply fails: nothing may be written
	restored  bool            // it has failed in this attempt, and is back
	warm      warmth          // of the attempt
	relative  bool            // moves are relative, as far as the lines numbered say
	heard     []chan struct{} // who waits for the confirmation of a stop

	now       time.Time
	alarm     time.Time     // when the clock looks next
	fed       <-chan *batch // from which the clock takes lines; nil when none are wanted
	lastByte  time.Time
	partialAt time.Time // half a line is taken for a whole one
	pollAt    time.Time
	publishAt time.Time
	published time.Time
	dirty     bool
	end       error           // ends the loop
	closing   []chan struct{} // told once the state that they announce can be seen
}

// request is a command for the printer, and who waits for its answer.
type request struct {
	command []byte
	kind    kind
	lines   []string
	answer  chan error // has room for one; nil when nobody waits
}

func (r *request) finish(err error) {
	if r.answer != nil {
		r.answer <- err
	}
}

// step does whatever is due at s.now.
func (l *Link) step() error {
	l.tick()
	if l.s.end != nil {
		return l.s.end
	}
	if err := l.pump(); err != nil {
		return err
	}
	l.publish()
	return nil
}

// start begins the first greeting.
func (l *Link) start(now time.Time) {
	l.s.now, l.s.lastByte = now, now
	l.frameAs()
	l.connect()
	l.s.resuming = l.options.Resume && l.dialect.Lines.Numbers
}

// tick does what a moment brings.
func (l *Link) tick() {
	s := &l.s
	if due(s.partialAt, s.now) {
		s.partialAt = time.Time{}
		s.lines.add([]byte("\n"), l.handle)
	}
	if !l.dwells() {
		s.shutUntil = time.Time{}
	}
	switch s.state {
	case Connecting:
		l.tickGreeting()
	case Probing:
		l.tickProbe()
	case Idle, Printing, Paused, Attention, Ending:
		l.tickClocks()
		l.tickPoll()
		l.tickAnchor()
		l.tickIdle()
		l.breakWait()
		l.awaitQuiet()
	}
}

// enqueue puts a command into the queue; it is refused when the printer takes none.
func (l *Link) enqueue(r *request) {
	if l.s.state == Dead || l.s.state == Connecting && r.kind == userLine || l.s.state == Gone || l.s.probe != nil {
		r.finish(&Failure{Reason: NotReady, Detail: string(l.s.state)})
		return
	}
	if r.kind == userLine {
		command, _, ok := frame.Rewrite(nil, r.command, l.room(), l.dialect.Lines.Forbidden)
		if !ok || len(command) == 0 {
			r.finish(&Failure{Reason: Refused, Detail: string(r.command)})
			return
		}
		r.command = command
	}
	l.s.queue = append(l.s.queue, r)
}

// pump writes whatever may be written now.
func (l *Link) pump() error {
	s := &l.s
	for s.state != Dead && s.state != Probing && !s.powerless && !l.stopping.Load() && !l.held() && !l.again() && !l.unanswered() && !l.waitsForPerson() && !l.dwells() && l.roomFor() {
		e := l.nextEntry()
		if e == nil || !s.win.takes(&s.hist, s.ack.unread, len(e.wire), s.now) {
			return nil
		}
		if err := l.transmit(e); err != nil {
			return err
		}
	}
	return nil
}

// nextEntry is what to write next: first what was asked for again, then commands, then the job.
func (l *Link) nextEntry() *entry {
	s := &l.s
	if s.hist.next < s.hist.head {
		return s.hist.at(s.hist.next)
	}
	if s.state == Connecting && !s.greet.hello {
		return nil
	}
	if l.usedUp() {
		return l.renumber()
	}
	if len(s.queue) > 0 {
		r := s.queue[0]
		s.queue = s.queue[1:]
		e := l.number(r.kind, r.command)
		e.user = r
		return e
	}
	if s.job == nil || s.state == Connecting {
		return nil
	}
	return l.nextJobEntry()
}

// transmit writes one entry.
func (l *Link) transmit(e *entry) error {
	s := &l.s
	if s.job != nil && s.job.job.Track != nil {
		s.job.job.Track.Sent(e.number, e.offset) // before the printer can have it
	}
	if err := l.write(e.wire); err != nil {
		return &Failure{Reason: Unplugged, Err: err}
	}
	s.win.wrote(len(e.wire), s.now)
	e.sentAt = s.now
	e.sends++
	s.hist.next = e.number + 1
	s.ack.sent(l, e)
	if s.job != nil {
		s.job.wrote(e)
		s.job.inFlight(min(s.hist.inFlight(), s.job.result.LinesSent-s.job.result.LinesAcked))
	}
	return nil
}

// number gives a command the next line number.
func (l *Link) number(k kind, command []byte) *entry {
	s := &l.s
	offset := int64(0)
	if s.job != nil {
		offset = s.job.offset
	}
	e := s.hist.add(k, command, offset)
	e.blocks = l.dialect.Commands.Blocking.Match(e.command)
	e.slow = e.blocks || s.settling || l.dialect.Commands.Slow.Match(e.command)
	e.question = string(e.command) == l.dialect.Commands.Temperature
	if l.drops() {
		l.follow(e)
	}
	if s.job != nil {
		s.job.past.add(e.number, k == fileLine, offset)
	}
	return e
}

// frame writes an entry's wire form anew, after its command was changed.
func (l *Link) frame(e *entry) { e.frame(l.s.hist.format) }

// frameAs guards lines from now on as the dialect asks.
func (l *Link) frameAs() {
	format, err := frame.ParseFormat(string(l.dialect.Lines.Checksum))
	if err != nil { // the profile was not checked
		l.log.Error("frame lines", "err", err)
	}
	l.s.hist.format = format
}

// roomFor says whether it is worth drawing another line. While the printer is greeted, what it holds is not known; and
// nothing is gained by a line behind one that takes minutes, but it would run when that is broken off.
func (l *Link) roomFor() bool {
	h := &l.s.hist
	if inFlight := h.inFlight(); inFlight > 0 && (l.s.state == Connecting || l.renumbering() || h.at(h.next-1).slow) {
		return false
	}
	return l.s.win.mayGrow(&l.s.hist)
}

// deadline is the next moment at which something is due.
func (l *Link) deadline() time.Time {
	s := &l.s
	at := s.now.Add(time.Second)
	if s.state == Probing && s.probe.at.Before(at) {
		at = s.probe.at
	}
	if !l.awaits() && s.pollAt.Before(at) && !s.pollAt.IsZero() {
		at = s.pollAt
	}
	for _, t := range [...]time.Time{s.partialAt, s.publishAt, s.greet.at, s.ack.askAt, s.ack.anchorAt, s.ack.refusal.at, s.ack.refusal.askAt, s.ack.readBy, s.win.pauseUntil, s.shutUntil, l.againUntil()} {
		if !t.IsZero() && t.Before(at) {
			at = t
		}
	}
	return at
}

// shut ends what still runs when the loop has ended.
func (l *Link) shut(err error) {
	reason, detail := Unplugged, ""
	var f *Failure
	if errors.As(err, &f) {
		reason, detail = f.Reason, f.Error()
	}
	if l.stopping.Load() {
		reason = Stopped
	}
	l.s.now = time.Now()
	if l.s.probe != nil {
		l.endProbe(&Failure{Reason: reason, Detail: detail})
	}
	l.endJob(reason, detail)
	l.dropQueue(&Failure{Reason: reason, Detail: detail})
	l.s.state, l.s.reason, l.s.detail = Gone, reason, detail
	l.s.dirty = true
	l.s.published = time.Time{}
	l.publish()
}

// dropQueue answers everyone who waits for a command.
func (l *Link) dropQueue(err error) {
	for _, r := range l.s.queue {
		r.finish(err)
	}
	l.s.queue = nil
	for n := l.s.hist.acked + 1; n < l.s.hist.head; n++ {
		l.s.hist.at(n).release(err)
	}
}

// release answers who waits for the entry, once.
func (e *entry) release(err error) {
	if e.user != nil {
		e.user.finish(err)
		e.user = nil
	}
}

// due says whether a moment that was set has come.
func due(at, now time.Time) bool { return !at.IsZero() && !now.Before(at) }

// room is how long the next command may be.
func (l *Link) room() int { return l.s.hist.format.Room(l.s.hist.head, l.dialect.Lines.MaxBytes) }
