package intake_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/intake"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// register puts three places into the register of a lab: two of one name in different towns, and one that is closed.
func register(t *testing.T, s *store.Store) {
	t.Helper()
	require.NoError(t, s.Update(t.Context(), func(tx *store.Tx) error {
		rows := []fab.RegisterPlace{
			{ET: "800000010", EJ: "800000001", Name: "EHPAD LES TILLEULS", Kind: fab.FacilityCareHome, Address: "12 rue DES DUNES", Postcode: "80120", Town: "RUE", LatE6: 50271000, LonE6: 1669000},
			{ET: "800000028", EJ: "800000001", Name: "EHPAD LES TILLEULS", Kind: fab.FacilityCareHome, Postcode: "80120", Town: "QUEND"},
			{ET: "2A0000036", EJ: "800000001", Name: "CH SAINT-ELOI", Kind: fab.FacilityHospital, Postcode: "20000", Town: "AJACCIO"},
			{ET: "800000044", EJ: "800000001", Name: "EHPAD LES TILLEULS D'AVANT", Postcode: "80120", Town: "RUE", Closed: true},
		}
		for n := range rows {
			rows[n].ListedAt, rows[n].Words = tx.Now(), fab.Folded(rows[n].Name+" "+rows[n].Postcode+" "+rows[n].Town)
		}
		return tx.PutRegister(rows)
	}))
}

// refusal is the code and the field of a refusal.
func refusal(t *testing.T, err error) [2]string {
	t.Helper()
	refusals, ok := fab.RefusalsOf(err)
	require.True(t, ok, "%v", err)
	return [2]string{refusals[0].Code, refusals[0].Field}
}

// Ensure that the register is searched by what people type: a name with its town, a number with spaces, a number of the
// legal entity; and that it proposes nothing that is closed, and nothing to a form without a name.
func TestTheRegisterProposesWhatIsMeant(t *testing.T) {
	onBoth(t, func(t *testing.T, i *intake.Intake, s *store.Store) {
		asked := func(f fab.Facility) (numbers []string) {
			found, err := i.Propose(t.Context(), f)
			require.NoError(t, err)
			for _, p := range found {
				numbers = append(numbers, p.ET)
			}
			return numbers
		}
		require.Empty(t, asked(fab.Facility{Name: "Les Tilleuls", Town: "Rue"}), "a lab without the register")
		register(t, s)
		require.Equal(t, []string{"800000010"}, asked(fab.Facility{Name: "Résidence « Les Tilleuls »", Town: "rue"}))
		require.Equal(t, []string{"2A0000036"}, asked(fab.Facility{Name: "Centre Hospitalier St Eloi", Town: "Ajaccio"}))
		require.Equal(t, []string{"2A0000036"}, asked(fab.Facility{FinessET: " 2a 000 0036"}))
		require.Len(t, asked(fab.Facility{FinessET: "800000001"}), 3)
		require.Equal(t, []string{"800000010"}, asked(fab.Facility{Name: "Les Tilleuls de la Baie", Town: "Rue"}), "a word too many")
		for _, f := range []fab.Facility{{}, {Name: "EHPAD", Town: "Rue"}, {Name: "%", Town: "Rue"}, {Name: "Les Tilleuls"}, {Name: "x\x00_%", Town: "%"}} {
			require.Empty(t, asked(f))
		}
	})
}

