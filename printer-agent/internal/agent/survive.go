package agent

import (
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"
	"time"

	"github.com/mailleur/mailleur/coordinator/wire"
	"github.com/mailleur/mailleur/printer-agent/internal/link"
	"github.com/mailleur/mailleur/printer-agent/internal/port"
	"github.com/mailleur/mailleur/printer-agent/internal/spool"
)

const (
	syncEvery = 5 * time.Second
	// spare is how many line numbers without a line of the file may go out on a link before its print does.
	spare = 64
	// longestWait bounds the wait for a board that talks and does not say where it is: no command takes longer.
	longestWait = 15 * time.Minute
	// exactly is the profiles' word for a print that goes on by itself.
	exactly = "exactly"
)

// again is where an interrupted print has to go on.
type again struct {
	identity port.Identity
	known    link.Identity
	dialect  string // of the print
}

// device is the only one to open, or nil for whatever the port's name leads to.
func (a *again) device() *port.Identity {
	if a == nil || a.identity.Name == "" {
		return nil
	}
	return &a.identity
}

// ear notes when the board was heard.
type ear struct {
	Conn
	heard *atomic.Int64
}

func (e *ear) Read(b []byte) (int, error) {
	n, err := e.Conn.Read(b)
	if n > 0 {
		e.heard.Store(time.Now().UnixNano())
	}
	return n, err
}

// openTrack opens the record of the lines sent. Without one prints go on as ever, but never after an interruption.
func (p *printer) openTrack() {
	if !survives(p.Link.Dialect) {
		return
	}
	t, err := p.agent.spool.Track(p.Key)
	if err != nil {
		p.log.Error("prints cannot be continued after an interruption", "err", err)
		return
	}
	p.track = t
}

// keepTrack saves the record now and then for a loss of power; the disk may take its time.
func (p *printer) keepTrack(ctx context.Context) {
	for p.track != nil && sleep(ctx, syncEvery) == nil {
		if p.onMachine.Load() == nil {
			continue
		}
		if err := p.track.Sync(); err != nil {
			p.log.Warn("the record of sent lines", "err", err)
			return
		}
	}
}

// record begins the record of a print; nil when there can be none.
func (p *printer) record(j *job) link.Tracker {
	if p.track == nil || !survives(p.dialect()) {
		return nil
	}
	if err := p.track.Reset(j.head()); err != nil {
		p.log.Error("the print cannot be continued after an interruption", "err", err)
		return nil
	}
	p.again.Store(j.again())
	return p.track
}

func (j *job) head() spool.TrackHead {
	return spool.TrackHead{
		Attempt: spool.TokenHash(j.Attempt), File: j.File.SHA256, Bytes: j.File.Bytes, Dialect: j.Dialect, Started: j.Taken,
	}
}

func (j *job) again() *again {
	a := &again{dialect: j.Dialect, known: link.Identity{Firmware: j.Firmware, Caps: j.Caps}}
	if len(j.Device) > 0 {
		_ = json.Unmarshal(j.Device, &a.identity) // one that cannot be read is not known
	}
	return a
}

// board notes in a print's entry what it is on.
func (p *printer) board(entry *spool.Print) {
	s := p.up.Snapshot()
	entry.Dialect, entry.Firmware, entry.Caps = p.dialect().Name, s.Identity.Firmware, s.Identity.Caps
	entry.Device, _ = json.Marshal(p.device) // strings alone: cannot fail
}

