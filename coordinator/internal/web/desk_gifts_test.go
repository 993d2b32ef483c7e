package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/supply"
)

// Ensure that somebody can give something else than the lab has a name for by a form, that the desk sets it aside and says
// what it is, that the parcel bears a slip, and that the donor reads it all.
func TestSomethingElseByForms(t *testing.T) {
	w := newWorkshop(t)
	donor := w.browser()
	f := with(donor.page("/give").form(t, "/give"), typedGift())
	f.Set("material", "other")
	a := donor.post("/give", f)
	require.Equal(t, http.StatusUnprocessableEntity, a.status)
	require.Contains(t, a.body, `href="#words"`)
	f.Set("way", "fetch")
	f.Set("words", "bobines grises")
	a = donor.post("/give", f)
	require.Contains(t, a.main(), "Où faut-il venir le chercher")
	require.Equal(t, "bobines grises", a.form(t, "/give").Get("words"))
	f.Set("address", "12 rue des Dunes")
	f.Set("hours", "mardi")
	f.Set("count", "3")
	gift := donor.sends("/give", f)
	page := donor.page(gift)
	require.Contains(t, page.main(), "bobines grises × 3")
	slip := donor.page(gift + "/paper")
	require.Contains(t, slip.main(), "bobines grises × 3")
	require.NotContains(t, slip.main(), "rue des Dunes", "a parcel says nothing of who gave it")
	var d fab.Donation
	w.view(func(tx *store.Tx) error {
		all, err := tx.Donations()
		d = all[len(all)-1]
		return err
	})
	require.Contains(t, slip.main(), fab.FormatReference(d.Ref))
	require.Equal(t, "/desk/materials#gift-"+string(d.ID), w.desk.get("/q/"+d.Ref).header.Get("Location"))
	require.Contains(t, w.desk.page("/desk/deliveries").main(), "bobines grises × 3", "it can be fetched")

	desk := w.desk.page("/desk/materials")
	require.Contains(t, desk.main(), "12 rue des Dunes (mardi)")
	at := "/desk/donations/" + string(d.ID)
	w.desk.refuses(at+"/receive", url.Values{"count": {"3"}}, "Mettez-le de côté")
	block := desk.form(t, at+"/block")
	require.Equal(t, "3", block.Get("count"))
	w.desk.does(at+"/block", block, "Écrivez Q-001 dessus")
	w.desk.does(at+"/block", block, "Écrivez Q-001 dessus")
	require.Contains(t, donor.page(gift).main(), "un plastique inconnu ne va pas au soin")
	require.Contains(t, w.desk.page("/desk/stock/blocked:goods").main(), "Q-001")
	require.NotContains(t, w.desk.page("/desk/count/hub").main(), "Q-001")
	var lot fab.BlockedLot
	w.view(func(tx *store.Tx) error {
		here, err := tx.BlockedHere()
		require.Len(t, here, 1)
		lot = here[0]
		return err
	})
	at = "/desk/blocked/" + string(lot.ID)
	a = w.desk.refuses(at+"/identify", url.Values{"material": {"petg"}, "count": {"3"}, "measure": {"reel"}, "each": {"750"}}, "Dites pourquoi")
	require.Equal(t, "750", a.form(t, at+"/identify").Get("each"))
	w.desk.does(at+"/identify", url.Values{"material": {"petg"}, "count": {"3"}, "measure": {"reel"}, "each": {"750"}, "note": {"dit la donatrice"}}, "C’est reconnu")
	w.desk.refuses(at+"/scrap", url.Values{"note": {"vieux"}}, "déjà occupé : Q-001")
	require.Contains(t, donor.page(gift).main(), "Reconnu : 2,25 kg de filament")
	w.desk.does("/desk/blocked", with(w.desk.page("/desk/materials").form(t, "/desk/blocked"), url.Values{"words": {"carton"}, "count": {"1"}}), "Écrivez Q-002 dessus")
}

