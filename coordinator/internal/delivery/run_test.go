package delivery_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/delivery"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// desk is an account at the desk.
func (l *lab) desk() (id fab.AccountID) {
	l.t.Helper()
	l.update(func(tx *store.Tx) error {
		a := fab.Account{ID: store.NewID[fab.AccountID](tx), Name: "Bureau", Roles: []string{fab.RoleCoordinator}, CreatedAt: tx.Now()}
		a.Login, id = string(a.ID), a.ID
		return tx.AddAccount(&a)
	})
	return id
}

func (l *lab) show(id fab.RunID) delivery.RunView {
	l.t.Helper()
	v, err := l.delivery.Show(l.t.Context(), id)
	require.NoError(l.t, err)
	return v
}

func numbers(v delivery.RunView) (nos []int64) {
	for _, s := range v.Stops {
		nos = append(nos, s.Stop.No)
	}
	return nos
}

// Ensure that a run closed twice is closed once: what was aboard is back at the hub, and who comes second reads that it is
// over, as does whoever changes it then.
func TestARunIsClosedOnce(t *testing.T) {
	l := open(t)
	ctx, by := t.Context(), l.desk()
	r, boxes := l.request("tried", 4, 3)
	p := l.plan(r.ID)
	require.NoError(t, l.delivery.Close(ctx, p.Run.ID, by))
	refused(t, l.delivery.Close(ctx, p.Run.ID, by), fab.Conflict, "run_over")
	refused(t, l.delivery.Add(ctx, p.Run.ID, delivery.NewStops{Requests: []fab.RequestID{r.ID}}), fab.Conflict, "run_over")
	refused(t, l.delivery.Move(ctx, p.Run.ID, 1, true), fab.Conflict, "run_over")
	v := l.show(p.Run.ID)
	require.Equal(t, []any{fab.RunDone, by, fab.StopFailed, fab.StopNotVisited}, []any{v.Run.Status, v.Run.ClosedBy, v.Stops[0].Stop.Status, v.Stops[0].Stop.Why})
	for _, b := range boxes {
		require.Equal(t, fab.BoxPacked, l.box(b.ID).Status)
	}
	l.sound()
}

// Ensure that what a driver without network wrote down is believed three hours later when the run was closed meanwhile:
// one report however often it is sent, a clear word to the driver, and one effect once the desk says who is right.
func TestAReportThatComesLate(t *testing.T) {
	onBoth(t, func(l *lab) {
		ctx, by := l.t.Context(), l.desk()
		r, boxes := l.request("tried", 4)
		p := l.plan(r.ID)
		require.NoError(l.t, l.delivery.Close(ctx, p.Run.ID, by))
		said := delivery.Report{Token: p.Token, No: 1, Key: "phone-1", Receiver: "Accueil", At: time.Now().Add(-3 * time.Hour)}
		for range 3 {
			refused(l.t, l.delivery.Deliver(ctx, said), fab.Conflict, "stop_told_failed")
		}
		late, err := l.delivery.LateMarks(ctx)
		require.NoError(l.t, err)
		require.Len(l.t, late, 1)
		require.True(l.t, late[0].CanTrust)
		require.Equal(l.t, "Accueil", late[0].Mark.Receiver)
		require.Equal(l.t, fab.BoxPacked, l.box(boxes[0].ID).Status, "the books stay until somebody looked")
		require.NoError(l.t, l.delivery.Settle(ctx, late[0].Mark.Key, true, by))
		refused(l.t, l.delivery.Settle(ctx, late[0].Mark.Key, true, by), fab.Conflict, "mark_settled")
		require.Equal(l.t, fab.BoxDelivered, l.box(boxes[0].ID).Status)
		_, status := l.progress(r.ID)
		require.Equal(l.t, fab.RequestDelivered, status)
		v := l.show(p.Run.ID)
		require.Equal(l.t, fab.StopDone, v.Stops[0].Stop.Status)
		require.Len(l.t, v.Stops[0].Proofs, 1)
		l.sound()
	})
}

