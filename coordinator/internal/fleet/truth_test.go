package fleet_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/broker"
	"github.com/mailleur/mailleur/coordinator/internal/dispatch"
	"github.com/mailleur/mailleur/coordinator/internal/fleet"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/coordinator/internal/report"
	"github.com/mailleur/mailleur/coordinator/internal/schedule"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/store/storetest"
)

// stage is a whole coordinator but for its pages, on quick times, with agents that misbehave and one person who counts.
type stage struct {
	testing.TB
	seed       uint64
	r          *rand.Rand
	store      *store.Store
	broker     *broker.Broker
	production *production.Production
	players    troupe
	counted    map[fab.AttemptID][2]int64 // good and bad, as the person saw them
}

const (
	bearable = 800 * time.Millisecond // silence that costs a lease
	plates   = 12
	seeds    = 2 // make check-long plays more
)

func newStage(t testing.TB, dsn string, seed uint64) *stage {
	t.Helper()
	st, err := store.Open(t.Context(), dsn, quiet)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, st.Close()) })
	s := &stage{TB: t, seed: seed, r: rand.New(rand.NewPCG(seed, 5)), store: st, counted: map[fab.AttemptID][2]int64{}}
	require.NoError(t, st.Update(t.Context(), furnish))
	s.broker, err = broker.New(broker.Config{Plain: "127.0.0.1:0", Agents: everybody{}, Log: quiet})
	require.NoError(t, err)
	run(t, s.broker.Run)
	s.production = production.New(production.Config{Store: st, Log: quiet, Every: 20 * time.Millisecond})
	run(t, s.production.Run)
	for range 2 {
		run(t, dispatch.New(dispatch.Config{Store: st, Log: quiet, Silence: bearable, Every: 20 * time.Millisecond, Rest: 20 * time.Millisecond,
			Times: &schedule.Settings{Clear: 10 * time.Millisecond, Patience: time.Hour, Hand: 10 * time.Millisecond}}).Run)
	}
	for i, keys := range [][]string{{"p0", "p1"}, {"p2"}, {"p3", "p4"}} {
		s.players = append(s.players, newPlayer(t, s.broker.Addr(), fmt.Sprint("agent-", i), seed, keys...))
	}
	return s
}

// furnish puts five printers of three agents and one batch into the books.
func furnish(tx *store.Tx) error {
	now, none := tx.Now(), map[string]string{}
	errs := []error{
		tx.AddLocation(&fab.Location{ID: "home", Kind: fab.LocationMaker, CreatedAt: now}),
		tx.AddMaker(&fab.Maker{ID: "maker", LocationID: "home", CreatedAt: now}),
		tx.AddDesign(&fab.DesignVersion{ID: "design", Product: "visor", Hash: "h", Status: fab.DesignTrialled, Names: none, Blurbs: none, Notices: none, CreatedAt: now,
			BOM: fab.BOM{Parts: []fab.Part{{Code: "band", How: fab.ByPrint, PerUnit: 1, PerPlate: 2}}}}),
		tx.AddPlate(&fab.Plate{ID: "plate", DesignID: "design", Part: "band", Copies: 2, Model: "ender3", NozzleUM: 400, Filament: "petg", Status: fab.PlateReady,
			GCodeHash: "abc", GCodeBytes: 10, Lines: 5, Seconds: 1, CreatedAt: now}),
		tx.AddBatch(&fab.Batch{ID: "batch", DesignID: "design", Product: "visor", Quantity: 2 * plates, Status: fab.BatchOpen, DueAt: now.Add(time.Hour), CreatedAt: now}),
	}
	for i, agent := range []fab.AgentID{"agent-0", "agent-0", "agent-1", "agent-2", "agent-2"} {
		if i == 0 || i == 2 || i == 3 {
			errs = append(errs, tx.AddAgent(&fab.Agent{ID: agent, MakerID: "maker", TokenHash: string(agent), CreatedAt: now}))
		}
		name := fmt.Sprint("p", i)
		errs = append(errs, tx.AddWorker(&fab.Worker{ID: fab.WorkerID(name), Kind: fab.WorkerPrinter, Name: name, MakerID: "maker", AgentID: agent, Key: name, Model: "ender3",
			NozzleUM: 400, Filament: "petg", PlateClear: true, CreatedAt: now, UpdatedAt: now}))
	}
	return errors.Join(errs...)
}

