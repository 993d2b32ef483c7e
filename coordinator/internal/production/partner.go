package production

import (
	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// holdRelays keeps in step what partners make: nothing of it is given to anybody here. With a batch that was given up, or a
// version that is dangerous, what a partner still owes is given up too; what it sends after all still counts.
func holdRelays(tx *store.Tx) error {
	relays, err := tx.Relays(fab.RelayOffered, fab.RelayAccepted)
	if err != nil {
		return err
	}
	for _, r := range relays {
		b, err := tx.Batch(r.BatchID)
		if err != nil {
			return err
		}
		design, err := tx.Design(r.DesignID)
		if err != nil {
			return err
		}
		switch {
		case b.Status == fab.BatchCancelled || design.Dangerous:
			if err := tx.EndRelay(&r, fab.RelayTaken); err != nil {
				return err
			}
			err = tx.Note(fab.Change{Code: "relay_over", Subject: string(r.ID), Args: fab.Args{"relay": r.Code, "partner": r.Partner}})
		case r.Status == fab.RelayAccepted:
			err = tx.HoldAll(r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
