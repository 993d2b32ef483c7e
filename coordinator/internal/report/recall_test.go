package report_test

import (
	"errors"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/store/storetest"
)

// where sums what a recall reaches by box and place.
func where(t *testing.T, s *store.Store, what, subject string) map[string]int64 {
	t.Helper()
	at := map[string]int64{}
	require.NoError(t, s.View(t.Context(), func(tx *store.Tx) error {
		list, err := tx.Reach(what, subject)
		for _, r := range list {
			at[r.Box+" "+string(r.Location)] += r.Quantity
		}
		return err
	}))
	return at
}

// Ensure that a recall by spool, bag, machine, maker or version finds every piece and where it is: in boxes here, on their
// way and delivered, and in kits that are not packed; that a box which was handed over without network before the recall,
// and told after it, is where it was brought; and that nobody's things are not recalled.
func TestARecallFindsEverythingWhereverItIs(t *testing.T) {
	for name, dsn := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			log := slog.New(slog.DiscardHandler)
			s, err := store.Open(t.Context(), dsn(t), log)
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, s.Close()) })
			require.NoError(t, s.Update(t.Context(), soundBooks))
			p := production.New(production.Config{Store: s, Log: log})
			want := map[string]int64{"B-1 there": 2, "B-2 hub": 1, "B-3 van2": 1, " hub": 1}
			for what, subject := range map[string]string{fab.RecallSpool: "spool", fab.RecallLot: "lot", fab.RecallWorker: "worker", fab.RecallMaker: "maker", fab.RecallDesign: "design"} {
				require.Equal(t, want, where(t, s, what, subject), what)
				_, err := p.Recall(t.Context(), what, "nobody's", "brittle", "")
				require.Equal(t, fab.NotFound, fab.ClassOf(err), what)
			}
			require.Equal(t, map[string]int64{" nord-home": 1}, where(t, s, fab.RecallDesign, "design-2"), "those of a partner too")
			require.Equal(t, map[string]int64{" galet-home": 2, " hub": 1, " outside-missing": 1}, where(t, s, fab.RecallLot, "bands"), "and what was put together of it")
			_, err = p.Recall(t.Context(), fab.RecallLot, "lot", " \n", "")
			require.Equal(t, fab.Invalid, fab.ClassOf(err))
			r, err := p.Recall(t.Context(), fab.RecallLot, "lot", "brittle", "")
			require.NoError(t, err)
			require.Len(t, r.Boxes, 3)
			require.EqualValues(t, 1, r.Recall.Lots)
			first := r.Boxes[0].RecalledAt
			require.False(t, first.IsZero())
			r, err = p.Recall(t.Context(), fab.RecallMaker, "maker", "brittle", "")
			require.NoError(t, err)
			require.True(t, first.Equal(r.Boxes[0].RecalledAt), "recalled when it was recalled first")

			require.NoError(t, s.Update(t.Context(), func(tx *store.Tx) error {
				b, err := tx.Box("away")
				b.Status = fab.BoxDelivered
				return errors.Join(err, tx.SetBox(&b), tx.Post(move(fab.KitItem("visor"), "kit-away", "van2", "there", 1, "delivered", "away")))
			}))
			want = map[string]int64{"B-1 there": 2, "B-2 hub": 1, "B-3 there": 1, " hub": 1}
			require.Equal(t, want, where(t, s, fab.RecallSpool, "spool"))
		})
	}
}
