package web_test

import (
	"errors"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// punching is a batch of a version whose film people punch, with film at the hub and a maker who accepted the work.
func (l *lab) punching() (id fab.AttemptID, maker *browser) {
	l.t.Helper()
	person, maker := l.volunteer("Galet")
	id = "punch"
	require.NoError(l.t, l.store.Update(l.t.Context(), func(tx *store.Tx) error {
		now := tx.Now()
		d, err := tx.CurrentDesign("visor")
		require.NoError(l.t, err)
		d.ID, d.Version, d.Hash = "works", "2", "works"
		d.BOM.Works = []fab.Part{{Code: "visor-film", Names: map[string]string{"fr": "Film percé", "en": "Punched film"}, How: fab.ByHand, Step: "punch", PerUnit: 1,
			Of: []fab.Input{{Item: fab.MaterialItem("film-a4"), Per: 1}}}}
		w := fab.Worker{ID: "galet", Kind: fab.WorkerHand, Name: "Galet", MakerID: person.ID, AttemptID: id, Steps: []string{"punch"}, CreatedAt: now, UpdatedAt: now}
		a := fab.Attempt{ID: id, JobID: "job", BatchID: "batch", WorkerID: "galet", Part: "visor-film", Copies: 8, No: 1, Status: fab.AttemptLeased,
			StartedAt: now, LeaseUntil: now.Add(99 * time.Hour), CreatedAt: now}
		return errors.Join(tx.AddDesign(&d), tx.AddWorker(&w),
			tx.AddBatch(&fab.Batch{ID: "batch", DesignID: "works", Product: "visor", Quantity: 9, Status: fab.BatchOpen, DueAt: now.AddDate(0, 0, 9), Works: []string{"visor-film"}, CreatedAt: now}),
			tx.AddJobs([]fab.Job{{ID: "job", BatchID: "batch", Part: "visor-film", How: fab.ByHand, Copies: 8, Status: fab.JobLeased, AttemptID: id, CreatedAt: now}}), tx.AddAttempt(&a))
	}))
	return id, maker
}

// Ensure that the desk chooses who does a step, hands its material out once it is there, and counts what comes back; and
// that the maker reads what the bag holds and gives the rest back alone.
func TestTheDeskHandsWorkOutAndCountsTheRest(t *testing.T) {
	l := newLab(t, nil)
	l.account("desk", "", fab.RoleCoordinator)
	id, maker := l.punching()
	desk := l.signed("desk")
	require.Contains(t, desk.page("/desk/production/batch").main(), "Qui le fait ?")
	desk.does("/desk/production/batch/works", url.Values{"works": {"visor-film"}}, "C’est noté")
	require.Contains(t, desk.page("/desk/handouts").main(), "Il manque")
	require.Contains(t, maker.page("/maker").main(), "L’atelier vous remet : 8 feuilles.")

	require.NoError(t, l.store.Update(t.Context(), func(tx *store.Tx) error {
		return tx.Post(fab.StockMove{Item: fab.MaterialItem("film-a4"), From: fab.OutsideGiven, To: fab.TheHub, Quantity: 20, Why: fab.MoveBrought})
	}))
	require.Contains(t, desk.page("/desk/production").main(), "Travail à remettre (1)")
	out := desk.page("/desk/handouts").main()
	require.Contains(t, out, "Film percé × 8")
	require.Contains(t, out, "8 feuilles")
	desk.does("/desk/handouts/"+string(id)+"/out", url.Values{}, "C’est noté : remis.")
	require.Contains(t, maker.page("/maker").main(), "Remis par l’atelier : 8 feuilles.")
	require.Contains(t, desk.page("/desk/handouts").main(), "Rien à remettre")

	maker.does("/maker/work/"+string(id)+"/back", url.Values{"back": {"yes"}, "made": {"5"}}, "Le reste est proposé")
	require.Contains(t, desk.page("/desk/handouts").main(), "3 feuilles")
	wrong := desk.post("/desk/handouts/"+string(id)+"/back", url.Values{"back-material-film-a4": {"4"}})
	require.Contains(t, wrong.main(), "Il n’en reste dehors que 3.")
	require.Contains(t, desk.post("/desk/handouts/"+string(id)+"/back", url.Values{}).body, "back-material-film-a4-"+string(id))
	desk.does("/desk/handouts/"+string(id)+"/back", url.Values{"back-material-film-a4": {"2"}}, "revenu et compté")
	l.view(func(tx *store.Tx) error {
		n, err := tx.BalanceOf(fab.TheHub, fab.MaterialItem("film-a4"), "")
		require.EqualValues(t, 14, n)
		return err
	})
	desk.does("/desk/production/batch/works", url.Values{}, "C’est noté")
	require.NotContains(t, desk.page("/desk/production/batch").body, "checked")
}
