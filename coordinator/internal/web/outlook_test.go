package web_test

import (
	"testing"

	"github.com/stretchr/testify/require"
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
