package dispatch_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/dispatch"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/coordinator/internal/schedule"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/store/storetest"
)

var quiet = slog.New(slog.DiscardHandler)

func open(t *testing.T, dsn string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), dsn, quiet)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func sqlite(t *testing.T) *store.Store { return open(t, storetest.SQLite(t)) }

// lab is what a test put into the database.
type lab struct {
	*testing.T
	store   *store.Store
	batch   fab.Batch
	jobs    []fab.Job
	workers []fab.Worker
}

// newLab fills a database: one batch of visors of n plates, and ready printers of one agent.
func newLab(t *testing.T, s *store.Store, n, printers int) *lab {
	l := &lab{T: t, store: s}
	l.update(func(tx *store.Tx) error {
		now := tx.Now()
		require.NoError(t, tx.AddLocation(&fab.Location{ID: "home", Kind: fab.LocationMaker, Name: "home", CreatedAt: now}))
		require.NoError(t, tx.AddMaker(&fab.Maker{ID: "maker", Name: "Camille", LocationID: "home", CreatedAt: now}))
		require.NoError(t, tx.AddAgent(&fab.Agent{ID: "agent", MakerID: "maker", Name: "pi", Online: true, CreatedAt: now}))
		require.NoError(t, tx.AddMaterial(&fab.Material{Code: "film", Names: map[string]string{}, Unit: fab.UnitPiece}))
		require.NoError(t, tx.AddDonation(&fab.Donation{ID: "gift", Ref: "r", Material: "film", Pledged: 1000, Status: fab.DonationPledged, SubmitKey: "k", CreatedAt: now}))
		design := fab.DesignVersion{ID: "design", Product: "visor", Hash: "h", Status: fab.DesignTrialled, CreatedAt: now, BOM: fab.BOM{
			Parts:     []fab.Part{{Code: "band", How: fab.ByPrint, PerUnit: 1}, {Code: "strap", How: fab.ByHand, PerUnit: 1, Step: "cut", StepMS: 1000}},
			Materials: []fab.BOMMaterial{{Material: "film", PerUnit: 1}}}}
		require.NoError(t, tx.AddDesign(&design))
		require.NoError(t, tx.AddPlate(&fab.Plate{ID: "plate", DesignID: "design", Part: "band", Copies: 1, Model: "ender3", NozzleUM: 400, Filament: "pla",
			Status: fab.PlateReady, Seconds: 3600, CreatedAt: now}))
		l.batch = fab.Batch{ID: "batch", DesignID: "design", Product: "visor", Quantity: 100, Status: fab.BatchOpen, DueAt: now.Add(99 * time.Hour), CreatedAt: now}
		require.NoError(t, tx.AddBatch(&l.batch))
		for i := range n {
			l.jobs = append(l.jobs, fab.Job{ID: fab.JobID(fmt.Sprintf("job-%02d", i)), BatchID: "batch", Part: "band", How: fab.ByPrint, Copies: 1, Status: fab.JobWaiting, CreatedAt: now})
		}
		require.NoError(t, tx.AddJobs(l.jobs))
		for i := range printers {
			w := fab.Worker{ID: fab.WorkerID(fmt.Sprintf("printer-%d", i)), Kind: fab.WorkerPrinter, Name: fmt.Sprint("P", i), MakerID: "maker", AgentID: "agent",
				Key: fmt.Sprint("p", i), Model: "ender3", NozzleUM: 400, Filament: "pla", PlateClear: true, State: "ready", CreatedAt: now, UpdatedAt: now}
			require.NoError(t, tx.AddWorker(&w))
			l.workers = append(l.workers, w)
		}
		return nil
	})
	return l
}

func (l *lab) update(fn func(tx *store.Tx) error) {
	l.Helper()
	require.NoError(l, l.store.Update(l.Context(), fn))
}

func (l *lab) loop(c dispatch.Config) *dispatch.Loop {
	c.Store, c.Log = l.store, quiet
	return dispatch.New(c)
}

func (l *lab) step(loop *dispatch.Loop) {
	l.Helper()
	require.NoError(l, loop.Step(l.Context()))
}

