package web_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// makes plays that the lab printed and counted good pieces of a batch, at its hub.
func (w *workshop) makes(id fab.BatchID, good int64) (lot fab.Lot) {
	w.t.Helper()
	require.NoError(w.t, w.store.Update(w.t.Context(), func(tx *store.Tx) error {
		b, err := tx.Batch(id)
		require.NoError(w.t, err)
		j := fab.Job{ID: store.NewID[fab.JobID](tx), BatchID: id, Part: "visor-band", How: fab.ByPrint, Copies: good, Status: fab.JobDone, CreatedAt: tx.Now()}
		a := fab.Attempt{ID: store.NewID[fab.AttemptID](tx), JobID: j.ID, BatchID: id, WorkerID: w.tortue.ID, Part: j.Part, Copies: good, No: 1, Status: fab.AttemptDone, LeaseUntil: tx.Now(), EndedAt: tx.Now(), CreatedAt: tx.Now()}
		code, err := tx.NextLotCode(b.Product)
		require.NoError(w.t, err)
		lot = fab.Lot{ID: store.NewID[fab.LotID](tx), Code: code, AttemptID: a.ID, BatchID: id, DesignID: b.DesignID, Part: j.Part, WorkerID: w.tortue.ID, MakerID: w.maker.ID, Declared: good, Status: fab.LotMade, CreatedAt: tx.Now()}
		return errors.Join(tx.AddJobs([]fab.Job{j}), tx.AddAttempt(&a), tx.AddLot(&lot), tx.Post(fab.StockMove{Item: fab.PartItem(j.Part), Source: string(lot.ID),
			From: fab.OutsideMade, To: w.maker.LocationID, Quantity: good, Why: "made", Subject: string(a.ID)}))
	}))
	require.NoError(w.t, w.production.Settle(w.t.Context(), production.Inspection{Lot: lot.ID, Good: good, Reason: "ok"}))
	return lot
}

// sound holds the books against the audit.
func (w *workshop) sound() {
	w.t.Helper()
	w.view(func(tx *store.Tx) error {
		found, err := tx.Audit()
		require.Empty(w.t, found)
		return err
	})
}

func (w *workshop) relay(page string) (r fab.Relay) {
	w.t.Helper()
	w.view(func(tx *store.Tx) (err error) {
		r, err = tx.Relay(fab.RelayID(strings.TrimPrefix(page, "/desk/relays/")))
		return err
	})
	return r
}

// takesOn pastes a link of another lab and takes a number on.
func (w *workshop) takesOn(link, n string) (page string, batch fab.BatchID) {
	w.t.Helper()
	a := w.desk.post("/desk/favours", url.Values{"link": {link}})
	require.Equal(w.t, http.StatusOK, a.status, a.main())
	require.Contains(w.t, a.main(), "Pouvez-vous faire 4 visières")
	require.NotContains(w.t, a.body, "Tilleuls")
	page = w.desk.sends("/desk/favours", url.Values{"link": {link}, "quantity": {n}, "contact": {"Camille 06"}})
	w.view(func(tx *store.Tx) error {
		f, err := tx.Favour(fab.FavourID(strings.TrimPrefix(page, "/desk/favours/")))
		batch = f.BatchID
		return err
	})
	return page, batch
}

// moved plays that the other lab of a favour is at another address, and gives the one before.
func (w *workshop) moved(page, site string) (before string) {
	w.t.Helper()
	require.NoError(w.t, w.store.Update(w.t.Context(), func(tx *store.Tx) error {
		f, err := tx.Favour(fab.FavourID(strings.TrimPrefix(page, "/desk/favours/")))
		require.NoError(w.t, err)
		before, f.Site = f.Site, site
		return tx.SetFavour(&f)
	}))
	return before
}

