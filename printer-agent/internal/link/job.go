package link

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/mailleur/mailleur/printer-agent/internal/frame"
)

// print is one attempt, the loop's alone until ended is closed.
type print struct {
	job       Job
	feed      *feeder
	batch     *batch
	size      int64
	sent      int64 // bytes of the file up to the last acknowledged line
	offset    int64 // bytes of the file up to the last numbered line
	past      past
	noise     noise
	breakAt   time.Time // when to break off a wait again
	acks      latencies
	paused    bool
	byPrinter bool   // the printer has paused by itself
	kept      bool   // only Resume ends the pause
	wanted    bool   // the printer has asked for its end meanwhile
	drawn     bool   // every line of the file has been numbered
	tail      bool   // the closing commands are queued
	reason    Reason // why it is being ended early
	result    Result
	ended     chan struct{}
	refused   int // resend requests obeyed
	short     []byte
}

// newPrint is an attempt that begins at a file offset, with some lines of the file behind it.
func newPrint(job Job, feed *feeder, offset, before, total int64) *print {
	return &print{
		job: job, feed: feed, size: job.Source.Size(), sent: offset, offset: offset, paused: job.Continue && job.Paused,
		kept:   job.Continue && job.Paused && job.Kept,
		result: Result{LinesTotal: total, LinesSent: before, LinesAcked: before}, ended: make(chan struct{}),
	}
}

// begin starts the attempt, or refuses it.
func (l *Link) begin(p *print) {
	s := &l.s
	p.result.Began = s.now
	if s.state != Idle || s.job != nil || s.probe != nil || l.stopping.Load() {
		p.result.Reason, p.result.Detail, p.result.Ended = NotReady, string(s.state), s.now
		close(p.ended)
		return
	}
	s.job, s.state, s.reason, s.detail = p, Printing, "", ""
	s.restored, s.ack.patient = false, 0
	if p.paused {
		s.state = Paused
	}
	s.dirty = true
	p.past.begin(s.hist.head-1, p.offset)
	if p.job.Track != nil {
		for n := max(s.last, s.hist.head-historyLines, 0); n < s.hist.head; n++ {
			p.job.Track.Sent(n, p.offset)
		}
	}
	if p.job.Continue {
		l.settle()
	}
	if !p.job.Continue || p.offset == 0 { // nothing of the file was taken, and perhaps no marker
		l.mark("mailleur " + p.job.Token)
	}
}

// mark shows a message on the printer's display, which is also how a log of the wire tells attempts apart.
func (l *Link) mark(text string) {
	if l.s.job.job.Token == "" || l.dialect.Commands.Message == "" {
		return
	}
	command := strings.ReplaceAll(l.dialect.Commands.Message, "{text}", text)
	l.enqueue(&request{command: []byte(command), kind: hostLine})
}

// take has a batch be sent next, unless the feeder was sent elsewhere since it was read.
func (p *print) take(b *batch) {
	if b.seek != p.feed.sent {
		p.feed.free <- b
		return
	}
	p.batch = b
}

// hungry says whether the next line is still to be read.
func (p *print) hungry() bool { return p.batch == nil && !p.drawn && p.reason == "" }

// nextJobEntry numbers the next line of the file; nil when there is none to send now.
func (l *Link) nextJobEntry() *entry {
	s := &l.s
	p := s.job
	if p.tail || p.paused && p.reason == "" {
		return nil
	}
	if p.reason == "" && !p.drawn {
		if p.batch == nil {
			return nil
		}
		if !p.batch.empty() {
			command, offset := p.batch.take()
			return l.fileEntry(command, offset)
		}
		if !p.endOfBatch(l) {
			return nil
		}
	}
	if s.hist.inFlight() > 0 {
		return nil
	}
	l.close()
	return l.nextEntry()
}

// endOfBatch hands an empty batch back; it reports whether the file has ended.
func (p *print) endOfBatch(l *Link) bool {
	if p.batch.err == nil {
		p.feed.free <- p.batch
		p.batch = nil
		return false
	}
	if err := p.batch.failed(); err != nil {
		p.fail(BadFile, err.Error())
		return true
	}
	p.drawn = true
	return true
}

