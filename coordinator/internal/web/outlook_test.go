package web_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Ensure that a requester reads one window as soon as the request is in, and that a coordinator who has not approved yet is
// warned of a date that nobody could meet, while the requester honestly reads the later window.
func TestADateIsToldBeforeItIsPromised(t *testing.T) {
	w := newWorkshop(t)
	few := w.ask("mask", "10")
	require.Contains(t, w.browser().page("/track/"+w.track).main(), "Tout pourrait être prêt")
	page := w.desk.page("/desk/requests/" + string(few.ID)).main()
	require.Contains(t, page, "prêt ")
	require.Contains(t, page, "au plus tôt")
	require.NotContains(t, page, "date demandée")

	require.NoError(t, w.loop.Foresee(t.Context()))
	many := w.ask("mask", "9000")
	require.NoError(t, w.loop.Foresee(t.Context()))
	page = w.desk.page("/desk/requests/" + string(many.ID)).main()
	require.Contains(t, page, "Impossible pour la date demandée")
	track := w.browser().page("/track/" + w.track).main()
	require.Contains(t, track, "après la date demandée")
	require.NotContains(t, track, "au plus tôt", "bounds are for the coordinator")
	require.Contains(t, w.desk.page("/desk/requests").main(), "en retard")
}

// Ensure that what nobody can make is told to the coordinator with the reason, and that the requester is promised nothing.
func TestWhatNobodyCanMakeIsNotPromised(t *testing.T) {
	w := newWorkshop(t)
	r := w.ask("visor", "24")
	require.NoError(t, w.loop.Foresee(t.Context()))
	require.Contains(t, w.desk.page("/desk/requests/"+string(r.ID)).main(), "Personne ne peut encore dire quand ce sera prêt")
	require.NotContains(t, w.browser().page("/track/"+w.track).main(), "prêt")
}

// Ensure that what was promised stays in the books, and that when it does not hold the requester reads that it moved and
// why, and the coordinator finds it in a list of its own.
func TestAPromiseThatMovedIsSaid(t *testing.T) {
	w := newWorkshop(t)
	w.approved("mask", "10")
	require.NoError(t, w.loop.Foresee(t.Context()))
	track := "/track/" + w.track
	var r fab.Request
	w.view(func(tx *store.Tx) (err error) { r, err = tx.Request(w.request.ID); return err })
	require.True(t, r.Told())
	require.NotContains(t, w.browser().page(track).main(), "Nous avions dit")
	require.NotContains(t, w.desk.page("/desk/requests").main(), "Plus tard que promis")
	require.NotContains(t, w.desk.page("/desk/requests?show=moved").main(), "EHPAD")

	require.NoError(t, w.store.Update(t.Context(), func(tx *store.Tx) error {
		r.ToldFrom, r.ToldTo = r.ToldFrom.Add(-72*time.Hour), r.ToldTo.Add(-72*time.Hour)
		return tx.SetRequest(&r)
	}))
	require.Contains(t, w.browser().page(track).main(), "Le travail prend plus de temps que prévu")
	require.Contains(t, w.desk.page("/desk/requests").main(), "Plus tard que promis")
	list := w.desk.page("/desk/requests?show=moved").main()
	require.Contains(t, list, "EHPAD")
	require.Contains(t, list, "Promis ")
	require.Contains(t, w.desk.page("/desk/requests/"+string(r.ID)).main(), "Plus tard que promis")

	b := w.batches(r.ID)[0]
	require.NoError(t, w.production.Pause(t.Context(), b.ID))
	require.NoError(t, w.loop.Step(t.Context()))
	require.NoError(t, w.loop.Foresee(t.Context()))
	require.Contains(t, w.browser().page(track).main(), "La fabrication est arrêtée pour le moment")
	require.Contains(t, w.desk.page("/desk/requests?show=moved").main(), "EHPAD", "nobody can say any more")
}

func (w *workshop) batches(id fab.RequestID) (list []fab.Batch) {
	w.view(func(tx *store.Tx) (err error) { list, err = tx.BatchesOf(id); return err })
	return list
}
