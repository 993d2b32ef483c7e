package delivery_test

import (
	"errors"
	"testing"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/delivery"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Ensure that a box is looked at once more before it leaves: one of a prototype leaves for a tester only, one of a
// superseded version as well as ever, and one of a dangerous version not at all.
func TestBoxesAreLookedAtBeforeTheyLeave(t *testing.T) {
	onBoth(t, func(l *lab) {
		ctx := l.t.Context()
		tester, _ := l.request("untried", 2)
		ordinary, _ := l.request("untried", 2)
		good, _ := l.request("tried", 2)
		worse, _ := l.request("tried", 2)
		l.update(func(tx *store.Tx) error {
			trial := fab.Trial{ID: "trial", Code: "E-001", DesignID: "untried", Status: fab.TrialRunning, CreatedAt: tx.Now()}
			tester.TrialID = trial.ID
			return errors.Join(tx.AddTrial(&trial), tx.SetRequest(&tester))
		})
		plan := func(r fab.Request) error {
			_, err := l.delivery.Plan(ctx, delivery.NewRun{Driver: "Chauffeur", Day: today(), NewStops: delivery.NewStops{Requests: []fab.RequestID{r.ID}}})
			return err
		}
		refused(l.t, plan(ordinary), fab.Conflict, "design_not_trialled")
		l.plan(tester.ID)
		become := func(dangerous bool) {
			l.update(func(tx *store.Tx) error {
				d, err := tx.Design("tried")
				d.Status, d.Dangerous, d.TrialledAt, d.WithdrawnAt = fab.DesignWithdrawn, dangerous, tx.Now(), tx.Now()
				return errors.Join(err, tx.SetDesign(&d))
			})
		}
		become(false)
		l.plan(good.ID)
		become(true)
		refused(l.t, plan(worse), fab.Conflict, "design_dangerous")
		l.sound()
	})
}
