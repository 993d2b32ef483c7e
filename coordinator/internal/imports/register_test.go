package imports_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/finess"
	"github.com/mailleur/mailleur/coordinator/internal/imports"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/store/storetest"
)

// onBoth runs a test on a new lab in SQLite and in PostgreSQL.
func onBoth(t *testing.T, test func(*testing.T, *imports.Imports, *store.Store)) {
	for name, dsn := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return storetest.SQLite(t) },
		"postgres": func(t *testing.T) string { return storetest.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			s, err := store.Open(t.Context(), dsn(t), slog.New(slog.DiscardHandler))
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, s.Close()) })
			test(t, imports.New(s), s)
		})
	}
}

// registerFile is a file of n places that do not exist; the names say its edition.
func registerFile(n int, edition string) string {
	var places, points strings.Builder
	for i := range n {
		fmt.Fprintf(&places, "structureet;80%07d;800000001;C;EHPAD LES ORMES %d %s;;;%d;R;DES DUNES;;;649;80;SOMME;80120 RUE;0300000000;;500;;;;;;;;;;;;;\n", i, i, edition, i+1)
		fmt.Fprintf(&points, "geolocalisation;80%07d;610000.0;%d.0;1,ATLASANTE,96,BAN,L93_METROPOLE;2026-05-04\n", i, 7010000+i)
	}
	return "finess;etalab;93;2026-05-12\n" + places.String() + points.String()
}

// Ensure that a file of the register is stored with its coordinates, that another edition changes what changed and loses
// nothing, and that facilities of the lab which are in it get their place.
func TestTheRegisterIsStoredAndUpdated(t *testing.T) {
	onBoth(t, func(t *testing.T, i *imports.Imports, s *store.Store) {
		require.NoError(t, s.Update(t.Context(), func(tx *store.Tx) error {
			return tx.AddFacility(&fab.Facility{ID: "f", Name: "Les Ormes", Kind: fab.FacilityCareHome, FinessET: "800000007", CreatedAt: tx.Now()})
		}))
		var bad []finess.Bad
		take := func(file string) imports.Registered {
			bad = nil
			done, err := i.Register(t.Context(), strings.NewReader(file), func(b finess.Bad) { bad = append(bad, b) })
			require.NoError(t, err)
			return done
		}
		size := func() (n int64) {
			require.NoError(t, s.View(t.Context(), func(tx *store.Tx) (err error) { n, _, err = tx.RegisterSize(); return err }))
			return n
		}
		place := func(et string) (p fab.RegisterPlace) {
			require.NoError(t, s.View(t.Context(), func(tx *store.Tx) (err error) { p, err = tx.RegisterPlace(et); return err }))
			return p
		}
		done := take(registerFile(1201, "A"))
		require.Empty(t, bad)
		require.EqualValues(t, []int64{1201, 1201, 1, 0}, []int64{done.Places, done.Points, done.Placed, done.Bad})
		require.EqualValues(t, 1201, size())
		first := place("800000000")
		require.Equal(t, "EHPAD LES ORMES 0 A", first.Name)
		require.InDelta(t, 50181665, first.LatE6, 5)
		require.NoError(t, s.View(t.Context(), func(tx *store.Tx) error {
			f, err := tx.Facility("f")
			require.True(t, f.Spot().Located())
			return err
		}))

		smaller := registerFile(700, "B")
		smaller = smaller[:strings.Index(smaller, "geolocalisation")] + "geolocalisation;990000001;610000;7010000;L93_METROPOLE;2026-05-04\n"
		done = take(smaller)
		require.EqualValues(t, []int64{700, 0, 0, 1}, []int64{done.Places, done.Points, done.Placed, done.Bad})
		require.Equal(t, []string{"finess.point_alone", "990000001"}, []string{bad[0].Why.Code, bad[0].ET})
		require.EqualValues(t, 702, bad[0].Line)
		require.EqualValues(t, 1201, size(), "what the new file leaves out stays")
		require.Equal(t, "EHPAD LES ORMES 0 B", place("800000000").Name)
		require.Equal(t, first.LatE6, place("800000000").LatE6, "and where a place is, too")
	})
}

// Ensure that a file that breaks off leaves what came before, and that the one that is stored again completes it.
func TestARegisterThatBreaksOffIsCompletedLater(t *testing.T) {
	onBoth(t, func(t *testing.T, i *imports.Imports, s *store.Store) {
		whole := `{"generatedAt":"2026-05-12T02:06:22Z","pmej":[` + strings.Repeat(`{"informationsGeneralesPMEJ":{"numFinessPm":"800000001"},"ege":[{"informationsGeneralesEGE":{"numFinessEge":"800000002","nomEgeLong":"X"}}]},`, 20)
		_, err := i.Register(t.Context(), strings.NewReader(whole), func(finess.Bad) {})
		refusals, ok := fab.RefusalsOf(err)
		require.True(t, ok)
		require.Equal(t, "finess_broken", refusals[0].Code)
		require.NoError(t, s.View(t.Context(), func(tx *store.Tx) error {
			n, _, err := tx.RegisterSize()
			require.EqualValues(t, 1, n, "of a site that comes again the last counts")
			return err
		}))
		_, err = i.Register(t.Context(), strings.NewReader(strings.TrimSuffix(whole, ",")+"]}"), func(finess.Bad) {})
		require.NoError(t, err)
	})
}
