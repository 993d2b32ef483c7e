// Package production turns approved requests into counted goods: designs and their files, batches, the slicing of
// plates, jobs, lots, inspection and recall. Its loop keeps each batch supplied with the jobs that it still lacks.
package production

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
	"github.com/mailleur/mailleur/slicer-bridge/slicing/worker"
)

// Slicer makes G-code of a model.
type Slicer interface {
	Slice(ctx context.Context, r slicing.Request) (slicing.Result, error)
}

// Checker judges G-code, wherever it comes from.
type Checker interface {
	Check(ctx context.Context, r io.Reader, c slicing.CheckRequest) (slicing.CheckResult, error)
}

// Config is what Production needs.
type Config struct {
	Store   *store.Store
	Slicer  Slicer  // nil: plates are made by other machines only
	Checker Checker // nil: no plate is ever taken in; hand work goes on
	Log     *slog.Logger

	Every   time.Duration // how often the loop looks without being woken; 0 means 10 s
	Slicers int           // plates sliced at once in this process; 0 means 1
	Lease   time.Duration // how long a slicing worker may be silent; 0 means 60 s
	Speedup float64       // how much faster than ours the printers' clock runs; 0 means 1, as it is outside of a demo

	// MaxCopies tells how many copies of a part one bed holds, up to limit; nil takes the wish of the part.
	MaxCopies func(r slicing.Request, limit int) (int, error)
	// SettingsSheet lists what a person enters who slices for a machine; nil where nobody can tell.
	SettingsSheet func(slicing.CheckRequest, slicing.Quality) (slicing.Sheet, error)
	// CheckOverlay says what is wrong with a machine's own settings, in words that name the key; nil takes any.
	CheckOverlay func(model, text string) error
}

// Production answers for one lab. It is safe for concurrent use.
type Production struct {
	store   *store.Store
	slicer  Slicer
	checker Checker
	log     *slog.Logger
	every   time.Duration
	slots   int
	lease   time.Duration

	speedup      float64
	maxCopies    func(r slicing.Request, limit int) (int, error)
	checkOverlay func(model, text string) error
	sheet        func(slicing.CheckRequest, slicing.Quality) (slicing.Sheet, error)
}

// New builds a Production.
func New(c Config) *Production {
	if c.CheckOverlay == nil {
		c.CheckOverlay = func(string, string) error { return nil }
	}
	return &Production{
		store: c.Store, slicer: c.Slicer, checker: c.Checker, log: c.Log, every: cmp.Or(c.Every, 10*time.Second), slots: max(1, c.Slicers),
		lease: cmp.Or(c.Lease, time.Minute), speedup: max(1, c.Speedup), maxCopies: c.MaxCopies, checkOverlay: c.CheckOverlay, sheet: c.SettingsSheet,
	}
}

// Run keeps batches, plates and jobs in step until ctx ends, and slices where there is a slicer. It is woken by changes
// and looks every so often besides.
func (p *Production) Run(ctx context.Context) error {
	wake := make(chan struct{}, 1)
	stop := p.store.Watch(func(changes []fab.Change) {
		if slices.ContainsFunc(changes, func(c fab.Change) bool { return c.Code != store.PlateMoved && c.Code != store.PlatePlanned }) {
			nudge(wake)
		}
	})
	defer stop()
	if err := p.reclaim(ctx); err != nil && ctx.Err() == nil {
		return fmt.Errorf("take up slicing again: %w", err)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return p.loop(ctx, wake, func() error { return p.keep(ctx) }) })
	if p.slicer != nil {
		g.Go(func() error { return p.worker().Run(ctx) })
	}
	return g.Wait()
}

// worker slices inside this process.
func (p *Production) worker() *worker.Worker {
	return worker.New(worker.Config{Queue: p.Queue(""), Slicer: p.slicer, Jobs: p.slots, Log: p.log})
}

// loop calls step when woken and every so often. A step that fails is logged and tried again: the database may be away
// for a moment.
func (p *Production) loop(ctx context.Context, wake <-chan struct{}, step func() error) error {
	tick := time.NewTicker(p.every)
	defer tick.Stop()
	for {
		if err := step(); err != nil && ctx.Err() == nil {
			p.log.Error("production", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-wake:
		case <-tick.C:
		}
	}
}

func nudge(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// keep brings the books in step with what happened. Each part is idempotent.
func (p *Production) keep(ctx context.Context) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		for _, step := range []func(*store.Tx) error{closeBatches, openBatches, askMakers, dropJobs, holdRelays, useFilament, takeStock, supplyJobs, planPlates} {
			if err := step(tx); err != nil {
				return err
			}
		}
		return nil
	})
}

// openBatches opens a batch for each line of an approved request that has none.
func openBatches(tx *store.Tx) error {
	lines, err := tx.LinesWithoutBatch()
	if err != nil {
		return err
	}
	for _, l := range lines {
		r, err := tx.Request(l.RequestID)
		if err != nil {
			return err
		}
		if err := openBatch(tx, r, l); err != nil {
			return err
		}
	}
	return nil
}

// openBatch waits with a product of which every version is withdrawn.
func openBatch(tx *store.Tx, r fab.Request, l fab.RequestLine) error {
	design, err := tx.CurrentDesign(l.Product)
	if fab.ClassOf(err) == fab.NotFound {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open a batch of %s: %w", l.Product, err)
	}
	b := fab.Batch{
		ID: store.NewID[fab.BatchID](tx), RequestID: r.ID, DesignID: design.ID, Product: l.Product, Quantity: l.Promised,
		DueAt: r.NeedBy, Status: fab.BatchOpen, CreatedAt: tx.Now(),
	}
	if err := tx.AddBatch(&b); err != nil {
		return err
	}
	return tx.Note(fab.Change{Code: "batch_opened", Subject: string(b.ID), Request: r.ID, Args: fab.Args{"product": b.Product, "quantity": b.Quantity}})
}

// closeBatches ends the batches of requests that were cancelled and of versions that are dangerous; work on a printer
// goes on, and goes to stock or aside.
func closeBatches(tx *store.Tx) error {
	batches, err := tx.BatchesToClose()
	if err != nil {
		return err
	}
	for _, b := range batches {
		if err := cancelBatch(tx, b); err != nil {
			return err
		}
	}
	return nil
}

// dropJobs cancels what waits for a batch that was given up, and so also what was under way then and failed.
func dropJobs(tx *store.Tx) error {
	jobs, err := tx.JobsGivenUp()
	if err != nil {
		return err
	}
	for _, j := range jobs {
		if err := dropJob(tx, j); err != nil {
			return err
		}
	}
	return nil
}

func dropJob(tx *store.Tx, j fab.Job) error {
	j.Status, j.Wait = fab.JobCancelled, fab.Reason{}
	if ok, err := tx.SwapJob(&j); err != nil || !ok {
		return errors.Join(err, errRace)
	}
	return nil
}

func cancelBatch(tx *store.Tx, b fab.Batch) error {
	b.Status = fab.BatchCancelled
	if err := tx.SetBatch(&b); err != nil {
		return err
	}
	if err := dropJobs(tx); err != nil {
		return err
	}
	return tx.Note(fab.Change{Code: "batch_cancelled", Subject: string(b.ID), Request: b.RequestID, Args: fab.Args{"product": b.Product}})
}

// errRace ends a transaction that lost a race, so that the next look starts afresh.
var errRace = errors.New("the row changed meanwhile")
