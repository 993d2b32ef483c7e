package dispatch_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/dispatch"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// world is a lab whose machines and people do as a list of moves says, and who keep the truth about what they made. Two
// dispatch loops run on its books.
type world struct {
	*verdict
	ctx        context.Context
	store      *store.Store
	production *production.Production
	zone       *time.Location
	loops      []*dispatch.Loop
	machines   []*machine
	hands      []fab.WorkerID
	seen       map[fab.AttemptID]bool // attempts whose giving out was judged
	made       map[fab.AttemptID]tally
	held       map[fab.AttemptID]bool // plates that really came off well, counted or not
}

// tally is what a person counted.
type tally struct{ good, bad int64 }

// verdict is a failure as a value, so that the bubble of virtual time ends in order before the failure is told.
type verdict struct{ said string }

func (v *verdict) Errorf(format string, args ...any) { v.said += fmt.Sprintf(format, args...) }
func (v *verdict) FailNow()                          { panic(v) }

// machine is one printer: what is really on it, and what it has not got through to the coordinator yet.
type machine struct {
	worker  fab.WorkerID
	agent   fab.AgentID
	offline bool
	runs    fab.AttemptID // it executes
	bed     fab.AttemptID // finished pieces of it lie on the bed
	dirty   bool          // something failed on the bed
	outbox  []report
	began   map[fab.AttemptID]bool // it remembers what it started
}

type report struct {
	attempt fab.AttemptID
	fab.Report
}

func newWorld(ctx context.Context, v *verdict, s *store.Store) *world {
	w := &world{verdict: v, ctx: ctx, store: s, production: production.New(production.Config{Store: s, Log: quiet}), seen: map[fab.AttemptID]bool{},
		made: map[fab.AttemptID]tally{}, held: map[fab.AttemptID]bool{}, hands: []fab.WorkerID{"hands-0", "hands-1"}}
	var err error
	w.zone, err = time.LoadLocation("Pacific/Auckland") // far from UTC: hours that are read in the wrong zone show
	require.NoError(v, err)
	for range 2 {
		w.loops = append(w.loops, dispatch.New(dispatch.Config{Store: s, Log: quiet, Zone: w.zone}))
	}
	w.update(w.furnish)
	w.keep()
	return w
}

// furnish puts three printers of two agents, two people and two batches of a product of two parts into the books.
func (w *world) furnish(tx *store.Tx) error {
	now := tx.Now()
	none := map[string]string{}
	errs := []error{
		tx.AddLocation(&fab.Location{ID: "home", Kind: fab.LocationMaker, Name: "home", CreatedAt: now}),
		tx.AddMaker(&fab.Maker{ID: "maker", Name: "Camille", LocationID: "home", CreatedAt: now}),
		tx.AddMaterial(&fab.Material{Code: "film", Names: none, Unit: fab.UnitPiece}),
		tx.AddDonation(&fab.Donation{ID: "gift", Ref: "r", Material: "film", Pledged: 1000, Status: fab.DonationPledged, SubmitKey: "k", CreatedAt: now}),
		tx.AddDesign(&fab.DesignVersion{ID: "design", Product: "visor", Hash: "h", Status: fab.DesignTrialled, Names: none, Blurbs: none, Notices: none, CreatedAt: now, BOM: fab.BOM{
			Parts:     []fab.Part{{Code: "band", How: fab.ByPrint, PerUnit: 1, PerPlate: 2}, {Code: "strap", How: fab.ByHand, PerUnit: 1, Step: "cut", StepMS: 1000}},
			Materials: []fab.BOMMaterial{{Material: "film", PerUnit: 1}}}}),
	}
	for i, model := range []string{"ender3", "mk3s"} {
		errs = append(errs, tx.AddPlate(&fab.Plate{ID: fab.PlateID(model), DesignID: "design", Part: "band", Copies: 2, Model: model, NozzleUM: 400, Filament: "petg",
			Status: fab.PlateReady, Seconds: int64(1800 * (i + 1)), CreatedAt: now}))
	}
	for i, q := range []int64{5, 3} {
		errs = append(errs, tx.AddBatch(&fab.Batch{ID: fab.BatchID(fmt.Sprint("batch-", i)), DesignID: "design", Product: "visor", Quantity: q, Status: fab.BatchOpen,
			DueAt: now.Add(time.Duration(i+1) * 24 * time.Hour), CreatedAt: now}))
	}
	for i := range 3 {
		id, agent := fab.WorkerID(fmt.Sprint("printer-", i)), fab.AgentID(fmt.Sprint("agent-", i/2))
		spool := fab.Spool{ID: fab.SpoolID(fmt.Sprint("spool-", i)), Code: fmt.Sprint("F-", i), Filament: "petg", CreatedAt: now}
		row := fab.Worker{ID: id, Kind: fab.WorkerPrinter, Name: string(id), MakerID: "maker", AgentID: agent, Key: fmt.Sprint("p", i), Model: []string{"ender3", "mk3s", "ender3"}[i],
			NozzleUM: 400, Filament: "petg", SpoolID: spool.ID, PlateClear: true, State: "ready", CreatedAt: now, UpdatedAt: now}
		if i == 2 {
			row.ClearHours, row.WeekCap = "08:00-20:00", 3
		} else if i == 0 {
			errs = append(errs, tx.AddAgent(&fab.Agent{ID: "agent-1", MakerID: "maker", TokenHash: "1", Online: true, CreatedAt: now}))
		}
		if i == 0 {
			errs = append(errs, tx.AddAgent(&fab.Agent{ID: agent, MakerID: "maker", TokenHash: "0", Online: true, CreatedAt: now}))
		}
		errs = append(errs, tx.AddSpool(&spool), tx.AddWorker(&row))
		w.machines = append(w.machines, &machine{worker: id, agent: agent, began: map[fab.AttemptID]bool{}})
	}
	for _, id := range w.hands {
		errs = append(errs, tx.AddWorker(&fab.Worker{ID: id, Kind: fab.WorkerHand, Name: string(id), MakerID: "maker", Steps: []string{"cut"}, Quota: 50, CreatedAt: now, UpdatedAt: now}))
	}
	return errors.Join(errs...)
}

