package web_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// called is a lab that delivered a box of visors, beside which lay hooks; more of the same bags is at their maker's, and so
// is the spool that somebody gave. The spool is recalled.
func called(t *testing.T) (w *shipped, at string) {
	t.Helper()
	w = newShipped(t)
	require.NoError(t, w.store.Update(t.Context(), func(tx *store.Tx) error {
		hook, err := tx.CurrentDesign("hook")
		require.NoError(t, err)
		kit := fab.Kit{ID: "other", RequestID: w.request.ID, Product: "hook", DesignID: hook.ID, Quantity: 5, BoxID: w.box.ID, CreatedAt: tx.Now()}
		made := fab.StockMove{Item: fab.KitItem("hook"), Source: "other", From: fab.OutsideMade, To: w.run.VehicleID, Quantity: 5, Why: "kitted", Subject: "other"}
		return errors.Join(tx.AddKit(&kit, nil), tx.Post(made))
	}))
	driver := w.browser()
	form := driver.page(w.driver+"/stop/2").form(t, w.driver+"/stop/2/deliver")
	driver.sends(w.driver+"/stop/2/deliver", with(form, url.Values{"receiver": {"Mme Martin"}}))
	a := w.desk.post("/desk/spools/"+string(w.in.SpoolID)+"/recall", url.Values{"reason": {"casse net"}})
	require.Equal(t, http.StatusSeeOther, a.status, a.main())
	return w, a.header.Get("Location")
}

// Ensure that a recall is told to whoever got some, made some or gave what it was made from, each in words of its own; that
// answers by telephone and by link and what came back are counted; and that what came with it is said to be fine.
func TestARecallToItsEnd(t *testing.T) {
	w, at := called(t)
	request := w.request
	page := w.desk.page(at)
	require.Contains(t, page.main(), "3 personnes et lieux à prévenir")
	w.desk.refuses(at+"/words", url.Values{"way": {"fetch"}, "day": {"hier"}}, "date")
	day := time.Now().AddDate(0, 0, 2)
	w.desk.does(at+"/words", url.Values{"way": {"fetch"}, "day": {day.Format(time.DateOnly)}, "answers": {"Mme Delattre, 03 22 00 00 00"}, "words": {"Le bandeau se fend.\nIl peut blesser."}}, "Les lettres le disent")

	facility, maker, donor := at+"/to/facility/"+string(request.FacilityID), at+"/to/maker/"+string(w.maker.ID), ""
	for _, a := range find(page.doc, "a") {
		if strings.Contains(attr(a, "href"), "/to/donor/") {
			donor = attr(a, "href")
		}
	}
	letters := map[string][]string{
		facility: {"Ne vous servez plus", w.box.Code, w.in.Code, "Le reste des mêmes boîtes", "5 × Crochet mains libres", "passe le reprendre", "Mme Delattre", "Il peut blesser"},
		maker:    {"Mettez de côté ce qui est encore chez vous", "reproche de personne", "F-001", w.away.Code, "passe le reprendre"},
		donor:    {"Avec votre don", "La bobine elle-même est en cause", "Merci encore"},
	}
	for to, said := range letters {
		shown, paper := w.desk.page(to).main(), w.desk.page(to+"/paper").main()
		for _, words := range said {
			require.Contains(t, shown, words, to)
			require.Contains(t, paper, words, to)
		}
	}
	require.NotContains(t, w.desk.page(donor).main(), "Ne vous servez plus")
	w.desk.paper(at, "Avec votre don", "Ne vous servez plus", "F-001")

	w.desk.does(maker+"/told", url.Values{"how": {"call"}}, "C’est noté")
	w.desk.does(at+"/told", url.Values{"how": {"letter"}}, "Tous le savent")
	w.desk.refuses(facility+"/answer", url.Values{}, "Écrivez combien il en reste")
	w.desk.refuses(facility+"/answer", url.Values{"aside": {"beaucoup"}}, "nombre")

	link := w.desk.does(facility+"/link", url.Values{}, "Envoyez ce lien")
	path := link.body[strings.Index(link.body, w.server.URL+"/recall/")+len(w.server.URL):]
	path, _, _ = strings.Cut(path, `"`)
	guest := w.browser()
	require.Contains(t, guest.page(path).main(), "Mettez ceci de côté")
	require.Contains(t, guest.page(path+"/paper").main(), w.in.Code)
	require.Equal(t, path, guest.sends(path, url.Values{"aside": {"1"}, "gone": {"1"}, "note": {"une donnée"}}))
	require.Contains(t, guest.page(path).main(), "1 de côté, 1 plus là")
	require.Equal(t, http.StatusNotFound, guest.get("/recall/nothing").status)
	require.Contains(t, w.desk.page(at).main(), "1 sur 2")

	left := w.kits(request.ID, fab.PlaceOf(fab.LocationFacility, string(request.FacilityID)))
	part := ""
	for _, n := range find(w.desk.page(facility).doc, "option") {
		part = attr(n, "value")
	}
	w.desk.refuses(facility+"/back", url.Values{"part": {part}, "count": {"11"}}, "plus que ce qui a été livré")
	w.desk.refuses(facility+"/back", url.Values{"part": {"other"}, "count": {"1"}}, "Choisissez de quelle boîte")
	w.desk.does(facility+"/back", url.Values{"part": {part}, "count": {"1"}}, "repris")
	require.Contains(t, w.desk.page(at).main(), "1 sur 2")
	require.Equal(t, left-1, w.kits(request.ID, fab.PlaceOf(fab.LocationFacility, string(request.FacilityID))))
	w.desk.does(facility+"/back", url.Values{"part": {part}, "count": {"1"}}, "repris")
	require.NotContains(t, w.desk.page(facility).body, "/back")
}
