package web_test

import (
	"context"
	"encoding/hex"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/dispatch"
	"github.com/mailleur/mailleur/coordinator/internal/identity"
	"github.com/mailleur/mailleur/coordinator/internal/intake"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/supply"
	"github.com/mailleur/mailleur/coordinator/internal/web"
)

// workshop is a lab at work: production runs, the planner looks when the test says so, and the test plays the printers.
type workshop struct {
	*lab
	loop    *dispatch.Loop
	desk    *browser   // the coordinator's
	said    sync.Map   // fab.WorkerID to web.Telemetry
	tortue  fab.Worker // a printer of the maker called Tortue, without a spool, its plate not cleared
	maker   fab.Maker
	sewer   fab.Maker
	sewing  fab.WorkerID
	request fab.Request
	track   string
}

// newWorkshop starts a lab with a coordinator, a maker with a printer, and somebody who sews. Nothing is asked for yet.
func newWorkshop(t *testing.T) *workshop {
	t.Helper()
	w := &workshop{}
	w.lab = secondLab(t, func(c *web.Config) {
		w.loop = dispatch.New(dispatch.Config{Store: c.Store, Log: slog.New(slog.DiscardHandler)})
		c.Planner = w.loop
		c.Telemetry = func(id fab.WorkerID) (web.Telemetry, bool) {
			said, ok := w.said.Load(id)
			if !ok {
				return web.Telemetry{}, false
			}
			return said.(web.Telemetry), true
		}
	})
	w.adoptMask()
	w.account("desk", "", fab.RoleCoordinator)
	w.desk = w.signed("desk")
	w.tortue, w.maker = w.enrolled("Tortue")
	sewer, err := w.identity.AddMaker(t.Context(), identity.NewMaker{Name: "Aiguille", Town: "Quend", Steps: []string{"sew"}})
	require.NoError(t, err)
	w.sewer = sewer
	w.view(func(tx *store.Tx) error {
		hands, err := tx.WorkersOf(sewer.ID)
		w.sewing = hands[0].ID
		return err
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.production.Run(ctx) }()
	t.Cleanup(func() { cancel(); require.NoError(t, <-done) })
	return w
}

func (w *workshop) adoptMask() {
	w.t.Helper()
	d := fab.DesignVersion{Product: "mask", Version: "1", Hash: "m1", Status: fab.DesignTrialled, Names: map[string]string{"fr": "Masque en tissu", "en": "Cloth mask"},
		Blurbs: map[string]string{}, Notices: map[string]string{}, BOM: fab.BOM{Parts: []fab.Part{
			{Code: "mask", Names: map[string]string{"fr": "Masque", "en": "Mask"}, How: fab.ByHand, Step: "sew", StepMS: 60_000, PerUnit: 1}}}}
	files := map[string]production.Files{"mask": {Model: []byte("<svg/>"), Kind: "image/svg+xml"}}
	require.NoError(w.t, w.production.Adopt(w.t.Context(), d, files, nil))
}

// enrolled is a maker of this name with one printer of the same name, whose agent is there and whose board is ready.
func (w *workshop) enrolled(name string) (fab.Worker, fab.Maker) {
	w.t.Helper()
	ctx := w.t.Context()
	maker, err := w.identity.AddMaker(ctx, identity.NewMaker{Name: name, Town: "Rue", Phone: "03 00 00 00 01"})
	require.NoError(w.t, err)
	secret, err := w.identity.NewEnrolment(ctx, maker.ID)
	require.NoError(w.t, err)
	agent, _, err := w.identity.Enrol(ctx, identity.Joining{
		Secret: hex.EncodeToString(secret[:]), Name: "pi-" + name, Version: "1", Units: []identity.Unit{{Key: "one", Name: name, Model: "ender3"}},
	}, func(string) bool { return true })
	require.NoError(w.t, err)
	var printer fab.Worker
	require.NoError(w.t, w.store.Update(ctx, func(tx *store.Tx) error {
		agent.Online, agent.SeenAt = true, tx.Now()
		if err := tx.SetAgent(&agent); err != nil {
			return err
		}
		if printer, err = tx.WorkerByKey(agent.ID, "one"); err != nil {
			return err
		}
		return tx.SetWorkerState(printer.ID, "ready")
	}))
	return printer, maker
}

// says is what the printer reports as its state.
func (w *workshop) says(id fab.WorkerID, state string) {
	w.t.Helper()
	require.NoError(w.t, w.store.Update(w.t.Context(), func(tx *store.Tx) error { return tx.SetWorkerState(id, state) }))
}

// reports plays the agent: it says what happened to the attempt on the printer.
func (w *workshop) reports(id fab.WorkerID, kind fab.ReportKind, reason string) {
	w.t.Helper()
	require.NoError(w.t, w.store.Update(w.t.Context(), func(tx *store.Tx) error {
		worker, err := tx.Worker(id)
		require.NoError(w.t, err)
		a, err := tx.Attempt(worker.AttemptID)
		require.NoError(w.t, err)
		return tx.ChangeAttempt(a, func(a *fab.Attempt, j *fab.Job, p *fab.Worker) {
			fab.Report{Kind: kind, Reason: reason, Lines: 100, Seconds: 600}.Apply(a, j, p, tx.Now(), time.Hour)
		})
	}))
}

// gift is material that arrived at the hub.
func (w *workshop) gift(material, count string) fab.Donation {
	w.t.Helper()
	d := w.pledge(material, count)
	require.NoError(w.t, w.supply.Receive(w.t.Context(), supply.Parcel{Donation: d.ID, Count: count}))
	return d
}

func (w *workshop) pledge(material, count string) fab.Donation {
	w.t.Helper()
	p, err := w.supply.Pledge(w.t.Context(), supply.Pledge{
		Material: material, Count: count, Donor: "Papeterie", Town: "Abbeville", Phone: "03 00 00 00 00", SubmitKey: material + count,
	})
	require.NoError(w.t, err)
	return p.Donation
}

func (w *workshop) spool() fab.Spool {
	w.t.Helper()
	w.gift("petg", "1000")
	var spools []fab.Spool
	w.view(func(tx *store.Tx) (err error) { spools, err = tx.Spools(); return err })
	return spools[len(spools)-1]
}

// ask is a request of a care home that waits for an answer.
func (w *workshop) ask(product, quantity string) fab.Request {
	w.t.Helper()
	receipt, err := w.intake.Ask(w.t.Context(), intake.Form{
		Facility:   fab.Facility{Name: "EHPAD Les Tilleuls (fictif)", Kind: fab.FacilityCareHome, Town: "Rue", Address: "12 rue des Dunes", Contact: "Accueil", Phone: "03 00 00 00 00"},
		Quantities: map[string]string{product: quantity}, NeedBy: time.Now().Add(72 * time.Hour).Format(time.DateOnly), Channel: fab.ChannelWeb, SubmitKey: product + quantity,
	})
	require.NoError(w.t, err)
	w.track = receipt.Token
	return receipt.Request
}

// approved asks, promises, and waits until production has planned the work.
func (w *workshop) approved(product, quantity string) fab.Batch {
	w.t.Helper()
	w.request = w.ask(product, quantity)
	require.NoError(w.t, w.intake.Approve(w.t.Context(), w.request.ID))
	var batch fab.Batch
	w.until("jobs are planned", func(tx *store.Tx) bool {
		batches, err := tx.BatchesOf(w.request.ID)
		require.NoError(w.t, err)
		if len(batches) == 0 {
			return false
		}
		batch = batches[0]
		jobs, err := tx.JobsOf(batch.ID)
		require.NoError(w.t, err)
		return len(jobs) > 0
	})
	return batch
}

// until waits for something to be true in the books.
func (w *workshop) until(what string, ok func(tx *store.Tx) bool) {
	w.t.Helper()
	require.Eventually(w.t, func() bool {
		yes := false
		w.view(func(tx *store.Tx) error { yes = ok(tx); return nil })
		return yes
	}, 10*time.Second, 10*time.Millisecond, what)
}

// plan lets the planner look until it gave work to a worker.
func (w *workshop) plan(id fab.WorkerID) fab.Attempt {
	w.t.Helper()
	var on fab.Attempt
	w.until("the planner gives work", func(tx *store.Tx) bool {
		require.NoError(w.t, w.loop.Step(w.t.Context()))
		worker, err := tx.Worker(id)
		require.NoError(w.t, err)
		if worker.AttemptID == "" {
			return false
		}
		on, err = tx.Attempt(worker.AttemptID)
		require.NoError(w.t, err)
		return true
	})
	return on
}

// ready puts a spool on Tortue and clears its plate.
func (w *workshop) readyPrinter() fab.Spool {
	w.t.Helper()
	s := w.spool()
	require.NoError(w.t, w.production.Load(w.t.Context(), w.tortue.ID, s.ID))
	require.NoError(w.t, w.production.ClearPlate(w.t.Context(), w.tortue.ID))
	return s
}

// printed lets Tortue print plates until so many good pieces were counted.
func (w *workshop) printed(pieces int64) {
	w.t.Helper()
	for made := int64(0); made < pieces; {
		a := w.plan(w.tortue.ID)
		w.reports(w.tortue.ID, fab.ReportStarted, "")
		w.reports(w.tortue.ID, fab.ReportFinished, "")
		_, err := w.production.Count(w.t.Context(), a.ID, a.Copies, 0)
		require.NoError(w.t, err)
		made += a.Copies
	}
}

func (w *workshop) lots() (lots []fab.Lot) {
	w.t.Helper()
	w.view(func(tx *store.Tx) (err error) { lots, err = tx.Lots(); return err })
	return lots
}

// refuses posts a form that must come back with status 422 or 409, a summary of what is wrong, and what was typed.
func (b *browser) refuses(path string, form url.Values, sentence string) answer {
	b.l.t.Helper()
	a := b.post(path, form)
	require.Contains(b.l.t, []int{http.StatusUnprocessableEntity, http.StatusConflict}, a.status, path)
	require.Contains(b.l.t, a.main(), sentence)
	return a
}

// does posts a form that must be taken, and reads the page it leads to, which must say so.
func (b *browser) does(path string, form url.Values, sentence string) answer {
	b.l.t.Helper()
	a := b.page(b.sends(path, form))
	require.Contains(b.l.t, text(a.doc), sentence)
	return a
}

// with is a form with some fields filled in otherwise.
func with(form, more url.Values) url.Values {
	out := url.Values{}
	maps.Copy(out, form)
	maps.Copy(out, more)
	return out
}
