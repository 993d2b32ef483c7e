package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/delivery"
	"github.com/mailleur/mailleur/coordinator/internal/intake"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/supply"
)

// ready puts count visors of an approved request into boxes of the given sizes, as if they had been made and checked,
// and returns the tracking token.
func (l *lab) ready(sizes ...int64) (request fab.Request, track string) {
	l.t.Helper()
	ctx, count := l.t.Context(), int64(0)
	for _, n := range sizes {
		count += n
	}
	receipt, err := l.intake.Ask(ctx, intake.Form{
		Facility:   fab.Facility{Name: "EHPAD Les Tilleuls", Kind: fab.FacilityCareHome, Address: "12 rue des Dunes", Town: "Rue", Access: "Sonner", Contact: "Accueil", Phone: "03 00 00 00 00"},
		Quantities: map[string]string{"visor": fmt.Sprint(count)}, NeedBy: time.Now().Add(72 * time.Hour).Format(time.DateOnly), Channel: fab.ChannelWeb, SubmitKey: "k",
	})
	require.NoError(l.t, err)
	require.NoError(l.t, l.intake.Approve(ctx, receipt.Request.ID))
	require.NoError(l.t, l.store.Update(ctx, func(tx *store.Tx) error {
		design, err := tx.CurrentDesign("visor")
		require.NoError(l.t, err)
		for i, n := range sizes {
			box := fab.Box{ID: store.NewID[fab.BoxID](tx), Code: fmt.Sprintf("B-%03d", i+1), RequestID: receipt.Request.ID, Status: fab.BoxPacked, CreatedAt: tx.Now()}
			require.NoError(l.t, tx.AddBox(&box))
			kit := fab.Kit{ID: store.NewID[fab.KitID](tx), RequestID: receipt.Request.ID, Product: "visor", DesignID: design.ID, Quantity: n, BoxID: box.ID, CreatedAt: tx.Now()}
			require.NoError(l.t, tx.AddKit(&kit, nil))
			require.NoError(l.t, tx.Post(fab.StockMove{Item: fab.KitItem("visor"), Source: string(kit.ID), From: fab.OutsideMade, To: fab.TheHub, Quantity: n, Why: "kitted", Subject: string(kit.ID)}))
		}
		return nil
	}))
	return receipt.Request, receipt.Token
}

func (l *lab) drive(request fab.Request) (path string) {
	l.t.Helper()
	planned, err := l.delivery.Plan(l.t.Context(), delivery.NewRun{Driver: "Une voisine", Phone: "0300000000", Day: time.Now().Format(time.DateOnly), NewStops: delivery.NewStops{Requests: []fab.RequestID{request.ID}}})
	require.NoError(l.t, err)
	return "/run/" + planned.Token
}

// Ensure that a driver hands a delivery over by forms alone, that sending it twice counts once, and that the requester
// reads and confirms it.
func TestDeliverByForms(t *testing.T) {
	l := newLab(t, nil)
	request, track := l.ready(16, 8)
	requester, driver := l.browser(), l.browser()
	require.Contains(t, requester.page("/track/"+track).main(), "Votre colis est prêt")
	run := l.drive(request)
	require.Contains(t, requester.page("/track/"+track).main(), "entre 9 h et 18 h", "a planned run gives a window")
	list := driver.page(run)
	require.Contains(t, list.main(), "EHPAD Les Tilleuls")
	stop := driver.page(run + "/stop/1")
	for _, want := range []string{"12 rue des Dunes", "B-001", "16 visières", "B-002", "8 visières", "BL-0001"} {
		require.Contains(t, stop.main(), want)
	}
	require.Contains(t, stop.body, "tel:0300000000")

	deliver := run + "/stop/1/deliver"
	f := stop.form(t, deliver)
	a := driver.post(deliver, f)
	require.Equal(t, http.StatusUnprocessableEntity, a.status, "somebody received it")
	require.Contains(t, a.body, `href="#receiver"`)
	require.Contains(t, driver.page(run).main(), "Encore 1 arrêt", "nothing was recorded")
	f.Set("receiver", "La cadre de santé")
	require.Equal(t, run, driver.sends(deliver, f))
	require.Equal(t, run, driver.sends(deliver, f), "a driver without network may send twice")
	require.Contains(t, driver.page(run).main(), "Tournée terminée")

	page := requester.page("/track/" + track)
	require.Contains(t, page.main(), "Votre livraison est arrivée")
	confirm := "/track/" + track + "/confirm"
	require.Equal(t, "/track/"+track, requester.sends(confirm, page.form(t, confirm)))
	require.Contains(t, requester.page("/track/"+track).main(), "confirmé la réception")
	home := l.browser().page("/").main()
	require.Contains(t, home, "24 pièces livrées")
}