func (s *stage) view(fn func(tx *store.Tx) error) {
	s.Helper()
	require.NoError(s, s.store.View(context.Background(), fn))
}

// serve runs the coordinator's end of MQTT and starts it anew now and then, until calm is closed; then it runs to the end.
func (s *stage) serve(calm, done <-chan struct{}) {
	r := rand.New(rand.NewPCG(s.seed, 6))
	for {
		user, password := s.broker.Credentials()
		f := fleet.New(fleet.Config{Store: s.store, Log: quiet, Broker: "tcp://" + s.broker.Addr(), User: user, Password: password, Silence: bearable,
			Resend: 40 * time.Millisecond, Gap: time.Minute})
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- f.Run(ctx) }()
		over := done
		select {
		case <-calm:
			<-done
		case <-done:
		case <-time.After(time.Duration(300+r.IntN(1500)) * time.Millisecond):
			over = nil
		}
		cancel()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) { // it may be ended while it starts
			s.Error(err)
		}
		if over != nil {
			return
		}
	}
}

// person goes by the printers, counts what lies there, sometimes twice, and clears beds on which something failed.
func (s *stage) person() {
	ctx := context.Background()
	var toCount []fab.Attempt
	var workers []fab.Worker
	s.view(func(tx *store.Tx) (err error) {
		if toCount, err = tx.Attempts(fab.AttemptToCount); err != nil {
			return err
		}
		workers, err = tx.Workers()
		return err
	})
	lies := map[fab.WorkerID]bool{}
	for _, a := range toCount {
		lies[a.WorkerID] = true
		bad := int64(s.r.IntN(6) / 5)
		lot, err := s.production.Count(ctx, a.ID, a.Copies-bad, bad)
		if fab.ClassOf(err) == fab.Conflict {
			continue // the row changed under his hands
		}
		require.NoError(s, err)
		s.counted[a.ID] = [2]int64{a.Copies - bad, bad}
		again, err := s.production.Count(ctx, a.ID, a.Copies, 0)
		require.NoError(s, err)
		require.Equal(s, lot.ID, again.ID)
	}
	for _, w := range workers {
		if w.AttemptID == "" && !lies[w.ID] && !s.busy(w.Key) && (!w.PlateClear || s.r.IntN(30) == 0) {
			if err := s.production.ClearPlate(ctx, w.ID); err != nil {
				require.Equal(s, fab.Conflict, fab.ClassOf(err), "%v", err)
			}
		}
	}
}

// busy reports whether a person beside the printer sees it move, or pieces on it that nobody has told the books of.
func (s *stage) busy(key string) bool {
	for _, p := range s.players {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, d := range p.devices {
			if d.key != key {
				continue
			}
			for id := range d.ended {
				if _, counted := s.counted[fab.AttemptID(id)]; !counted {
					return true
				}
			}
			return d.runs != ""
		}
	}
	return false
}

// playOut lets everything happen until the batch is made, has the machines take nothing more, and holds the books against the truth.
func (s *stage) playOut() {
	calm, done := make(chan struct{}), make(chan struct{})
	var g sync.WaitGroup
	g.Go(func() { s.serve(calm, done) })
	for _, p := range s.players {
		g.Go(func() { p.play(done) })
	}
	defer g.Wait()
	defer close(done)
	began, mild := time.Now(), false
	for resting := false; ; {
		if s.over() {
			if resting {
				break
			}
			resting = true // what is on its way to a machine may still start something
			s.players.each(func(p *player) { p.rests = true })
		}
		if !mild && time.Since(began) > 2*time.Second {
			mild = true
			close(calm)
			s.players.each(func(p *player) { p.calm = true })
		}
		require.Less(s, time.Since(began), 2*time.Minute, "seed %d: %s", s.seed, s.stuck())
		s.person()
		<-time.After(5 * time.Millisecond)
	}
	s.agree()
}

// over reports whether the batch is made, every machine is still, and every report is stored. The machines are looked at
// before the books and after, because what they tell changes the books.
func (s *stage) over() bool {
	made := func() (made bool) {
		s.view(func(tx *store.Tx) error {
			b, err := tx.Batch("batch")
			require.NoError(s, err)
			live, err := tx.LiveAttempts()
			made = b.Status == fab.BatchDone && len(live) == 0
			return err
		})
		return made
	}
	return s.still() && made() && s.still()
}

