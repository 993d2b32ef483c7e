package production

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/store/storetest"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
	"github.com/mailleur/mailleur/slicer-bridge/slicing/worker"
)

// lab is production over a real database; the test turns its loop by hand and plays the printers.
type lab struct {
	t      *testing.T
	p      *Production
	store  *store.Store
	slicer *cutter
	maker  fab.Maker
	agent  fab.Agent
}

// cutter is a slicer whose answers the test sets by machine. Its G-code is a comment: nobody prints it.
type cutter struct {
	dir string

	mu      sync.Mutex
	trouble map[string]error
	calls   int
}

func (c *cutter) Slice(_ context.Context, r slicing.Request) (slicing.Result, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls++
	if err := c.trouble[r.Printer]; err != nil {
		return slicing.Result{}, err
	}
	data := fmt.Appendf(nil, "; %s x%d for %s\n", r.PartName, r.Copies, r.Printer)
	sum := sha256.Sum256(data)
	hash := hex.EncodeToString(sum[:])
	path := filepath.Join(c.dir, hash)
	return slicing.Result{GCodeSHA256: hash, Path: path, Size: int64(len(data)), Seconds: 600, FilamentMG: 10_000, Layers: 10, Lines: 100},
		os.WriteFile(path, data, 0o600)
}

// Check takes any comment for G-code.
func (c *cutter) Check(_ context.Context, r io.Reader, _ slicing.CheckRequest) (slicing.CheckResult, error) {
	data, err := io.ReadAll(r)
	sum := sha256.Sum256(data)
	result := slicing.CheckResult{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(data)), Safe: bytes.HasPrefix(data, []byte(";"))}
	if !result.Safe {
		result.Findings = []slicing.Finding{{Code: "gcode.unreadable", Line: 1, Count: 1}}
	}
	result.Report.Seconds, result.Report.FilamentMG, result.Report.Layers, result.Report.Lines = 600, 10_000, 10, 100
	return result, err
}

func (c *cutter) set(model string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trouble[model] = err
}

func (c *cutter) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.calls
}

// open makes a lab that knows a visor of one printed band, two to a plate, and a sewn mask.
func open(t *testing.T) *lab { return openAt(t, storetest.SQLite(t)) }

func onBoth(t *testing.T, test func(l *lab)) {
	t.Run("sqlite", func(t *testing.T) { test(open(t)) })
	t.Run("postgres", func(t *testing.T) { test(openAt(t, storetest.Postgres(t))) })
}

