package production

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Ensure that printers and hands learn their speed alike: a printer against its plate, who prints from a card against
// the slowest machine of the lab. A worker that never learns would look faster than all that do.
func TestPrintersAndHandsLearnTheirSpeed(t *testing.T) {
	l := open(t)
	l.request("visor", 4)
	printer := l.printer("tortue", "ender-3", 1_000_000)
	l.ready() // a plate takes 600 s
	var hands fab.Worker
	l.update(func(tx *store.Tx) error {
		hands = fab.Worker{ID: store.NewID[fab.WorkerID](tx), Kind: fab.WorkerHand, Name: "Noa", MakerID: l.maker.ID, Steps: []string{"print"}, Quota: 50, TimeFactorPM: 1000, CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
		return tx.AddWorker(&hands)
	})
	factor := func(id fab.WorkerID) (pm int64) {
		l.view(func(tx *store.Tx) error {
			w, err := tx.Worker(id)
			pm = w.TimeFactorPM
			return err
		})
		return pm
	}
	l.printed(printer) // took 60 s
	require.EqualValues(t, (7*250+3*1000)/10, factor(printer.ID), "a tenth of the estimate, bounded at a quarter")
	a := l.lease(hands) // began 60 s ago
	_, err := l.p.Count(t.Context(), a.ID, a.Copies, 0)
	require.NoError(t, err)
	require.EqualValues(t, (7*250+3*1000)/10, factor(hands.ID))
	l.sound()
}
