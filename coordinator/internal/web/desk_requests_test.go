package web_test

import (
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/intake"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Ensure that a call becomes a request, that a form with a hole comes back as it was typed and changes nothing, and that
// sending it twice makes one request.
func TestPhoneRequest(t *testing.T) {
	w := newWorkshop(t)
	f := w.desk.page("/desk/requests/new").form(t, "/desk/requests/new")
	typed := with(f, url.Values{
		"facility": {"EHPAD Les Tilleuls"}, "kind": {fab.FacilityCareHome}, "town": {""}, "contact": {"Accueil"}, "phone": {"03 22 00 00 00"},
		"qty_visor": {"24"}, "qty_hook": {"10"}, "need_by": {time.Now().Add(72 * time.Hour).Format(time.DateOnly)},
	})
	a := w.desk.refuses("/desk/requests/new", typed, "Donnez la commune")
	require.Equal(t, "24", a.form(t, "/desk/requests/new").Get("qty_visor"))
	require.Empty(t, w.requests())

	good := with(a.form(t, "/desk/requests/new"), url.Values{"town": {"Rue"}})
	page := w.desk.does("/desk/requests/new", good, "La référence à donner")
	require.Contains(t, page.main(), "24 visières et 10 crochets")
	w.desk.sends("/desk/requests/new", good)
	require.Len(t, w.requests(), 1)
	require.Equal(t, fab.ChannelPhone, w.requests()[0].Channel)
	list := w.desk.page("/desk/requests")
	require.Contains(t, list.main(), "1 demande attend votre réponse")
	require.Contains(t, list.main(), "EHPAD Les Tilleuls")
	require.Contains(t, text(list.doc), "Demandes 1 à traiter", "the navigation counts it")
}

func (w *workshop) requests() (list []fab.Request) {
	w.t.Helper()
	w.view(func(tx *store.Tx) (err error) { list, err = tx.Requests(); return err })
	return list
}

// Ensure that a coordinator promises at most what is asked, and that the requester then sees what was promised.
func TestApproveRequest(t *testing.T) {
	w := newWorkshop(t)
	r := w.ask("visor", "24")
	page := "/desk/requests/" + string(r.ID)
	f := w.desk.page(page).form(t, page+"/approve")
	require.Equal(t, "24", f.Get("qty_visor"), "what is asked is offered")
	for typed, sentence := range map[string]string{"25": "24 au plus", "x": "nombre entier", "0": "Promettez au moins une pièce"} {
		a := w.desk.refuses(page+"/approve", with(f, url.Values{"qty_visor": {typed}}), sentence)
		require.Equal(t, typed, a.form(t, page+"/approve").Get("qty_visor"))
	}
	require.Equal(t, fab.RequestReceived, w.requests()[0].Status)
	a := w.desk.does(page+"/approve", with(f, url.Values{"qty_visor": {"20"}}), "La demande est acceptée")
	require.Contains(t, a.main(), "20 visières")
	require.Contains(t, w.browser().page("/track/"+w.track).main(), "20")
	w.desk.refuses(page+"/refuse", url.Values{"reason": {"too_far"}}, "rechargez la page")
	require.Equal(t, http.StatusNotFound, w.desk.post("/desk/requests/nothing/approve", f).status)
}

// Ensure that a refusal needs one of the reasons, and that the requester reads it.
func TestRefuseRequest(t *testing.T) {
	w := newWorkshop(t)
	r := w.ask("visor", "24")
	page := "/desk/requests/" + string(r.ID)
	w.desk.refuses(page+"/refuse", url.Values{"reason": {""}}, "Dites pourquoi")
	w.desk.does(page+"/refuse", url.Values{"reason": {"duplicate"}}, "La demande est refusée")
	require.Contains(t, w.browser().page("/track/"+w.track).main(), "suivez la première")
	require.Contains(t, w.desk.page("/desk/requests?show=done").main(), "Refusée")
	require.NotContains(t, w.desk.page("/desk/requests").main(), "EHPAD")
}

// Ensure that each reason that a coordinator can choose is worded, and that the room takes it and the requester reads it.
func TestRefusalsAreWorded(t *testing.T) {
	w := newWorkshop(t)
	w.ask("visor", "1")
	offered := find(w.desk.page("/desk/requests/"+string(w.requests()[0].ID)).doc, "option")
	require.Len(t, offered, len(intake.RefuseReasons)+1, "one for no choice")
	for i, o := range offered {
		code := attr(o, "value")
		if code == "" {
			continue
		}
		r := w.ask("visor", strconv.Itoa(i+1))
		w.desk.sends("/desk/requests/"+string(r.ID)+"/refuse", url.Values{"reason": {code}})
		require.Contains(t, w.browser().page("/track/"+w.track).main(), "refusée")
	}
}

// Ensure that the coordinator can make a tracking link to read out, and that it opens the page.
func TestTrackingLink(t *testing.T) {
	w := newWorkshop(t)
	page := "/desk/requests/" + string(w.ask("visor", "24").ID)
	a := w.desk.post(page+"/link", url.Values{})
	require.Equal(t, http.StatusOK, a.status)
	link := ""
	for _, n := range find(a.doc, "a") {
		if text(n) == attr(n, "href") {
			link = attr(n, "href")
		}
	}
	require.Contains(t, link, w.server.URL+"/track/")
	require.Contains(t, w.browser().page(link[len(w.server.URL):]).main(), "24")
}

// Ensure that a second request of the same place is pointed out before it is answered.
func TestRequestOfTheSamePlace(t *testing.T) {
	w := newWorkshop(t)
	first := w.ask("visor", "24")
	second := w.ask("hook", "10")
	require.NotContains(t, w.desk.page("/desk/requests/"+string(first.ID)).main(), "déjà une demande")
	require.Contains(t, w.desk.page("/desk/requests/"+string(second.ID)).main(), "déjà une demande")
}