// Ensure that two labs with this program share a batch over the network by the link alone: what one takes on becomes a batch
// there with its files, waits here, and comes back as bags that count once however often they are told; what differs is said
// on both sides, and the books of both pass the audit.
func TestTwoLabsShareABatch(t *testing.T) {
	asks, helps := sliced(t), newWorkshop(t)
	helps.readyPrinter()
	b := asks.approved("visor", "6")
	relay, path := asks.offered(b, "4")
	link := asks.server.URL + path
	helps.desk.refuses("/desk/favours", url.Values{"link": {"visière"}}, "Collez le lien entier")
	helps.desk.refuses("/desk/favours", url.Values{"link": {"http://lab.example" + path}}, "https")
	helps.desk.refuses("/desk/favours", url.Values{"link": {link + "x"}}, "n’ouvre plus rien")
	helps.desk.refuses("/desk/favours", url.Values{"link": {link}, "quantity": {"9"}, "contact": {"06"}}, "refuse")
	require.Equal(t, fab.RelayOffered, asks.relay(relay).Status)
	favour, batch := helps.takesOn(link, "3")
	again := helps.desk.sends("/desk/favours", url.Values{"link": {link}, "quantity": {"3"}, "contact": {"06"}})
	require.Equal(t, favour, again, "a link is taken on once")
	require.Equal(t, int64(3), asks.relay(relay).Accepted)
	helps.until("the parts are sliced there too", func(tx *store.Tx) bool {
		made, err := tx.Batch(batch)
		require.NoError(t, err)
		plates, err := tx.Plates(made.DesignID)
		require.NoError(t, err)
		return made.Quantity == 3 && len(plates) > 0
	})

	require.Contains(t, helps.desk.page(favour).main(), "Rien n’est encore compté")
	helps.makes(batch, 2)
	helps.desk.does(favour+"/send", url.Values{}, "2 pièces partent")
	site := helps.moved(favour, "http://127.0.0.1:1")
	require.NoError(t, helps.site.Partner.Speak(t.Context()))
	require.Contains(t, helps.desk.page(favour).main(), "ne répond pas", "a lab that is away is tried again")
	helps.moved(favour, site)
	for range 2 {
		require.NoError(t, helps.site.Partner.Speak(t.Context()))
	}
	lots := asks.lots()
	require.Len(t, lots, 1)
	require.Equal(t, int64(2), lots[0].Declared)
	require.Contains(t, helps.desk.page(favour).main(), lots[0].Code, "to be written on the bag")
	asks.desk.does("/desk/bags/"+lots[0].Code+"/settle", url.Values{"good": {"1"}, "bad": {"1"}, "reason": {"broken"}}, "est compté")
	require.NoError(t, helps.site.Partner.Speak(t.Context()))
	require.Contains(t, helps.desk.page(favour).main(), "Compté là-bas : 1, envoyé : 2")

	helps.makes(batch, 1)
	helps.desk.does(favour+"/send", url.Values{}, "Une pièce part")
	require.NoError(t, helps.site.Partner.Speak(t.Context()))
	require.Equal(t, fab.RelayDone, asks.relay(relay).Status)
	require.Contains(t, helps.desk.page(favour).main(), "a tout reçu de nous")
	asks.sound()
	helps.sound()
}

// Ensure that what the other lab takes back, and what this one gives up, ends on both sides, and that pieces which were made
// nevertheless still go and count.
func TestTwoLabsPart(t *testing.T) {
	asks, helps := sliced(t), newWorkshop(t)
	b := asks.approved("visor", "8")
	relay, path := asks.offered(b, "4")
	favour, batch := helps.takesOn(asks.server.URL+path, "2")
	asks.desk.does(relay+"/back", url.Values{}, "le reste se fait ici")
	require.NoError(t, helps.site.Partner.Speak(t.Context()))
	require.Contains(t, helps.desk.page(favour).main(), "n’attend plus rien de nous")
	helps.view(func(tx *store.Tx) error {
		made, err := tx.Batch(batch)
		require.Equal(t, fab.BatchCancelled, made.Status)
		return err
	})
	helps.makes(batch, 2)
	helps.desk.does(favour+"/send", url.Values{}, "2 pièces partent")
	require.NoError(t, helps.site.Partner.Speak(t.Context()))
	require.Len(t, asks.lots(), 1, "late results count")

	second, path := asks.offered(b, "4")
	favour, _ = helps.takesOn(asks.server.URL+path, "4")
	helps.desk.does(favour+"/give-up", url.Values{}, "Bien noté")
	require.NoError(t, helps.site.Partner.Speak(t.Context()))
	require.Equal(t, fab.RelayReturned, asks.relay(second).Status)
	require.Contains(t, helps.desk.page(favour).main(), "n’attend plus rien de nous")
	asks.sound()
	helps.sound()
}

// Ensure that the operations of a relay open with its secret only, and refuse as the pages do.
func TestTheSecretOfARelayIsTheOnlyKey(t *testing.T) {
	w := sliced(t)
	_, path := w.offered(w.approved("visor", "6"), "4")
	b := w.browser()
	require.Equal(t, http.StatusNotFound, b.get("/api/v1/relay").status)
	b.header.Set("Authorization", "Bearer "+strings.TrimPrefix(path, "/relay/"))
	require.Equal(t, http.StatusOK, b.get("/api/v1/relay").status)
	require.Equal(t, http.StatusNotFound, b.get("/api/v1/relay/files/"+strings.Repeat("0", 64)).status)
	require.Equal(t, http.StatusUnprocessableEntity, b.json(http.MethodPost, "/api/v1/relay/accept", map[string]any{"quantity": 0, "contact": "06"}).status)
	require.Equal(t, http.StatusConflict, b.json(http.MethodPost, "/api/v1/relay/lots", map[string]any{"key": "1", "part": "visor-band", "good": 1}).status)
	require.Equal(t, http.StatusOK, b.json(http.MethodPost, "/api/v1/relay/decline", map[string]any{"word": "non"}).status)
}
