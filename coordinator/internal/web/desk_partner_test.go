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

// relayLinkIn finds the link that a page of the desk shows once.
func relayLinkIn(t *testing.T, a answer) string {
	t.Helper()
	at := strings.Index(a.body, "/relay/")
	require.Positive(t, at, a.main())
	link := a.body[at:]
	return link[:strings.IndexByte(link, '"')]
}

// offered is a part of a batch that another lab is asked to make: the address of its page at the desk, and its link.
func (w *workshop) offered(b fab.Batch, n string) (relay, link string) {
	w.t.Helper()
	page := "/desk/production/" + string(b.ID) + "/relay"
	form := with(w.desk.page(page).form(w.t, page), url.Values{"name": {"Fablab du Nord"}, "quantity": {n}, "note": {"<b>PETG</b> clair"}, "consent": {"yes"},
		"day": {w.site.Now().Add(96 * time.Hour).Format(time.DateOnly)}})
	a := w.desk.post(page, form)
	require.Equal(w.t, http.StatusOK, a.status, a.main())
	require.Contains(w.t, a.main(), "Il n’est montré qu’une fois")
	link = relayLinkIn(w.t, a)
	b2 := w.desk.post(page, form)
	require.Equal(w.t, http.StatusSeeOther, b2.status, "a form sent twice offers once")
	return b2.header.Get("Location"), link
}

// Ensure that a part of a batch goes to another lab and back over its pages: offered by link, accepted in part, sent in bags
// that the hub counts, and that the partner reads a town but never the name of who asked.
func TestAPartnerOnItsPages(t *testing.T) {
	w := sliced(t)
	b := w.approved("visor", "6")
	page := "/desk/production/" + string(b.ID) + "/relay"
	w.desk.refuses(page, url.Values{"key": {"01900000-0000-7000-8000-000000000001"}, "name": {""}, "quantity": {"2"}, "day": {w.site.Now().Format(time.DateOnly)}, "parts": {"visor-band"}}, "Donnez le nom de l’autre labo")
	w.desk.refuses(page, url.Values{"key": {"k"}, "name": {"Nord"}, "quantity": {"beaucoup"}}, "Donnez une date")
	relay, link := w.offered(b, "4")
	partner := w.browser()
	a := partner.page(link)
	for _, part := range []string{"Rue", "<b>PETG</b> clair", "4 visières"} {
		require.Contains(t, a.main(), part, "as text")
	}
	require.NotContains(t, a.body, "Tilleuls")
	require.Equal(t, "noindex, nofollow", a.header.Get("X-Robots-Tag"))
	require.Equal(t, http.StatusOK, partner.get(link+"/parts/visor-band").status)
	require.Equal(t, http.StatusNotFound, partner.get(link+"/parts/mask").status)
	partner.refuses(link+"/accept", url.Values{"quantity": {"9"}, "contact": {"06"}}, "au plus")
	partner.refuses(link+"/accept", url.Values{"quantity": {"3"}}, "Donnez un téléphone")
	partner.does(link+"/accept", url.Values{"quantity": {"3"}, "contact": {"Camille 06"}}, "C’est à vous")
	w.until("what the partner makes waits", func(tx *store.Tx) bool {
		jobs, err := tx.JobsOf(b.ID)
		require.NoError(t, err)
		for _, j := range jobs {
			if j.RelayID != "" && j.Status == fab.JobWaiting {
				return j.Copies == 3
			}
		}
		return false
	})
	require.Contains(t, w.desk.page("/desk/production/"+string(b.ID)).main(), "C’est Fablab du Nord qui le fait")

	send := partner.page(link).form(t, link+"/send")
	partner.refuses(link+"/send", with(send, url.Values{"count": {"zéro"}}), "nombre")
	form := with(send, url.Values{"count": {"2"}, "code": {"N-7"}, "material": {"bobine 12"}})
	partner.does(link+"/send", form, "sur le sachet")
	partner.does(link+"/send", form, "sur le sachet")
	lots := w.lots()
	require.Len(t, lots, 1, "a form sent twice is one bag")
	require.Contains(t, partner.page(link+"/labels").main(), lots[0].Code)
	require.Contains(t, w.desk.page("/desk/deliveries").main(), "Fablab du Nord")
	w.desk.does("/desk/bags/"+lots[0].Code+"/settle", url.Values{"good": {"1"}, "bad": {"1"}, "reason": {"broken"}}, "est compté")
	require.Contains(t, partner.page(link).main(), "Compté ici : 1, annoncé : 2", "what differs is said")
	require.Contains(t, w.desk.page(relay).main(), "N-7")

	partner.does(link+"/give-up", url.Values{"note": {"panne"}}, "l’atelier fait le reste")
	require.Contains(t, w.desk.page(relay).main(), "panne")
	require.NotContains(t, w.desk.page("/desk/people").main(), "Fablab", "a lab is no maker to call for work")
	require.Contains(t, w.desk.page("/desk/partners").main(), "Fablab du Nord")
	w.desk.does(relay+"/revoke", url.Values{}, "ne marche plus")
	require.Equal(t, http.StatusNotFound, partner.get(link).status)
}

// Ensure that a date that went by is a call to make, and that the rest is taken back with one action.
func TestAnOverduePartnerIsACall(t *testing.T) {
	w := sliced(t)
	b := w.approved("visor", "6")
	relay, link := w.offered(b, "4")
	w.browser().does(link+"/accept", url.Values{"quantity": {"4"}, "contact": {"06"}}, "C’est à vous")
	w.desk.refuses(relay+"/later", url.Values{"day": {"2020-01-01"}}, "date est passée")
	require.NotContains(t, w.desk.page("/desk/calls").main(), "Fablab")
	require.NoError(t, w.store.Update(t.Context(), func(tx *store.Tx) error {
		r, err := tx.Relay(fab.RelayID(strings.TrimPrefix(relay, "/desk/relays/")))
		require.NoError(t, err)
		r.DueAt = tx.Now().AddDate(0, 0, -3).Truncate(24 * time.Hour)
		return tx.SetRelay(&r)
	}))
	require.Contains(t, w.desk.page("/desk/calls").main(), "Fablab du Nord")
	require.Contains(t, w.desk.page("/desk/people").main(), "1 appel à faire")
	w.desk.does(relay+"/back", url.Values{}, "le reste se fait ici")
	require.NotContains(t, w.desk.page("/desk/calls").main(), "Fablab")
	require.Contains(t, w.browser().page(link).main(), "L’atelier fait lui-même ce qui restait")
}

// Ensure that nobody but a coordinator offers, takes back or reads links, and that a wrong link opens nothing.
func TestRelaysAreTheCoordinators(t *testing.T) {
	w := sliced(t)
	b := w.approved("visor", "6")
	relay, _ := w.offered(b, "4")
	stranger := w.browser()
	for _, path := range []string{"/desk/partners", relay, "/desk/production/" + string(b.ID) + "/relay"} {
		require.Equal(t, http.StatusSeeOther, stranger.get(path).status, path)
	}
	require.Equal(t, http.StatusNotFound, stranger.get("/relay/"+strings.Repeat("x", 43)).status)
	require.Equal(t, http.StatusNotFound, stranger.post("/relay/"+strings.Repeat("x", 43)+"/accept", url.Values{"quantity": {"1"}}).status)
}