func (s *stage) still() bool {
	still := true
	for _, p := range s.players {
		p.mu.Lock()
		still = still && p.stored == int64(len(p.outbox))
		for _, d := range p.devices {
			still = still && d.runs == ""
		}
		p.mu.Unlock()
	}
	return still
}

// agree holds every attempt of the books against what the machines did and the person counted.
func (s *stage) agree() {
	executed, ended := map[fab.AttemptID]int64{}, map[fab.AttemptID]bool{}
	var lines, good, bad int64
	for _, p := range s.players {
		p.mu.Lock()
		for _, d := range p.devices {
			for id, n := range d.started {
				require.Equal(s, 1, n, "seed %d: %s was executed twice", s.seed, id)
				executed[fab.AttemptID(id)] = d.lines[id]
				lines += d.lines[id]
				ended[fab.AttemptID(id)] = d.ended[id]
			}
		}
		p.mu.Unlock()
	}
	for _, c := range s.counted {
		good, bad = good+c[0], bad+c[1]
	}
	s.view(func(tx *store.Tx) error {
		attempts, err := tx.Attempts()
		require.NoError(s, err)
		for _, a := range attempts {
			require.Equal(s, executed[a.ID], a.Lines, "seed %d: lines of %s, %s", s.seed, a.ID, a.Status)
			require.Equal(s, ended[a.ID], a.Status == fab.AttemptDone, "seed %d: %s is %s", s.seed, a.ID, a.Status)
			lot, err := tx.LotByAttempt(a.ID)
			if !ended[a.ID] {
				require.Equal(s, fab.NotFound, fab.ClassOf(err))
				continue
			}
			require.NoError(s, err)
			require.Equal(s, s.counted[a.ID], [2]int64{lot.Declared, lot.Bad}, "seed %d", s.seed)
		}
		return nil
	})
	figures, err := report.New(s.store).Figures(context.Background())
	require.NoError(s, err)
	require.Equal(s, []int64{lines, good, bad}, []int64{figures.Lines, figures.PrintedGood, figures.PrintedBad}, "seed %d", s.seed)
	found, err := report.New(s.store).Audit(context.Background())
	require.NoError(s, err)
	require.Empty(s, found, "seed %d", s.seed)
	s.Logf("seed %d: %s", s.seed, s.told())
}

// told is what happened, so that a run which proves nothing shows.
func (s *stage) told() string {
	by := map[fab.AttemptStatus]int{}
	late, mishaps := 0, 0
	s.view(func(tx *store.Tx) error {
		attempts, err := tx.Attempts()
		for _, a := range attempts {
			by[a.Status]++
		}
		changes, err2 := tx.LatestChanges(100_000)
		for _, c := range changes {
			if c.Code == "attempt_lost" {
				late++
			}
		}
		return errors.Join(err, err2)
	})
	for _, p := range s.players {
		p.mu.Lock()
		mishaps += p.mishaps
		p.mu.Unlock()
	}
	return fmt.Sprintf("%d mishaps, %d leases lost, attempts %v", mishaps, late, by)
}

// stuck says what stands in the way.
func (s *stage) stuck() (text string) {
	s.view(func(tx *store.Tx) error {
		jobs, err := tx.Jobs(fab.JobWaiting, fab.JobLeased)
		require.NoError(s, err)
		for _, j := range jobs {
			text += fmt.Sprintf("job %s %s; ", j.Status, j.Wait.Code)
		}
		workers, err := tx.Workers()
		require.NoError(s, err)
		for _, w := range workers {
			text += fmt.Sprintf("%s on %q, clear %t, %s; ", w.Key, w.AttemptID, w.PlateClear, w.State)
		}
		open, err := tx.OpenCommands()
		for _, c := range open {
			text += fmt.Sprintf("order %s to %s, %s; ", c.Kind, c.WorkerID, c.Why)
		}
		return err
	})
	for _, p := range s.players {
		p.mu.Lock()
		text += fmt.Sprintf("%s: %d of %d reports stored, %d mishaps; ", p.id, p.stored, len(p.outbox), p.mishaps)
		for _, d := range p.devices {
			text += fmt.Sprintf("%s runs %q, clear %t; ", d.key, d.runs, d.clear)
		}
		p.mu.Unlock()
	}
	return text
}

// Ensure that what the books say of every attempt is what the machines executed and a person counted, whatever agents,
// connections and the coordinator's own end of them go through.
func TestTheBooksAgreeWithTheMachines(t *testing.T) {
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			newStage(t, storetest.SQLite(t), seed).playOut()
		})
	}
}
