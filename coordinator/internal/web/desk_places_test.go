package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

const registerCSV = "finess;etalab;93;2026-05-12\n" +
	"structureet;800000010;800000001;TILLEULS;EHPAD LES TILLEULS;;;12;R;DES DUNES;;;649;80;SOMME;80120 RUE;0322000000;;500;;;;;;;;;;;;;\n" +
	"structureet;80000OO28;800000001;X;X;;;;;;;;;;;;;;500;;;;;;;;;;;;;\n" +
	"geolocalisation;800000010;610000;7010000;1,ATLASANTE,96,BAN,L93_METROPOLE;2026-05-04\n"

func (w *workshop) places() (list []fab.Facility) {
	w.t.Helper()
	w.view(func(tx *store.Tx) (err error) { list, err = tx.Facilities(); return err })
	return list
}

// Ensure that a file of the register is taken in on its page, with what was wrong named, and what is none is refused there.
func TestTheRegisterIsTakenInOnItsPage(t *testing.T) {
	w := newWorkshop(t)
	a := w.desk.files("/desk/register", nil, file{"file", "x.csv", []byte("nom;ville\n")})
	require.Equal(t, http.StatusUnprocessableEntity, a.status)
	require.Contains(t, a.main(), "Ce n’est pas un fichier du registre")
	a = w.desk.files("/desk/register", url.Values{"x": {"y"}})
	require.Contains(t, a.main(), "Choisissez un fichier")
	a = w.desk.files("/desk/register", nil, file{"file", "etalab.csv", []byte(registerCSV)})
	require.Equal(t, http.StatusOK, a.status)
	require.Contains(t, a.main(), "Un établissement lu")
	require.Contains(t, a.main(), "3 80000OO28 « 80000OO28 » n’est pas un numéro FINESS")
	require.Contains(t, w.desk.page("/desk/places").main(), "Un établissement, fichier du mardi 12 mai")
	require.NotEqual(t, http.StatusOK, w.browser().get("/desk/register").status)
}

// Ensure that the public form proposes the place of the register that is meant, once, and goes on with it or without; and
// that the number alone fills the rest in.
func TestTheFormProposesThePlaceThatIsMeant(t *testing.T) {
	w := newWorkshop(t)
	w.desk.files("/desk/register", nil, file{"file", "etalab.csv", []byte(registerCSV)})
	typed := url.Values{
		"key": {"k1"}, "step": {"who"}, "go": {"when"}, "qty_visor": {"24"}, "facility": {"Résidence « Les Tilleuls »"}, "kind": {fab.FacilityCareHome}, "town": {"Rue"}, "contact": {"Accueil"}, "phone": {"03 00 00 00 00"},
	}
	b := w.browser()
	a := b.post("/ask", typed)
	require.Equal(t, http.StatusOK, a.status)
	require.Contains(t, a.main(), "Est-ce ce lieu ? Le registre")
	require.Contains(t, a.main(), "EHPAD LES TILLEULS 12 rue DES DUNES, 80120 RUE · 800000010")
	again := a.form(t, "/ask")
	again.Set("go", "when")
	require.Contains(t, b.post("/ask", with(again, url.Values{"finess": {"none"}})).main(), "Pour quand")
	a = b.post("/ask", with(again, url.Values{"finess": {"800000010"}}))
	require.NotContains(t, a.main(), "Est-ce ce lieu")
	done := with(a.form(t, "/ask"), url.Values{"go": {"send"}, "need_by": {time.Now().Add(72 * time.Hour).Format(time.DateOnly)}})
	b.sends("/ask", done)
	place := w.places()[0]
	require.Equal(t, []string{"800000010", "800000001", "12 rue DES DUNES", "Résidence « Les Tilleuls »"}, []string{place.FinessET, place.FinessEJ, place.Address, place.Name})
	require.Equal(t, fab.FacilityNew, place.Status)

	alone := url.Values{"key": {"k2"}, "step": {"who"}, "go": {"when"}, "qty_visor": {"4"}, "finess": {"80 000 001 0"}, "contact": {"Nuit"}, "phone": {"03 00 00 00 01"}}
	a = w.browser().post("/ask", alone)
	require.Equal(t, "EHPAD LES TILLEULS", a.form(t, "/ask").Get("facility"))
	a = w.browser().post("/ask", with(alone, url.Values{"finess": {"12"}}))
	require.Contains(t, a.main(), "a neuf chiffres")
	shop := with(typed, url.Values{"kind": {fab.FacilityShop}})
	require.NotContains(t, w.browser().post("/ask", shop).main(), "Est-ce ce lieu", "a shop is in no such register")
}