func (w *world) update(fn func(tx *store.Tx) error) {
	require.NoError(w, w.store.Update(w.ctx, fn))
}

func (w *world) view(fn func(tx *store.Tx) error) { require.NoError(w, w.store.View(w.ctx, fn)) }

func (w *world) keep() { require.NoError(w, w.production.Step(w.ctx)) }

func (w *world) step(i int) { require.NoError(w, w.loops[i%len(w.loops)].Step(w.ctx)) }

func (w *world) attempts(statuses ...fab.AttemptStatus) (list []fab.Attempt) {
	w.view(func(tx *store.Tx) (err error) { list, err = tx.Attempts(statuses...); return err })
	return list
}

// state says what a machine would say about itself.
func (m *machine) state() string {
	switch {
	case m.offline:
		return "offline"
	case m.runs != "":
		return "printing"
	}
	return "ready"
}

func (w *world) tell(m *machine) {
	w.update(func(tx *store.Tx) error { return tx.SetWorkerState(m.worker, m.state()) })
}

// obey lets a machine take the order that waits for it. Unheard means that its answer gets lost.
func (w *world) obey(m *machine, unheard bool) {
	if m.offline {
		return
	}
	w.update(func(tx *store.Tx) error {
		open, err := tx.OpenCommands()
		if err != nil {
			return err
		}
		for _, c := range open {
			a, err := tx.Attempt(c.AttemptID)
			if c.WorkerID != m.worker || c.Kind != "start" || err != nil || a.Status != fab.AttemptLeased {
				continue
			}
			switch {
			case m.began[a.ID]:
				c.Status = fab.CommandAccepted
			case m.runs == "" && m.bed == "" && !m.dirty:
				m.runs, m.began[a.ID], c.Status = a.ID, true, fab.CommandAccepted
				m.say(a.ID, fab.Report{Kind: fab.ReportStarted})
			default:
				c.Status = fab.CommandRefused
			}
			if unheard {
				return nil
			}
			if err := tx.SetCommand(&c); err != nil || c.Status == fab.CommandAccepted {
				return err
			}
			return tx.ChangeAttempt(a, func(a *fab.Attempt, j *fab.Job, w *fab.Worker) { a.Refuse("not_clear", j, w, tx.Now()) })
		}
		return nil
	})
	w.tell(m)
}

// expire ends orders that nobody answered, as fleet does.
func (w *world) expire() {
	w.update(func(tx *store.Tx) error {
		open, err := tx.OpenCommands()
		for _, c := range open {
			if c.ExpiresAt.After(tx.Now()) {
				continue
			}
			c.Status = fab.CommandExpired
			if err := tx.SetCommand(&c); err != nil {
				return err
			}
			a, err := tx.Attempt(c.AttemptID)
			if c.Kind != "start" || err != nil || a.Status != fab.AttemptLeased {
				continue
			}
			if err := tx.ChangeAttempt(a, func(a *fab.Attempt, j *fab.Job, w *fab.Worker) { a.Lose(fab.EndedStartExpired, j, w, tx.Now()) }); err != nil {
				return err
			}
		}
		return err
	})
}

