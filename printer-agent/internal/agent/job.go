package agent

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/mailleur/mailleur/coordinator/wire"
	profiles "github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/link"
	"github.com/mailleur/mailleur/printer-agent/internal/spool"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
)

const (
	nearEnough = 5.0 // °C below its target at which a heater counts as hot
	wellBegun  = 200 // lines: more than any start sequence has
	mostCold   = 10  // moves without filament after which a print is scrap, and held for a person
)

// job is the attempt on a machine.
type job struct {
	spool.Print
	own         profiles.Overlay // what the machine has beside its model; not journaled: a print that goes on was checked
	stop        context.CancelFunc
	work        sync.WaitGroup
	lines       int64          // in all, as the link counts them
	done, bytes int64          // of the file's bytes
	kind        wire.EventKind // what ends it, when it was cancelled
	reason      string
	stopReason  string // of an emergency stop
	journalAt   time.Time
	progressAt  time.Time
	last        *ending // to be written again: the disk was full

	// Of a print that is, or was, interrupted.
	file   *os.File
	source link.Source
	so     link.Result // up to the last interruption; no Reason before one
	away   time.Time   // since when the board is away; zero while it is here
	why    string      // reason of that
	held   bool        // it was paused then

	parking bool // the head is on its way to or from its rest
	wanted  bool // the print is to go on as soon as it has arrived there
}

// ending is how an attempt ended, as it goes into the journal.
type ending struct {
	hot    bool
	step   step
	reason string
	events []wire.Event
}

func (j *job) total() int64 {
	if j.lines > 0 {
		return j.lines
	}
	return j.File.Lines
}

func (j *job) permille() int64 {
	if j.bytes > 0 {
		return 1000 * j.done / j.bytes
	}
	return 0
}

// secondsLeft trusts the estimate of the slicer at first, and the print's own pace more and more.
func (j *job) secondsLeft(now time.Time) int64 {
	if j.Started.IsZero() || j.bytes == 0 {
		return j.File.Seconds
	}
	share := float64(j.done) / float64(j.bytes)
	estimate := float64(j.File.Seconds) * (1 - share)
	if share < 0.01 {
		return int64(estimate)
	}
	pace := now.Sub(j.Started).Seconds() * (1 - share) / share
	trust := min(1, share*5)
	return int64(pace*trust + estimate*(1-trust))
}

// recall finds the attempt that a kill, a power cut or a hand-over interrupted.
func (p *printer) recall() {
	entry, ok, err := p.agent.spool.Live(p.Key)
	if err != nil {
		p.log.Error("read journal", "err", err)
		return
	}
	if !ok {
		return
	}
	if entry.Ended {
		p.hot = true
		return
	}
	p.clear = false
	p.takeUp(entry)
}

// begin starts the attempt's goroutine.
func (p *printer) begin(ctx context.Context, entry spool.Print, own profiles.Overlay) {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx)) // it ends with the link, or is cancelled
	now := time.Now()
	j := &job{Print: entry, own: own, stop: stop, journalAt: now, progressAt: now}
	p.job, p.clear, p.state.Notice = j, false, ""
	p.onMachine.Store(&claim{attempt: entry.Attempt, sha: entry.File.SHA256})
	p.apply(stepTake, "")
	l := p.up
	j.work.Go(func() { p.tell(p.perform(ctx, l, j)) })
}

// perform loads, checks and prints a file, and returns how it ended.
func (p *printer) perform(ctx context.Context, l *link.Link, j *job) note {
	path, reason, err := p.agent.fetch.file(ctx, j.File)
	if err != nil {
		return note{kind: noteEnded, reason: reason, detail: err.Error()}
	}
	report, err := p.check(path, j.File, j.own)
	if err != nil {
		return note{kind: noteEnded, reason: wire.ReasonUnsafe, detail: err.Error()}
	}
	if err := p.awaitTurn(ctx); err != nil {
		return note{kind: noteEnded, reason: wire.ReasonCancelled, detail: err.Error()}
	}
	if err := j.open(path); err != nil {
		return note{kind: noteEnded, reason: wire.ReasonFetch, detail: err.Error()}
	}
	track := p.record(j)
	p.arm(ctx, l, report.Pauses)
	p.tell(note{kind: noteLoaded})
	return note{kind: noteEnded, result: l.Print(ctx, link.Job{Source: j.source, Token: j.Attempt, Track: track, MostCold: mostCold})}
}

// open makes the file at path the source of the print.
func (j *job) open(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	j.file = f
	info, err := f.Stat()
	if err != nil {
		return err
	}
	j.source, err = link.NewFile(f, info.Size())
	return err
}

// shut releases what the print held once nothing reads it any more.
func (j *job) shut() {
	if j.file != nil {
		_ = j.file.Close() // only read
		j.file = nil
	}
}

