package web_test

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Ensure that a batch is opened by hand once, that the form is shown again with what is wrong, and that a change says what
// it does before it does it.
func TestABatchIsOpenedAndChangedByHand(t *testing.T) {
	w := newWorkshop(t)
	page := w.desk.page("/desk/batches/new")
	f := page.form(t, "/desk/batches")
	var visor fab.DesignVersion
	w.view(func(tx *store.Tx) (err error) { visor, err = tx.CurrentDesign("visor"); return err })
	f.Set("design", string(visor.ID))
	f.Set("quantity", "many")
	f.Set("day", time.Now().AddDate(0, 0, 3).Format(time.DateOnly))
	w.desk.refuses("/desk/batches", f, "nombre entier")
	f.Set("quantity", "8")
	for range 2 {
		require.Equal(t, "/desk/production/"+f.Get("key"), w.desk.sends("/desk/batches", f))
	}
	id := fab.BatchID(f.Get("key"))
	w.until("jobs are planned", func(tx *store.Tx) bool {
		jobs, err := tx.JobsOf(id)
		require.NoError(t, err)
		return len(jobs) == 4
	})
	at := "/desk/production/" + string(id)
	change := w.desk.page(at).form(t, at+"/change")
	require.Equal(t, "8", change.Get("quantity"))
	change.Set("quantity", "0")
	w.desk.refuses(at+"/change", change, "plus grand que zéro")
	change.Set("quantity", "4")
	asked := w.desk.post(at+"/change", change)
	require.Equal(t, http.StatusOK, asked.status)
	require.Contains(t, asked.main(), "2 plateaux qui attendent sont retirés.")
	quantity := func() (n int64) {
		w.view(func(tx *store.Tx) error { b, err := tx.Batch(id); n = b.Quantity; return err })
		return n
	}
	require.EqualValues(t, 8, quantity(), "nothing is changed yet")
	w.desk.does(at+"/change", asked.form(t, at+"/change"), "C’est changé")
	require.EqualValues(t, 4, quantity())
}

// Ensure that bad pieces come with a reason and a photo that only the coordinator sees, and that a printer of which two
// plates fail is held on both pages until somebody says what was done.
func TestBadPiecesAndAHeldPrinter(t *testing.T) {
	w := newWorkshop(t)
	w.readyPrinter()
	w.gift("film-a4", "50")
	b := w.approved("visor", "8")
	at := "/desk/printers/" + string(w.tortue.ID)
	var photo bytes.Buffer
	require.NoError(t, png.Encode(&photo, image.NewGray(image.Rect(0, 0, 8, 8))))
	for i := range 2 {
		w.plan(w.tortue.ID)
		w.reports(w.tortue.ID, fab.ReportStarted, "")
		w.reports(w.tortue.ID, fab.ReportFinished, "")
		fields := url.Values{"good": {"0"}, "bad": {"2"}, "why": {"stringing"}}
		if i == 0 {
			require.Equal(t, http.StatusUnprocessableEntity, w.desk.files(at+"/clear", fields, file{"photo", "a.jpg", []byte("no photo")}).status)
		}
		require.Equal(t, http.StatusSeeOther, w.desk.files(at+"/clear", fields, file{"photo", "a.png", photo.Bytes()}).status)
		w.says(w.tortue.ID, "ready")
	}
	lot := w.lots()[0]
	require.Equal(t, "stringing", lot.BadWhy)
	require.Contains(t, w.desk.page("/desk/production/"+string(b.ID)).main(), "2 ratées · des fils")
	require.Equal(t, http.StatusOK, w.desk.get("/desk/lots/"+string(lot.ID)+"/photo").status)
	require.NotEqual(t, http.StatusOK, w.browser().get("/desk/lots/"+string(lot.ID)+"/photo").status)
	require.Contains(t, w.desk.page("/desk/printers").main(), "Rien de bon sur ses deux derniers plateaux")
	w.desk.refuses(at+"/release", url.Values{"word": {" "}}, "ce qui a été fait")
	w.desk.does(at+"/trial", url.Values{}, "plateau d’essai")
	w.plan(w.tortue.ID)
	w.reports(w.tortue.ID, fab.ReportStarted, "")
	w.reports(w.tortue.ID, fab.ReportFinished, "")
	require.Equal(t, http.StatusSeeOther, w.desk.files(at+"/clear", url.Values{"good": {"2"}, "bad": {"0"}}).status)
	w.view(func(tx *store.Tx) error {
		row, err := tx.Worker(w.tortue.ID)
		require.Empty(t, row.Hold.Code)
		return err
	})
}

// Ensure that a request of some days is asked about on the requester's page and the coordinator's, that one tap is enough,
// and that who prints for a request that is cancelled reads where the pieces go.
func TestAnOldRequestIsAskedAbout(t *testing.T) {
	w := newWorkshop(t)
	w.readyPrinter()
	w.gift("film-a4", "50")
	w.approved("visor", "8")
	require.NotContains(t, w.browser().page("/track/"+w.track).main(), "toujours utile")
	require.NoError(t, w.store.Update(t.Context(), func(tx *store.Tx) error {
		r, err := tx.Request(w.request.ID)
		r.CreatedAt = tx.Now().AddDate(0, 0, -6)
		require.NoError(t, err)
		return tx.SetRequest(&r)
	}))
	require.NoError(t, w.loop.Step(t.Context()))
	require.Contains(t, w.desk.page("/desk/production").main(), "plus de cinq jours")
	require.Contains(t, w.desk.page("/desk/requests/"+string(w.request.ID)).main(), "Est-ce toujours utile")
	place := w.browser()
	still := "/track/" + w.track + "/still"
	f := place.page("/track/"+w.track).form(t, still)
	require.Equal(t, "8", f.Get("qty_visor"))
	f.Set("qty_visor", "9")
	require.Contains(t, place.post(still, f).main(), "C’est trop")
	f.Set("qty_visor", "6")
	require.Equal(t, "/track/"+w.track, place.sends(still, f))
	require.NotContains(t, place.page("/track/"+w.track).main(), "toujours utile")
	w.plan(w.tortue.ID)
	w.reports(w.tortue.ID, fab.ReportStarted, "")
	require.NoError(t, w.intake.Cancel(t.Context(), w.track))
	w.until("the batch is given up", func(tx *store.Tx) bool {
		batches, err := tx.BatchesOf(w.request.ID)
		require.NoError(t, err)
		return batches[0].Status == fab.BatchCancelled
	})
	require.Contains(t, w.desk.page("/desk/printers").main(), "les pièces iront au stock")
}