func openAt(t *testing.T, dsn string) *lab {
	t.Helper()
	s, err := store.Open(t.Context(), dsn, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	l := &lab{t: t, store: s, slicer: &cutter{dir: t.TempDir(), trouble: map[string]error{}}}
	l.p = New(Config{Store: s, Slicer: l.slicer, Checker: l.slicer, Log: slog.New(slog.DiscardHandler)})
	l.adopt("visor", "v1")
	l.update(func(tx *store.Tx) error {
		place := fab.Location{ID: "home", Kind: fab.LocationMaker, Name: "Atelier", CreatedAt: tx.Now()}
		l.maker = fab.Maker{ID: store.NewID[fab.MakerID](tx), Name: "Atelier", Town: "Rue", LocationID: place.ID, CreatedAt: tx.Now()}
		l.agent = fab.Agent{ID: store.NewID[fab.AgentID](tx), MakerID: l.maker.ID, TokenHash: "h", CreatedAt: tx.Now()}
		return errors.Join(tx.AddLocation(&place), tx.AddMaker(&l.maker), tx.AddAgent(&l.agent))
	})
	return l
}

// adopt takes a version of a product into the lab and returns it.
func (l *lab) adopt(product, version string) (d fab.DesignVersion) {
	l.t.Helper()
	part := fab.Part{Code: product + "-band", How: fab.ByPrint, PerUnit: 1, PerPlate: 2}
	if product == "mask" {
		part = fab.Part{Code: "mask-sewn", How: fab.ByHand, PerUnit: 1, Step: "sew", StepMS: 60_000}
	}
	row := fab.DesignVersion{Product: product, Version: version, Hash: product + version, Status: fab.DesignTrialled,
		Names: map[string]string{}, Blurbs: map[string]string{}, Notices: map[string]string{}, BOM: fab.BOM{Parts: []fab.Part{part}}}
	files := map[string]Files{part.Code: {Model: []byte("solid " + version), Kind: "model/stl"}}
	materials := []fab.Material{{Code: "petg", Names: map[string]string{}, Unit: fab.UnitMG}}
	require.NoError(l.t, l.p.Adopt(l.t.Context(), row, files, materials))
	l.view(func(tx *store.Tx) (err error) { d, err = tx.DesignByHash(row.Hash); return err })
	return d
}

func (l *lab) update(fn func(tx *store.Tx) error) {
	l.t.Helper()
	require.NoError(l.t, l.store.Update(l.t.Context(), fn))
}

func (l *lab) view(fn func(tx *store.Tx) error) {
	l.t.Helper()
	require.NoError(l.t, l.store.View(l.t.Context(), fn))
}

// keep turns the loop once.
func (l *lab) keep() {
	l.t.Helper()
	require.NoError(l.t, l.p.keep(l.t.Context()))
}

// request is an approved request.
func (l *lab) request(product string, n int64) (r fab.Request) {
	l.t.Helper()
	l.update(func(tx *store.Tx) error {
		f := fab.Facility{ID: store.NewID[fab.FacilityID](tx), Name: "EHPAD", Kind: fab.FacilityCareHome, Town: "Rue", CreatedAt: tx.Now()}
		id := store.NewID[fab.RequestID](tx)
		r = fab.Request{ID: id, Ref: fab.NewReference(tx.Rand()), FacilityID: f.ID, Channel: fab.ChannelWeb, NeedBy: tx.Now(), Status: fab.RequestApproved, SubmitKey: string(id), CreatedAt: tx.Now()}
		lines := []fab.RequestLine{{ID: store.NewID[fab.RequestLineID](tx), RequestID: id, Product: product, Asked: n, Promised: n}}
		return errors.Join(tx.AddFacility(&f), tx.AddRequest(&r, lines))
	})
	return r
}

// printer is a machine of the maker with a full spool on it.
func (l *lab) printer(key, model string, mg int64) (w fab.Worker) {
	l.t.Helper()
	l.update(func(tx *store.Tx) error {
		spool := fab.Spool{ID: store.NewID[fab.SpoolID](tx), Code: "F-" + key, Filament: "petg", InitialMG: mg, CreatedAt: tx.Now()}
		w = fab.Worker{ID: store.NewID[fab.WorkerID](tx), Kind: fab.WorkerPrinter, Name: key, MakerID: l.maker.ID, AgentID: l.agent.ID, Key: key, Model: model,
			NozzleUM: 400, Filament: "petg", SpoolID: spool.ID, PlateClear: true, TimeFactorPM: 1000, CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
		in := fab.StockMove{Item: fab.MaterialItem("petg"), Source: string(spool.ID), From: fab.OutsideGiven, To: "home", Quantity: mg, Why: "received"}
		return errors.Join(tx.AddSpool(&spool), tx.Post(in), tx.AddWorker(&w))
	})
	return w
}

// ready turns the loop until the plates of all jobs are sliced.
func (l *lab) ready() {
	l.t.Helper()
	l.keep()
	l.slice()
}

// slice makes every plate that can be made now, and gives how many there were.
func (l *lab) slice() (n int) {
	l.t.Helper()
	w := worker.New(worker.Config{Queue: &Queue{p: l.p}, Slicer: l.slicer, Log: slog.New(slog.DiscardHandler)})
	for {
		worked, err := w.One(l.t.Context())
		require.NoError(l.t, err)
		if !worked {
			return n
		}
		n++
	}
}

// lease gives the oldest waiting job to a worker, as dispatch would, and says that it began.
func (l *lab) lease(w fab.Worker) (a fab.Attempt) {
	l.t.Helper()
	l.update(func(tx *store.Tx) error {
		jobs, err := tx.Jobs(fab.JobWaiting)
		require.NoError(l.t, err)
		require.NotEmpty(l.t, jobs, "a job waits")
		j := jobs[0]
		w, err := tx.Worker(w.ID)
		require.NoError(l.t, err)
		a = fab.Attempt{ID: store.NewID[fab.AttemptID](tx), JobID: j.ID, BatchID: j.BatchID, WorkerID: w.ID, SpoolID: w.SpoolID, Part: j.Part, Copies: j.Copies,
			No: 1, Status: fab.AttemptPrinting, LeaseUntil: tx.Now(), StartedAt: tx.Now().Add(-time.Minute), CreatedAt: tx.Now()}
		if w.Kind == fab.WorkerPrinter {
			b, err := tx.Batch(j.BatchID)
			require.NoError(l.t, err)
			plate, err := tx.PlateLike(fab.Plate{DesignID: b.DesignID, Part: j.Part, Copies: j.Copies, Model: w.Model, NozzleUM: w.NozzleUM, Filament: w.Filament})
			require.NoError(l.t, err)
			require.Equal(l.t, fab.PlateReady, plate.Status)
			a.PlateID = plate.ID
		} else {
			a.Status = fab.AttemptLeased
		}
		j.Status, j.AttemptID = fab.JobLeased, a.ID
		w.AttemptID, w.PlateClear = a.ID, false
		for _, swap := range []func() (bool, error){func() (bool, error) { return tx.SwapJob(&j) }, func() (bool, error) { return tx.SwapWorker(&w) }} {
			ok, err := swap()
			require.NoError(l.t, err)
			require.True(l.t, ok)
		}
		return tx.AddAttempt(&a)
	})
	return a
}

// report plays what an agent says of an attempt.
func (l *lab) report(a fab.Attempt, kind fab.ReportKind, lines int64) {
	l.t.Helper()
	l.update(func(tx *store.Tx) error {
		a, err := tx.Attempt(a.ID)
		require.NoError(l.t, err)
		return tx.ChangeAttempt(a, func(a *fab.Attempt, j *fab.Job, w *fab.Worker) {
			fab.Report{Kind: kind, Lines: lines, Reason: "halted", Seconds: 60}.Apply(a, j, w, tx.Now(), time.Hour)
		})
	})
}

// lose plays the silence of an agent.
func (l *lab) lose(a fab.Attempt) {
	l.t.Helper()
	l.update(func(tx *store.Tx) error {
		a, err := tx.Attempt(a.ID)
		require.NoError(l.t, err)
		return tx.ChangeAttempt(a, func(a *fab.Attempt, j *fab.Job, w *fab.Worker) { a.Lose(fab.EndedSilent, j, w, tx.Now()) })
	})
}

// printed is a finished and counted plate.
func (l *lab) printed(w fab.Worker) fab.Lot {
	l.t.Helper()
	a := l.lease(w)
	l.report(a, fab.ReportFinished, 100)
	lot, err := l.p.Count(l.t.Context(), a.ID, a.Copies, 0)
	require.NoError(l.t, err)
	return lot
}

// bag is a bag of bands, counted by its maker, of a request for so many visors.
func (l *lab) bag(visors int64) fab.Lot {
	l.t.Helper()
	w := l.printer("tortue", "ender-3", 1_000_000)
	l.request("visor", visors)
	l.ready()
	return l.printed(w)
}

// jobs counts the jobs by status.
func (l *lab) jobs() map[fab.JobStatus]int {
	l.t.Helper()
	n := map[fab.JobStatus]int{}
	l.view(func(tx *store.Tx) error {
		jobs, err := tx.Jobs(fab.JobWaiting, fab.JobLeased, fab.JobDone, fab.JobCancelled)
		for _, j := range jobs {
			n[j.Status]++
		}
		return err
	})
	return n
}

func (l *lab) lot(id fab.LotID) (lot fab.Lot) {
	l.t.Helper()
	l.view(func(tx *store.Tx) (err error) { lot, err = tx.Lot(id); return err })
	return lot
}

// sound holds the books against the audit.
func (l *lab) sound() {
	l.t.Helper()
	l.view(func(tx *store.Tx) error {
		found, err := tx.Audit()
		require.Empty(l.t, found)
		return err
	})
}

// refused checks the class and the code of a refusal.
func refused(t *testing.T, err error, class, code string) {
	t.Helper()
	refusals, ok := fab.RefusalsOf(err)
	require.True(t, ok, "%v", err)
	require.Equal(t, code, refusals[0].Code)
	require.Equal(t, class, refusals[0].Class)
}
