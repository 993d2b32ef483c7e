package production

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Ensure that a slip that two people key in at once counts once, that its bag is counted with it, and that the other is told
// which bag it became.
func TestASlipCountsOnce(t *testing.T) {
	onBoth(t, func(l *lab) {
		t := l.t
		lot := l.bag(2)
		require.NoError(t, l.p.store.Update(t.Context(), func(tx *store.Tx) error {
			f := fab.BlankForm{Code: "00000000", Kind: fab.BlankBag, CreatedAt: tx.Now()}
			return tx.AddBlankForm(&f)
		}))
		code := "00000000"
		errs := make([]error, 4)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() {
				_, errs[i] = l.p.KeySlip(t.Context(), Slip{Code: code, Lot: lot.ID, Good: 2, Counted: 1, Reason: "miscounted"})
			})
		}
		all.Wait()
		taken := 0
		for _, err := range errs {
			if err == nil {
				taken++
				continue
			}
			refused(t, err, fab.Invalid, "slip_keyed")
		}
		require.Equal(t, 1, taken)
		require.EqualValues(t, 1, l.lot(lot.ID).Good)
		l.sound()
	})
}
