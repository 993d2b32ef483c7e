package web_test

import (
	"bufio"
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// sliced is a lab whose printer has filament, and whose plates are all ready.
func sliced(t *testing.T) *workshop {
	t.Helper()
	w := newWorkshop(t)
	w.readyPrinter()
	w.until("every plate is ready", func(tx *store.Tx) bool {
		plates, err := tx.Plates("")
		require.NoError(t, err)
		ready := 0
		for _, p := range plates {
			if p.Status == fab.PlateReady {
				ready++
			}
		}
		return ready == 2
	})
	return w
}

func (w *workshop) visor() (d fab.DesignVersion) {
	w.t.Helper()
	w.view(func(tx *store.Tx) (err error) { d, err = tx.CurrentDesign("visor"); return err })
	return d
}

func (w *workshop) plateOf(d fab.DesignVersionID) fab.Plate {
	w.t.Helper()
	var plates []fab.Plate
	w.view(func(tx *store.Tx) (err error) { plates, err = tx.Plates(d); return err })
	require.NotEmpty(w.t, plates)
	return plates[0]
}

// Ensure that the list of products leads to each version, that its page tells what its files measure and where each plate
// stands, and that a plate can be called off and taken up again.
func TestVersionsAndTheirPlates(t *testing.T) {
	w := sliced(t)
	d := w.visor()
	page := "/desk/products/" + string(d.ID)
	list := w.desk.page("/desk/products")
	require.Contains(t, list.main(), "1 plateau prêt sur 1")
	require.Contains(t, list.body, `href="`+page+`"`)
	require.Contains(t, w.desk.page("/desk/production").body, `href="/desk/products"`)

	a := w.desk.page(page)
	for _, part := range []string{"1 plateau prêt sur 1", "Essayé", "Bandeau", "ender3", "0,4 mm", "Filament PETG", "10 min", "5 g", "ne contient aucune forme"} {
		require.Contains(t, a.main(), part)
	}
	file := w.desk.get(page + "/parts/visor-band")
	require.Equal(t, "solid visor-band", file.body)
	require.Equal(t, `attachment; filename="visor-band.stl"`, file.header.Get("Content-Disposition"))

	plate := "/desk/plates/" + string(w.plateOf(d.ID).ID)
	require.Contains(t, w.desk.does(plate+"/cancel", url.Values{}, "Le plateau est annulé").main(), "Annulé")
	w.desk.does(plate+"/retry", url.Values{}, "remis en préparation")
	w.until("the plate is ready again", func(tx *store.Tx) bool { return w.plateOf(d.ID).Status == fab.PlateReady })
	w.desk.does(plate+"/retry", url.Values{}, "Cela a changé entre-temps")
}

// Ensure that a machine that cannot make a plate, and one that failed for now, say why in words and when it is tried again.
func TestVersionSaysWhyAPlateIsMissing(t *testing.T) {
	w := sliced(t)
	d := w.visor()
	change := func(status fab.PlateStatus, why fab.Reason) string {
		p := w.plateOf(d.ID)
		p.Status, p.Why, p.NextTryAt = status, why, w.site.Now().Add(3600e9)
		require.NoError(t, w.store.Update(t.Context(), func(tx *store.Tx) error { return tx.SetPlate(&p) }))
		return w.desk.page("/desk/products/" + string(d.ID)).main()
	}
	a := change(fab.PlateImpossible, fab.Because("plate.too_big", "part_mm", "300 × 300", "bed_mm", "220 × 220"))
	require.Contains(t, a, "La pièce est trop grande : 300 × 300 mm")
	require.Contains(t, a, "1 ne convient pas à sa machine")
	a = change(fab.PlateFailed, fab.Because("slicing.slicer_limit"))
	require.Contains(t, a, "a dépassé ses limites")
	require.Contains(t, a, "nouvel essai vers")
}

// Ensure that the lab's files, plates and pictures are the coordinator's alone, and that a picture's address gives nothing
// that is no picture.
func TestProductsAreTheCoordinators(t *testing.T) {
	w := sliced(t)
	d := w.visor()
	w.account("tortue", w.maker.ID, fab.RoleMaker)
	maker := w.signed("tortue")
	page, plate := "/desk/products/"+string(d.ID), w.plateOf(d.ID)
	for _, path := range []string{"/desk/products", page, page + "/parts/visor-band", "/desk/picture/" + d.BOM.Parts[0].Picture + ".png", "/desk/live?on=plates&of=" + string(d.ID)} {
		require.Equal(t, http.StatusForbidden, maker.get(path).status, path)
		require.Equal(t, http.StatusSeeOther, w.browser().get(path).status, path)
	}
	require.Equal(t, http.StatusForbidden, maker.post("/desk/plates/"+string(plate.ID)+"/cancel", url.Values{}).status)
	require.Equal(t, fab.PlateReady, w.plateOf(d.ID).Status)

	require.Equal(t, http.StatusOK, w.desk.get("/desk/picture/"+d.BOM.Parts[0].Picture+".png").status)
	for _, path := range []string{
		"/desk/picture/" + plate.GCodeHash + ".png", "/desk/picture/" + d.BOM.Parts[0].ModelHash + ".png", "/desk/picture/..%2f..%2fetc.png", "/desk/picture/x",
		"/desk/products/nothing", page + "/parts/nothing", page + "/parts/..%2f",
	} {
		require.Equal(t, http.StatusNotFound, w.desk.get(path).status, path)
	}
	require.Equal(t, http.StatusNotFound, w.desk.post("/desk/plates/nothing/retry", url.Values{}).status)
}

// Ensure that the bar of a plate moves on an open page of its version in that page's language, and that other pages of
// the desk are not read again for it.
func TestPlatesMoveLive(t *testing.T) {
	w := sliced(t)
	d := w.visor()
	page := w.desk.page("/desk/products/" + string(d.ID))
	require.Contains(t, page.body, `data-live="/desk/live?on=plates&amp;of=`+string(d.ID)+`"`)
	lines := w.listen(w.desk, "/desk/live?on=plates&of="+string(d.ID))
	w.site.Changed([]fab.Change{{Code: store.PlateMoved, Subject: "p1", Args: fab.Args{"progress_pm": int64(420), "design": string(d.ID)}}})
	require.Contains(t, <-lines, `Se prépare 42`)
	w.site.Changed([]fab.Change{{Code: store.PlateMoved, Subject: "p1", Args: fab.Args{"progress_pm": int64(0), "design": string(d.ID)}}})
	require.Contains(t, <-lines, `"plate-p1"`)
	w.site.Changed([]fab.Change{{Code: store.PlateMoved, Subject: "p2", Args: fab.Args{"progress_pm": int64(10), "design": "another"}}})
	w.site.Changed([]fab.Change{{Code: "plate_ready", Subject: "p1"}})
	next := <-lines
	require.NotContains(t, next, "p2")
	require.Contains(t, next, `"main"`)
}

// listen reads the data of an event stream until the test ends.
func (w *workshop) listen(b *browser, path string) <-chan string {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.server.URL+path, nil)
	require.NoError(w.t, err)
	res, err := b.client.Do(req)
	require.NoError(w.t, err)
	require.Equal(w.t, http.StatusOK, res.StatusCode)
	lines, done := make(chan string, 16), make(chan struct{})
	go func() {
		defer close(done)
		for s := bufio.NewScanner(res.Body); s.Scan(); {
			if data, ok := strings.CutPrefix(s.Text(), "data: "); ok {
				lines <- data
			}
		}
	}()
	w.t.Cleanup(func() { cancel(); _ = res.Body.Close(); <-done })
	return lines
}
