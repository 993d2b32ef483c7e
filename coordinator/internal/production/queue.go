package production

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
	"github.com/mailleur/mailleur/slicer-bridge/slicing/worker"
)

// Queue is the queue of plates as a slicing worker inside this process sees it; by is its name.
type Queue struct {
	p    *Production
	by   string
	wait time.Duration
}

// Queue gives a worker.Queue over this lab's plates.
func (p *Production) Queue(by string) *Queue { return &Queue{p, by, claimWait} }

// Claim implements worker.Queue.
func (q *Queue) Claim(ctx context.Context) (t worker.Task, ok bool, err error) {
	c, ok, err := q.p.Claim(ctx, q.by, q.wait)
	if err != nil || !ok {
		return t, false, err
	}
	var model bytes.Buffer
	if err := q.p.store.ReadBlob(ctx, c.ModelHash, &model); err != nil {
		gone := q.p.Fail(context.WithoutCancel(ctx), c.Plate.ID, c.Plate.ClaimToken, Passing, fab.Because(worker.CodeTrouble, "detail", err.Error()))
		return t, false, errors.Join(fmt.Errorf("read model of %s: %w", c.Plate.Part, err), gone)
	}
	return worker.Task{
		Plate: string(c.Plate.ID), Token: c.Plate.ClaimToken, Lease: c.Lease, Part: c.Plate.Part, Copies: int(c.Plate.Copies), Pile: int(c.Plate.Pile),
		Printer: c.Plate.Model, Filament: c.Plate.Filament, NozzleUM: c.Plate.NozzleUM, Overlay: c.Overlay, STL: model.Bytes(),
	}, true, nil
}

// Progress implements worker.Queue.
func (q *Queue) Progress(ctx context.Context, t worker.Task, permille int) error {
	return orLost(q.p.Progress(ctx, fab.PlateID(t.Plate), t.Token, int64(permille)))
}

// Deliver implements worker.Queue.
func (q *Queue) Deliver(ctx context.Context, t worker.Task, r slicing.Result) (err error) {
	file, err := os.Open(r.Path)
	if err != nil {
		return fmt.Errorf("open sliced plate: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	d := Delivery{File: file, SHA256: r.GCodeSHA256, Slicer: r.SlicerVersion}
	for _, w := range r.Warnings {
		d.Warnings = append(d.Warnings, ReasonOf(&w))
	}
	if r.Picture != "" {
		if d.Picture, err = os.ReadFile(r.Picture); err != nil {
			q.p.log.Warn("read picture of plate", "plate", t.Plate, "error", err)
		}
	}
	return orLost(q.p.Deliver(ctx, fab.PlateID(t.Plate), t.Token, d))
}

// Fail implements worker.Queue.
func (q *Queue) Fail(ctx context.Context, t worker.Task, f worker.Failure) error {
	var why fab.Reason
	if f.Problem != nil {
		why = ReasonOf(f.Problem)
	}
	return orLost(q.p.Fail(ctx, fab.PlateID(t.Plate), t.Token, f.Way, why))
}

// orLost words a refusal as worker.Queue does.
func orLost(err error) error {
	refusals, ok := fab.RefusalsOf(err)
	switch {
	case ok && refusals[0].Code == "claim_lost", ok && refusals[0].Class == fab.NotFound:
		return errors.Join(worker.ErrLost, err)
	case ok && refusals[0].Code == "gcode_unsafe":
		return errors.Join(worker.ErrUnwanted, err)
	}
	return err
}

// ReasonOf is what the slicer says as a reason.
func ReasonOf(p *slicing.Problem) fab.Reason { return fab.Because(p.Code, pairs(p.Args)...) }

func pairs(args map[string]string) (list []any) {
	for name, value := range args {
		list = append(list, name, value)
	}
	return list
}