// Ensure that a request with a number is its place's whatever it is called, takes from the register what the form leaves
// out, and makes a new place that the coordinator's promise makes a known one.
func TestARequestWithANumberIsItsPlaces(t *testing.T) {
	onBoth(t, func(t *testing.T, i *intake.Intake, s *store.Store) {
		register(t, s)
		f := form("1")
		f.Finess = "80 000 001 0"
		first, err := i.Ask(t.Context(), f)
		require.NoError(t, err)
		f = form("2")
		f.Finess, f.Facility.Name, f.Facility.Town = "800000010", "Tilleuls (accueil)", "Rue en Ponthieu"
		_, err = i.Ask(t.Context(), f)
		require.NoError(t, err)
		f = form("3") // the other site of the same name, in a town that is spelt the same
		f.Finess = "800000028"
		_, err = i.Ask(t.Context(), f)
		require.NoError(t, err)
		f = form("4")
		f.Finess = "12"
		_, err = i.Ask(t.Context(), f)
		require.Equal(t, [2]string{"finess_number_wrong", "finess"}, refusal(t, err))
		_, places := requests(t, s)
		require.Len(t, places, 2)
		one, err := i.Show(t.Context(), first.Request.ID)
		require.NoError(t, err)
		require.Equal(t, []string{"800000010", "800000001", "12 rue DES DUNES", "80120"}, []string{one.Facility.FinessET, one.Facility.FinessEJ, one.Facility.Address, one.Facility.Postcode})
		require.True(t, one.Facility.Spot().Located())
		require.Equal(t, fab.FacilityNew, one.Facility.Status)
		require.NoError(t, i.Approve(t.Context(), first.Request.ID))
		one, err = i.Show(t.Context(), first.Request.ID)
		require.NoError(t, err)
		require.Equal(t, fab.FacilityKnown, one.Facility.Status)
	})
}

// Ensure that a place that is turned away gets no promise until a coordinator says otherwise.
func TestARefusedPlaceGetsNoPromise(t *testing.T) {
	onBoth(t, func(t *testing.T, i *intake.Intake, s *store.Store) {
		first, err := i.Ask(t.Context(), form("1"))
		require.NoError(t, err)
		require.NoError(t, i.Refuse(t.Context(), first.Request.ID, "not_a_facility"))
		again, err := i.Ask(t.Context(), form("2"))
		require.NoError(t, err)
		require.Equal(t, "place_refused", refusal(t, i.Approve(t.Context(), again.Request.ID))[0])
		require.NoError(t, i.ApprovePlace(t.Context(), again.Request.FacilityID))
		require.NoError(t, i.ApprovePlace(t.Context(), again.Request.FacilityID), "said twice")
		require.NoError(t, i.Approve(t.Context(), again.Request.ID))
	})
}

// Ensure that a place written by hand is checked field by field, is never there twice, and keeps its coordinates.
func TestAPlaceWrittenByHandIsChecked(t *testing.T) {
	onBoth(t, func(t *testing.T, i *intake.Intake, s *store.Store) {
		register(t, s)
		shop := fab.Facility{Name: "Boulangerie du Port", Kind: fab.FacilityShop, Town: "Le Crotoy", Hours: "mo-sa 07:00-13:00"}
		saved, err := i.SavePlace(t.Context(), shop, "50,2165 ; 1,6247")
		require.NoError(t, err)
		require.Equal(t, [2]int64{50216500, 1624700}, [2]int64{saved.LatE6, saved.LonE6})
		require.Equal(t, fab.FacilityKnown, saved.Status)
		saved.Access = "derrière"
		saved, err = i.SavePlace(t.Context(), saved, "")
		require.NoError(t, err)
		require.EqualValues(t, 50216500, saved.LatE6, "what is not typed again stays")

		_, err = i.SavePlace(t.Context(), fab.Facility{Name: "BOULANGERIE  du port", Kind: fab.FacilityShop, Town: "le crotoy\u200b"}, "")
		require.Equal(t, [2]string{"place_twice", "facility"}, refusal(t, err), "a look-alike")
		for _, wrong := range []struct {
			at   string
			f    func(*fab.Facility)
			want [2]string
		}{
			{"", func(f *fab.Facility) { f.Name = " \u200b " }, [2]string{"facility_missing", "facility"}},
			{"", func(f *fab.Facility) { f.Town = "" }, [2]string{"town_missing", "town"}},
			{"", func(f *fab.Facility) { f.Kind = "castle" }, [2]string{"kind_missing", "kind"}},
			{"", func(f *fab.Facility) { f.Hours = "le matin" }, [2]string{"hours_unreadable", "hours"}},
			{"", func(f *fab.Facility) { f.Email = "Nom\r\nBcc: x@y.z" }, [2]string{"email_wrong", "email"}},
			{"", func(f *fab.Facility) { f.FinessET = "80000" }, [2]string{"finess_number_wrong", "finess"}},
			{"", func(f *fab.Facility) { f.FinessET = "999999999" }, [2]string{"finess_not_listed", "finess"}},
			{"95, 1", func(*fab.Facility) {}, [2]string{"point_wrong", "at"}},
			{"NaN, 1", func(*fab.Facility) {}, [2]string{"point_wrong", "at"}},
			{"là-bas", func(*fab.Facility) {}, [2]string{"point_wrong", "at"}},
		} {
			f := fab.Facility{Name: "Autre", Kind: fab.FacilityShop, Town: "Le Crotoy"}
			wrong.f(&f)
			_, err := i.SavePlace(t.Context(), f, wrong.at)
			require.Equal(t, wrong.want, refusal(t, err))
		}
		home, err := i.SavePlace(t.Context(), fab.Facility{FinessET: "800000010"}, "")
		require.NoError(t, err, "the register says the rest")
		require.Equal(t, []string{"EHPAD LES TILLEULS", "RUE", fab.FacilityCareHome}, []string{home.Name, home.Town, home.Kind})
		_, err = i.SavePlace(t.Context(), fab.Facility{FinessET: "800000010", Name: "Autre nom", Town: "Rue", Kind: fab.FacilityShop}, "")
		require.Equal(t, [2]string{"place_twice", "finess"}, refusal(t, err))
	})
}

