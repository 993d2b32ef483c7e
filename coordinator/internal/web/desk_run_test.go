package web_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/delivery"
	"github.com/mailleur/mailleur/coordinator/internal/intake"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// another is one more approved request with one box.
func (l *lab) another(t *testing.T) fab.Request {
	t.Helper()
	receipt, err := l.intake.Ask(t.Context(), intake.Form{
		Facility: fab.Facility{Name: "Mairie de Quend", Kind: fab.FacilityTown, Town: "Quend", Contact: "Accueil", Phone: "03 00 00 00 00"}, Quantities: map[string]string{"visor": "2"},
		NeedBy: time.Now().Add(72 * time.Hour).Format(time.DateOnly), Channel: fab.ChannelWeb, SubmitKey: "another",
	})
	require.NoError(t, err)
	require.NoError(t, l.intake.Approve(t.Context(), receipt.Request.ID))
	require.NoError(t, l.store.Update(t.Context(), func(tx *store.Tx) error {
		design, err := tx.CurrentDesign("visor")
		require.NoError(t, err)
		box := fab.Box{ID: store.NewID[fab.BoxID](tx), Code: "B-900", RequestID: receipt.Request.ID, Status: fab.BoxPacked, CreatedAt: tx.Now()}
		kit := fab.Kit{ID: store.NewID[fab.KitID](tx), RequestID: receipt.Request.ID, Product: "visor", DesignID: design.ID, Quantity: 2, BoxID: box.ID, CreatedAt: tx.Now()}
		require.NoError(t, tx.AddBox(&box))
		require.NoError(t, tx.AddKit(&kit, nil))
		return tx.Post(fab.StockMove{Item: fab.KitItem("visor"), Source: string(kit.ID), From: fab.OutsideMade, To: fab.TheHub, Quantity: 2, Why: "kitted", Subject: string(kit.ID)})
	}))
	return receipt.Request
}

// someone is an account of the lab's.
func (l *lab) someone(t *testing.T) (id fab.AccountID) {
	t.Helper()
	require.NoError(t, l.store.Update(t.Context(), func(tx *store.Tx) error {
		a := fab.Account{ID: store.NewID[fab.AccountID](tx), Login: "someone", Name: "Bureau", Roles: []string{fab.RoleCoordinator}, CreatedAt: tx.Now()}
		id = a.ID
		return tx.AddAccount(&a)
	}))
	return id
}

// Ensure that the coordinator moves stops, keys a sheet of paper with its time, adds and takes off stops, closes the run once,
// and answers a report that differs.
func TestDeskRun(t *testing.T) {
	w := newWorkshop(t)
	request, _ := w.ready(16)
	other := w.another(t)
	planned, err := w.delivery.Plan(t.Context(), delivery.NewRun{Driver: "Une voisine", Day: time.Now().Format(time.DateOnly), NewStops: delivery.NewStops{Requests: []fab.RequestID{request.ID, other.ID}}})
	require.NoError(t, err)
	at := "/desk/runs/" + string(planned.Run.ID)
	order := func() string {
		v, err := w.delivery.Show(t.Context(), planned.Run.ID)
		require.NoError(t, err)
		return fmt.Sprint(v.Stops[0].Stop.No, v.Stops[1].Stop.No)
	}
	require.Contains(t, w.desk.page(at).main(), "Tournée T-001 : encore 2 arrêts")
	require.Equal(t, "1 2", order())
	w.desk.does(at+"/stops/1/down", url.Values{}, "L’arrêt a changé de place")
	require.Equal(t, "2 1", order())
	w.desk.does(at+"/order", url.Values{}, "nouvel ordre")
	w.desk.does(at+"/stops/2/off", url.Values{}, "L’arrêt est retiré")
	box := ""
	for _, n := range find(w.desk.page(at).doc, "input") {
		if attr(n, "name") == "box" {
			box = attr(n, "value")
		}
	}
	w.desk.refuses(at+"/add", url.Values{}, "Choisissez au moins un arrêt")
	w.desk.does(at+"/add", url.Values{"box": {box}}, "de nouveaux arrêts")

	stop := w.desk.page(at + "/stop/1")
	require.NotContains(t, stop.body, "driver.js", "the desk has network")
	f := with(stop.form(t, at+"/stop/1/deliver"), url.Values{"receiver": {"Accueil"}, "clock": {"25:00"}})
	w.desk.refuses(at+"/stop/1/deliver", f, "Écrivez une heure")
	f.Set("clock", "00:01")
	require.Equal(t, at, w.desk.sends(at+"/stop/1/deliver", f))
	require.Contains(t, w.desk.page(at+"/stop/1").main(), "Reçu par Accueil")

	w.desk.refuses(at+"/close", url.Values{}, "Cochez la case")
	w.desk.does(at+"/close", url.Values{"confirm": {"yes"}}, "La tournée est close")
	require.Contains(t, w.desk.does(at+"/close", url.Values{"confirm": {"yes"}}, "est finie depuis").main(), "Close par")
	driver := w.browser()
	a := driver.post("/run/"+planned.Token+"/stop/3/deliver", url.Values{"receiver": {"La mairie"}, "key": {"k"}})
	require.Equal(t, http.StatusConflict, a.status)
	require.Contains(t, a.main(), "L’atelier regarde les deux récits")
	page := w.desk.page("/desk/deliveries")
	require.Contains(t, page.main(), "deux récits différents")
	trust := ""
	for _, n := range find(page.doc, "form") {
		if action := attr(n, "action"); strings.HasSuffix(action, "/trust") {
			trust = action
		}
	}
	w.desk.does(trust, url.Values{}, "Le registre suit le chauffeur")
	w.desk.does(trust, url.Values{}, "Quelqu’un a déjà répondu")
	require.Contains(t, w.desk.page(at).main(), "Reçu par La mairie")
}