// Ensure that a late report changes nothing when its box left again meanwhile, or when the books are believed.
func TestALateReportIsNotBelievedBlindly(t *testing.T) {
	l := open(t)
	ctx, by := t.Context(), l.desk()
	r, boxes := l.request("tried", 4)
	first := l.plan(r.ID)
	require.NoError(t, l.delivery.Close(ctx, first.Run.ID, by))
	l.plan(r.ID)
	refused(t, l.delivery.Deliver(ctx, delivery.Report{Token: first.Token, No: 1, Key: "a", Receiver: "Accueil"}), fab.Conflict, "stop_told_failed")
	late, err := l.delivery.LateMarks(ctx)
	require.NoError(t, err)
	require.False(t, late[0].CanTrust)
	refused(t, l.delivery.Settle(ctx, late[0].Mark.Key, true, by), fab.Conflict, "box_elsewhere")
	require.NoError(t, l.delivery.Settle(ctx, late[0].Mark.Key, false, by))
	require.Equal(t, fab.BoxLoaded, l.box(boxes[0].ID).Status)
	late, err = l.delivery.LateMarks(ctx)
	require.NoError(t, err)
	require.Empty(t, late)
	l.sound()
}

// Ensure that of a telephone and the desk that report one stop the first counts: to the same effect the second is content,
// else it reads what the books say and when.
func TestTwoReportOneStop(t *testing.T) {
	onBoth(t, func(l *lab) {
		ctx, by := l.t.Context(), l.desk()
		r, boxes := l.request("tried", 4, 2)
		p := l.plan(r.ID)
		keyed := delivery.Report{Run: p.Run.ID, By: by, No: 1, Receiver: "Accueil", Boxes: []string{boxes[0].Code}, At: time.Now()}
		require.NoError(l.t, l.delivery.Deliver(ctx, keyed))
		require.NoError(l.t, l.delivery.Deliver(ctx, delivery.Report{Token: p.Token, No: 1, Key: "x", Receiver: "La cadre", Boxes: []string{boxes[0].Code}}))
		refused(l.t, l.delivery.Fail(ctx, delivery.Report{Token: p.Token, No: 1, Key: "y", Why: "nobody"}), fab.Conflict, "stop_told_partly")
		keyed.Boxes = nil
		refused(l.t, l.delivery.Deliver(ctx, keyed), fab.Conflict, "stop_told_partly")
		late, err := l.delivery.LateMarks(ctx)
		require.NoError(l.t, err)
		require.Len(l.t, late, 1, "of the telephone; who keys a sheet reads the word at once")
		require.False(l.t, late[0].CanTrust)
		l.sound()
	})
}

// Ensure that pictures are drawn anew: small, without position and owner, and that what is none is refused before anything
// else happens.
func TestProofsByPicture(t *testing.T) {
	l := open(t)
	r, _ := l.request("tried", 4)
	p := l.plan(r.ID)
	report := delivery.Report{Token: p.Token, No: 1, Receiver: "Accueil", Photo: []byte("<svg/>")}
	refused(t, l.delivery.Deliver(t.Context(), report), fab.Invalid, "photo_unreadable")
	report.Photo, report.Signature = noisy(t), signed(t)
	require.NoError(t, l.delivery.Deliver(t.Context(), report))
	v := l.show(p.Run.ID)
	require.Len(t, v.Stops[0].Proofs, 3)
	for _, proof := range v.Stops[0].Proofs[1:] {
		var kept bytes.Buffer
		require.NoError(t, l.store.ReadBlob(t.Context(), proof.Blob, &kept))
		require.LessOrEqual(t, kept.Len(), 200<<10)
		require.NotContains(t, kept.String(), "Exif")
		_, format, err := image.DecodeConfig(&kept)
		require.NoError(t, err)
		require.Equal(t, "jpeg", format)
	}
	l.sound()
}

// noisy is a photo that compresses badly, with what a telephone writes into it.
func noisy(t *testing.T) []byte {
	t.Helper()
	p := image.NewRGBA(image.Rect(0, 0, 1600, 1200))
	seed := uint32(1)
	for i := range p.Pix {
		seed = seed*1664525 + 1013904223
		p.Pix[i] = byte(seed >> 24)
	}
	var out bytes.Buffer
	require.NoError(t, jpeg.Encode(&out, p, &jpeg.Options{Quality: 95}))
	exif := append([]byte{0xff, 0xe1, 0, 22}, "Exif\x00\x00GPS 50.1N 1.8E"...)
	return append(append([]byte{0xff, 0xd8}, exif...), out.Bytes()[2:]...)
}