// Ensure that goods go to the site that a request names, with what the site leaves out from its facility, and that a site
// of another place is refused.
func TestARequestIsBroughtToItsSite(t *testing.T) {
	onBoth(t, func(t *testing.T, i *intake.Intake, s *store.Store) {
		r, err := i.Ask(t.Context(), form("1"))
		require.NoError(t, err)
		elsewhere, err := i.SavePlace(t.Context(), fab.Facility{Name: "Mairie", Kind: fab.FacilityTown, Town: "Rue"}, "")
		require.NoError(t, err)
		require.NoError(t, i.SaveSite(t.Context(), fab.FacilitySite{FacilityID: r.Request.FacilityID, Name: "Quai des livraisons", Hours: "mo-fr 08:00-11:00"}, "50.27, 1.66"))
		require.NoError(t, i.SaveSite(t.Context(), fab.FacilitySite{FacilityID: elsewhere.ID, Name: "Annexe"}, ""))
		require.Equal(t, [2]string{"site_missing", "site"}, refusal(t, i.SaveSite(t.Context(), fab.FacilitySite{FacilityID: elsewhere.ID}, "")))
		var own, other []fab.FacilitySite
		require.NoError(t, s.View(t.Context(), func(tx *store.Tx) (err error) {
			if own, err = tx.SitesOf(r.Request.FacilityID); err != nil {
				return err
			}
			other, err = tx.SitesOf(elsewhere.ID)
			return err
		}))
		require.Equal(t, [2]string{"site_unknown", "site"}, refusal(t, i.BringTo(t.Context(), r.Request.ID, other[0].ID)))
		require.NoError(t, i.BringTo(t.Context(), r.Request.ID, own[0].ID))
		require.NoError(t, s.View(t.Context(), func(tx *store.Tx) error {
			row, err := tx.Request(r.Request.ID)
			require.NoError(t, err)
			spot, err := tx.SpotOf(row)
			require.Equal(t, fab.Spot{
				Name: "EHPAD Les Tilleuls – Quai des livraisons", Town: "Rue", Hours: "mo-fr 08:00-11:00", Contact: "Accueil", Phone: "03 00 00 00 00", LatE6: 50270000, LonE6: 1660000,
			}, spot)
			return err
		}))
		require.NoError(t, i.Cancel(t.Context(), r.Token))
		require.Equal(t, "request_not_open", refusal(t, i.BringTo(t.Context(), r.Request.ID, ""))[0])
		require.Equal(t, [2]string{"phone_or_email", "their_phone"}, refusal(t, i.AddContact(t.Context(), fab.FacilityContact{FacilityID: elsewhere.ID, Name: "Nuit"})))
		require.NoError(t, i.AddContact(t.Context(), fab.FacilityContact{FacilityID: elsewhere.ID, Name: "Nuit", Phone: "03 00 00 00 01"}))
	})
}