// Ensure that a photo is kept as proof without what the telephone wrote into it, for the desk alone, and that a script gets
// words instead of a page.
func TestProofByPhoto(t *testing.T) {
	w := newWorkshop(t)
	request, _ := w.ready(16)
	run := w.drive(request)
	driver := w.browser()
	driver.header.Set("Accept", "application/json")
	a := driver.post(run+"/stop/1/deliver", url.Values{"receiver": {" "}})
	require.Equal(t, http.StatusUnprocessableEntity, a.status)
	require.Contains(t, a.body, `"word":"Écrivez le nom`)

	var picture, body bytes.Buffer
	require.NoError(t, png.Encode(&picture, image.NewGray(image.Rect(0, 0, 40, 30))))
	form := multipart.NewWriter(&body)
	require.NoError(t, form.WriteField("receiver", "Accueil"))
	file, err := form.CreateFormFile("photo", "a.png")
	require.NoError(t, err)
	_, err = file.Write(picture.Bytes())
	require.NoError(t, err)
	require.NoError(t, form.Close())
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.server.URL+run+"/stop/1/deliver", &body)
	require.NoError(t, err)
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	answer, err := driver.client.Do(req)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)

	var id fab.RunID
	w.view(func(tx *store.Tx) error {
		runs, err := tx.Runs()
		id = runs[0].ID
		return err
	})
	shown := w.desk.page("/desk/runs/" + string(id))
	at := ""
	for _, n := range find(shown.doc, "a") {
		if strings.HasPrefix(attr(n, "href"), "/desk/proofs/") {
			at = attr(n, "href")
		}
	}
	require.NotEmpty(t, at)
	require.Equal(t, "image/jpeg", w.desk.get(at).header.Get("Content-Type"))
	require.Equal(t, http.StatusSeeOther, w.browser().get(at).status, "not for whoever has no account")
	require.Equal(t, http.StatusNotFound, w.desk.get(at+"x").status)
}

// Ensure that the place where runs begin is noted, and that no nonsense is.
func TestHub(t *testing.T) {
	w := newWorkshop(t)
	w.desk.refuses("/desk/hub", url.Values{"town": {"Abbeville"}, "at": {"nord"}}, "Écrivez une position")
	w.desk.does("/desk/hub", url.Values{"town": {"Abbeville"}, "postcode": {"80100"}, "at": {"50,1056; 1.8337"}}, "Les tournées partent de là")
	f := w.desk.page("/desk/deliveries").form(t, "/desk/hub")
	require.Equal(t, []string{"Abbeville", "50.105600, 1.833700"}, []string{f.Get("town"), f.Get("at")})
}
