package store_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Ensure that a command that is given again before it is answered is sent once, under the number of the last, while one
// that was followed by another keeps its place.
func TestACommandGivenAgainWaitsOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		one := fab.Worker{ID: "one", Kind: fab.WorkerPrinter, MakerID: "maker", AgentID: "agent", Key: "one", CreatedAt: day, UpdatedAt: day}
		two := one
		two.ID, two.Key = "two", "two"
		var first []fab.Command
		update(t, s, func(tx *store.Tx) (err error) {
			err = errors.Join(
				tx.AddLocation(&fab.Location{ID: "home", Kind: fab.LocationMaker, CreatedAt: day}),
				tx.AddMaker(&fab.Maker{ID: "maker", LocationID: "home", CreatedAt: day}),
				tx.AddAgent(&fab.Agent{ID: "agent", MakerID: "maker", TokenHash: "t", CreatedAt: day}),
				tx.AddWorker(&one), tx.AddWorker(&two),
				tx.Order(one, "clear", ""), tx.Order(two, "clear", ""),
			)
			if err == nil {
				first, err = tx.OpenCommands()
			}
			return err
		})
		update(t, s, func(tx *store.Tx) error {
			return errors.Join(tx.Order(one, "clear", ""), tx.Order(one, "pause", ""), tx.Order(one, "clear", ""), tx.Order(one, "clear", ""))
		})
		require.NoError(t, s.View(t.Context(), func(tx *store.Tx) error {
			open, err := tx.OpenCommands()
			var kinds []string
			for _, c := range open {
				kinds = append(kinds, string(c.WorkerID)+" "+c.Kind)
			}
			require.Equal(t, []string{"two clear", "one clear", "one pause", "one clear"}, kinds)
			require.Equal(t, first[1].ID, open[0].ID)
			last, lastErr := tx.Command(first[0].ID)
			require.Equal(t, fab.CommandExpired, last.Status)
			return errors.Join(err, lastErr)
		}))
	})
}
