package web_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// typed is a request as somebody fills it in.
func typed() url.Values {
	return url.Values{
		"qty_visor": {"24"}, "qty_hook": {"10"}, "facility": {"EHPAD Les Tilleuls"}, "kind": {"care_home"}, "address": {"12 rue des Dunes"},
		"postcode": {"80120"}, "town": {"Rue"}, "access": {"Sonner"}, "contact": {"L'accueil"}, "phone": {"03 00 00 00 00"}, "email": {""},
		"need_by": {time.Now().Add(96 * time.Hour).Format(time.DateOnly)}, "note": {""},
	}
}

func merged(a url.Values, more url.Values) url.Values {
	a = maps.Clone(a)
	maps.Copy(a, more)
	return a
}

func pick(v url.Values, names ...string) url.Values {
	out := url.Values{}
	for _, n := range names {
		out[n] = v[n]
	}
	return out
}

// asks walks through the steps of the request form and returns the receipt's path.
func (b *browser) asks(t *testing.T) string {
	t.Helper()
	all := typed()
	f := merged(b.page("/ask").form(t, "/ask"), pick(all, "qty_visor", "qty_hook"))
	f.Set("go", "who")
	who := b.post("/ask", f)
	require.Equal(t, http.StatusOK, who.status, who.main())
	f = merged(who.form(t, "/ask"), pick(all, "facility", "kind", "address", "postcode", "town", "access", "contact", "phone", "email"))
	f.Set("go", "when")
	when := b.post("/ask", f)
	require.Equal(t, http.StatusOK, when.status, when.main())
	f = merged(when.form(t, "/ask"), pick(all, "need_by"))
	f.Set("go", "check")
	check := b.post("/ask", f)
	require.Equal(t, http.StatusOK, check.status, check.main())
	require.Contains(t, check.main(), "EHPAD Les Tilleuls")
	b.l.view(func(tx *store.Tx) error {
		rows, err := tx.Requests()
		require.Empty(t, rows, "nothing is stored before the request is sent")
		return err
	})
	f = check.form(t, "/ask")
	f.Set("go", "send")
	return b.sends("/ask", f)
}

// Ensure that a request made by forms alone arrives once, gives a receipt, and can be followed and cancelled.
func TestAskByForms(t *testing.T) {
	l := newLab(t, nil)
	b := l.browser()
	require.Contains(t, b.page("/").main(), "Visière anti-projection")
	receipt := b.asks(t)
	sent := b.page(receipt)
	require.Contains(t, sent.main(), "24 visières et 10 crochets")
	require.Contains(t, sent.main(), "EHPAD Les Tilleuls")
	stranger := l.browser().page(receipt)
	require.NotContains(t, stranger.main(), "Tilleuls", "a reference is no secret: it shows nothing to others")
	_, track, _ := strings.Cut(sent.body, `class="button primary" href="`)
	track, _, _ = strings.Cut(track, `"`)
	track = strings.TrimPrefix(track, l.server.URL)
	page := b.page(track)
	require.Contains(t, page.main(), "Nous avons bien reçu votre demande")
	require.NotContains(t, page.body, "03 00", "the tracking page shows no contact")
	require.Equal(t, "noindex, nofollow", page.header.Get("X-Robots-Tag"))
	cancel := b.page(track + "/cancel")
	b.page(track + "/cancel")
	require.Equal(t, track, b.sends(track+"/cancel", cancel.form(t, track+"/cancel")))
	require.Contains(t, b.page(track).main(), "annulée")
	require.Equal(t, http.StatusConflict, b.post(track+"/confirm", url.Values{}).status, "nothing was delivered")
}

// Ensure that the same form sent twice makes one request.
func TestDoubleSubmit(t *testing.T) {
	l := newLab(t, nil)
	b := l.browser()
	f := merged(b.page("/ask").form(t, "/ask"), typed())
	f.Set("go", "send")
	require.Equal(t, b.sends("/ask", f), b.sends("/ask", f))
	l.view(func(tx *store.Tx) error {
		rows, err := tx.Requests()
		require.Len(t, rows, 1)
		return err
	})
}
