package web_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// hand is somebody who makes by hand, with one attempt at a job.
func (l *lab) hand(name string, job fab.JobID, status fab.AttemptStatus, no int64, change func(*fab.Attempt)) (fab.AttemptID, *browser) {
	l.t.Helper()
	maker, b := l.volunteer(name)
	id := fab.AttemptID("a-" + name)
	require.NoError(l.t, l.store.Update(l.t.Context(), func(tx *store.Tx) error {
		now := tx.Now()
		w := fab.Worker{ID: fab.WorkerID("w-" + name), Kind: fab.WorkerHand, Name: name, MakerID: maker.ID, CreatedAt: now, UpdatedAt: now}
		a := fab.Attempt{ID: id, JobID: job, BatchID: "batch", WorkerID: w.ID, Part: l.handPart(tx), Copies: 3, No: no, Status: status,
			StartedAt: now.AddDate(0, 0, -9), LeaseUntil: now.Add(12 * time.Hour), CreatedAt: now}
		if status.Live() {
			w.AttemptID = id
		}
		change(&a)
		require.NoError(l.t, tx.AddWorker(&w))
		return tx.AddAttempt(&a)
	}))
	return id, b
}

func (l *lab) handPart(tx *store.Tx) string {
	d, err := tx.CurrentDesign("visor")
	require.NoError(l.t, err)
	return d.BOM.Parts[0].Code
}

func (l *lab) handBatch() {
	l.t.Helper()
	require.NoError(l.t, l.store.Update(l.t.Context(), func(tx *store.Tx) error {
		d, err := tx.CurrentDesign("visor")
		require.NoError(l.t, err)
		now := tx.Now()
		require.NoError(l.t, tx.AddBatch(&fab.Batch{ID: "batch", DesignID: d.ID, Product: "visor", Quantity: 90, Status: fab.BatchOpen, DueAt: now.AddDate(0, 0, 9), CreatedAt: now}))
		return tx.AddJobs([]fab.Job{{ID: "job", BatchID: "batch", Part: d.BOM.Parts[0].Code, How: fab.ByHand, Copies: 3, Status: fab.JobLeased, CreatedAt: now}})
	}))
}

// Ensure that the day before hand work is due its maker reads so, and that the desk finds whom to remind, with the number,
// until somebody did: once.
func TestAMakerIsRemindedTheDayBefore(t *testing.T) {
	l := newLab(t, nil)
	l.account("desk", "", fab.RoleCoordinator)
	l.handBatch()
	id, b := l.hand("Sterne", "job", fab.AttemptLeased, 1, func(*fab.Attempt) {})
	require.Contains(t, b.page("/maker").main(), "S’il faut plus de temps, appelez l’atelier")
	desk := l.signed("desk")
	require.Contains(t, desk.page("/desk/people").main(), "1 appel à faire")
	require.Contains(t, desk.page("/desk/calls").body, "remind-"+string(id))
	desk.does("/desk/calls/"+string(id)+"/reminded", url.Values{}, "personne ne rappellera deux fois")
	require.NotContains(t, desk.page("/desk/calls").body, "remind-")
	require.NotContains(t, desk.page("/desk/people").main(), "appel à faire")
	desk.sends("/desk/calls/"+string(id)+"/reminded", url.Values{})
	told := 0
	l.view(func(tx *store.Tx) error {
		changes, err := tx.LatestChanges(100)
		for _, c := range changes {
			if c.Code == "work_reminded" {
				told++
			}
		}
		return err
	})
	require.Equal(t, 1, told)
	require.Contains(t, b.page("/maker").main(), "S’il faut plus de temps", "the maker reads it until the day is over")
}

// Ensure that both makers read that the other has the same work, by the town and not by the name, that the first may still
// hand it in, and that what was made in the meantime is said.
func TestBothMakersAreToldOfADuplicate(t *testing.T) {
	l := newLab(t, nil)
	l.handBatch()
	first, a := l.hand("Sterne", "job", fab.AttemptLost, 1, func(a *fab.Attempt) {
		a.LeaseUntil, a.EndedAt, a.End = time.Now().Add(-time.Hour), time.Now(), fab.Because(fab.EndedOverdue)
	})
	require.Contains(t, a.page("/maker").main(), "l’atelier demande aussi à quelqu’un d’autre")
	second, b := l.hand("Galet", "job", fab.AttemptOffered, 2, func(a *fab.Attempt) { a.StartedAt = time.Time{} })
	require.Contains(t, a.page("/maker").main(), "quelqu’un d’autre (Rue) a été sollicité aussi")
	require.NotContains(t, a.page("/maker").body, "Galet")
	require.Contains(t, b.page("/maker").main(), "Quelqu’un d’autre (Rue) avait ce travail")
	require.NotContains(t, b.page("/maker").body, "Sterne")

	require.NoError(t, l.production.Accept(t.Context(), second, ""))
	require.Contains(t, b.page("/maker").main(), "Quelqu’un d’autre (Rue) avait ce travail")
	a.sends("/maker/work/"+string(first)+"/handin", url.Values{"good": {"3"}, "bad": {"0"}})
	require.NotContains(t, a.page("/maker").main(), "sollicité")
}

// Ensure that a maker gives a part of accepted work back alone, reads what is wrong with the numbers, and that only the rest
// is asked of others.
func TestAMakerGivesWorkBackAlone(t *testing.T) {
	l := newLab(t, nil)
	l.handBatch()
	id, b := l.hand("Sterne", "job", fab.AttemptLeased, 1, func(*fab.Attempt) {})
	require.NoError(t, l.store.Update(t.Context(), func(tx *store.Tx) error {
		j, err := tx.Job("job")
		require.NoError(t, err)
		j.AttemptID = id
		_, err = tx.SwapJob(&j)
		return err
	}))
	_, other := l.volunteer("Galet")
	require.Equal(t, 403, other.post("/maker/work/"+string(id)+"/back", url.Values{}).status)
	require.Contains(t, b.page("/maker").main(), "Je n’en ferai pas tout")
	wrong := b.post("/maker/work/"+string(id)+"/back", url.Values{"back": {"yes"}, "made": {"3"}, "spoilt": {"0"}})
	require.Contains(t, wrong.main(), "il n’y a pas de reste")
	require.Contains(t, b.post("/maker/work/"+string(id)+"/back", url.Values{"back": {"yes"}, "made": {"deux"}}).body, "made-"+string(id))
	b.does("/maker/work/"+string(id)+"/back", url.Values{"back": {"yes"}, "made": {"1"}, "spoilt": {"0"}}, "Le reste est proposé à quelqu’un d’autre")
	require.NotContains(t, b.page("/maker").body, "work-"+string(id))
	l.view(func(tx *store.Tx) error {
		jobs, err := tx.Jobs(fab.JobWaiting)
		require.Len(t, jobs, 1)
		require.EqualValues(t, 2, jobs[0].Copies)
		return err
	})
}
