package web_test

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/delivery"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// hands counts what somebody does: each field that is changed and each button that is pressed is one action.
type hands struct {
	*browser
	actions int
}

// press sends a form of a page as it stands there, with some fields changed.
func (h *hands) press(page answer, action string, change url.Values, sentence string) answer {
	h.l.t.Helper()
	f := page.form(h.l.t, action)
	for name, values := range change {
		before := slices.Clone(f[name])
		slices.Sort(before)
		if slices.Sort(values); !slices.Equal(before, values) {
			h.actions += max(1, len(values)-len(before))
		}
		f[name] = values
	}
	h.actions++
	return h.does(action, f, sentence)
}

// soundNow refuses books that do not add up.
func (w *workshop) soundNow() {
	w.t.Helper()
	w.view(func(tx *store.Tx) error {
		found, err := tx.Audit()
		require.Empty(w.t, found)
		return err
	})
}

// Ensure that a small lab brings 24 visors from the bags to labelled boxes in at most 12 actions, by forms alone, although
// one bag is short of its label and its piece is made again, and that the books add up.
func TestSmallLab(t *testing.T) {
	w := newWorkshop(t)
	w.readyPrinter()
	w.gift("film-a4", "50")
	w.approved("visor", "24")
	w.printed(24)
	h := &hands{browser: w.desk}
	page := w.desk.page("/desk/table")
	require.Contains(t, page.main(), "tous là, tels qu’ils sont étiquetés")
	short, all := w.lots()[0].Code, url.Values{"maker": {string(w.maker.ID)}}
	a := h.press(page, "/desk/table", with(all, url.Values{"good-" + short: {"1"}, "reason-" + short: {"miscounted"}}), "1 boîte est prête")
	require.Contains(t, a.main(), "23 visières")
	w.printed(1)
	h.press(w.desk.page("/desk/table"), "/desk/table", all, "Produits assemblés : 1. 1 boîte est prête")
	require.LessOrEqual(t, h.actions, 12)
	t.Logf("24 visors from bag to box: %d actions", h.actions)
	w.soundNow()
	w.view(func(tx *store.Tx) error {
		progress, err := tx.Progress(w.request.ID)
		require.EqualValues(t, 24, progress[0].Promised)
		boxes, err2 := tx.BoxesOf(w.request.ID)
		require.Len(t, boxes, 2)
		require.Equal(t, fab.BoxPacked, boxes[0].Status)
		return errors.Join(err, err2)
	})
	w.desk.does("/desk/table", url.Values{}, "il n’y avait rien à faire")
}

// Ensure that the pages of deliveries and materials say what can be assembled, what is short, and which gift would mend it.
func TestKitBalanceOnThePages(t *testing.T) {
	w := newWorkshop(t)
	w.readyPrinter()
	w.gift("film-a4", "1")
	w.pledge("film-a4", "20")
	w.approved("visor", "4")
	w.printed(2)
	for _, at := range []string{"/desk/deliveries", "/desk/materials"} {
		page := w.desk.page(at).main()
		require.Contains(t, page, "sur 4 attendus", at)
		require.Contains(t, page, "Cela suffira", at)
		require.Contains(t, page, "dans des sachets à compter", at)
	}
}

// Ensure that what is wrong on the small lab's page is said beside its bag, that nothing is counted then, and that a label
// is read however it was typed.
func TestSmallLabRefuses(t *testing.T) {
	w := newWorkshop(t)
	w.readyPrinter()
	w.gift("film-a4", "50")
	w.approved("visor", "4")
	w.printed(4)
	first, second := w.lots()[0].Code, w.lots()[1].Code
	page := w.desk.page("/desk/table")
	f := page.form(t, "/desk/table")
	both := with(f, url.Values{"lot": {first, second}})
	a := w.desk.refuses("/desk/table", with(both, url.Values{"good-" + second: {"1"}}), "Dites pourquoi")
	require.Equal(t, "1", a.form(t, "/desk/table").Get("good-"+second))
	require.Equal(t, []string{first, second}, a.form(t, "/desk/table")["lot"])
	require.Contains(t, w.desk.page("/desk/table").main(), first, "nothing was counted")
	w.desk.refuses("/desk/table", with(both, url.Values{"bad-" + first: {"deux"}}), "nombre entier")
	w.desk.refuses("/desk/table", with(both, url.Values{"good-" + first: {"3"}}), "")
	w.desk.refuses("/desk/table", with(f, url.Values{"codes": {"V-999 " + first}}), "V-999")
	w.desk.does("/desk/table", with(f, url.Values{"codes": {" " + strings.ToLower(first) + ","}}), "1 boîte est prête")
	w.desk.refuses("/desk/table", with(f, url.Values{"codes": {first}}), "déjà compté")
	w.desk.does("/desk/table", url.Values{}, "il n’y avait rien à faire")
	w.soundNow()
}