func signed(t *testing.T) []byte {
	t.Helper()
	p := image.NewNRGBA(image.Rect(0, 0, 600, 200))
	for x := range 600 {
		p.Set(x, 100, color.NRGBA{A: 255})
	}
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, p))
	return out.Bytes()
}

// Ensure that stops are proposed in a good order, moved by one, taken off with what was aboard for them, and that numbers
// on papers and links stay with their stop.
func TestOrderOfStops(t *testing.T) {
	l := open(t)
	ctx := t.Context()
	var ids []fab.RequestID
	for _, lon := range []int64{3, 1, 2} { // hundredths of a degree east of the hub
		r, _ := l.request("tried", 1)
		l.update(func(tx *store.Tx) error {
			f, err := tx.Facility(r.FacilityID)
			f.LatE6, f.LonE6 = 50_100_000, 1_800_000+lon*100_000
			return errors.Join(err, tx.SetFacility(&f))
		})
		ids = append(ids, r.ID)
	}
	l.update(func(tx *store.Tx) error {
		return errors.Join(tx.SetSetting(delivery.SettingHubLatE6, "50100000"), tx.SetSetting(delivery.SettingHubLonE6, "1800000"))
	})
	p := l.plan(ids...)
	v := l.show(p.Run.ID)
	order := numbers(v)
	require.Contains(t, [][]int64{{2, 3, 1}, {1, 3, 2}}, order)
	require.True(t, v.Stops[0].At.Before(v.Stops[1].At) && v.Stops[2].At.Before(v.Back))
	require.InDelta(t, 56, v.Km, 3)
	require.NoError(t, l.delivery.Move(ctx, p.Run.ID, order[0], false))
	require.Equal(t, []int64{order[1], order[0], order[2]}, numbers(l.show(p.Run.ID)))
	require.NoError(t, l.delivery.Move(ctx, p.Run.ID, order[1], true), "the first stays the first")
	require.NoError(t, l.delivery.Propose(ctx, p.Run.ID))
	order = numbers(l.show(p.Run.ID))
	require.Contains(t, [][]int64{{2, 3, 1}, {1, 3, 2}}, order, "there and back is as far as back and there")
	require.NoError(t, l.delivery.Fail(ctx, delivery.Report{Token: p.Token, No: order[0], Why: "closed"}))
	refused(t, l.delivery.Move(ctx, p.Run.ID, order[0], false), fab.Conflict, "stop_over")
	require.NoError(t, l.delivery.TakeOff(ctx, p.Run.ID, order[2]))
	refused(t, l.delivery.TakeOff(ctx, p.Run.ID, order[2]), fab.Conflict, "stop_over")
	require.NoError(t, l.delivery.Add(ctx, p.Run.ID, delivery.NewStops{Requests: []fab.RequestID{ids[order[2]-1]}}))
	v = l.show(p.Run.ID)
	require.Len(t, v.Stops, 4)
	require.EqualValues(t, 4, slicesMax(numbers(v)))
	l.sound()
}

func slicesMax(list []int64) (most int64) {
	for _, n := range list {
		most = max(most, n)
	}
	return most
}

// Ensure that opening hours count: who is open early only is visited first, and who has closed is said to be late.
func TestHoursOfStops(t *testing.T) {
	l := open(t)
	early, _ := l.request("tried", 1)
	always, _ := l.request("tried", 1)
	l.update(func(tx *store.Tx) error {
		f, err := tx.Facility(early.FacilityID)
		f.Hours = "09:00-09:20"
		return errors.Join(err, tx.SetFacility(&f))
	})
	p := l.plan(always.ID, early.ID)
	v := l.show(p.Run.ID)
	require.Equal(t, early.ID, v.Stops[0].Stop.RequestID)
	require.False(t, v.Stops[0].Late)
	require.Equal(t, 9, v.Stops[0].Open.From.Hour())
	require.NoError(t, l.delivery.Move(t.Context(), p.Run.ID, v.Stops[0].Stop.No, false))
	require.True(t, l.show(p.Run.ID).Stops[1].Late)
}