// fileEntry numbers one line of the file, rewritten where the firmware could not take it as it is.
func (l *Link) fileEntry(command []byte, offset int64) *entry {
	p := l.s.job
	if room := l.room(); len(command) > room || suspicious(command, l.dialect.Lines.Forbidden) {
		var changed, ok bool
		p.short, changed, ok = frame.Rewrite(p.short[:0], command, room, l.dialect.Lines.Forbidden)
		command = p.short
		if !ok || len(command) == 0 {
			p.fail(BadFile, fmt.Sprintf("line that this firmware cannot take: %s", command))
			l.close()
			return l.nextEntry()
		}
		if changed {
			p.result.Rewrites++
		}
	}
	p.offset = offset
	return l.number(fileLine, command)
}

// suspicious says whether a command may hold what some firmware would take for something else: bytes that are syntax to
// it, and what it searches whole lines for.
func suspicious(command []byte, forbidden string) bool {
	if forbidden != "" && bytes.ContainsAny(command, forbidden) {
		return true
	}
	for _, text := range [...]string{"M110", "M29", "PRUSA"} {
		if i := bytes.Index(command, []byte(text)); i >= 0 {
			return true
		}
	}
	return false
}

// close queues what follows the last line: the end marker, then either a wait for all motion to end, with a question
// behind it because some firmwares acknowledge when they read, or the commands that turn the heaters off.
func (l *Link) close() {
	p := l.s.job
	p.tail = true
	l.s.state = Ending
	l.s.dirty = true
	l.mark("mailleur end " + p.job.Token)
	commands := l.dialect.Commands.Cool
	if p.reason == "" {
		commands = []string{l.dialect.Commands.Finish, l.dialect.Commands.Temperature}
	}
	for _, command := range commands {
		if command != "" {
			l.enqueue(&request{command: []byte(command), kind: hostLine})
		}
	}
}

// finishJob ends the attempt once everything sent has been acknowledged.
func (l *Link) finishJob() {
	s := &l.s
	p := s.job
	if p == nil || !p.tail || s.hist.inFlight() > 0 || len(s.queue) > 0 || s.hist.next < s.hist.head {
		return
	}
	reason := p.reason
	if reason == "" {
		reason = Done
	}
	s.state = Idle
	l.endJob(reason, p.result.Detail)
}

// endJob closes the books of the attempt, if there is one.
func (l *Link) endJob(reason Reason, detail string) {
	s := &l.s
	p := s.job
	if p == nil {
		return
	}
	if s.state == Printing || s.state == Paused || s.state == Attention || s.state == Ending {
		s.state = Idle
	}
	p.result.Reason, p.result.Detail, p.result.Ended = reason, detail, s.now
	p.result.AckP50, p.result.AckP99 = p.acks.quantile(0.5), p.acks.quantile(0.99)
	s.job, s.last = nil, 0
	s.reason, s.detail = reason, detail
	s.dirty = true
	l.log.Info("attempt ended", "token", p.job.Token, "reason", reason, "detail", detail,
		"sent", p.result.LinesSent, "acked", p.result.LinesAcked, "resends", p.result.Resends)
	s.closing = append(s.closing, p.ended)
}

// fail notes the first reason to end early.
func (p *print) fail(reason Reason, detail string) {
	if p.reason == "" {
		p.reason, p.result.Detail = reason, detail
	}
}

// cancel ends the attempt early, with the printer still listening.
func (l *Link) cancel(reason Reason, detail string) error {
	s := &l.s
	if s.job == nil {
		return &Failure{Reason: NotReady, Detail: string(s.state)}
	}
	s.job.fail(reason, detail)
	s.job.paused = false
	s.dirty = true
	l.breakWait()
	return nil
}

// breakWait breaks off a wait for a temperature that stands between an attempt and its end. The command that waits may
// not have begun yet: then it is broken off again.
func (l *Link) breakWait() {
	s := &l.s
	if s.job == nil || s.job.reason == "" || s.hist.inFlight() == 0 || !s.hist.at(s.hist.next-1).slow {
		return
	}
	if l.dialect.Commands.BreakWait == "" || l.stopping.Load() || s.now.Before(s.job.breakAt) {
		return
	}
	s.job.breakAt = s.now.Add(l.timing.Poll)
	_ = l.bare(l.dialect.Commands.BreakWait) // a failure ends the loop
}