// Ensure that tablets are asked for, given, wiped, kept, boxed and delivered, each step by a form.
func TestDevicesByForms(t *testing.T) {
	w := newWorkshop(t)
	require.NotContains(t, w.browser().page("/ask").main(), "Tablette")
	w.desk.does("/desk/devices/kinds/tablet/offer", url.Values{}, "se demande maintenant")
	require.Contains(t, w.browser().page("/ask").main(), "Tablette")
	w.request = w.ask("tablet", "2")
	require.NoError(t, w.intake.Approve(t.Context(), w.request.ID))
	p, err := w.supply.Pledge(t.Context(), supply.Pledge{Material: "device:tablet", Count: "2", Donor: "Mairie", Town: "Quend", Phone: "03 00 00 00 00", SubmitKey: "t"})
	require.NoError(t, err)
	at := "/desk/donations/" + string(p.Donation.ID)
	w.desk.does(at+"/receive", with(w.desk.page("/desk/materials").form(t, at+"/receive"), url.Values{"model": {"Galet 10"}}), "Le don est reçu")
	page := w.desk.page("/desk/devices")
	require.Contains(t, page.main(), "D-001 · Tablette, Galet 10")
	require.Contains(t, page.main(), "il en manque 2")
	for _, v := range w.devices() {
		one := "/desk/devices/" + string(v.ID)
		w.desk.does(one+"/assign", with(w.desk.page("/desk/devices").form(t, one+"/assign"), url.Values{"request": {string(w.request.ID)}}), "C’est noté")
		w.desk.refuses(one+"/assign", url.Values{"request": {""}, "seen": {"nobody"}}, "Quelqu’un vient de décider")
	}
	kits := url.Values{"request": {string(w.request.ID)}, "product": {"tablet"}, "count": {"2"}}
	require.Contains(t, w.desk.page("/desk/deliveries").main(), "2 appareils restent à effacer")
	w.desk.refuses("/desk/kits", kits, "ne sont pas effacés")
	for _, v := range w.devices() {
		w.desk.does("/desk/devices/"+string(v.ID)+"/wipe", url.Values{}, "il est effacé")
	}
	w.desk.does("/desk/kits", kits, "2 kits sont prêts")
	w.desk.does("/desk/boxes", kits, "1 boîte est prête")
	w.runTo(t)
	note := ""
	w.view(func(tx *store.Tx) error {
		n, err := tx.NoteByNo(1)
		require.NoError(t, err)
		note = strings.Join(n.Lines[0].Lots, " ")
		return err
	})
	require.Equal(t, "D-001 D-002", note)
	require.Contains(t, w.browser().page("/gift/"+p.Token).main(), "Votre don est arrivé : 2 tablettes à Rue")
	w.view(func(tx *store.Tx) error {
		found, err := tx.Audit()
		require.Empty(t, found)
		batches, err2 := tx.BatchesOf(w.request.ID)
		require.NoError(t, err2)
		require.Empty(t, batches)
		return err
	})
}

// Ensure that the desk gets a text to copy in both languages out of what is lacking, and publishes it with one press.
func TestAppealByForms(t *testing.T) {
	w := newWorkshop(t)
	require.Contains(t, w.desk.page("/desk/appeal").main(), "Rien ne manque")
	w.desk.does("/desk/appeal/publish", url.Values{}, "il n’y a pas d’appel à lancer")
	w.approved("visor", "24")
	page := w.desk.page("/desk/appeal")
	for _, want := range []string{"24 feuilles", "24 sheets", "We are short of", w.server.URL + "/give", "03\u00a000\u00a000\u00a000\u00a000"} {
		require.Contains(t, page.body, want)
	}
	w.desk.does("/desk/appeal/publish", url.Values{}, "en première page")
	require.Contains(t, w.browser().page("/").main(), "24 feuilles")
	w.desk.does("/desk/appeal/withdraw", url.Values{}, "retiré")
	require.NotContains(t, w.browser().page("/").main(), "24 feuilles")
	w.desk.does("/desk/appeal/publish", url.Values{}, "en première page")
	w.pledge("film-a4", "24")
	require.NotContains(t, w.browser().page("/").main(), "feuilles, d’ici")
	require.Contains(t, w.desk.page("/desk/appeal").main(), "Rien ne manque")
}

func (w *workshop) devices() (list []fab.Device) {
	w.t.Helper()
	w.view(func(tx *store.Tx) (err error) {
		list, err = tx.DevicesHere()
		return err
	})
	return list
}