func (l *lab) attempts(statuses ...fab.AttemptStatus) (list []fab.Attempt) {
	l.Helper()
	require.NoError(l, l.store.View(l.Context(), func(tx *store.Tx) (err error) {
		list, err = tx.Attempts(statuses...)
		return err
	}))
	return list
}

func (l *lab) job(id fab.JobID) (j fab.Job) {
	l.Helper()
	require.NoError(l, l.store.View(l.Context(), func(tx *store.Tx) (err error) {
		j, err = tx.Job(id)
		return err
	}))
	return j
}

func (l *lab) commands() (list []fab.Command) {
	l.Helper()
	require.NoError(l, l.store.View(l.Context(), func(tx *store.Tx) (err error) {
		list, err = tx.OpenCommands()
		return err
	}))
	return list
}

// Ensure that each idle printer gets one plate with a lease, a reason and an order to start, and that looking again
// gives nothing twice.
func TestAStepLeasesAndOrders(t *testing.T) {
	t.Parallel()
	l := newLab(t, sqlite(t), 5, 2)
	loop := l.loop(dispatch.Config{})
	l.step(loop)
	l.step(loop)
	attempts := l.attempts()
	require.Len(t, attempts, 2)
	for i, a := range attempts {
		require.Equal(t, fab.AttemptLeased, a.Status)
		require.Equal(t, fab.PlateID("plate"), a.PlateID)
		require.Equal(t, schedule.WhyEarliest, a.Why.Code)
		require.WithinDuration(t, time.Now().Add(15*time.Minute), a.LeaseUntil, time.Minute)
		j := l.job(a.JobID)
		require.Equal(t, fab.JobLeased, j.Status)
		require.Equal(t, a.ID, j.AttemptID)
		c := l.commands()[i]
		require.Equal(t, "start", c.Kind)
		require.Equal(t, a.ID, c.AttemptID)
		require.Equal(t, fab.AgentID("agent"), c.AgentID)
	}
	require.Equal(t, schedule.WaitPrintersBusy, l.job("job-02").Wait.Code)
	require.False(t, loop.Finish("batch").IsZero())
}

// Ensure that loops racing on one database give each job to one worker and each worker one job, on both databases.
func TestRacingLoopsCommitEachJobOnce(t *testing.T) {
	t.Parallel()
	for name, dsn := range map[string]string{"sqlite": storetest.SQLite(t), "postgres": storetest.Postgres(t)} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, open(t, dsn), 9, 6)
			var g sync.WaitGroup
			for range 4 {
				g.Go(func() {
					loop := l.loop(dispatch.Config{})
					for range 3 {
						if err := loop.Step(t.Context()); err != nil {
							t.Error(err)
						}
					}
				})
			}
			g.Wait()
			jobs, workers := map[fab.JobID]bool{}, map[fab.WorkerID]bool{}
			for _, a := range l.attempts() {
				require.False(t, jobs[a.JobID] || workers[a.WorkerID])
				jobs[a.JobID], workers[a.WorkerID] = true, true
			}
			require.Len(t, jobs, 6)
			require.Len(t, l.commands(), 6)
		})
	}
}

// Ensure that the job of a silent printer goes to another one after 15 minutes as a new attempt, that the silent one is
// not counted on while its agent is away, and that the first attempt is lost, not failed.
func TestASilentPrinterLosesItsWork(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, sqlite(t), 1, 2)
		loop := l.loop(dispatch.Config{})
		l.step(loop)
		first := l.attempts()[0]
		l.update(func(tx *store.Tx) error {
			return tx.ChangeAttempt(first, func(a *fab.Attempt, j *fab.Job, w *fab.Worker) {
				fab.Report{Kind: fab.ReportStarted}.Apply(a, j, w, tx.Now(), 15*time.Minute)
				w.State = "offline"
			})
		})
		time.Sleep(14 * time.Minute)
		l.step(loop)
		require.Len(t, l.attempts(), 1)
		time.Sleep(time.Minute)
		l.step(loop)
		attempts := l.attempts()
		require.Len(t, attempts, 2)
		require.Equal(t, fab.AttemptLost, attempts[0].Status)
		require.Equal(t, fab.EndedSilent, attempts[0].End.Code)
		require.Equal(t, fab.AttemptLeased, attempts[1].Status)
		require.Equal(t, int64(2), attempts[1].No)
		require.NotEqual(t, attempts[0].WorkerID, attempts[1].WorkerID)
	})
}