// Ensure that a driver may hand over some boxes, and that none chosen is not all of them.
func TestDeliverPartly(t *testing.T) {
	l := newLab(t, nil)
	request, track := l.ready(16, 8)
	run, driver := l.drive(request), l.browser()
	partly := run + "/stop/1/partly"
	f := driver.page(run+"/stop/1").form(t, partly)
	f.Set("receiver", "L'accueil")
	f.Set("reservations", "Carton mouillé")
	a := driver.post(partly, f)
	require.Equal(t, http.StatusUnprocessableEntity, a.status)
	require.Contains(t, a.body, "<details class=\"choice-block\" open>", "the form that was sent is open")
	back := a.form(t, partly)
	require.Equal(t, "L'accueil", back.Get("receiver"))
	require.Equal(t, "Carton mouillé", back.Get("reservations"))
	f["box"] = []string{"B-001", "B-404"}
	require.Equal(t, http.StatusUnprocessableEntity, driver.post(partly, f).status)
	f["box"] = []string{"B-001"}
	require.Equal(t, run, driver.sends(partly, f))
	got := l.browser().page("/track/" + track)
	require.Contains(t, got.body, `data-live-key="delivered.visor">16<`)
	require.Contains(t, got.body, `data-live-key="making.visor">8<`)
}

// Ensure that a failed delivery needs a reason, and that stops only do what they are for.
func TestDeliverFailed(t *testing.T) {
	l := newLab(t, nil)
	request, _ := l.ready(8)
	run, driver := l.drive(request), l.browser()
	failed := run + "/stop/1/failed"
	a := driver.post(failed, url.Values{"note": {"personne"}})
	require.Equal(t, http.StatusUnprocessableEntity, a.status)
	require.Equal(t, "personne", a.form(t, failed).Get("note"))
	require.Equal(t, http.StatusConflict, driver.post(run+"/stop/1/collect", url.Values{}).status)
	require.Equal(t, http.StatusNotFound, driver.get(run+"/stop/2").status)
	require.Equal(t, http.StatusNotFound, driver.get(run+"/stop/x").status)
	require.Equal(t, http.StatusNotFound, driver.post(run+"/stop/0/deliver", url.Values{"receiver": {"Accueil"}}).status)
	require.Equal(t, run, driver.sends(failed, url.Values{"reason": {"closed"}}))
	require.Contains(t, driver.page(run+"/stop/1").main(), "Pas fait")
}

// Ensure that a gift is pledged once however often the form is sent, and that its page follows it.
func TestGiftByForms(t *testing.T) {
	l := newLab(t, nil)
	b := l.browser()
	f := merged(b.page("/give").form(t, "/give"), typedGift())
	gift := b.sends("/give", f)
	b.sends("/give", f)
	var d fab.Donation
	l.view(func(tx *store.Tx) error {
		rows, err := tx.Donations()
		require.Len(t, rows, 1)
		d = rows[0]
		return err
	})
	require.True(t, d.MayName)
	require.Contains(t, b.page(gift).main(), "Votre don est annoncé : 50 feuilles")
	require.NotContains(t, b.page(gift).body, "0300000000</", "the page shows nobody's number but the lab's")
	require.NoError(t, l.supply.Receive(t.Context(), supply.Parcel{Donation: d.ID, Count: "48", Last: true}))
	require.Contains(t, b.page(gift).main(), "48 feuilles")
}

// Ensure that the gift form names what the lab lacks.
func TestNeeded(t *testing.T) {
	l := newLab(t, nil)
	require.NotContains(t, l.browser().page("/give").main(), "Il nous manque")
	require.NoError(t, l.store.Update(t.Context(), func(tx *store.Tx) error {
		design, err := tx.CurrentDesign("visor")
		require.NoError(t, err)
		b := fab.Batch{ID: store.NewID[fab.BatchID](tx), DesignID: design.ID, Product: "visor", Quantity: 24, DueAt: tx.Now(), Status: fab.BatchOpen, CreatedAt: tx.Now()}
		return tx.AddBatch(&b)
	}))
	require.Contains(t, l.browser().page("/give").main(), "Il nous manque en ce moment : 24 feuilles")
	require.NotContains(t, l.browser().page("/").main(), "il nous manque")
	require.NoError(t, l.supply.PublishAppeal(t.Context()))
	require.Contains(t, l.browser().page("/").main(), "En ce moment, il nous manque : 24 feuilles")
}
