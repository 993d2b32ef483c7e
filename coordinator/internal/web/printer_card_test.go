package web_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// withCard adds a printer that its maker feeds by SD card, and signs the maker in.
func (w *workshop) withCard() (fab.WorkerID, *browser) {
	w.t.Helper()
	maker, b := w.volunteer("Galet")
	require.NoError(w.t, w.store.Update(w.t.Context(), func(tx *store.Tx) error {
		now := tx.Now()
		return tx.AddWorker(&fab.Worker{ID: "carte", Kind: fab.WorkerPrinter, Name: "Carte", MakerID: maker.ID, Model: "ender3", NozzleUM: 400, Filament: "petg",
			PlateClear: true, TimeFactorPM: 1000, CreatedAt: now, UpdatedAt: now})
	}))
	return "carte", b
}

// Ensure that the page of a printer without an agent says what to print next, gives the file and takes the count, to its
// maker and to the desk for who is on the phone, and that no tile shows temperatures that nobody measures.
func TestAPrinterWithACardIsServedOnItsPage(t *testing.T) {
	w := newWorkshop(t)
	id, maker := w.withCard()
	mine, desk := "/maker/printers/"+string(id), "/desk/printers/"+string(id)
	require.Contains(t, maker.page(mine).main(), "À imprimer")
	require.NotContains(t, w.desk.page("/desk/printers/"+string(w.tortue.ID)).main(), "À imprimer", "a box prints for that one")
	w.gift("film-a4", "50")
	w.approved("visor", "6")
	w.readyPrinter()

	first := w.plan(id)
	require.Contains(t, maker.page("/maker").main(), "Voir la proposition")
	require.Contains(t, w.desk.page("/desk/printers").main(), "Carte SD, sans boîtier")
	require.Contains(t, maker.page(mine).main(), "Je m’en occupe")
	require.Contains(t, w.desk.page(desk).main(), "Accepté au téléphone")
	offer := "/desk/offers/" + string(first.ID)
	w.desk.refuses(offer+"/accept", url.Values{"hand_in": {"2020-04-03"}}, "Accepté au téléphone")
	require.Contains(t, w.desk.does(offer+"/accept", url.Values{"hand_in": {time.Now().AddDate(0, 0, 3).Format(time.DateOnly)}}, "Carte s’en occupe").main(), "C’est fait")
	require.Contains(t, w.desk.page("/desk/printers").main(), "En main, à rendre")
	for b, side := range map[*browser]string{maker: "/maker", w.desk: "/desk"} {
		file := b.get(side + "/work/" + string(first.ID) + "/file")
		require.Equal(t, http.StatusOK, file.status)
		require.Contains(t, file.body, "G28")
		require.Contains(t, file.header.Get("Content-Disposition"), ".gcode")
	}
	require.Equal(t, http.StatusForbidden, maker.get("/desk/work/"+string(first.ID)+"/file").status)
	work := "/desk/work/" + string(first.ID) + "/handin"
	w.desk.refuses(work, url.Values{"good": {"x"}, "bad": {"0"}}, "nombre entier")
	w.desk.sends(work, url.Values{"good": {"2"}, "bad": {"0"}})
	require.EqualValues(t, 2, w.lots()[0].Declared)

	second := w.plan(id)
	w.desk.does("/desk/offers/"+string(second.ID)+"/decline", url.Values{}, "on demande à quelqu’un d’autre")
	streamed := w.plan(w.tortue.ID)
	require.Equal(t, http.StatusNotFound, w.desk.get("/desk/work/"+string(streamed.ID)+"/file").status, "a box fetches its own")
}