// Ensure that an offer that nobody answers goes to the next maker, and that the first is left in peace for a while.
func TestAnOfferLapses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, sqlite(t), 0, 0)
		l.update(func(tx *store.Tx) error {
			for _, id := range []fab.WorkerID{"hands-0", "hands-1"} {
				w := fab.Worker{ID: id, Kind: fab.WorkerHand, Name: string(id), MakerID: "maker", Steps: []string{"cut"}, Quota: 50, CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
				require.NoError(t, tx.AddWorker(&w))
			}
			return tx.AddJobs([]fab.Job{{ID: "straps", BatchID: "batch", Part: "strap", How: fab.ByHand, Copies: 25, Status: fab.JobWaiting, CreatedAt: tx.Now()}})
		})
		loop := l.loop(dispatch.Config{})
		l.step(loop)
		require.Equal(t, fab.AttemptOffered, l.attempts()[0].Status)
		require.Empty(t, l.commands(), "hands take no orders")
		time.Sleep(30 * time.Minute)
		l.step(loop)
		attempts := l.attempts()
		require.Len(t, attempts, 2)
		require.Equal(t, fab.EndedOfferLapsed, attempts[0].End.Code)
		require.NotEqual(t, attempts[0].WorkerID, attempts[1].WorkerID)
		time.Sleep(30 * time.Minute)
		l.step(loop)
		require.Len(t, l.attempts(), 2, "both rest")
		require.Equal(t, schedule.WaitWorkersResting, l.job("straps").Wait.Code)
		time.Sleep(4 * time.Hour)
		l.step(loop)
		require.Len(t, l.attempts(), 3)
	})
}

// Ensure that a printer that refuses every start is asked again at growing distances only.
func TestARefusingPrinterIsNotPestered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, sqlite(t), 1, 1)
		loop := l.loop(dispatch.Config{})
		for range 40 {
			l.step(loop)
			for _, a := range l.attempts(fab.AttemptLeased) {
				l.update(func(tx *store.Tx) error {
					return tx.ChangeAttempt(a, func(a *fab.Attempt, j *fab.Job, w *fab.Worker) { a.Refuse("busy", j, w, tx.Now()) })
				})
			}
			time.Sleep(15 * time.Second)
		}
		require.Len(t, l.attempts(), 5, "at 0, 30 s, 1.5, 3.5 and 7.5 minutes")
	})
}

// Ensure that the loop notices new work by itself, and that reasons are stored once, not with every look.
func TestTheLoopIsWokenByChanges(t *testing.T) {
	t.Parallel()
	l := newLab(t, sqlite(t), 0, 1)
	ctx, cancel := context.WithCancel(t.Context())
	loop := l.loop(dispatch.Config{Every: time.Hour})
	ended := make(chan error)
	go func() { ended <- loop.Run(ctx) }()
	require.Eventually(t, func() bool { return loop.Idle("printer-0").Code == schedule.IdleNoWork }, 5*time.Second, 5*time.Millisecond)
	l.update(func(tx *store.Tx) error {
		require.NoError(t, tx.AddJobs([]fab.Job{
			{ID: "new-0", BatchID: "batch", Part: "band", How: fab.ByPrint, Copies: 1, Status: fab.JobWaiting, CreatedAt: tx.Now()},
			{ID: "new-1", BatchID: "batch", Part: "band", How: fab.ByPrint, Copies: 1, Status: fab.JobWaiting, CreatedAt: tx.Now()},
		}))
		return tx.Note(fab.Change{Code: "jobs_planned", Subject: "batch", Args: fab.Args{}})
	})
	require.Eventually(t, func() bool { return l.job("new-1").Wait.Code == schedule.WaitPrintersBusy }, 5*time.Second, 5*time.Millisecond)
	cancel()
	require.NoError(t, <-ended)

	notes := func() (n int) {
		require.NoError(t, l.store.View(t.Context(), func(tx *store.Tx) error {
			changes, err := tx.ChangesAfter(0, 1000)
			for _, c := range changes {
				if c.Code == "plan_changed" {
					n++
				}
			}
			return err
		}))
		return n
	}
	before := notes()
	l.step(loop)
	require.Equal(t, before, notes())
}

