package dispatch_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/dispatch"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/coordinator/internal/schedule"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// otherwise is a lab of one printer whose maker has petg beside what is loaded, and six plates that take petg.
func otherwise(t *testing.T) *lab {
	l := newLab(t, sqlite(t), 6, 1)
	l.update(func(tx *store.Tx) error {
		d, err := tx.Design("design")
		require.NoError(t, err)
		d.BOM.Parts[0].Filaments = []string{"petg"}
		require.NoError(t, tx.SetDesign(&d))
		require.NoError(t, tx.AddPlate(&fab.Plate{ID: "petg", DesignID: "design", Part: "band", Copies: 1, Model: "ender3", NozzleUM: 400, Filament: "petg",
			Status: fab.PlateReady, Seconds: 3600, CreatedAt: tx.Now()}))
		w := l.workers[0]
		w.CanLoad = []string{"petg"}
		ok, err := tx.SwapWorker(&w)
		require.True(t, ok)
		return err
	})
	return l
}

func (l *lab) ask(loop *dispatch.Loop) (asked []fab.Reload) {
	l.Helper()
	require.NoError(l, loop.Ask(l.Context()))
	require.NoError(l, l.store.View(l.Context(), func(tx *store.Tx) (err error) {
		asked, err = tx.ReloadsSince(tx.Now().AddDate(0, 0, -30))
		return err
	}))
	return asked
}

// Ensure that a maker is asked once for a filament that the work needs, that nothing is given before it is said to be loaded
// although it was promised, and that plates come then.
func TestWorkComesAfterTheFilamentIsLoaded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := otherwise(t)
		loop, p := l.loop(dispatch.Config{}), production.New(production.Config{Store: l.store, Log: quiet})
		l.step(loop)
		asked := l.ask(loop)
		require.Len(t, asked, 1)
		require.Equal(t, "petg", asked[0].Filament)
		require.EqualValues(t, 6, asked[0].Plates)
		require.Equal(t, schedule.WhyReloadOnly, asked[0].Why.Code)
		require.Len(t, l.ask(loop), 1, "asked again")

		require.Equal(t, fab.Forbidden, fab.ClassOf(p.AnswerReload(t.Context(), asked[0].ID, "somebody", true)))
		require.NoError(t, p.AnswerReload(t.Context(), asked[0].ID, "maker", true))
		require.NoError(t, p.AnswerReload(t.Context(), asked[0].ID, "maker", true), "a second tap")
		l.step(loop)
		require.Empty(t, l.attempts())
		require.Equal(t, schedule.IdleLoading, loop.Idle("printer-0").Code)
		require.Equal(t, schedule.WaitLoading, l.job("job-00").Wait.Code)

		require.NoError(t, p.Reloaded(t.Context(), asked[0].ID, "maker"))
		require.Equal(t, fab.Conflict, fab.ClassOf(p.Reloaded(t.Context(), asked[0].ID, "maker")))
		l.step(loop)
		got := l.attempts(fab.AttemptLeased)
		require.Len(t, got, 1)
		require.Equal(t, fab.PlateID("petg"), got[0].PlateID)
		require.NoError(t, l.store.View(t.Context(), func(tx *store.Tx) error {
			w, err := tx.Worker("printer-0")
			require.Equal(t, "petg", w.Filament)
			require.Equal(t, []string{"pla"}, w.CanLoad)
			return err
		}))
	})
}

// Ensure that a no is respected for three days, that a question without an answer lapses and is not repeated before, that a
// promise is not counted on for ever, and that whoever loads the filament unasked has answered.
func TestAQuestionForAFilamentEnds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer func(l *lab, p *production.Production, id fab.ReloadID)
		after  time.Duration
		want   fab.ReloadStatus
	}{
		"no": {func(l *lab, p *production.Production, id fab.ReloadID) {
			require.NoError(l, p.AnswerReload(l.Context(), id, "", false))
		}, 0, fab.ReloadNo},
		"no answer": {func(*lab, *production.Production, fab.ReloadID) {}, 13 * time.Hour, fab.ReloadLapsed},
		"not kept": {func(l *lab, p *production.Production, id fab.ReloadID) {
			require.NoError(l, p.AnswerReload(l.Context(), id, "", true))
		}, 25 * time.Hour, fab.ReloadLapsed},
		"no more needed": {func(l *lab, _ *production.Production, _ fab.ReloadID) {
			l.update(func(tx *store.Tx) error {
				b := l.batch
				b.Status = fab.BatchPaused
				return tx.SetBatch(&b)
			})
		}, 0, fab.ReloadLapsed},
		"loaded unasked": {func(l *lab, _ *production.Production, _ fab.ReloadID) {
			l.update(func(tx *store.Tx) error {
				w, err := tx.Worker("printer-0")
				require.NoError(l, err)
				w.Filament = "petg"
				_, err = tx.SwapWorker(&w)
				return err
			})
		}, 0, fab.ReloadDone},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := otherwise(t)
			loop, p := l.loop(dispatch.Config{}), production.New(production.Config{Store: l.store, Log: quiet})
			asked := l.ask(loop)
			require.Len(t, asked, 1, name)
			c.answer(l, p, asked[0].ID)
			time.Sleep(c.after)
			asked = l.ask(loop)
			require.Len(t, asked, 1, name)
			require.Equal(t, c.want, asked[0].Status, name)
			if c.want == fab.ReloadNo {
				time.Sleep(73 * time.Hour)
				require.Len(t, l.ask(loop), 2, "days later")
			}
		})
	}
}
