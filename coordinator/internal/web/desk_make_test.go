package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/web"
)

// Ensure that the page of what is made says why a batch waits, that its buttons turn it, and that what is over cannot
// be turned.
func TestProduction(t *testing.T) {
	w := newWorkshop(t)
	w.readyPrinter()
	b := w.approved("visor", "6")
	w.until("the planner says why", func(tx *store.Tx) bool {
		require.NoError(t, w.loop.Step(t.Context()))
		jobs, err := tx.JobsOf(b.ID)
		require.NoError(t, err)
		return jobs[0].Wait.Code == "wait_material"
	})
	for _, page := range []string{"/desk/production", "/desk/production/" + string(b.ID), "/desk/requests", "/desk/requests/" + string(w.request.ID)} {
		require.Contains(t, w.desk.page(page).main(), "Il manque", page)
	}
	require.Contains(t, w.desk.page("/desk/production").main(), "Bandeau × 6", "plates that wait for the same are one line")

	page := "/desk/production/" + string(b.ID)
	require.Contains(t, w.desk.does(page+"/pause", url.Values{}, "Le lot est en pause").main(), "En pause")
	w.desk.does(page+"/resume", url.Values{}, "Le lot reprend")
	w.desk.does(page+"/cancel", url.Values{}, "Le lot est abandonné")
	w.desk.does(page+"/pause", url.Values{}, "Cela a changé entre-temps")
	require.Contains(t, w.desk.page("/desk/production?show=done").main(), "6 visières")
	require.Equal(t, http.StatusNotFound, w.desk.get("/desk/production/nothing").status)
	require.Equal(t, http.StatusNotFound, w.desk.post("/desk/production/nothing/pause", url.Values{}).status)
}

// Ensure that a tile follows a print from the order to start to the count, offers what can be done in each state, and
// says why the printer got the plate.
func TestWallFollowsAPrint(t *testing.T) {
	w := newWorkshop(t)
	at := "/desk/printers/" + string(w.tortue.ID)
	wall := func() string { t.Helper(); return w.desk.page("/desk/printers").main() }
	require.Contains(t, wall(), "Plateau à vider", "nobody looked yet")
	w.desk.does(at+"/clear", url.Values{}, "plateau vidé")
	spool := w.spool()
	f := w.desk.page("/desk/printers").form(t, at+"/spool")
	require.Equal(t, "none", f.Get("spool"))
	require.Contains(t, w.desk.does(at+"/spool", url.Values{"spool": {string(spool.ID)}}, "bobine notée").main(), "Bobine F-001")
	w.gift("film-a4", "50")
	b := w.approved("visor", "6")
	w.plan(w.tortue.ID)
	require.Contains(t, wall(), "Départ demandé")

	w.reports(w.tortue.ID, fab.ReportStarted, "")
	w.says(w.tortue.ID, "printing")
	w.said.Store(w.tortue.ID, web.Telemetry{State: "printing", Percent: 42, Left: 70 * time.Minute, NozzleMilli: 240_000, NozzleTo: 240_000, BedMilli: 85_000, BedTo: 85_000, At: time.Now()})
	a := wall()
	for _, part := range []string{"Imprime 42 %", "reste 1 h 10", "240 / 240 °C", "Seule Tortue peut le faire", "Bandeau × 2"} {
		require.Contains(t, a, part)
	}
	require.Contains(t, w.desk.page("/desk/production/"+string(b.ID)).main(), "Imprime 42 %")
	w.desk.refuses(at+"/spool", url.Values{"spool": {"none"}}, "Un travail est en cours")
	w.desk.refuses(at+"/clear", url.Values{}, "Un travail est en cours")
	for act, order := range map[string]string{"pause": "pause", "resume": "resume", "cancel": "cancel", "stop": "stop-now"} {
		w.desk.sends(at+"/"+act, url.Values{})
		require.Contains(t, w.orders(), order)
	}

	w.reports(w.tortue.ID, fab.ReportFinished, "")
	w.says(w.tortue.ID, "to_clear")
	require.Contains(t, wall(), "2 pièces à compter")
	require.Contains(t, text(w.desk.page("/desk/requests").doc), "Fabrication 1 à traiter", "the navigation counts the plate")
	w.desk.refuses(at+"/clear", url.Values{"good": {"x"}, "bad": {"0"}}, "nombre entier")
	w.desk.refuses(at+"/clear", url.Values{"good": {"1"}, "bad": {"0"}}, "doivent faire 2")
	require.Empty(t, w.lots())
	w.desk.does(at+"/clear", url.Values{"good": {"1"}, "bad": {"1"}}, "plateau vidé")
	require.EqualValues(t, 1, w.lots()[0].Declared)
	batch := w.desk.page("/desk/production/" + string(b.ID)).main()
	require.Contains(t, batch, w.lots()[0].Code)
	require.Contains(t, batch, "F-001")
}