// Ensure that work does not count as silent because the coordinator itself was away.
func TestARestartTakesNothingBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, sqlite(t), 1, 2)
		l.step(l.loop(dispatch.Config{}))
		time.Sleep(2 * time.Hour)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- l.loop(dispatch.Config{Every: time.Minute}).Run(ctx) }()
		time.Sleep(14 * time.Minute)
		require.Len(t, l.attempts(fab.AttemptLeased), 1)
		require.Len(t, l.attempts(), 1)
		time.Sleep(2 * time.Minute)
		require.Len(t, l.attempts(fab.AttemptLost), 1)
		cancel()
		require.NoError(t, <-ended)
	})
}

// Ensure that an offer made in the evening waits for the morning.
func TestOffersLapseInWakingTimeOnly(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Paris")
	require.NoError(t, err)
	awake := dispatch.Waking{From: 8, To: 21, Zone: zone}
	for from, want := range map[string]string{
		"2020-04-03T10:00": "2020-04-03T10:30",
		"2020-04-03T20:50": "2020-04-04T08:20",
		"2020-04-03T23:00": "2020-04-04T08:30",
		"2020-04-04T03:00": "2020-04-04T08:30",
		"2020-03-28T20:45": "2020-03-29T08:15", // the night in which clocks change
	} {
		at, err := time.ParseInLocation("2006-01-02T15:04", from, zone)
		require.NoError(t, err)
		require.Equal(t, want, awake.After(at, 30*time.Minute).In(zone).Format("2006-01-02T15:04"), from)
	}
	now := time.Now()
	require.Equal(t, now.Add(time.Hour), dispatch.Waking{}.After(now, time.Hour))
}

// Ensure that a job which goes to a maker's own file becomes as large as the file makes it.
func TestAJobIsAsLargeAsTheOwnFile(t *testing.T) {
	l := newLab(t, sqlite(t), 1, 1)
	l.update(func(tx *store.Tx) error {
		return tx.AddPlate(&fab.Plate{ID: "own", DesignID: "design", Part: "band", Copies: 4, Model: "ender3", NozzleUM: 400, Filament: "pla", WorkerID: "printer-0",
			Source: fab.PlateByMaker, Status: fab.PlateReady, Seconds: 3600, CreatedAt: tx.Now()})
	})
	l.step(l.loop(dispatch.Config{}))
	attempts := l.attempts(fab.AttemptLeased)
	require.Len(t, attempts, 1)
	require.Equal(t, fab.PlateID("own"), attempts[0].PlateID)
	require.Equal(t, int64(4), attempts[0].Copies)
	require.Equal(t, int64(4), l.job("job-00").Copies)
}

// Ensure that hours are read in the lab's zone: a printer that is attended from eight o'clock gets nothing at half past
// seven, though it is later elsewhere.
func TestHoursAreTheLabs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		zone, err := time.LoadLocation("America/Lima") // five hours behind the bubble's midnight
		require.NoError(t, err)
		l := newLab(t, sqlite(t), 1, 1)
		l.update(func(tx *store.Tx) error {
			w, err := tx.Worker("printer-0")
			require.NoError(t, err)
			w.ClearHours = "08:00-12:00"
			_, err = tx.SwapWorker(&w)
			return err
		})
		loop := l.loop(dispatch.Config{Zone: zone})
		time.Sleep(12*time.Hour + 30*time.Minute)
		l.step(loop)
		require.Empty(t, l.attempts())
		require.Equal(t, schedule.IdleHours, loop.Idle("printer-0").Code)
		time.Sleep(31 * time.Minute)
		l.step(loop)
		require.Len(t, l.attempts(), 1)
	})
}