func (m *machine) say(a fab.AttemptID, r fab.Report) { m.outbox = append(m.outbox, report{a, r}) }

// end is the end of what a machine executes.
func (w *world) end(m *machine, well bool) {
	if m.runs == "" {
		return
	}
	if well {
		m.bed, w.held[m.runs] = m.runs, true
		m.say(m.runs, fab.Report{Kind: fab.ReportFinished, Lines: 100, Seconds: 1800})
	} else {
		m.dirty = true
		m.say(m.runs, fab.Report{Kind: fab.ReportFailed, Reason: "halted", Lines: 50})
	}
	m.runs = ""
	if !m.offline {
		w.tell(m)
	}
}

// deliver brings one report to the books; again leaves it to be repeated.
func (w *world) deliver(m *machine, i int, again bool) {
	if m.offline || len(m.outbox) == 0 {
		return
	}
	i %= len(m.outbox)
	r := m.outbox[i]
	if !again {
		m.outbox = slices.Delete(m.outbox, i, i+1)
	}
	w.update(func(tx *store.Tx) error {
		a, err := tx.Attempt(r.attempt)
		if err != nil {
			return err
		}
		return tx.ChangeAttempt(a, func(a *fab.Attempt, j *fab.Job, w *fab.Worker) { r.Apply(a, j, w, tx.Now(), 15*time.Minute) })
	})
}

// alive renews the leases of what runs where the agent is there.
func (w *world) alive() {
	var ids []fab.AttemptID
	for _, m := range w.machines {
		if m.runs != "" && !m.offline {
			ids = append(ids, m.runs)
		}
	}
	w.update(func(tx *store.Tx) error { return tx.RenewLeases(ids, tx.Now().Add(15*time.Minute)) })
}

// unload lets a person count what lies on a bed, and clear it. The books refuse pieces of a print that they believe to
// be running still.
func (w *world) unload(m *machine, bad int64) {
	switch {
	case m.bed != "":
		if w.count(m.bed, bad) {
			m.bed = ""
		}
	case m.dirty && m.runs == "":
		if err := w.production.ClearPlate(w.ctx, m.worker); err == nil {
			m.dirty = false
		} else {
			require.Equal(w, fab.Conflict, fab.ClassOf(err), "%v", err)
		}
	}
}

// count counts an attempt twice, as a hurried thumb does, and reports whether the books took it.
func (w *world) count(id fab.AttemptID, bad int64) bool {
	var a fab.Attempt
	w.view(func(tx *store.Tx) (err error) { a, err = tx.Attempt(id); return err })
	bad = min(bad, a.Copies)
	lot, err := w.production.Count(w.ctx, id, a.Copies-bad, bad)
	if err != nil {
		require.NotEmpty(w, fab.ClassOf(err), "%v", err)
		require.NotEqual(w, fab.AttemptDone, a.Status)
		return false
	}
	again, err := w.production.Count(w.ctx, id, a.Copies, 0)
	require.NoError(w, err)
	require.Equal(w, lot.ID, again.ID)
	w.made[id] = tally{a.Copies - bad, bad}
	return true
}

// connect lets an agent come or go.
func (w *world) connect(id fab.AgentID, online bool) {
	w.update(func(tx *store.Tx) error {
		a, err := tx.Agent(id)
		if err != nil {
			return err
		}
		a.Online = online
		return tx.SetAgent(&a)
	})
	for _, m := range w.machines {
		if m.agent == id {
			m.offline = !online
			w.tell(m)
		}
	}
}

// settle counts a bag at the hub, short by one or not.
func (w *world) settle(i int, short bool) {
	var lots []fab.Lot
	w.view(func(tx *store.Tx) (err error) { lots, err = tx.Lots(fab.LotMade); return err })
	if len(lots) == 0 {
		return
	}
	lot := lots[i%len(lots)]
	in := production.Inspection{Lot: lot.ID, Good: lot.Declared, Reason: "ok"}
	if short && in.Good > 0 {
		in.Good, in.Reason = in.Good-1, "miscounted"
	}
	require.NoError(w, w.production.Settle(w.ctx, in))
	require.Equal(w, fab.Conflict, fab.ClassOf(w.production.Settle(w.ctx, in)), "settled twice")
}