func (w *workshop) orders() (kinds []string) {
	w.t.Helper()
	w.view(func(tx *store.Tx) error {
		open, err := tx.OpenCommands()
		for _, c := range open {
			kinds = append(kinds, c.Kind)
		}
		return err
	})
	return kinds
}

// Ensure that an idle printer says why, can rest and come back, and that a print that ended badly only asks for an empty
// plate and comes back to the plan with its reason.
func TestWallOfIdleAndBrokenPrinters(t *testing.T) {
	w := newWorkshop(t)
	at := "/desk/printers/" + string(w.tortue.ID)
	w.readyPrinter()
	require.NoError(t, w.loop.Step(t.Context()))
	require.Contains(t, w.desk.page("/desk/printers?show=ready").main(), "Rien n’attend")
	require.Contains(t, w.desk.does(at+"/pause", url.Values{}, "pause demandée").main(), "Se repose")
	w.desk.does(at+"/resume", url.Values{}, "reparti")
	w.desk.refuses(at+"/cancel", url.Values{}, "Rien n’est en cours")
	w.desk.refuses(at+"/spool", url.Values{"spool": {"nothing"}}, "Choisissez une bobine")

	w.gift("film-a4", "50")
	b := w.approved("visor", "2")
	w.plan(w.tortue.ID)
	w.reports(w.tortue.ID, fab.ReportStarted, "")
	w.reports(w.tortue.ID, fab.ReportFailed, "thermal")
	w.says(w.tortue.ID, "error")
	require.Contains(t, w.desk.page("/desk/printers").main(), "Erreur")
	require.Contains(t, w.desk.page("/desk/production/"+string(b.ID)).main(), "Défaut de chauffe")
	w.desk.does(at+"/clear", url.Values{}, "plateau vidé")

	w.says(w.tortue.ID, "offline")
	require.Contains(t, w.desk.page("/desk/printers?show=offline").main(), "Hors ligne")
	require.Equal(t, http.StatusNotFound, w.desk.post("/desk/printers/nothing/pause", url.Values{}).status)
	require.Equal(t, http.StatusNotFound, w.desk.post("/desk/printers/"+string(w.sewing)+"/pause", url.Values{}).status, "hands are no printer")
}