// Ensure that the coordinator shares a box between two, takes one apart, takes kits in no box apart, and takes back what was
// delivered and not needed, by the forms of the pages; and that nonsense is refused with what was typed.
func TestABoxOnTheDesk(t *testing.T) {
	w := newWorkshop(t)
	w.readyPrinter()
	w.gift("film-a4", "50")
	w.approved("visor", "6")
	w.printed(6)
	w.desk.does("/desk/table", url.Values{"maker": {string(w.maker.ID)}}, "1 boîte est prête")
	var box fab.Box
	w.view(func(tx *store.Tx) error { boxes, err := tx.BoxesOf(w.request.ID); box = boxes[0]; return err })
	at := "/desk/boxes/" + string(box.ID)
	page := w.desk.page(at)
	require.Contains(t, page.main(), "6 visières pour EHPAD")
	a := w.desk.refuses(at+"/split", with(page.form(t, at+"/split"), url.Values{"count": {"6"}}), "de 1 à 5")
	require.Equal(t, "6", a.form(t, at+"/split").Get("count"))
	a = w.desk.does(at+"/split", with(page.form(t, at+"/split"), url.Values{"count": {"2"}}), "la nouvelle boîte est B-002")
	require.Contains(t, a.main(), "2 visières")
	f := w.desk.page(at).form(t, at+"/unpack")
	require.Equal(t, "4", f.Get("count"))
	w.desk.refuses(at+"/unpack", with(f, url.Values{"bad.part:visor-band": {"9"}}), "")
	w.desk.does(at+"/unpack", with(f, url.Values{"bad.material:film-a4": {"1"}}), "de nouveau en stock")
	require.Contains(t, w.desk.page(at).main(), "Cette boîte est vide")
	require.Equal(t, http.StatusConflict, w.desk.post(at+"/unpack", f).status)

	request := url.Values{"request": {string(w.request.ID)}, "product": {"visor"}}
	w.desk.does("/desk/kits", with(request, url.Values{"count": {"4"}}), "4 kits sont prêts")
	w.desk.refuses("/desk/kits/unpack", with(request, url.Values{"count": {"5"}}), "de 1 à 4")
	w.desk.does("/desk/kits/unpack", with(request, url.Values{"count": {"1"}}), "de nouveau en stock")
	require.NoError(t, w.delivery.Give(t.Context(), delivery.HandOut{Request: w.request.ID, Receiver: "Accueil", Key: "k"}))
	w.view(func(tx *store.Tx) error { b, err := tx.BoxByCode("B-002"); box = b; return err })
	at = "/desk/boxes/" + string(box.ID)
	f = w.desk.page(at).form(t, at+"/back")
	require.Equal(t, "2", f.Get("good"))
	w.desk.refuses(at+"/back", with(f, url.Values{"good": {"1"}, "bad": {"1"}}), "Dites pourquoi")
	w.desk.refuses(at+"/back", with(f, url.Values{"good": {"beaucoup"}}), "nombre entier")
	w.desk.does(at+"/back", f, "2 produits sont de nouveau en stock")
	require.Contains(t, w.desk.page(at).main(), "Cette boîte est vide")
	require.Contains(t, w.desk.page("/desk/requests/"+string(w.request.ID)).main(), "4")
	w.soundNow()
}