// Ensure that a coordinator looks at a new place, links it to the register, gives it sites and people, and that a request
// is brought to the site chosen.
func TestAPlaceIsLookedAt(t *testing.T) {
	w := newWorkshop(t)
	w.desk.files("/desk/register", nil, file{"file", "etalab.csv", []byte(registerCSV)})
	r := w.ask("visor", "24")
	list := w.desk.page("/desk/places")
	require.Contains(t, list.main(), "à regarder")
	page := "/desk/places/" + string(r.FacilityID)
	a := w.desk.page(page)
	require.Contains(t, a.main(), "Le registre connaît un lieu qui lui ressemble")
	w.desk.does(page+"/listed", url.Values{"finess": {"800000010"}}, "relié au registre")
	w.desk.does(page+"/approve", url.Values{}, "dans le registre")
	f := w.desk.page(page).form(t, page)
	require.Equal(t, "50.181665, 1.741320", f.Get("at"))
	f.Set("hours", "lundi-vendredi 8h-11h30")
	w.desk.does(page, f, "enregistré")
	require.Equal(t, fab.Hours("mo-fr 8:00-11:30"), w.places()[0].Hours)
	require.Contains(t, w.desk.refuses(page, with(f, url.Values{"town": {""}, "finess": {""}}), "Donnez la commune").main(), "Autres personnes")

	w.desk.does(page+"/sites/new", url.Values{"site": {"Quai"}, "access": {"<script>alert(1)</script>"}}, "Quai")
	w.desk.refuses(page+"/sites/new", url.Values{"site": {""}}, "Donnez un nom à ce site")
	w.desk.does(page+"/contacts", url.Values{"who": {"Sterne"}, "their_phone": {"03 00 00 00 01"}}, "Sterne")
	w.desk.refuses(page+"/contacts", url.Values{"who": {"Sterne"}}, "Donnez un numéro ou une adresse")
	request := "/desk/requests/" + string(r.ID)
	choices := find(w.desk.page(request).doc, "option")
	var quai string
	for _, o := range choices {
		if text(o) == "Quai" {
			quai = attr(o, "value")
		}
	}
	w.desk.does(request+"/site", url.Values{"site": {quai}}, "livrée")
	require.Equal(t, fab.SiteID(quai), w.requests()[0].SiteID)
	w.desk.does(request+"/site", url.Values{"site": {"main"}}, "livrée")
	require.Empty(t, w.requests()[0].SiteID)
	require.Equal(t, http.StatusNotFound, w.desk.get("/desk/places/nobody").status)
	require.Equal(t, http.StatusNotFound, w.desk.get(page+"/sites/nobody").status)
}

// Ensure that places are found by any of their words, and that one written by hand is not there twice.
func TestPlacesAreFoundAndNotDoubled(t *testing.T) {
	w := newWorkshop(t)
	f := url.Values{"facility": {"Boulangerie de l’Étoile"}, "kind": {fab.FacilityShop}, "town": {"Le Crotoy"}}
	w.desk.does("/desk/places/new", f, "enregistré")
	w.desk.refuses("/desk/places/new", with(f, url.Values{"facility": {"boulangerie de l'etoile"}}), "Nous connaissons déjà ce lieu")
	require.Contains(t, w.desk.page("/desk/places?q="+url.QueryEscape("ETOILE crotoy")).main(), "Boulangerie")
	require.Contains(t, w.desk.page("/desk/places?q=rien").main(), "Aucun lieu ici")
	require.False(t, strings.Contains(w.desk.page("/desk/places?q="+url.QueryEscape("<script>")).body, "<script>alert"))
}