// Ensure that a printer gets no more plates in seven days than its maker said, that starts which failed do not count, and
// that it is asked again as soon as the oldest of them is a week old.
func TestAWeekHasItsCap(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, sqlite(t), 5, 1)
		l.update(func(tx *store.Tx) error {
			w, err := tx.Worker("printer-0")
			require.NoError(t, err)
			w.WeekCap = 2
			_, err = tx.SwapWorker(&w)
			return err
		})
		loop := l.loop(dispatch.Config{Rest: time.Minute})
		end := func(rule func(a *fab.Attempt, j *fab.Job, w *fab.Worker)) {
			for _, a := range l.attempts(fab.AttemptLeased) {
				l.update(func(tx *store.Tx) error { return tx.ChangeAttempt(a, rule) })
			}
		}
		l.step(loop)
		end(func(a *fab.Attempt, j *fab.Job, w *fab.Worker) { a.Refuse("busy", j, w, time.Now()) })
		time.Sleep(time.Hour)
		for range 4 {
			l.step(loop)
			end(func(a *fab.Attempt, j *fab.Job, w *fab.Worker) {
				fab.Report{Kind: fab.ReportFinished, Seconds: 60}.Apply(a, j, w, time.Now(), time.Hour)
				w.PlateClear = true
			})
			time.Sleep(24 * time.Hour)
		}
		require.Len(t, l.attempts(fab.AttemptToCount), 2)
		require.Equal(t, schedule.IdleWeekCap, loop.Idle("printer-0").Code)
		require.Equal(t, schedule.WaitWeekCap, l.job("job-04").Wait.Code)
		time.Sleep(3*24*time.Hour - time.Minute)
		l.step(loop)
		require.Empty(t, l.attempts(fab.AttemptLeased))
		time.Sleep(2 * time.Minute)
		l.step(loop)
		require.Len(t, l.attempts(fab.AttemptLeased), 1)
	})
}

// Ensure that hand work whose date went by is asked of others too, but only a twentieth of a batch of it, that who holds
// it gets nothing new before somebody calls, and that a later date gives the work back to who has it.
func TestOverdueHandWorkIsACall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, sqlite(t), 0, 0)
		p := production.New(production.Config{Store: l.store, Log: quiet})
		hands := []fab.WorkerID{"hands-0", "hands-1", "hands-2"}
		l.update(func(tx *store.Tx) error {
			for _, id := range hands {
				require.NoError(t, tx.AddWorker(&fab.Worker{ID: id, Kind: fab.WorkerHand, Name: string(id), MakerID: "maker", Steps: []string{"cut"}, Days: 3, CreatedAt: tx.Now(), UpdatedAt: tx.Now()}))
			}
			var jobs []fab.Job
			for i := range 40 {
				jobs = append(jobs, fab.Job{ID: fab.JobID(fmt.Sprintf("straps-%02d", i)), BatchID: "batch", Part: "strap", How: fab.ByHand, Copies: 1, Status: fab.JobWaiting, CreatedAt: tx.Now()})
			}
			return tx.AddJobs(jobs)
		})
		loop := l.loop(dispatch.Config{})
		l.step(loop)
		for _, a := range l.attempts(fab.AttemptOffered) {
			require.NoError(t, p.Accept(t.Context(), a.ID, "maker"))
		}
		time.Sleep(3*24*time.Hour - time.Minute)
		l.step(loop)
		require.Len(t, l.attempts(fab.AttemptLeased), 3)
		time.Sleep(2 * time.Minute)
		l.step(loop)
		l.step(loop)
		lost, held := l.attempts(fab.AttemptLost), l.attempts(fab.AttemptLeased)
		require.Len(t, lost, 2, "a twentieth of forty")
		require.Equal(t, fab.EndedOverdue, lost[0].End.Code)
		require.Len(t, held, 1)
		require.Empty(t, l.attempts(fab.AttemptOffered), "nobody is asked for more before a call")

		require.NoError(t, p.Postpone(t.Context(), lost[0].ID, time.Now().Add(48*time.Hour)))
		require.Equal(t, fab.Conflict, fab.ClassOf(p.Postpone(t.Context(), lost[0].ID, time.Now().Add(48*time.Hour))), "not due any more")
		require.Len(t, l.attempts(fab.AttemptLeased), 2, "it is in the same hands again")
		require.Equal(t, fab.Invalid, fab.ClassOf(p.Postpone(t.Context(), lost[1].ID, time.Now())), "a date that is over")
		require.NoError(t, p.GiveBack(t.Context(), lost[1].ID))
		require.NoError(t, p.GiveBack(t.Context(), held[0].ID))
		l.step(loop)
		offers := l.attempts(fab.AttemptOffered)
		require.Len(t, offers, 2, "the two who gave back are asked again, for no mark is made")
	})
}
