package soak

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/link"
	"github.com/mailleur/mailleur/printer-agent/internal/printsim"
	"github.com/mailleur/mailleur/printer-agent/internal/spool"
)

const (
	// token names the attempt of every run.
	token = "soak"
	// patience is how long an agent tries to get back to a board in the middle of a print.
	patience = 60 * time.Second
	// endless is how long no print takes: longer than a run of its length with every wait that the link knows.
	endless = 6 * time.Hour
)

// Rig is what runs share.
type Rig struct {
	Dialects *profiles.Set
	Folder   string    // for the records of line numbers of agents that are killed
	Wire     io.Writer // gets the traffic and the link's log; nil for none
}

// run is one plan being carried out.
type run struct {
	Rig
	plan    Plan
	machine *printsim.Machine
	text    string
	options link.Options
	job     link.Job
	track   interface {
		link.Tracker
		io.Closer
	}
	began time.Time
	cuts  int // so far
}

// Run carries a plan out on the clock of the calling goroutine, which is meant to be a bubble's, and judges it. An error
// means that the run could not be made.
func (rig Rig) Run(ctx context.Context, plan Plan) (Outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, endless)
	defer cancel()
	config := plan.Board.Config
	if rig.Wire != nil {
		config.Record = func(r printsim.Record) { fmt.Fprintf(rig.Wire, "%10.3f # %s\n", r.T, told(r)) }
	}
	machine, err := printsim.NewMachine(config)
	if err != nil {
		return Outcome{}, err
	}
	dialect, ok := rig.Dialects.Dialect(plan.Board.Dialect)
	if !ok {
		return Outcome{}, fmt.Errorf("no dialect %q", plan.Board.Dialect)
	}
	f := newFile(plan.Seed, plan.Lines)
	r := &run{Rig: rig, plan: plan, machine: machine, text: f.text.String(), options: link.Options{Dialect: dialect}, began: time.Now()}
	r.options.Capacity = link.Capacity{Slots: plan.Board.Config.Slots, Ring: plan.Board.Config.Ring}
	if rig.Wire != nil {
		r.options.Log = slog.New(slog.NewTextHandler(rig.Wire, nil))
	}
	if err := r.openTrack(); err != nil {
		return Outcome{}, err
	}
	result, err := r.print(ctx)
	if err := errors.Join(err, r.track.Close()); err != nil {
		return Outcome{}, err
	}
	return judge(plan, result, machine, f.want, r.cuts, time.Since(r.began)), nil
}

// told is a record of the board for a log.
func told(r printsim.Record) string {
	n := ""
	if r.N != nil {
		n = fmt.Sprint("N", *r.N, " ")
	}
	return strings.TrimSpace(fmt.Sprint(r.Kind, " ", n, r.C, r.ID, r.Why))
}

// openTrack opens the record of line numbers as an agent does that has just been started.
func (r *run) openTrack() error {
	if !r.plan.Kills {
		r.track = &memory{places: map[int64]int64{}}
		return nil
	}
	t, err := spool.OpenTrack(r.Folder, fmt.Sprintf("seed%d", r.plan.Seed))
	if err != nil {
		return err
	}
	r.track = t
	if _, going := t.Head(); going {
		return nil
	}
	return t.Reset(spool.TrackHead{Attempt: spool.TokenHash(token), File: fmt.Sprintf("%x", sha256.Sum256([]byte(r.text))), Bytes: int64(len(r.text)), Dialect: r.options.Dialect.Name, Started: time.Now()})
}

// print prints over as many connections as it takes.
func (r *run) print(ctx context.Context) (link.Result, error) {
	var total link.Result
	var gone time.Time
	for {
		result, cut, err := r.connect(ctx)
		if err != nil {
			return total, err
		}
		switch {
		case result.Reason == "": // no answer
			if total.Reason == "" || time.Since(gone) > patience || ctx.Err() != nil {
				return total, nil
			}
			continue
		case total.Reason != "":
			result = total.Then(result)
		}
		total = result
		if !cut || total.Reason != link.Unplugged || ctx.Err() != nil {
			return total, nil
		}
		time.Sleep(r.plan.Cuts[r.cuts-1].Away)
		gone = time.Now()
		if err := r.again(); err != nil {
			return total, err
		}
	}
}

// again has the next connection go on with the print.
func (r *run) again() error {
	r.options.Resume, r.job.Continue = true, true
	if r.plan.Kills {
		if err := r.track.Close(); err != nil {
			return err
		}
		if err := r.openTrack(); err != nil {
			return err
		}
	}
	return nil
}

// connect prints over one connection; it says whether that was cut. No reason means that the board did not answer.
func (r *run) connect(ctx context.Context) (result link.Result, cut bool, err error) {
	conn := r.machine.Plug()
	c := &cable{ReadWriteCloser: conn, sever: r.machine.Unplug, log: r.Wire, began: r.began, left: -1}
	if r.plan.Kills {
		c.sever = func() { _ = conn.Close() }
	}
	l := link.New(c, r.options)
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx) }()
	defer func() { stop(); <-ended }()
	select {
	case <-l.Ready():
	case <-l.Done():
		return link.Result{}, false, nil
	}
	r.options.Known = l.Snapshot().Identity
	source, err := link.NewFile(strings.NewReader(r.text), int64(len(r.text)))
	if err != nil {
		return link.Result{}, false, err
	}
	if r.cuts < len(r.plan.Cuts) {
		at := r.plan.Cuts[r.cuts]
		if at.Byte >= 0 {
			c.arm(at.Byte)
		} else {
			timer := time.AfterFunc(at.At, c.now)
			defer timer.Stop()
		}
	}
	r.job.Source, r.job.Token, r.job.Track = source, token, r.track
	result = l.Print(context.WithoutCancel(ctx), r.job)
	if cut = c.wasCut(); cut {
		r.cuts++
	}
	return result, cut, nil
}

// memory is a record of line numbers for as long as the agent lives.
type memory struct{ places map[int64]int64 }

func (m *memory) Sent(number, offset int64) { m.places[number] = offset }

func (m *memory) Offset(number int64) (int64, bool) {
	offset, ok := m.places[number]
	return offset, ok
}

func (m *memory) Close() error { return nil }
