package supply_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/supply"
)

func (l *lab) appeal() (said map[string]int64) {
	l.t.Helper()
	l.view(func(tx *store.Tx) error {
		list, err := supply.Appeal(tx)
		said = map[string]int64{}
		for _, one := range list {
			require.False(l.t, one.By.IsZero())
			said[one.Material.Code] = one.Short
		}
		return err
	})
	return said
}

// Ensure that the public is asked for what is lacking once that was published, and that what is covered leaves the call by
// itself and for good: a pledge covers a material, and a device that came a request for one.
func TestAnAppealWithdrawsWhatIsCovered(t *testing.T) {
	onBoth(t, func(l *lab) {
		t, ctx := l.t, l.t.Context()
		l.update(func(tx *store.Tx) error { // what the lab is built with is for stock, and takes a thousand sheets
			b, err := tx.Batch(l.batch)
			require.NoError(t, err)
			b.Quantity = 60
			require.NoError(t, tx.SetBatch(&b))
			l.batch = b.ID
			return nil
		})
		require.NoError(t, l.supply.Offer(ctx, "tablet", true, nil))
		l.asksTablets("Rue", 2)
		require.Empty(t, l.appeal(), "nothing is published")
		require.NoError(t, l.supply.PublishAppeal(ctx))
		require.Equal(t, map[string]int64{"film-a4": 60, "tablet": 2}, l.appeal())
		film := l.pledged(pledge("film-a4", "50", "half")).Donation.ID
		require.Equal(t, map[string]int64{"film-a4": 10, "tablet": 2}, l.appeal())
		l.pledged(pledge("film-a4", "10", "rest"))
		require.Equal(t, map[string]int64{"tablet": 2}, l.appeal())
		require.NoError(t, l.supply.Refuse(ctx, supply.Answer{Donation: film, Why: fab.GiftNotComing}))
		require.Equal(t, map[string]int64{"tablet": 2}, l.appeal(), "what was covered is not asked for again unsaid")
		require.NoError(t, l.supply.PublishAppeal(ctx))
		require.Equal(t, map[string]int64{"film-a4": 50, "tablet": 2}, l.appeal())
		l.pledged(pledge(supply.GiftDevice+"tablet", "2", "tablets"))
		require.Equal(t, map[string]int64{"film-a4": 50}, l.appeal())
		require.NoError(t, l.supply.WithdrawAppeal(ctx))
		require.Empty(t, l.appeal())
		l.pledged(pledge("film-a4", "50", "all"))
		refused(t, l.supply.PublishAppeal(ctx), fab.Conflict, "", "appeal_nothing")
	})
}