func (l *Link) pause() error {
	s := &l.s
	if s.job == nil || s.job.tail || s.job.reason != "" {
		return &Failure{Reason: NotReady, Detail: string(s.state)}
	}
	s.job.paused = true
	s.state = Paused
	s.dirty = true
	return nil
}

func (l *Link) resume() error { return l.carryOn(false) }

// carryOn lets a held job go on, as a person or the printer asks. A printer that has paused by itself has parked, and perhaps
// cooled down: it is told to go on, unless it does so already, and is given time to be ready.
func (l *Link) carryOn(byPrinter bool) error {
	s := &l.s
	p := s.job
	if p == nil || !p.paused {
		return &Failure{Reason: NotReady, Detail: string(s.state)}
	}
	if p.kept && byPrinter {
		p.wanted, s.dirty = true, true
		return nil
	}
	p.kept, p.wanted = false, false
	if command := l.dialect.Commands.Resume; command != "" {
		if p.byPrinter && !byPrinter {
			l.enqueue(&request{command: []byte(command), kind: hostLine})
		}
		if p.byPrinter || byPrinter {
			s.ack.patient = s.hist.head
		}
	}
	p.paused, p.byPrinter = false, false
	s.state = Printing
	s.dirty = true
	return nil
}

// wrote counts a line that was written.
func (p *print) wrote(e *entry) {
	p.result.BytesSent += int64(len(e.wire))
	switch {
	case e.sends > 1:
		p.result.Resends++
	case e.kind == fileLine:
		p.result.LinesSent++
	}
}

// inFlight notes how many lines of the file are. The link's own are not counted: they are short, so that one more of them fits
// into a ring now and then.
func (p *print) inFlight(n int64) { p.result.WindowMax = max(p.result.WindowMax, n) }

// acked counts a line that was acknowledged; unacked takes that back.
func (p *print) acked(e *entry, now time.Time) {
	if e.kind == fileLine {
		p.result.LinesAcked++
		p.sent = e.offset & lineOffset
		p.acks.add(now.Sub(e.sentAt))
	}
}

func (p *print) unacked(e *entry) {
	if e.kind == fileLine {
		p.result.LinesAcked--
	}
}

// refusalRate is the share of lines refused so far, the given one left out.
func (p *print) refusalRate(e *entry) float64 {
	return float64(p.refused-e.refused) / float64(max(p.result.LinesSent, fewLines))
}

// fewLines keeps one early refusal from looking like a bad connection.
const fewLines = 50

func (p *print) progress() *Progress {
	return &Progress{
		Token: p.job.Token, LinesDone: p.result.LinesAcked, LinesTotal: p.result.LinesTotal,
		BytesDone: p.sent, BytesTotal: p.size, Resends: p.result.Resends, BadCable: p.result.BadCable,
	}
}

// Elapsed is how long the attempt took.
func (r Result) Elapsed() time.Duration { return r.Ended.Sub(r.Began) }

// goBack draws the file again from the line after n-1, which lies farther back than what is kept of the lines sent.
func (l *Link) goBack(n int64) {
	s := &l.s
	p := s.job
	if p == nil || p.tail || p.reason != "" {
		l.implausible(n)
		return
	}
	to, ok := p.past.before(n - 1)
	if !ok || !p.feed.send(to) {
		l.implausible(n)
		return
	}
	for k := max(n, s.hist.head-historyLines+1); k < s.hist.head; k++ {
		e := s.hist.at(k)
		e.release(&Failure{Reason: Unplugged})
		if e.kind == fileLine && e.sends == 0 {
			p.result.LinesSent++ // which is about to be taken back
		}
	}
	p.result.LinesSent -= p.past.fileLines(n-1, s.hist.head-1)
	p.result.LinesAcked -= p.past.fileLines(n-1, s.hist.acked)
	p.past.cut(n - 1)
	if p.batch != nil {
		p.feed.free <- p.batch
		p.batch = nil
	}
	p.drawn = false
	s.hist.restart(n - 1)
	s.ack.refusal = refusal{}
	p.refused++
}