// check refuses a file that asks for what the machine or the filament may not be asked.
func (p *printer) check(path string, file wire.File, own profiles.Overlay) (gcode.Report, error) {
	f, err := os.Open(path)
	if err != nil {
		return gcode.Report{}, fmt.Errorf("check file: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	limits, err := p.limits(file.Filament, own)
	if err != nil {
		return gcode.Report{}, err
	}
	limits.EndAppended = true // what is left on is turned off after every print
	report, findings, index, err := gcode.CheckIndexed(f, limits)
	if err != nil {
		return report, fmt.Errorf("check file: %w", err)
	}
	p.own.plan.Store(&plan{sha: file.SHA256, index: index})
	if gcode.Safe(findings) {
		return report, nil
	}
	for _, finding := range findings {
		if !finding.Warning {
			return report, fmt.Errorf("line %d: %s %v", finding.Line, finding.Code, finding.Args)
		}
	}
	return report, errors.New("the check found something")
}

// cancel brings the attempt to an end, which will be told as kind with reason.
func (p *printer) cancel(kind wire.EventKind, reason string) {
	if p.job == nil || p.job.kind != "" || p.job.last != nil {
		return
	}
	p.job.kind, p.job.reason = kind, reason
	if !p.job.away.IsZero() {
		p.abandon(kind, reason)
		return
	}
	p.apply(stepCancel, reason)
	p.job.stop()
}

func (p *printer) loaded() {
	if p.job != nil && p.job.kind == "" {
		p.apply(stepLoaded, "")
		p.journal()
	}
}

// follow brings journal and state up to what the link shows of the print.
func (p *printer) follow(s link.Snapshot) {
	j := p.job
	if j.last != nil || s.Job == nil || s.Job.Token != j.Attempt {
		return
	}
	j.Print.Lines, j.Resends, j.lines = s.Job.LinesDone, j.so.Resends+s.Job.Resends, s.Job.LinesTotal
	j.done, j.bytes = s.Job.BytesDone, s.Job.BytesTotal
	if j.Started.IsZero() && j.Print.Lines > 0 {
		j.Started = time.Now().UTC()
		p.journal(j.event(wire.EventStarted, "", j.Started))
	}
	if s.ResumeAsked && !j.parking {
		_ = p.resume(context.Background()) // it stays asked for
	}
	held := s.State == link.Paused || s.State == link.Attention
	switch {
	case held && p.state.Word != wire.StatePaused && p.table[p.state.Word][stepHold] != "":
		p.apply(stepHold, "")
		p.journal(j.event(wire.EventPaused, "", time.Now()))
	case !held && p.state.Word == wire.StatePaused:
		p.apply(stepGo, "")
		p.journal(j.event(wire.EventResumed, "", time.Now()))
	case p.state.Word == wire.StateHeating && (isHot(s.Temps) || j.Print.Lines > wellBegun):
		p.circuit.hot(p.Key)
		p.apply(stepHot, "")
	}
}

// isHot says whether the nozzle is wanted hot and everything wanted hot is.
func isHot(temps []link.Reading) bool {
	nozzle := false
	for _, r := range temps {
		if r.Target > 0 && (!r.Valid || r.Actual < r.Target-nearEnough) {
			return false
		}
		nozzle = nozzle || r.Target > 0 && (r.Sensor == "T" || r.Sensor == "T0")
	}
	return nozzle
}

// journal writes the attempt's entry, with events if there are any. One that cannot be written is left out: the entry
// is behind then, and only signs of life are lost.
func (p *printer) journal(events ...wire.Event) {
	j := p.job
	if j.away.IsZero() {
		j.Word = p.state.Word
	}
	j.Updated, j.journalAt = time.Now().UTC(), time.Now()
	if err := p.agent.record("write journal", func() error { return p.agent.spool.Update(j.Print, events...) }); err != nil {
		p.log.Error("journal", "err", err)
		if errors.Is(err, spool.ErrDiskFull) {
			p.state.Notice = wire.ReasonDiskFull
		}
		return
	}
	if p.state.Notice == wire.ReasonDiskFull {
		p.state.Notice = ""
	}
}

// beat does what is due by the clock.
func (p *printer) beat(ctx context.Context, wg *sync.WaitGroup) {
	p.observe(ctx, wg)
	p.attend(time.Now(), wg)
	j := p.job
	if j == nil {
		return
	}
	now := time.Now()
	switch {
	case j.last != nil:
		p.settle(j.last)
		return
	case !j.away.IsZero():
		p.await(now)
		return
	case now.Sub(j.progressAt) >= p.agent.config.ProgressEvery && !j.Started.IsZero():
		j.progressAt = now
		p.journal(j.event(wire.EventProgress, "", now))
	case now.Sub(j.journalAt) >= p.agent.options.JournalEvery:
		p.journal()
	}
	if now.Sub(p.sentAt) >= stateEvery {
		p.publish()
	}
}

// event is an event about the attempt as far as it is known.
func (j *job) event(kind wire.EventKind, reason string, at time.Time) wire.Event {
	ev := wire.Event{
		At: at.UTC(), Kind: kind, Printer: j.Printer, Attempt: j.Attempt, Reason: reason,
		Lines: j.Print.Lines, Resends: j.Resends,
	}
	if !j.Started.IsZero() {
		ev.Seconds = int64(at.Sub(j.Started).Seconds())
	}
	return ev
}

// ended turns how the attempt ended into its last events.
func (p *printer) ended(n note) {
	j := p.job
	if p.interrupted(n) {
		return
	}
	j.stop()
	j.work.Wait()
	now := time.Now().UTC()
	if j.so.Reason != "" {
		n.result = j.so.Then(n.result)
	}
	end := p.judge(n)
	p.learned(n.result)
	if n.reason == "" {
		j.Print.Lines, j.Resends, j.lines = n.result.LinesAcked, n.result.Resends, n.result.LinesTotal
	}
	var events []wire.Event
	if j.Started.IsZero() && j.Print.Lines > 0 {
		j.Started = n.result.Began.UTC()
		events = append(events, j.event(wire.EventStarted, "", j.Started))
	}
	last := j.event(end.events[0].Kind, end.reason, now)
	end.events = append(events, last)
	p.log.Info("attempt ended", "attempt", j.Attempt, "kind", last.Kind, "reason", end.reason, "lines", last.Lines,
		"resends", last.Resends, "detail", n.detail+n.result.Detail)
	p.settle(end)
}

// judge decides what the end of an attempt is called, and what it leaves behind.
func (p *printer) judge(n note) *ending {
	j := p.job
	end := &ending{step: stepEnd, events: []wire.Event{{Kind: wire.EventFailed}}}
	switch {
	case n.reason != "": // it never reached the board
		end.reason = n.reason
		if j.kind != "" {
			end.reason, end.events[0].Kind = j.reason, j.kind
		}
		return end
	case n.result.OK():
		end.events[0].Kind, end.hot = wire.EventFinished, p.leftOn()
		return end
	}
	end.reason = reasonOf(n.result.Reason)
	switch n.result.Reason {
	case link.Cancelled:
		end.hot = p.leftOn()
		end.events[0].Kind, end.reason = wire.EventStopped, wire.ReasonCancelled
		if j.kind != "" {
			end.events[0].Kind, end.reason = j.kind, j.reason
		}
	case link.Stopped:
		end.events[0].Kind, end.step = wire.EventStopped, stepHalt
		if j.stopReason != "" {
			end.reason = j.stopReason
		}
		if j.kind == wire.EventFailed { // a rule stopped it, nobody else
			end.events[0].Kind, end.reason = j.kind, j.reason
		}
	case link.Halted, link.Thermal:
		end.step = stepHalt
	case link.Unplugged, link.Silent:
		end.hot = true
		if p.closing {
			end.reason = wire.ReasonAgentDied
		}
	}
	return end
}

// settle writes the end of an attempt. The attempt stays on the machine until that has succeeded, however long the disk
// is full: an end that is not written would be told otherwise after a restart.
func (p *printer) settle(end *ending) {
	j := p.job
	err := p.agent.record("end attempt", func() error { return p.agent.spool.End(p.Key, j.Attempt, end.hot, end.events...) })
	if err != nil && !p.closing {
		if j.last == nil {
			p.log.Error("the end of the attempt cannot be written", "attempt", j.Attempt, "err", err)
		}
		j.last = end
		p.state.Reason = wire.ReasonDiskFull
		p.publish()
		return
	}
	p.release()
	p.hot = p.hot || end.hot
	p.apply(stepEnd, end.reason)
	if end.step == stepHalt {
		p.apply(stepHalt, end.reason)
	}
	if p.up == nil {
		p.apply(stepGone, end.reason)
	} else {
		p.apply(stepOpen, end.reason) // only from offline, after an end that took long to write
	}
	p.agent.sweep()
}

// reasonOf is the contract's word for a link's reason.
func reasonOf(r link.Reason) string {
	switch r {
	case link.Cancelled:
		return wire.ReasonCancelled
	case link.Stopped:
		return wire.ReasonStopNow
	case link.Halted:
		return wire.ReasonHalted
	case link.Thermal:
		return wire.ReasonThermal
	case link.Reset:
		return wire.ReasonReset
	case link.Silent:
		return wire.ReasonSilent
	case link.Refused:
		return wire.ReasonRefusedLine
	case link.BadCable:
		return wire.ReasonBadCable
	case link.Unplugged:
		return wire.ReasonUnplugged
	case link.BadFile:
		return wire.ReasonUnsafe
	case link.NotReady:
		return wire.ReasonOffline
	}
	return ""
}
