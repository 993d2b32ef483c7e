package production

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Ensure that a part is sliced for no filament that it may not be printed in, and that for a printer which has none on that
// fits, a plate is made with what its maker has beside it once somebody waits for the part: without one nobody can say what a
// change would bring.
func TestPlatesAreMadeForTheFilamentsOfAPart(t *testing.T) {
	l := open(t)
	w := l.printer("tortue", "ender-3", 1_000_000)
	l.request("visor", 2)
	l.update(func(tx *store.Tx) error {
		d, err := tx.CurrentDesign("visor")
		require.NoError(t, err)
		for i := range d.BOM.Parts {
			d.BOM.Parts[i].Filaments = []string{"tpu"}
		}
		require.NoError(t, tx.SetDesign(&d))
		w, err = tx.Worker(w.ID)
		require.NoError(t, err)
		w.CanLoad = []string{"abs", "tpu"}
		ok, err := tx.SwapWorker(&w)
		require.True(t, ok)
		return err
	})
	l.keep()
	l.keep()
	live := map[string]int{}
	for _, p := range l.plates() {
		if p.Status == fab.PlatePending {
			live[p.Filament]++
		}
	}
	require.Equal(t, map[string]int{"tpu": 1}, live)
}

// Ensure that a question about a printer is answered with one tap, which may be taken back, that "it is on" takes the old reel off the
// books of the printer, and that it is refused while something runs.
func TestAFilamentIsPromisedAndPutOn(t *testing.T) {
	l := open(t)
	w := l.printer("tortue", "ender-3", 1_000_000)
	ask := func(id fab.ReloadID) {
		l.update(func(tx *store.Tx) error {
			d := l.design()
			b := fab.Batch{ID: fab.BatchID("b-" + id), DesignID: d.ID, Product: d.Product, Quantity: 1, Status: fab.BatchPaused, DueAt: tx.Now(), CreatedAt: tx.Now()}
			require.NoError(t, tx.AddBatch(&b))
			return tx.AddReload(&fab.Reload{ID: id, WorkerID: w.ID, Filament: "tpu", BatchID: b.ID, Part: "visor-band", Plates: 2, Status: fab.ReloadAsked, Until: tx.Now(), CreatedAt: tx.Now()})
		})
	}
	ctx := t.Context()
	ask("first")
	require.NoError(t, l.p.AnswerReload(ctx, "first", "", true))
	require.NoError(t, l.p.AnswerReload(ctx, "first", "", false), "taken back")
	refused(t, l.p.AnswerReload(ctx, "first", "", true), fab.Conflict, "question_over")
	ask("second")
	l.update(func(tx *store.Tx) error {
		k, err := tx.Worker(w.ID)
		require.NoError(t, err)
		k.AttemptID, k.Colour = "runs", "orange"
		_, err = tx.SwapWorker(&k)
		return err
	})
	refused(t, l.p.Reloaded(ctx, "second", ""), fab.Conflict, "plate_in_use")
	l.update(func(tx *store.Tx) error {
		k, err := tx.Worker(w.ID)
		require.NoError(t, err)
		k.AttemptID = ""
		_, err = tx.SwapWorker(&k)
		return err
	})
	require.NoError(t, l.p.Reloaded(ctx, "second", ""))
	l.view(func(tx *store.Tx) error {
		k, err := tx.Worker(w.ID)
		require.Equal(t, []any{"tpu", "", fab.SpoolID(""), []string{w.Filament}}, []any{k.Filament, k.Colour, k.SpoolID, k.CanLoad})
		return err
	})
}
