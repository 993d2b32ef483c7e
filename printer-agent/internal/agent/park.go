package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"sync"
	"time"

	"github.com/mailleur/mailleur/printer-agent/internal/guard"
	"github.com/mailleur/mailleur/printer-agent/internal/link"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
)

const (
	parkTime  = 20 * time.Minute // for motion to end, or for heaters to come back
	parkLift  = 10.0             // mm above the part
	leastLift = 2.0              // mm: with less room the head stays where it is
	retract   = 1.0              // mm of filament, so that less oozes
	agreeing  = 0.1              // mm by which the firmware's place may differ from ours
	parkFeed  = 6000             // mm/min
	parkFeedZ = 600
	primeFeed = 300

	snapshotAge = 250 * time.Millisecond // what a link shows is never older
)

// parked is a paused print: what was hot, and, where the head was moved away, how to bring it back. It is in the journal
// before anything moves, and all of the way back is absolute, so that it may be gone again from any point.
type parked struct {
	Nozzle    float64 `json:"nozzle_c"`
	Bed       float64 `json:"bed_c"`
	Moved     bool    `json:"moved"`
	X         float64 `json:"x_mm"` // logical, as Z and E
	Y         float64 `json:"y_mm"`
	Z         float64 `json:"z_mm"`
	E         float64 `json:"e_mm"`
	Lift      float64 `json:"lift_mm"` // logical Z above the part
	Feed      float64 `json:"feed_mm_min"`
	Prime     float64 `json:"prime_mm"`
	Relative  bool    `json:"relative,omitempty"`
	RelativeE bool    `json:"relative_e,omitempty"`
}

// pause holds the print after the lines in flight, then takes the head away from the part.
func (p *printer) pause(ctx context.Context) error {
	l, j := p.up, p.job
	if err := l.Pause(ctx); err != nil {
		return err
	}
	if j.parking || len(j.Parked) > 0 {
		return nil
	}
	j.parking, j.wanted = true, false
	path := j.file.Name()
	p.side.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), parkTime)
		defer cancel()
		if err := p.park(ctx, l, j, path); err != nil {
			p.log.Warn("the head stays over the part", "err", err)
		}
		p.later(func(open context.Context) {
			j.parking = false
			if j.wanted && p.job == j && p.up == l {
				_ = p.resume(open) // refused by a link that has ended: then the print waits
			}
		})
	})
	return nil
}

// later has the printer's goroutine do something, unless it has ended.
func (p *printer) later(do func(open context.Context)) {
	select {
	case p.own.asks <- func(open context.Context, _ *sync.WaitGroup) { do(open) }:
	case <-p.closed:
	}
}

// park moves the head away once all motion has ended.
func (p *printer) park(ctx context.Context, l *link.Link, j *job, path string) error {
	c := p.Link.Dialect.Commands
	if p.InPlace {
		raw, err := json.Marshal(heatOf(l.Snapshot()))
		if err != nil {
			return err
		}
		return p.noteParked(ctx, l, j, raw)
	}
	if c.Finish == "" {
		return errors.New("the firmware has no command that waits for the end of motion")
	}
	if _, err := l.Send(ctx, c.Finish); err != nil {
		return err
	}
	if err := sleep(ctx, snapshotAge); err != nil {
		return err
	}
	s := l.Snapshot()
	if s.State != link.Paused || s.Job == nil || s.Job.Token != j.Attempt {
		return nil
	}
	at := heatOf(s)
	away, why := p.wayOut(ctx, l, path, j, s, &at)
	raw, err := json.Marshal(at)
	if err != nil {
		return err
	}
	if err := p.noteParked(ctx, l, j, raw); err != nil {
		return err
	}
	if why != nil {
		return why
	}
	return sayHeld(ctx, l, j.Attempt, away...)
}

