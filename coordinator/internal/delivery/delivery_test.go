package delivery_test

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/delivery"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/store/storetest"
)

// lab is delivery over a real database with kits ready to box.
type lab struct {
	t        *testing.T
	delivery *delivery.Delivery
	store    *store.Store
	maker    fab.Maker
	boxes    int
}

func onBoth(t *testing.T, test func(l *lab)) {
	t.Run("sqlite", func(t *testing.T) { test(open(t)) })
	t.Run("postgres", func(t *testing.T) { test(openAt(t, storetest.Postgres(t))) })
}

func open(t *testing.T) *lab { return openAt(t, storetest.SQLite(t)) }

func openAt(t *testing.T, dsn string) *lab {
	t.Helper()
	s, err := store.Open(t.Context(), dsn, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	l := &lab{t: t, delivery: delivery.New(s, time.UTC), store: s}
	l.update(func(tx *store.Tx) error {
		place := fab.Location{ID: "home", Kind: fab.LocationMaker, Name: "Atelier", CreatedAt: tx.Now()}
		l.maker = fab.Maker{ID: "maker", Name: "Atelier", Town: "Rue", LocationID: place.ID, CreatedAt: tx.Now()}
		tried := fab.DesignVersion{ID: "tried", Product: "visor", Hash: "1", Status: fab.DesignTrialled, CreatedAt: tx.Now()}
		untried := fab.DesignVersion{ID: "untried", Product: "visor", Hash: "2", Status: fab.DesignPrototype, CreatedAt: tx.Now()}
		return errors.Join(tx.AddLocation(&place), tx.AddMaker(&l.maker), tx.AddDesign(&tried), tx.AddDesign(&untried))
	})
	return l
}

func (l *lab) update(fn func(tx *store.Tx) error) {
	l.t.Helper()
	require.NoError(l.t, l.store.Update(l.t.Context(), fn))
}

func (l *lab) view(fn func(tx *store.Tx) error) {
	l.t.Helper()
	require.NoError(l.t, l.store.View(l.t.Context(), fn))
}

// request is an approved request for so many visors, packed into boxes of these sizes.
func (l *lab) request(design fab.DesignVersionID, sizes ...int64) (r fab.Request, boxes []fab.Box) {
	l.t.Helper()
	l.update(func(tx *store.Tx) error {
		f := fab.Facility{ID: store.NewID[fab.FacilityID](tx), Name: "EHPAD", Kind: fab.FacilityCareHome, Town: "Rue", CreatedAt: tx.Now()}
		id := store.NewID[fab.RequestID](tx)
		r = fab.Request{ID: id, Ref: fab.NewReference(tx.Rand()), FacilityID: f.ID, Channel: fab.ChannelWeb, NeedBy: tx.Now(), Status: fab.RequestApproved, SubmitKey: string(id), CreatedAt: tx.Now()}
		total := int64(0)
		for _, n := range sizes {
			total += n
		}
		line := fab.RequestLine{ID: store.NewID[fab.RequestLineID](tx), RequestID: id, Product: "visor", Asked: max(1, total), Promised: max(1, total)}
		if err := errors.Join(tx.AddFacility(&f), tx.AddRequest(&r, []fab.RequestLine{line})); err != nil {
			return err
		}
		for _, n := range sizes {
			l.boxes++
			b := fab.Box{ID: store.NewID[fab.BoxID](tx), Code: fmt.Sprintf("B-%03d", l.boxes), RequestID: id, Status: fab.BoxPacked, CreatedAt: tx.Now()}
			k := fab.Kit{ID: store.NewID[fab.KitID](tx), RequestID: id, Product: "visor", DesignID: design, Quantity: n, BoxID: b.ID, CreatedAt: tx.Now()}
			made := fab.StockMove{Item: fab.KitItem("visor"), Source: string(k.ID), From: fab.OutsideMade, To: fab.TheHub, Quantity: n, Why: "kitted", Subject: string(k.ID)}
			if err := errors.Join(tx.AddBox(&b), tx.AddKit(&k, nil), tx.Post(made)); err != nil {
				return err
			}
			boxes = append(boxes, b)
		}
		return nil
	})
	return r, boxes
}

func today() string { return time.Now().UTC().Format("2006-01-02") }

func (l *lab) plan(requests ...fab.RequestID) delivery.Planned {
	l.t.Helper()
	p, err := l.delivery.Plan(l.t.Context(), delivery.NewRun{Driver: "Chauffeur", Day: today(), NewStops: delivery.NewStops{Requests: requests}})
	require.NoError(l.t, err)
	return p
}

func (l *lab) recall(b fab.Box) {
	l.t.Helper()
	l.update(func(tx *store.Tx) error {
		b, err := tx.Box(b.ID)
		b.Recalled = true
		return errors.Join(err, tx.SetBox(&b))
	})
}

func (l *lab) box(id fab.BoxID) (b fab.Box) {
	l.t.Helper()
	l.view(func(tx *store.Tx) (err error) { b, err = tx.Box(id); return err })
	return b
}

func (l *lab) progress(id fab.RequestID) (p fab.Progress, status fab.RequestStatus) {
	l.t.Helper()
	l.view(func(tx *store.Tx) error {
		lines, err := tx.Progress(id)
		require.Len(l.t, lines, 1)
		p = lines[0]
		r, failed := tx.Request(id)
		status = r.Status
		return errors.Join(err, failed)
	})
	return p, status
}

func (l *lab) sound() {
	l.t.Helper()
	l.view(func(tx *store.Tx) error {
		found, err := tx.Audit()
		require.Empty(l.t, found)
		return err
	})
}

func refused(t *testing.T, err error, class, code string) {
	t.Helper()
	refusals, ok := fab.RefusalsOf(err)
	require.True(t, ok, "%v", err)
	require.Equal(t, []string{class, code}, []string{refusals[0].Class, refusals[0].Code})
}

// Ensure that a run which cannot be is refused, and that nothing is loaded, numbered or planned then.
func TestRunsThatCannotBe(t *testing.T) {
	onBoth(t, func(l *lab) {
		t := l.t
		good, boxes := l.request("tried", 4)
		untried, _ := l.request("untried", 4)
		bare, _ := l.request("tried")
		over, _ := l.request("tried", 2)
		recalled, bad := l.request("tried", 2)
		l.recall(bad[0])
		l.update(func(tx *store.Tx) error { over.Status = fab.RequestCancelled; return tx.SetRequest(&over) })
		run := func(change func(*delivery.NewRun)) delivery.NewRun {
			n := delivery.NewRun{Driver: "Chauffeur", Day: today(), NewStops: delivery.NewStops{Requests: []fab.RequestID{good.ID}}}
			change(&n)
			return n
		}
		for name, c := range map[string]struct {
			run         delivery.NewRun
			class, code string
		}{
			"nobody drives":   {run(func(n *delivery.NewRun) { n.Driver = " \x00" }), fab.Invalid, "driver_missing"},
			"long name":       {run(func(n *delivery.NewRun) { n.Driver = strings.Repeat("é", 81) }), fab.Invalid, "driver_missing"},
			"long phone":      {run(func(n *delivery.NewRun) { n.Phone = strings.Repeat("0", 41) }), fab.Invalid, "phone_wrong"},
			"no day":          {run(func(n *delivery.NewRun) { n.Day = "" }), fab.Invalid, "date_wrong"},
			"31 February":     {run(func(n *delivery.NewRun) { n.Day = "2027-02-31" }), fab.Invalid, "date_wrong"},
			"long ago":        {run(func(n *delivery.NewRun) { n.Day = "2020-04-03" }), fab.Invalid, "date_past"},
			"in a century":    {run(func(n *delivery.NewRun) { n.Day = "2126-04-03" }), fab.Invalid, "date_too_far"},
			"nowhere":         {run(func(n *delivery.NewRun) { n.Requests = nil }), fab.Invalid, "run_empty"},
			"unknown request": {run(func(n *delivery.NewRun) { n.Requests = append(n.Requests, "nobody") }), fab.NotFound, "not_found"},
			"unknown maker":   {run(func(n *delivery.NewRun) { n.Makers = []fab.MakerID{"nobody"} }), fab.NotFound, "not_found"},
			"nothing packed":  {run(func(n *delivery.NewRun) { n.Requests = append(n.Requests, bare.ID) }), fab.Conflict, "no_box_packed"},
			"twice":           {run(func(n *delivery.NewRun) { n.Requests = append(n.Requests, good.ID) }), fab.Conflict, "no_box_packed"},
			"cancelled":       {run(func(n *delivery.NewRun) { n.Requests = append(n.Requests, over.ID) }), fab.Conflict, "request_not_open"},
			"recalled":        {run(func(n *delivery.NewRun) { n.Requests = append(n.Requests, recalled.ID) }), fab.Conflict, "box_recalled"},
			"not tried":       {run(func(n *delivery.NewRun) { n.Requests = append(n.Requests, untried.ID) }), fab.Conflict, "design_not_trialled"},
			"another's box":   {run(func(n *delivery.NewRun) { n.Boxes = []fab.BoxID{"nobody's"} }), fab.Conflict, "no_box_packed"},
		} {
			_, err := l.delivery.Plan(t.Context(), c.run)
			require.Error(t, err, name)
			refused(t, err, c.class, c.code)
		}
		require.Equal(t, fab.BoxPacked, l.box(boxes[0].ID).Status)
		l.view(func(tx *store.Tx) error {
			runs, err := tx.Runs()
			require.Empty(t, runs)
			return err
		})
		p := l.plan(good.ID)
		require.Equal(t, "T-001", p.Run.Code, "refusals take no number")
		v, err := l.delivery.Follow(t.Context(), p.Token)
		require.NoError(t, err)
		require.EqualValues(t, 1, v.Stops[0].Note.No)
		l.sound()
	})
}

// Ensure that a delivery reported by several at once happens once, to one person, and ends the request.
func TestADeliveryHappensOnce(t *testing.T) {
	onBoth(t, func(l *lab) {
		t := l.t
		r, boxes := l.request("tried", 4)
		p := l.plan(r.ID)
		for name, c := range map[string]struct {
			h           delivery.Report
			class, code string
		}{
			"nobody":           {delivery.Report{Receiver: " \u200b"}, fab.Invalid, "receiver_missing"},
			"one letter":       {delivery.Report{Receiver: "A"}, fab.Invalid, "receiver_missing"},
			"long name":        {delivery.Report{Receiver: strings.Repeat("é", 81)}, fab.Invalid, "receiver_missing"},
			"long reservation": {delivery.Report{Receiver: "Accueil", Reservations: strings.Repeat("é", 1001)}, fab.Invalid, "too_long"},
			"no box":           {delivery.Report{Receiver: "Accueil", Boxes: []string{}}, fab.Invalid, "boxes_missing"},
			"unknown box":      {delivery.Report{Receiver: "Accueil", Boxes: []string{boxes[0].Code, "B-999"}}, fab.Invalid, "boxes_missing"},
		} {
			c.h.Token, c.h.No = p.Token, 1
			refused(t, l.delivery.Deliver(t.Context(), c.h), c.class, c.code)
			require.Equal(t, fab.BoxLoaded, l.box(boxes[0].ID).Status, name)
		}
		refused(t, l.delivery.Deliver(t.Context(), delivery.Report{Token: "nobody", No: 1, Receiver: "Accueil"}), fab.NotFound, "not_found")
		refused(t, l.delivery.Deliver(t.Context(), delivery.Report{Token: p.Token, No: 2, Receiver: "Accueil"}), fab.NotFound, "not_found")
		refused(t, l.delivery.Collect(t.Context(), delivery.Report{Token: p.Token, No: 1}), fab.Conflict, "not_a_collection")
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				if err := l.delivery.Deliver(t.Context(), delivery.Report{Token: p.Token, No: 1, Receiver: "Accueil"}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		refused(t, l.delivery.Fail(t.Context(), delivery.Report{Token: p.Token, No: 1, Why: "closed"}), fab.Conflict, "stop_told_done")
		progress, status := l.progress(r.ID)
		require.Equal(t, fab.Progress{Product: "visor", Asked: 4, Promised: 4, Delivered: 4}, progress)
		require.Equal(t, fab.RequestDelivered, status)
		v, err := l.delivery.Show(t.Context(), p.Run.ID)
		require.NoError(t, err)
		require.Len(t, v.Stops[0].Proofs, 1)
		require.Equal(t, fab.RunDone, v.Run.Status)
		l.sound()
	})
}

// Ensure that boxes which nobody took come back to the hub, and go out again with a paper of their own.
func TestWhatIsNotTakenComesBack(t *testing.T) {
	l := open(t)
	ctx := t.Context()
	r, boxes := l.request("tried", 4, 3)
	p := l.plan(r.ID)
	refused(t, l.delivery.Fail(ctx, delivery.Report{Token: p.Token, No: 1, Why: "rain"}), fab.Invalid, "reason_missing")
	require.NoError(t, l.delivery.Fail(ctx, delivery.Report{Token: p.Token, No: 1, Why: "closed"}))
	require.NoError(t, l.delivery.Fail(ctx, delivery.Report{Token: p.Token, No: 1, Why: "refused"}), "reported twice")
	for _, b := range boxes {
		require.Equal(t, []any{fab.BoxPacked, fab.StopID("")}, []any{l.box(b.ID).Status, l.box(b.ID).StopID})
	}
	progress, status := l.progress(r.ID)
	require.Equal(t, fab.Progress{Product: "visor", Asked: 7, Promised: 7, InProduction: 7}, progress)
	require.Equal(t, fab.RequestApproved, status)
	v, err := l.delivery.Show(ctx, p.Run.ID)
	require.NoError(t, err)
	require.Equal(t, []string{string(fab.StopFailed), "closed"}, []string{string(v.Stops[0].Stop.Status), v.Stops[0].Stop.Why})

	p = l.plan(r.ID)
	require.NoError(t, l.delivery.Deliver(ctx, delivery.Report{Token: p.Token, No: 1, Receiver: "Accueil", Boxes: []string{boxes[1].Code}, Reservations: "un carton\x00 ouvert"}))
	progress, status = l.progress(r.ID)
	require.Equal(t, fab.Progress{Product: "visor", Asked: 7, Promised: 7, InProduction: 4, Delivered: 3}, progress)
	require.Equal(t, fab.RequestApproved, status, "not before all is there")
	v, err = l.delivery.Show(ctx, p.Run.ID)
	require.NoError(t, err)
	require.Equal(t, fab.StopPartly, v.Stops[0].Stop.Status)
	require.Equal(t, "un carton ouvert", v.Stops[0].Proofs[0].Reservations)
	require.EqualValues(t, 2, v.Stops[0].Note.No)

	p = l.plan(r.ID)
	require.NoError(t, l.delivery.Deliver(ctx, delivery.Report{Token: p.Token, No: 1, Receiver: "Accueil"}))
	_, status = l.progress(r.ID)
	require.Equal(t, fab.RequestDelivered, status)
	l.sound()
}

// Ensure that a box recalled on the way is not handed over, while its neighbour is.
func TestARecalledBoxIsNotHandedOver(t *testing.T) {
	l := open(t)
	r, boxes := l.request("tried", 4, 3)
	p := l.plan(r.ID)
	l.recall(boxes[0])
	refused(t, l.delivery.Deliver(t.Context(), delivery.Report{Token: p.Token, No: 1, Receiver: "Accueil"}), fab.Conflict, "box_recalled")
	require.Equal(t, fab.BoxLoaded, l.box(boxes[1].ID).Status, "nothing is handed over then")
	require.NoError(t, l.delivery.Deliver(t.Context(), delivery.Report{Token: p.Token, No: 1, Receiver: "Accueil", Boxes: []string{boxes[1].Code}}))
	require.Equal(t, fab.BoxPacked, l.box(boxes[0].ID).Status)
	_, err := l.delivery.Plan(t.Context(), delivery.NewRun{Driver: "Chauffeur", Day: today(), NewStops: delivery.NewStops{Requests: []fab.RequestID{r.ID}}})
	refused(t, err, fab.Conflict, "box_recalled")
	l.sound()
}

// Ensure that a box which was handed over before it was recalled, and told after, is where it was brought.
func TestABoxHandedOverBeforeItsRecallIsThere(t *testing.T) {
	l := open(t)
	r, boxes := l.request("tried", 4)
	p := l.plan(r.ID)
	then := time.Now().UTC()
	l.update(func(tx *store.Tx) error {
		b, err := tx.Box(boxes[0].ID)
		b.Recalled, b.RecalledAt = true, tx.Now().Add(time.Second)
		return errors.Join(err, tx.SetBox(&b))
	})
	require.NoError(t, l.delivery.Deliver(t.Context(), delivery.Report{Token: p.Token, No: 1, Key: "phone-1", At: then, Receiver: "Accueil"}))
	require.Equal(t, fab.BoxDelivered, l.box(boxes[0].ID).Status)
	require.True(t, l.box(boxes[0].ID).Recalled)
	l.sound()
}

// Ensure that a driver's link ends after its run, and that one run's link opens no other.
func TestADriversLinkEnds(t *testing.T) {
	l := open(t)
	one, _ := l.request("tried", 1)
	two, boxes := l.request("tried", 1)
	first, second := l.plan(one.ID), l.plan(two.ID)
	v, err := l.delivery.Follow(t.Context(), first.Token)
	require.NoError(t, err)
	require.Equal(t, first.Run.ID, v.Run.ID)
	require.Len(t, v.Stops, 1)
	l.update(func(tx *store.Tx) error {
		token, err := tx.NewLink(fab.LinkRun, string(second.Run.ID), tx.Now().Add(-time.Second))
		second.Token = token
		return err
	})
	_, err = l.delivery.Follow(t.Context(), second.Token)
	refused(t, err, fab.NotFound, "not_found")
	refused(t, l.delivery.Deliver(t.Context(), delivery.Report{Token: second.Token, No: 1, Receiver: "Accueil"}), fab.NotFound, "not_found")
	require.Equal(t, fab.BoxLoaded, l.box(boxes[0].ID).Status)
	for _, wrong := range []string{"", "\x00", first.Token[:20], strings.ToUpper(first.Token)} {
		_, err := l.delivery.Follow(t.Context(), wrong)
		refused(t, err, fab.NotFound, "not_found")
	}
}

// Ensure that the bags of a maker come into the vehicle once, blocked ones too, and nothing else does.
func TestBagsAreCollectedOnce(t *testing.T) {
	l := open(t)
	ctx := t.Context()
	l.update(func(tx *store.Tx) error {
		batch := fab.Batch{ID: "b", DesignID: "tried", Product: "visor", Quantity: 9, DueAt: tx.Now(), Status: fab.BatchOpen, CreatedAt: tx.Now()}
		job := fab.Job{ID: "j", BatchID: "b", Part: "visor-band", How: fab.ByPrint, Copies: 5, Status: fab.JobDone, CreatedAt: tx.Now()}
		hands := fab.Worker{ID: "w", Kind: fab.WorkerHand, MakerID: l.maker.ID, CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
		a := fab.Attempt{ID: "a", JobID: "j", BatchID: "b", WorkerID: "w", Part: job.Part, Copies: 5, Status: fab.AttemptDone, LeaseUntil: tx.Now(), CreatedAt: tx.Now()}
		lot := fab.Lot{ID: "lot", Code: "V-1", AttemptID: "a", BatchID: "b", DesignID: "tried", Part: job.Part, WorkerID: "w", MakerID: l.maker.ID, Declared: 5, Status: fab.LotMade, CreatedAt: tx.Now()}
		made := fab.StockMove{Item: fab.PartItem(job.Part), Source: "lot", From: fab.OutsideMade, To: "home", Quantity: 5, Why: "made", Subject: "a"}
		spool := fab.StockMove{Item: fab.MaterialItem("petg"), Source: "s", From: fab.OutsideGiven, To: "home", Quantity: 100, Why: fab.MoveBrought}
		return errors.Join(tx.AddBatch(&batch), tx.AddJobs([]fab.Job{job}), tx.AddWorker(&hands), tx.AddAttempt(&a), tx.AddLot(&lot),
			tx.AddMaterial(&fab.Material{Code: "petg", Unit: fab.UnitMG}), tx.Post(made, spool))
	})
	p, err := l.delivery.Plan(ctx, delivery.NewRun{Driver: "Chauffeur", Day: today(), NewStops: delivery.NewStops{Makers: []fab.MakerID{l.maker.ID}}})
	require.NoError(t, err)
	refused(t, l.delivery.Deliver(ctx, delivery.Report{Token: p.Token, No: 1, Receiver: "Accueil"}), fab.Conflict, "not_a_delivery")
	require.NoError(t, l.delivery.Collect(ctx, delivery.Report{Token: p.Token, No: 1}))
	require.NoError(t, l.delivery.Collect(ctx, delivery.Report{Token: p.Token, No: 1}), "reported twice")
	l.view(func(tx *store.Tx) error {
		at, err := tx.Balances(p.Run.VehicleID)
		require.Equal(t, []fab.Balance{{Location: p.Run.VehicleID, Item: fab.PartItem("visor-band"), Source: "lot", Quantity: 5}}, at)
		return err
	})
	l.sound()
}
