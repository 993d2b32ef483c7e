package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Ensure that a list is shown line by line before it does anything, is imported by a second act, and is taken back by a
// third; and that what is wrong with it stands on its page, escaped.
func TestAListIsShownImportedAndTakenBack(t *testing.T) {
	w := newWorkshop(t)
	before := len(w.makers())
	send := func(kind, text string) answer {
		return w.desk.files("/desk/imports", url.Values{"kind": {kind}}, file{"file", "liste.csv", []byte(text)})
	}
	require.Contains(t, send(fab.ImportMakers, "personne\nX\n").main(), "Il manque la colonne « nom »")
	require.Contains(t, send("", "nom\nX\n").main(), "Dites ce que contient la liste")
	require.Contains(t, w.desk.files("/desk/imports", url.Values{"kind": {fab.ImportMakers}}).main(), "Choisissez un fichier")

	a := send(fab.ImportMakers, "nom;commune;sait faire\nBécassine;Rue;couture\n<script>alert(1)</script>;;crochet\n")
	page := a.header.Get("Location")
	shown := w.desk.page(page)
	require.Contains(t, shown.main(), "Une ligne est à corriger")
	require.Contains(t, shown.main(), "3 Commune :")
	require.Contains(t, shown.main(), "Sait faire : Nous ne connaissons pas « crochet »")
	require.NotContains(t, shown.body, "<script>alert(1)")
	w.desk.does(page+"/confirm", url.Values{}, "rien n’a été importé")
	require.Len(t, w.makers(), before)

	page = send(fab.ImportMakers, "nom;commune;sait faire\nBécassine;Rue;couture\n").header.Get("Location")
	require.Contains(t, w.desk.page(page).main(), "Bécassine, Rue : nouveau bénévole")
	require.Len(t, w.makers(), before, "nothing is done yet")
	w.desk.does(page+"/confirm", url.Values{}, "La liste est importée")
	require.Len(t, w.makers(), before+1)
	require.Contains(t, w.desk.page("/desk/imports").main(), "liste.csv")
	w.desk.does(page+"/undo", url.Values{}, "rien n’en reste")
	require.Len(t, w.makers(), before)

	page = send(fab.ImportPlaces, "nom;commune;horaires\nMairie;Rue;lundi-vendredi 9h-12h\n").header.Get("Location")
	w.desk.does(page+"/confirm", url.Values{}, "La liste est importée")
	var hours fab.Hours
	w.view(func(tx *store.Tx) error {
		f, err := tx.FacilitiesNamed("Mairie", "Rue")
		hours = f[0].Hours
		return err
	})
	require.Equal(t, fab.Hours("mo-fr 9:00-12:00"), hours)
	empty := w.desk.get("/desk/imports/stock.csv")
	require.True(t, strings.HasPrefix(empty.body, "\ufeffmatiere;quantite"), empty.body)
	require.Equal(t, http.StatusNotFound, w.desk.get("/desk/imports/castles.csv").status)
	require.Equal(t, http.StatusNotFound, w.desk.get("/desk/imports/nobody").status)
}