// Ensure that gifts are received as they came or turned down, that the balance says what open batches need, and that the
// recall of a spool finds everything made from it.
func TestMaterials(t *testing.T) {
	w := newWorkshop(t)
	gift, other := w.pledge("film-a4", "50"), w.pledge("petg", "500")
	page := w.desk.page("/desk/materials")
	require.Contains(t, page.main(), "2 dons à recevoir")
	at := "/desk/donations/" + string(gift.ID)
	require.Equal(t, "50", page.form(t, at+"/receive").Get("count"))
	a := w.desk.refuses(at+"/receive", url.Values{"count": {"beaucoup"}}, "Écrivez un nombre")
	require.Equal(t, "beaucoup", a.form(t, at+"/receive").Get("count"))
	w.desk.refuses(at+"/receive", url.Values{"count": {"0"}}, "plus grand que zéro")
	w.desk.refuses(at+"/receive", url.Values{"count": {"8"}, "measure": {"g"}}, "ne se compte pas ainsi")
	w.desk.does(at+"/receive", url.Values{"count": {"20"}, "seen": {"0"}}, "Le don est reçu")
	w.desk.refuses(at+"/receive", url.Values{"count": {"20"}, "seen": {"0"}}, "vient de recevoir une partie")
	w.desk.refuses(at+"/refuse", url.Values{"why": {"no_room"}}, "le reste ne viendra pas")
	require.Contains(t, w.desk.page("/desk/materials").main(), "Déjà reçu : 20 feuilles")
	w.desk.does(at+"/receive", url.Values{"count": {"28"}, "last": {"yes"}, "seen": {"20"}}, "Le don est reçu")
	w.desk.refuses(at+"/receive", url.Values{"count": {"48"}}, "déjà reçu")
	w.desk.refuses(at+"/refuse", url.Values{"why": {"no_room"}}, "déjà reçu")
	w.desk.refuses("/desk/donations/"+string(other.ID)+"/refuse", url.Values{}, "Choisissez pourquoi")
	w.desk.does("/desk/donations/"+string(other.ID)+"/refuse", url.Values{"why": {"no_room"}, "said": {"Merci !"}}, "Le don est refusé")

	spool := w.readyPrinter()
	w.approved("visor", "60")
	require.Contains(t, w.desk.page("/desk/materials").main(), "Feuilles transparentes A4 48 pièces 0 pièce 60 pièces manque 12 pièces")
	w.printed(2)
	at = "/desk/spools/" + string(spool.ID)
	require.Contains(t, w.desk.page("/desk/materials").main(), "sur Tortue")
	w.byHand()
	w.desk.refuses(at+"/recall", url.Values{"reason": {" "}}, "Dites pourquoi")
	a = w.desk.post(at+"/recall", url.Values{"reason": {"humide"}})
	require.Equal(t, http.StatusSeeOther, a.status)
	recalled := w.desk.page(a.header.Get("Location")).main()
	require.Contains(t, recalled, "La bobine F-001 est rappelée")
	require.Contains(t, recalled, "humide")
	require.Contains(t, recalled, w.lots()[0].Code)
	require.Contains(t, w.desk.page("/desk/recalls").main(), "La bobine F-001 est rappelée")
	w.desk.refuses("/desk/recalls", url.Values{"reason": {"humide"}}, "choisissez ce qui est rappelé")
	w.desk.refuses("/desk/recalls", url.Values{"code": {"B-999"}, "reason": {"humide"}}, "ne porte ce code")
	a = w.desk.post("/desk/recalls", url.Values{"code": {strings.ToLower(w.lots()[0].Code)}, "reason": {"casse"}})
	require.Contains(t, w.desk.page(a.header.Get("Location")).main(), "Le sachet "+w.lots()[0].Code+" est rappelé")
	require.Equal(t, fab.LotBlocked, w.lots()[0].Status)
	require.Equal(t, http.StatusNotFound, w.desk.post("/desk/spools/nothing/recall", url.Values{"reason": {"x"}}).status)
}

// byHand moves, throws away, takes back and counts sheets as a coordinator does, and weighs a spool.
func (w *workshop) byHand() {
	t, film := w.t, "/desk/stock/material:film-a4"
	var sheets fab.Balance
	w.view(func(tx *store.Tx) error {
		held, err := tx.Holding(fab.MaterialItem("film-a4"))
		sheets = held[0]
		return err
	})
	from := "hub " + sheets.Source
	w.desk.refuses(film+"/move", url.Values{"from": {from}, "to": {string(w.maker.LocationID)}, "count": {"1000"}}, "pas assez")
	w.desk.refuses(film+"/scrap", url.Values{"from": {from}, "count": {"2"}}, "Dites pourquoi")
	require.Equal(t, film, w.desk.sends(film+"/scrap", url.Values{"from": {from}, "count": {"2"}, "note": {"mouillé"}}))
	page := w.desk.page(film).main()
	require.Contains(t, page, "Jeté · 2")
	require.Contains(t, page, "mouillé")
	var last fab.StockMove
	w.view(func(tx *store.Tx) error {
		moves, err := tx.LatestMoves(fab.MaterialItem("film-a4"), "", 1)
		last = moves[0]
		return err
	})
	require.Equal(t, film, w.desk.sends(film+"/undo", url.Values{"move": {string(last.ID)}, "note": {"sec"}}))
	w.desk.refuses(film+"/undo", url.Values{"move": {string(last.ID)}, "note": {"sec"}}, "déjà annulé")

	sheet := w.desk.page("/desk/count/hub").form(t, "/desk/count/hub")
	w.desk.refuses("/desk/count/hub", sheet, "Rien n’est compté")
	for name, v := range sheet {
		if strings.HasPrefix(name, "source_") && v[0] == sheets.Source {
			sheet.Set("counted_"+strings.TrimPrefix(name, "source_"), fmt.Sprint(sheets.Quantity))
		}
	}
	require.Equal(t, "/desk/materials", w.desk.sends("/desk/count/hub", sheet))
	require.Equal(t, http.StatusNotFound, w.desk.get("/desk/count/nowhere").status)
	require.Equal(t, http.StatusNotFound, w.desk.get("/desk/stock/material:gold").status)
}