// sayHeld sends commands as long as the print is held.
func sayHeld(ctx context.Context, l *link.Link, attempt string, commands ...string) error {
	for _, c := range commands {
		if s := l.Snapshot(); s.State != link.Paused || s.Job == nil || s.Job.Token != attempt {
			return errNotHeld
		}
		if _, err := l.Send(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

var errNotHeld = errors.New("the print is not paused any more")

// keepHeat notes what a paused print needs to be hot again, before its nozzle is turned off.
func (p *printer) keepHeat(s link.Snapshot) error {
	if p.job == nil || len(p.job.Parked) > 0 {
		return nil
	}
	raw, err := json.Marshal(heatOf(s))
	if err != nil {
		return err
	}
	p.job.Parked = raw
	return p.agent.spool.Update(p.job.Print)
}

// heatOf is what is asked of the heaters.
func heatOf(s link.Snapshot) (at parked) {
	for _, r := range s.Temps {
		switch r.Sensor {
		case "T", "T0":
			at.Nozzle = r.Target
		case "B":
			at.Bed = r.Target
		}
	}
	return at
}

// noteParked writes the way back into the journal, and has nobody but the agent end the pause.
func (p *printer) noteParked(ctx context.Context, l *link.Link, j *job, raw []byte) error {
	done := make(chan error, 1)
	p.later(func(context.Context) {
		j.Parked = raw
		done <- p.agent.spool.Update(j.Print)
	})
	select {
	case err := <-done:
		if err != nil {
			p.later(func(context.Context) { j.Parked = nil })
			return err
		}
	case <-p.closed:
		return errNoPosition
	}
	return l.Keep(ctx, true)
}

// wayOut gives the moves to the rest, and notes in at the way back. It moves nothing unless the firmware's word of where
// the head is agrees with what the file did.
func (p *printer) wayOut(ctx context.Context, l *link.Link, path string, j *job, s link.Snapshot, at *parked) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	limits, err := p.limits(j.File.Filament, j.own)
	if err != nil {
		return nil, err
	}
	state, err := gcode.Replay(f, s.Job.BytesDone, limits)
	if err != nil {
		return nil, err
	}
	answers, err := l.Send(ctx, p.Link.Dialect.Commands.Position)
	if err != nil {
		return nil, err
	}
	var head guard.Head
	if err := readHead(answers, &head); err != nil {
		return nil, err
	}
	return p.path(state, head, s, at)
}

// path is wayOut for what is known by then.
func (p *printer) path(state gcode.State, head guard.Head, s link.Snapshot, at *parked) ([]string, error) {
	bed := p.Kind.Bed
	for i, um := range []int64{head.X, head.Y, head.Z} {
		if !state.Homed[i] || !state.Placed[i] || math.Abs(state.Logical[i]-float64(um)/1000) > agreeing {
			return nil, fmt.Errorf("the printer says %.3f mm on axis %d, the file %.3f (homed %t, placed %t)", float64(um)/1000, i, state.Logical[i], state.Homed[i], state.Placed[i])
		}
	}
	top := math.Max(state.Machine[2], state.TopZ)
	up := math.Min(top+parkLift, float64(bed.Height)/1000) - state.Machine[2]
	if state.Inches || up < leastLift {
		return nil, errors.New("there is no room above the part")
	}
	at.Moved = true
	at.X, at.Y, at.Z, at.E = state.Logical[0], state.Logical[1], state.Logical[2], state.Logical[3]
	at.Lift, at.Feed = at.Z+up, state.Feed*60
	at.Relative, at.RelativeE = state.Relative, state.RelativeE
	var away []string
	if p.mayPush(s) {
		at.Prime = retract
		away = append(away, "M83", fmt.Sprintf("G1 E-%.2f F1800", retract))
	}
	x := float64(bed.MinX)/1000 + at.X - state.Machine[0]
	y := float64(bed.MaxY)/1000 + at.Y - state.Machine[1]
	return append(away, "G90", fmt.Sprintf("G1 Z%.3f F%d", at.Lift, parkFeedZ), fmt.Sprintf("G1 X%.3f Y%.3f F%d", x, y, parkFeed)), nil
}

// mayPush says whether the nozzle is hot enough to move filament.
func (p *printer) mayPush(s link.Snapshot) bool {
	for _, r := range s.Temps {
		if (r.Sensor == "T" || r.Sensor == "T0") && r.Valid && r.Actual >= float64(p.Kind.Heat.MinExtrude) && r.Target > 0 {
			return true
		}
	}
	return false
}

// resume lets a held print go on: what has cooled is heated again first, then the head comes back.
func (p *printer) resume(ctx context.Context) error {
	l, j := p.up, p.job
	switch {
	case j.parking:
		j.wanted = true
		return nil
	case len(j.Parked) == 0:
		return l.Resume(ctx)
	case l.Snapshot().State != link.Paused:
		return &link.Failure{Reason: link.NotReady}
	}
	var at parked
	if err := json.Unmarshal(j.Parked, &at); err != nil {
		return err
	}
	j.parking, j.wanted = true, false
	p.side.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), parkTime)
		defer cancel()
		err := sayHeld(ctx, l, j.Attempt, at.back()...)
		p.later(func(open context.Context) { p.returned(open, l, j, err) })
	})
	return nil
}

// back is the way back to the part, everything hot.
func (at parked) back() []string {
	var way []string
	for _, h := range []struct {
		celsius float64
		command string
	}{{at.Bed, "M140"}, {at.Nozzle, "M104"}, {at.Bed, "M190"}, {at.Nozzle, "M109"}} {
		if h.celsius > 0 {
			way = append(way, fmt.Sprintf("%s S%.0f", h.command, h.celsius))
		}
	}
	if !at.Moved {
		return way
	}
	way = append(way, "G90", fmt.Sprintf("G1 Z%.3f F%d", at.Lift, parkFeedZ), fmt.Sprintf("G1 X%.3f Y%.3f F%d", at.X, at.Y, parkFeed), "M83")
	if at.Prime > 0 {
		way = append(way, fmt.Sprintf("G1 E%.2f F%d", at.Prime, primeFeed))
	}
	way = append(way, fmt.Sprintf("G1 Z%.3f F%d", at.Z, parkFeedZ), fmt.Sprintf("G92 E%.5f", at.E))
	if at.Relative {
		way = append(way, "G91")
	}
	if !at.RelativeE {
		way = append(way, "M82")
	}
	if at.Feed > 0 {
		way = append(way, fmt.Sprintf("G1 F%.0f", at.Feed))
	}
	return way
}

// returned lets the print go on once the head is back.
func (p *printer) returned(ctx context.Context, l *link.Link, j *job, err error) {
	j.parking = false
	if err != nil || p.job != j || p.up != l {
		p.log.Warn("the print stays paused", "attempt", j.Attempt, "err", err)
		return
	}
	j.Parked = nil
	if err := p.agent.spool.Update(j.Print); err != nil {
		p.log.Error("journal", "err", err)
	}
	if err := l.Resume(ctx); err != nil {
		p.log.Warn("the print stays paused", "attempt", j.Attempt, "err", err)
	}
}
