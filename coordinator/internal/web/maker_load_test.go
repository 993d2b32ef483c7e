package web_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Ensure that a maker says what filaments there are beside the loaded one, answers a question about one with a tap, says when
// it is on, and that nobody answers for another.
func TestAMakerIsAskedForAnotherFilament(t *testing.T) {
	w := newWorkshop(t)
	m, b := w.volunteer("Galet")
	_, stranger := w.volunteer("Ruisseau")
	at := b.sends("/maker/printers", printerTyped("Galet", url.Values{"can_load": {"pla", "petg"}, "piles": {"yes"}}))
	require.Equal(t, []string{"pla"}, w.workersOf(m)[0].CanLoad, "what is loaded is no other")
	require.True(t, w.workersOf(m)[0].Piles)
	require.Contains(t, b.page(at).main(), "Aussi sous la main")
	require.Contains(t, b.page(at).main(), "Pièces empilées")
	require.Equal(t, "yes", b.page(at+"/edit").form(t, at+"/edit").Get("piles"))
	require.Empty(t, b.page("/maker/printers/new").form(t, "/maker/printers").Get("piles"), "no pile unless its maker wants it")
	require.Equal(t, []string{"pla"}, b.page(at+"/edit").form(t, at+"/edit")["can_load"])

	w.approved("mask", "10")
	require.NoError(t, w.store.Update(t.Context(), func(tx *store.Tx) error {
		batches, err := tx.Batches()
		require.NoError(t, err)
		return tx.AddReload(&fab.Reload{ID: "q", WorkerID: w.workersOf(m)[0].ID, Filament: "pla", BatchID: batches[0].ID, Part: "mask", Plates: 3,
			Status: fab.ReloadAsked, Why: fab.Because("reload_only", "plates", 3), Until: tx.Now(), CreatedAt: tx.Now()})
	}))
	page := b.page("/maker").main()
	for _, part := range []string{"Filament PLA : pourriez-vous en mettre sur Galet ?", "Pour 3 plateaux", "Personne d’autre ne peut faire ces 3 plateaux"} {
		require.Contains(t, page, part)
	}
	require.NotContains(t, stranger.page("/maker").main(), "PLA")
	require.Equal(t, http.StatusForbidden, stranger.post("/maker/filaments/q/yes", url.Values{}).status)
	require.Contains(t, b.does("/maker/filaments/q/yes", url.Values{}, "Merci").main(), "C’est fait, il est en place")
	require.NotContains(t, b.does("/maker/filaments/q/loaded", url.Values{}, "Le travail arrive").main(), "il est en place")
	require.Equal(t, "pla", w.workersOf(m)[0].Filament)
	b.does("/maker/filaments/q/no", url.Values{}, "Cette question est passée")
}
