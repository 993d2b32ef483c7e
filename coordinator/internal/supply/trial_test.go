package supply_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// testers are two trials of one prototype with a tester each, beside the lab's ordinary visors.
func testers(l *lab) (trials [2]fab.TrialID, requests [2]fab.RequestID) {
	l.update(func(tx *store.Tx) error {
		next := l.design
		next.ID, next.Hash, next.Status = "prototype", "v2", fab.DesignPrototype
		if err := tx.AddDesign(&next); err != nil {
			return err
		}
		for i, name := range []string{"E-001", "E-002"} {
			trial := fab.Trial{ID: fab.TrialID(name), Code: name, DesignID: next.ID, Status: fab.TrialRunning, CreatedAt: tx.Now()}
			batch := fab.Batch{ID: fab.BatchID(name), DesignID: next.ID, Product: "visor", Quantity: 5, DueAt: tx.Now(), Status: fab.BatchOpen, CreatedAt: tx.Now(), TrialID: trial.ID}
			trials[i] = trial.ID
			if err := errors.Join(tx.AddTrial(&trial), tx.AddBatch(&batch)); err != nil {
				return err
			}
		}
		return nil
	})
	for i, id := range trials {
		requests[i] = l.request("Rue", 5)
		l.update(func(tx *store.Tx) error {
			r, err := tx.Request(requests[i])
			r.TrialID = id
			return errors.Join(err, tx.SetRequest(&r))
		})
	}
	return trials, requests
}

// lotOf puts a counted bag of a trial's prototype into the hub.
func (l *lab) lotOf(trial fab.TrialID, code string, n int64) fab.Lot {
	lot := l.lot(code, n)
	l.update(func(tx *store.Tx) error {
		a, err := tx.Attempt(lot.AttemptID)
		a.BatchID = fab.BatchID(trial)
		lot.DesignID, lot.TrialID, lot.BatchID = "prototype", trial, a.BatchID
		return errors.Join(err, tx.SetAttempt(&a), tx.SetLot(&lot))
	})
	return lot
}

// Ensure that pieces of a trial go into no kit but those of its own testers, whoever tries, and that testers get no
// ordinary pieces in their place; also when the prototype is tried or is made outside of a trial.
func TestPrototypesGoToTheirTestersAlone(t *testing.T) {
	onBoth(t, func(l *lab) {
		ctx := l.t.Context()
		trials, requests := testers(l)
		ordinary := l.request("Rue", 5)
		l.gift("film-a4", "100", "k")
		first := l.lotOf(trials[0], "V-001", 3)
		pack := func(r fab.RequestID, n int64) error {
			_, err := l.supply.MakeKits(ctx, r, "visor", n, "")
			return err
		}
		refused(l.t, pack(ordinary, 1), fab.Conflict, "count", "kit_short")
		refused(l.t, pack(requests[1], 1), fab.Conflict, "count", "kit_short")
		refused(l.t, pack(requests[0], 4), fab.Conflict, "count", "kit_short")

		l.update(func(tx *store.Tx) error { // made of the prototype, but for no trial
			stray := l.design
			stray.ID, stray.Hash, stray.Product, stray.Status = "stray", "s", "visor", fab.DesignPrototype
			return tx.AddDesign(&stray)
		})
		stray := l.lot("V-002", 5)
		l.update(func(tx *store.Tx) error { stray.DesignID = "stray"; return tx.SetLot(&stray) })
		refused(l.t, pack(ordinary, 1), fab.Conflict, "count", "kit_short")
		refused(l.t, pack(requests[0], 4), fab.Conflict, "count", "kit_short")

		l.update(func(tx *store.Tx) error { // tried since: its labelled pieces stay the testers'
			d, err := tx.Design("prototype")
			d.Status = fab.DesignTrialled
			return errors.Join(err, tx.SetDesign(&d))
		})
		refused(l.t, pack(ordinary, 1), fab.Conflict, "count", "kit_short")
		kit, err := l.supply.MakeKits(ctx, requests[0], "visor", 3, "")
		require.NoError(l.t, err)
		require.Equal(l.t, fab.DesignVersionID("prototype"), kit.DesignID)
		l.view(func(tx *store.Tx) error {
			lots, err := tx.KitLots(kit.ID)
			require.Equal(l.t, []fab.KitLot{{KitID: kit.ID, LotID: first.ID, Quantity: 3}}, lots)
			return err
		})
		l.lot("V-003", 5)
		refused(l.t, pack(requests[1], 1), fab.Conflict, "count", "kit_short")
		require.NoError(l.t, pack(ordinary, 5))
		l.sound()
	})
}

// Ensure that an ordinary request of a product which nobody has tried gets no kit, and that the table says why.
func TestAnUntriedProductIsNotPacked(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "lab.db"))
	l.update(func(tx *store.Tx) error { l.design.Status = fab.DesignPrototype; return tx.SetDesign(&l.design) })
	l.gift("film-a4", "100", "k")
	l.lot("V-001", 5)
	r := l.request("Rue", 5)
	_, err := l.supply.MakeKits(t.Context(), r, "visor", 1, "")
	refused(t, err, fab.Conflict, "count", "design_not_trialled")
	list, err := l.supply.Closable(t.Context())
	require.NoError(t, err)
	require.Zero(t, list[0].Now)
	require.Equal(t, "error.design_not_trialled", list[0].Short.Code)
}