// takeUp goes on with an attempt of the journal as soon as the board is there, or ends it when it cannot be continued.
func (p *printer) takeUp(entry spool.Print) {
	began := entry.Started
	if began.IsZero() {
		began = entry.Taken
	}
	now := time.Now()
	j := &job{
		Print: entry, journalAt: now, progressAt: now, stop: func() {}, away: now, why: wire.ReasonAgentDied,
		held: entry.Word == wire.StatePaused,
		so:   link.Result{Reason: link.Unplugged, Resends: entry.Resends, Began: began},
	}
	p.job = j
	p.onMachine.Store(&claim{attempt: entry.Attempt, sha: entry.File.SHA256})
	if err := p.canContinue(j); err != nil {
		p.log.Warn("the agent was stopped in a print that cannot be continued", "attempt", entry.Attempt, "lines", entry.Lines, "why", err)
		p.abandon(wire.EventFailed, wire.ReasonAgentDied)
		return
	}
	p.log.Info("the agent was stopped in a print: waiting for the board", "attempt", entry.Attempt, "lines", entry.Lines)
	p.again.Store(j.again())
	p.apply(stepLost, j.why)
}

var (
	errNoRecord  = errors.New("there is no record of its lines")
	errNoNumbers = errors.New("the firmware does not number lines, or is another one now")
)

// canContinue says why an attempt of the journal cannot go on; whether it does, the board decides.
func (p *printer) canContinue(j *job) error {
	if p.track == nil || p.named(j.Dialect).Name != j.Dialect || !survives(p.named(j.Dialect)) {
		return errNoNumbers
	}
	if head, ok := p.track.Head(); !ok || head.Attempt != spool.TokenHash(j.Attempt) || head.File != j.File.SHA256 {
		return errNoRecord
	}
	path, err := p.agent.spool.Lookup(j.File.SHA256)
	if err != nil {
		return err
	}
	return j.open(path)
}

// interrupted takes a print whose connection has gone, if it can be continued; it reports whether it has.
func (p *printer) interrupted(n note) bool {
	j := p.job
	gone := n.result.Reason == link.Unplugged && n.reason == "" && p.dialect().Survival.Unplugged == exactly
	resumed := j.so.Reason != ""
	switch {
	case resumed && (n.result.Reason == link.CannotContinue || n.result.Reason == link.NotReady):
		j.stop()
		j.work.Wait()
		p.log.Warn("the print cannot be continued", "attempt", j.Attempt, "why", n.result.Detail)
		p.abandon(wire.EventFailed, j.why)
		return true
	case !gone || p.closing || j.kind != "" || p.again.Load() == nil:
		return false
	}
	j.stop()
	j.work.Wait()
	n.result.LinesAcked = max(n.result.LinesAcked, j.Print.Lines)
	if resumed {
		n.result = j.so.Then(n.result)
	}
	j.so, j.Print.Lines, j.Resends = n.result, n.result.LinesAcked, n.result.Resends
	if j.Started.IsZero() && j.Print.Lines > 0 {
		j.Started = n.result.Began.UTC()
		p.journal(j.event(wire.EventStarted, "", j.Started))
	}
	j.held = p.state.Word == wire.StatePaused
	p.journal()
	j.away, j.why = time.Now(), wire.ReasonUnplugged
	p.log.Warn("the port has gone in a print: waiting for it", "attempt", j.Attempt, "lines", j.Print.Lines)
	p.apply(stepLost, j.why)
	return true
}

// await gives up when the board has been away, or has said nothing, for too long.
func (p *printer) await(now time.Time) {
	j := p.job
	since := j.away
	if heard := time.Unix(0, p.heard.Load()); heard.After(since) {
		since = heard
	}
	if now.Sub(since) > p.agent.options.Patience || now.Sub(j.away) > longestWait {
		p.log.Warn("the board has not come back", "attempt", j.Attempt)
		p.abandon(wire.EventFailed, j.why)
		return
	}
	if now.Sub(p.sentAt) >= stateEvery {
		p.publish()
	}
}

// abandon ends an attempt whose board is away or has lost its place.
func (p *printer) abandon(kind wire.EventKind, reason string) {
	p.job.away = time.Time{}
	p.again.Store(nil)
	p.hangUp() // the next connection asks who is there
	p.settle(&ending{hot: true, step: stepEnd, reason: reason, events: []wire.Event{p.job.event(kind, reason, time.Now())}})
}

