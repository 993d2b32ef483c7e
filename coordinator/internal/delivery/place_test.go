package delivery_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/delivery"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// baie is a run from Abbeville over a care home at the coast of which nothing but the town is known, a maker in a village
// that the register does not know, and a gift.
func (l *lab) baie() (fab.Request, delivery.Planned) {
	l.t.Helper()
	r, _ := l.request("tried", 2)
	l.update(func(tx *store.Tx) error {
		m := l.maker
		m.Town, m.Postcode = "Hameau", "80000"
		gift := fab.Donation{ID: "gift", Ref: fab.NewReference(tx.Rand()), Donor: "Papeterie", Town: "Quelque Part", Material: "film", Pledged: 50, Status: fab.DonationPledged, CreatedAt: tx.Now()}
		film := fab.Material{Code: "film", Unit: fab.UnitPiece}
		return errors.Join(tx.SetMaker(&m), tx.AddMaterial(&film), tx.AddDonation(&gift), tx.PutRegister([]fab.RegisterPlace{
			{ET: "800000028", EJ: "800000010", Name: "EHPAD DE RUE", Kind: fab.FacilityCareHome, Postcode: "80120", Town: "RUE", LatE6: 50_271_000, LonE6: 1_669_000, Words: "ehpad de rue rue", ListedAt: tx.Now()},
			{ET: "800000036", EJ: "800000010", Name: "EHPAD SANS LIEU", Kind: fab.FacilityCareHome, Postcode: "80130", Town: "FRIVILLE", ListedAt: tx.Now()},
		}))
	})
	require.NoError(l.t, l.delivery.SetHub(l.t.Context(), fab.Spot{Town: "Abbeville"}, "50.1056; 1,8337"))
	p, err := l.delivery.Plan(l.t.Context(), delivery.NewRun{Driver: "Une voisine", Day: today(), NewStops: delivery.NewStops{Requests: []fab.RequestID{r.ID}, Makers: []fab.MakerID{l.maker.ID}, Gifts: []fab.DonationID{"gift"}}})
	require.NoError(l.t, err)
	return r, p
}

func (l *lab) stopOf(run fab.RunID, is func(fab.Stop) bool) delivery.StopView {
	l.t.Helper()
	for _, s := range l.show(run).Stops {
		if is(s.Stop) {
			return s
		}
	}
	require.Fail(l.t, "no such stop")
	return delivery.StopView{}
}

func ofMaker(s fab.Stop) bool    { return s.MakerID != "" }
func ofGift(s fab.Stop) bool     { return s.DonationID != "" }
func ofFacility(s fab.Stop) bool { return s.RequestID != "" }

// Ensure that a stop says how well it is known where it is and how far it is from the one before; that who says where it is
// says it for the maker and the facility for good, for a gift only there; and that the order changes when it is asked for.
func TestWhereStopsAre(t *testing.T) {
	onBoth(t, func(l *lab) {
		ctx := l.t.Context()
		r, p := l.baie()
		facility, maker, gift := l.stopOf(p.Run.ID, ofFacility), l.stopOf(p.Run.ID, ofMaker), l.stopOf(p.Run.ID, ofGift)
		require.Equal(l.t, []string{delivery.WhereTown, delivery.WhereNot, delivery.WhereNot}, []string{facility.Sure, maker.Sure, gift.Sure})
		before := numbers(l.show(p.Run.ID))
		for field, typed := range map[string]string{"stop_place_wrong": "derrière l’église", "finess_not_listed": "800000044", "finess_not_placed": "800000036"} {
			refused(l.t, l.delivery.Locate(ctx, p.Run.ID, maker.Stop.No, typed), fab.Invalid, field)
		}
		require.NoError(l.t, l.delivery.Locate(ctx, p.Run.ID, maker.Stop.No, "50.30, 1.60"))
		require.NoError(l.t, l.delivery.Locate(ctx, p.Run.ID, gift.Stop.No, "50.10, 1.84"))
		require.NoError(l.t, l.delivery.Locate(ctx, p.Run.ID, facility.Stop.No, "80 000 002 8"))
		require.Equal(l.t, before, numbers(l.show(p.Run.ID)), "nobody asked for another order")
		require.NoError(l.t, l.delivery.Propose(ctx, p.Run.ID))
		v := l.show(p.Run.ID)
		km := v.Home.Km
		for _, s := range v.Stops {
			require.Equal(l.t, delivery.WhereExact, s.Sure)
			km += s.Leg.Km
		}
		require.InDelta(l.t, float64(v.Km), km, 0.51, "the legs are the way")
		ends := []bool{ofGift(v.Stops[0].Stop), ofGift(v.Stops[2].Stop)}
		require.Contains(l.t, ends, true, "the gift round the corner comes first or last")
		l.view(func(tx *store.Tx) error {
			m, err := tx.Maker(l.maker.ID)
			require.NoError(l.t, err)
			f, err := tx.Facility(r.FacilityID)
			require.NoError(l.t, err)
			require.Equal(l.t, []int64{50_300_000, 1_600_000, 50_271_000, 1_669_000}, []int64{m.LatE6, m.LonE6, f.LatE6, f.LonE6})
			return nil
		})
		require.Equal(l.t, int64(50_300_000), l.stopOf(p.Run.ID, ofMaker).Spot.Rounded().LatE6)
	})
}

// Ensure that two places of which only the town is known are not at one spot, and that a stop says that it is closed all
// day, and how long a driver waits before it opens.
func TestStopsOfOneTownAndClosedDays(t *testing.T) {
	l := open(t)
	_, p := l.baie()
	other, _ := l.request("tried", 1)
	l.update(func(tx *store.Tx) error {
		f, err := tx.Facility(other.FacilityID)
		f.Hours = fab.Hours(strings.ToLower(time.Now().UTC().AddDate(0, 0, 1).Format("Mon"))[:2] + " 09:00-12:00")
		return errors.Join(err, tx.SetFacility(&f))
	})
	require.NoError(t, l.delivery.Add(t.Context(), p.Run.ID, delivery.NewStops{Requests: []fab.RequestID{other.ID}}))
	shut := l.stopOf(p.Run.ID, func(s fab.Stop) bool { return s.RequestID == other.ID })
	require.True(t, shut.Shut)
	require.True(t, shut.Late)
	require.Zero(t, shut.Open)
	for _, s := range l.show(p.Run.ID).Stops {
		require.GreaterOrEqual(t, s.Leg.Km, 1.9)
	}
	l.update(func(tx *store.Tx) error {
		f, err := tx.Facility(other.FacilityID)
		f.Hours = "22:00-23:00"
		return errors.Join(err, tx.SetFacility(&f))
	})
	early := l.stopOf(p.Run.ID, func(s fab.Stop) bool { return s.RequestID == other.ID })
	require.False(t, early.Late)
	require.Equal(t, early.Open.From.Sub(early.At).Round(time.Minute), early.Wait.Round(time.Minute))
	require.Greater(t, early.Wait, 10*time.Hour)
}
