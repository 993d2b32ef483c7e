// Package dispatch is the loop around the planner: it reads a snapshot, lets schedule plan, commits each assignment by
// compare-and-set together with the order to the agent, and takes work back from whoever is silent. Several loops on one
// database commit each job once.
package dispatch

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/schedule"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Config is what the loop needs. Zero durations mean the defaults named beside them.
type Config struct {
	Store *store.Store
	Log   *slog.Logger

	Times    *schedule.Settings // nil means schedule.Defaults
	Silence  time.Duration      // 15 min: a printer without a sign of life loses its lease
	Answer   time.Duration      // 30 min, awake: an offer lapses
	Rest     time.Duration      // 30 s: pause after a start that failed; doubles with each further one, up to 30 min
	HandRest time.Duration      // 4 h: pause after an offer that was declined or not answered
	AskAgain time.Duration      // 3 days: a maker who was asked for another filament and did not load it is not asked again before
	Every    time.Duration      // 5 s: how often the loop looks without being woken
	Forecast time.Duration      // 20 s: how often at most dates are foretold anew
	Awake    Waking             // when makers answer; the zero value means always
	Zone     *time.Location     // of everybody's hours; nil is UTC
}

// Loop plans for one lab. Its methods are safe for concurrent use.
type Loop struct {
	Config
	times schedule.Settings
	wake  chan struct{}

	mu    sync.Mutex
	last  schedule.Plan
	plans int // that there were

	told promises
}

// New builds a Loop.
func New(c Config) *Loop {
	for _, d := range []struct {
		value    *time.Duration
		standard time.Duration
	}{
		{&c.Silence, 15 * time.Minute}, {&c.Answer, 30 * time.Minute}, {&c.Rest, 30 * time.Second},
		{&c.HandRest, 4 * time.Hour}, {&c.AskAgain, 72 * time.Hour}, {&c.Every, 5 * time.Second}, {&c.Forecast, 20 * time.Second},
	} {
		if *d.value == 0 {
			*d.value = d.standard
		}
	}
	l := &Loop{Config: c, times: schedule.Defaults(), wake: make(chan struct{}, 1)}
	if c.Times != nil {
		l.times = *c.Times
	}
	return l
}

// Run plans when something changed, and every so often besides, until ctx ends. A step that fails is logged and tried
// again: the database may be away for a moment. At the start every lease gets its full time, because nobody could be
// heard while there was no coordinator.
func (l *Loop) Run(ctx context.Context) error {
	if err := l.grant(ctx); err != nil {
		return err
	}
	stop := l.Store.Watch(func(changes []fab.Change) {
		for _, c := range changes {
			if c.Code != planChanged && c.Code != store.PlateMoved {
				l.Wake()
				return
			}
		}
	})
	defer stop()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return l.plan(ctx) })
	g.Go(func() error { return l.foresee(ctx) })
	return g.Wait()
}

// plan steps when woken and every so often.
func (l *Loop) plan(ctx context.Context) error {
	tick := time.NewTicker(l.Every)
	defer tick.Stop()
	for {
		if err := l.Step(ctx); err != nil && ctx.Err() == nil {
			l.Log.Error("dispatch", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-l.wake:
		case <-tick.C:
		}
	}
}

// Wake makes the loop look soon: something changed that is not in the change table, such as a printer's readiness.
func (l *Loop) Wake() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Idle says why a worker had nothing to do in the last plan; the zero Reason when it has.
func (l *Loop) Idle(id fab.WorkerID) fab.Reason {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last.Workers[id]
}

// Finish is when the last plan expects a batch to be made, as far as it may be; the zero time when nothing of it is in
// sight.
func (l *Loop) Finish(id fab.BatchID) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last.Finish[id]
}

// Step looks once: takes back overdue leases, plans, commits and notes why the rest waits.
func (l *Loop) Step(ctx context.Context) error {
	if err := l.takeBack(ctx); err != nil {
		return err
	}
	s, now, err := l.snapshot(ctx)
	if err != nil {
		return err
	}
	plan := schedule.Make(s, now)
	l.mu.Lock()
	l.last = plan
	l.plans++
	l.mu.Unlock()
	for _, a := range plan.Assign {
		if err := l.commit(ctx, a); err != nil && !errors.Is(err, errOvertaken) {
			return err
		}
	}
	return l.noteWaits(ctx, s.Jobs, plan)
}

// errOvertaken means that the job or the worker changed since the snapshot; the next plan sees how.
var errOvertaken = errors.New("overtaken")

// commit gives the job to the worker if neither changed since the snapshot: attempt, lease and order in one transaction.
func (l *Loop) commit(ctx context.Context, a schedule.Assignment) error {
	return l.Store.Update(ctx, func(tx *store.Tx) error {
		j, err := tx.Job(a.Job)
		if err != nil {
			return err
		}
		w, err := tx.Worker(a.Worker)
		if err != nil {
			return err
		}
		if j.Rev != a.JobRev || w.Rev != a.WorkerRev || j.Status != fab.JobWaiting || w.AttemptID != "" {
			return errOvertaken
		}
		if err := recut(tx, a, &j); err != nil {
			return err
		}
		attempt := l.attempt(tx, a, j)
		j.Status, j.AttemptID, j.Wait = fab.JobLeased, attempt.ID, fab.Reason{}
		j.Tries++
		w.AttemptID = attempt.ID
		// The swaps come first: where transactions run side by side, they settle who is too late.
		if err := swap(tx, &j, &w); err != nil {
			return err
		}
		if err := tx.AddAttempt(&attempt); err != nil {
			return err
		}
		if err := tx.Order(w, "start", attempt.ID); err != nil {
			return err
		}
		return tx.NoteAttempt("attempt_"+string(attempt.Status), attempt, w, "why", a.Why.Code, "finish", a.Finish)
	})
}

func (l *Loop) attempt(tx *store.Tx, a schedule.Assignment, j fab.Job) fab.Attempt {
	row := fab.Attempt{
		ID: store.NewID[fab.AttemptID](tx), JobID: j.ID, BatchID: j.BatchID, WorkerID: a.Worker, PlateID: a.Plate, SpoolID: a.Spool,
		Part: j.Part, Copies: j.Copies, No: j.Tries + 1, Status: fab.AttemptLeased, Why: a.Why,
		LeaseUntil: tx.Now().Add(l.Silence), CreatedAt: tx.Now(),
	}
	if a.Offer {
		row.Status, row.LeaseUntil = fab.AttemptOffered, l.Awake.After(tx.Now(), l.Answer)
	}
	return row
}

func swap(tx *store.Tx, j *fab.Job, w *fab.Worker) error {
	if ok, err := tx.SwapJob(j); err != nil || !ok {
		return errors.Join(err, errOvertaken)
	}
	if ok, err := tx.SwapWorker(w); err != nil || !ok {
		return errors.Join(err, errOvertaken)
	}
	return nil
}