// located is told where the board is. What was noted of lines that never arrived is void: from here on other lines have
// their numbers, the first of which are none of the file's.
func (p *printer) located(last int64) {
	offset, ok := p.track.Offset(last)
	p.found.Store(ok)
	if !ok {
		return
	}
	p.track.Cut(last)
	for n := last; n < last+spare; n++ {
		p.track.Sent(n, offset)
	}
}

// goOn continues the print as soon as the board is found to be where the record says.
func (p *printer) goOn(ctx context.Context, s link.Snapshot) {
	j := p.job
	if j.last != nil {
		return
	}
	switch {
	case s.State == link.Connecting || s.State == link.Gone:
		return
	case s.State == link.Dead:
		end := &ending{hot: true, step: stepHalt, reason: reasonOf(s.Reason)}
		if j.stopReason != "" {
			end.reason = j.stopReason
		}
		kind := wire.EventFailed
		if s.Reason == link.Stopped {
			kind = wire.EventStopped
		}
		end.events = append(end.events, j.event(kind, end.reason, time.Now()))
		j.away = time.Time{}
		p.settle(end)
		return
	case !s.Continues || !p.found.Load():
		p.log.Warn("the board has lost its place", "attempt", j.Attempt, "continues", s.Continues)
		p.abandon(wire.EventFailed, j.why)
		return
	}
	if err := p.markContinued(); err != nil {
		if j.reason == "" {
			p.log.Error("the print waits", "err", err)
			j.reason = wire.ReasonDiskFull
		}
		p.state.Reason = wire.ReasonDiskFull
		return
	}
	p.carryOn(ctx)
}

// markContinued notes that the print goes on, before its next line goes out.
func (p *printer) markContinued() error {
	j := p.job
	kind := wire.EventResumed
	if j.held {
		kind = wire.EventPaused
	}
	now := time.Now().UTC()
	return p.agent.record("continue attempt", func() error {
		entry, err := p.agent.spool.Continue(p.Key, j.Attempt, now, j.event(kind, j.why, now))
		if err == nil {
			j.Continued = entry.Continued
		}
		return err
	})
}

// carryOn has the link go on with the print.
func (p *printer) carryOn(ctx context.Context) {
	j := p.job
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	j.stop, j.reason, j.away = stop, "", time.Time{}
	p.log.Info("the print goes on", "attempt", j.Attempt, "lines", j.Print.Lines, "why", j.why)
	if j.held {
		p.apply(stepHold, "")
	} else {
		p.apply(stepLoaded, "")
	}
	l := p.up
	work := link.Job{Source: j.source, Token: j.Attempt, Track: p.track, Continue: true, Paused: j.held, Kept: len(j.Parked) > 0, MostCold: mostCold}
	j.work.Go(func() { p.tell(note{kind: noteEnded, result: l.Print(ctx, work)}) })
}

// handOver leaves the print to the next agent on this state folder; it reports false when that could not continue it.
func (p *printer) handOver() bool {
	if p.job == nil {
		return true
	}
	if p.again.Load() == nil || p.job.kind != "" || p.job.last != nil {
		return false
	}
	p.journal()
	p.log.Info("the print is left to the next agent", "attempt", p.job.Attempt, "lines", p.job.Print.Lines)
	return true
}

// leave lets go of what the printer holds once its connection has ended.
func (p *printer) leave() {
	if j := p.job; j != nil {
		j.stop()
		j.work.Wait()
		j.shut()
	}
	if p.track == nil {
		return
	}
	if err := p.track.Close(); err != nil {
		p.log.Warn("the record of sent lines", "err", err)
	}
}

// release takes an attempt that has ended off the machine.
func (p *printer) release() {
	p.job.shut()
	p.job = nil
	p.onMachine.Store(nil)
	p.again.Store(nil)
	p.circuit.release(p.Key)
	if p.track == nil {
		return
	}
	if err := p.track.Clear(); err != nil {
		p.log.Warn("the record of sent lines", "err", err)
	}
}