// Ensure that more boxes than the vehicle takes are refused, and nothing is loaded then.
func TestAVehicleIsFull(t *testing.T) {
	l := open(t)
	r, boxes := l.request("tried", 1, 1, 1)
	n := delivery.NewRun{Driver: "Chauffeur", Day: today(), Vehicle: "Vélo cargo", Capacity: 2, NewStops: delivery.NewStops{Requests: []fab.RequestID{r.ID}}}
	_, err := l.delivery.Plan(t.Context(), n)
	refused(t, err, fab.Invalid, "vehicle_full")
	require.Equal(t, fab.BoxPacked, l.box(boxes[0].ID).Status)
	n.Boxes = []fab.BoxID{boxes[0].ID, boxes[1].ID}
	_, err = l.delivery.Plan(t.Context(), n)
	require.NoError(t, err)
	n.Leave = "quand je peux"
	_, err = l.delivery.Plan(t.Context(), n)
	refused(t, err, fab.Invalid, "clock_wrong")
}

// Ensure that a spool goes to a maker, a gift is fetched, and what somebody who left had comes back, each once; a spool that
// could not be left is at the hub again.
func TestSpoolsGiftsAndThingsLeftBehind(t *testing.T) {
	l := open(t)
	ctx := t.Context()
	item := fab.MaterialItem("petg")
	l.update(func(tx *store.Tx) error {
		s := fab.Spool{ID: "spool", Code: "F-001", Filament: "petg", InitialMG: 1e6, CreatedAt: tx.Now()}
		g := fab.Donation{ID: "gift", Ref: "REF", Donor: "Imprimerie", Town: "Rue", Material: "petg", Pledged: 5, Status: fab.DonationPledged, SubmitKey: "k", CreatedAt: tx.Now()}
		in := fab.StockMove{Item: item, Source: "spool", From: fab.OutsideGiven, To: fab.TheHub, Quantity: 1e6, Why: "received", Subject: "spool"}
		m := fab.Material{Code: "petg", Unit: fab.UnitMG}
		return errors.Join(tx.AddMaterial(&m), tx.AddSpool(&s), tx.AddDonation(&g), tx.Post(in))
	})
	run := func(n delivery.NewStops) (delivery.Planned, error) {
		return l.delivery.Plan(ctx, delivery.NewRun{Driver: "Chauffeur", Day: today(), NewStops: n})
	}
	at := func(place fab.LocationID) (n int64) {
		l.view(func(tx *store.Tx) (err error) { n, err = tx.BalanceOf(place, item, "spool"); return err })
		return n
	}
	drop := delivery.NewStops{Drops: []delivery.Drop{{Maker: l.maker.ID, Spool: "spool"}}}
	p, err := run(drop)
	require.NoError(t, err)
	_, err = run(drop)
	refused(t, err, fab.Conflict, "spool_not_here")
	require.NoError(t, l.delivery.Fail(ctx, delivery.Report{Token: p.Token, No: 1, Why: "nobody", Said: "personne"}))
	require.EqualValues(t, 1e6, at(fab.TheHub))
	p, err = run(drop)
	require.NoError(t, err)
	for range 2 {
		require.NoError(t, l.delivery.Collect(ctx, delivery.Report{Token: p.Token, No: 1, Key: "left"}))
	}
	require.EqualValues(t, 1e6, at("home"))

	_, err = run(delivery.NewStops{Gifts: []fab.DonationID{"gift"}})
	require.NoError(t, err)
	_, err = run(delivery.NewStops{Gifts: []fab.DonationID{"gift"}})
	refused(t, err, fab.Conflict, "fetched_already")

	l.update(func(tx *store.Tx) error {
		l.maker.Status = fab.MakerGone
		return errors.Join(tx.SetMaker(&l.maker), tx.AddFetch(&fab.Fetch{ID: "fetch", MakerID: l.maker.ID, Name: "Dune", Place: "80120 Rue", Phone: "0300000000", CreatedAt: tx.Now()}))
	})
	_, err = run(drop)
	refused(t, err, fab.Conflict, "maker_left")
	p, err = run(delivery.NewStops{Fetches: []fab.FetchID{"fetch"}})
	require.NoError(t, err)
	require.Equal(t, "Dune", l.show(p.Run.ID).Stops[0].Spot.Name)
	require.NoError(t, l.delivery.Collect(ctx, delivery.Report{Token: p.Token, No: 1}))
	require.EqualValues(t, 1e6, at(fab.TheHub))
	l.view(func(tx *store.Tx) error {
		f, err := tx.Fetch("fetch")
		require.Equal(t, []string{"", "", ""}, []string{f.Name, f.Place, f.Phone})
		return err
	})
	l.sound()
}
