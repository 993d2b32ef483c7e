package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// AddLot stores a new lot.
func (tx *Tx) AddLot(l *fab.Lot) error { return add(tx, "lot", l) }

// SetLot stores a changed lot.
func (tx *Tx) SetLot(l *fab.Lot) error { return set(tx, "lot", l) }

// Lot reads one lot.
func (tx *Tx) Lot(id fab.LotID) (fab.Lot, error) { return byID[fab.Lot](tx, "lot", id) }

// LotByAttempt reads the lot of an attempt; NotFound before it is counted.
func (tx *Tx) LotByAttempt(id fab.AttemptID) (fab.Lot, error) {
	return one[fab.Lot](tx, "lot", func(q query) query { return q.Where("attempt_id = ?", string(id)) })
}

// LotByCode reads the lot whose label carries code.
func (tx *Tx) LotByCode(code string) (fab.Lot, error) {
	return one[fab.Lot](tx, "lot", func(q query) query { return q.Where("code = ?", code) })
}

// Lots reads the lots in these statuses, or all when none is given, oldest first.
func (tx *Tx) Lots(statuses ...fab.LotStatus) ([]fab.Lot, error) {
	return many[fab.Lot](tx, "lots", func(q query) query {
		if len(statuses) > 0 {
			q = q.Where("status IN (?)", in(statuses))
		}
		return q.Order("id")
	})
}

// LotsOf reads the lots of a batch.
func (tx *Tx) LotsOf(id fab.BatchID) ([]fab.Lot, error) {
	return many[fab.Lot](tx, "lots", func(q query) query { return q.Where("batch_id = ?", string(id)).Order("id") })
}

// LotsResting reads the counted lots that may go into no kit yet, the first to be ready first.
func (tx *Tx) LotsResting() ([]fab.Lot, error) {
	return many[fab.Lot](tx, "resting lots", func(q query) query {
		return q.Where("status = ? AND rests_until > ?", string(fab.LotReady), tx.now).Order("rests_until", "id")
	})
}

// AtMakers tells which of the lots that nobody counted at the hub lie at their maker's still.
func (tx *Tx) AtMakers() (map[fab.LotID]bool, error) {
	var ids []fab.LotID
	err := tx.db.NewRaw(`
		SELECT l.id FROM lots l JOIN makers m ON m.id = l.maker_id
		JOIN balances b ON b.location = m.location_id AND b.item = 'part:' || l.part AND b.source = l.id
		WHERE l.status = ? AND b.quantity > 0`, string(fab.LotMade)).Scan(context.Background(), &ids)
	if err != nil {
		return nil, fmt.Errorf("read bags at makers: %w", err)
	}
	at := make(map[fab.LotID]bool, len(ids))
	for _, id := range ids {
		at[id] = true
	}
	return at, nil
}

// AddInspection stores an inspection.
func (tx *Tx) AddInspection(i *fab.Inspection) error { return add(tx, "inspection", i) }

// InspectionOf reads what was found in a lot; NotFound before it is counted at the hub.
func (tx *Tx) InspectionOf(id fab.LotID) (fab.Inspection, error) {
	return one[fab.Inspection](tx, "inspection", func(q query) query { return q.Where("lot_id = ?", string(id)) })
}

// Next counts up the counter called name and returns its new value; the first is 1. Counters are without gaps, since a
// transaction that is rolled back takes its step back too.
func (tx *Tx) Next(name string) (int64, error) {
	var value int64
	err := tx.db.NewRaw(`INSERT INTO counters (name, value) VALUES (?, 1)
		ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value`, name).Scan(context.Background(), &value)
	if err != nil {
		return 0, fmt.Errorf("count up %s: %w", name, err)
	}
	return value, nil
}

// takenInitials begin the codes of other things: boxes, trials, spools, products, relays and runs.
const takenInitials = "BEFPRT"

// NextLotCode is a code that stands on nothing else in the lab: the initial of the product and a number. Products may share
// an initial.
func (tx *Tx) NextLotCode(product string) (string, error) {
	initial := strings.ToUpper(product[:1])
	if strings.Contains(takenInitials, initial) {
		initial = "L" + initial
	}
	for {
		n, err := tx.Next("lot-" + product)
		if err != nil {
			return "", err
		}
		code := fmt.Sprintf("%s-%03d", initial, n)
		if _, err := tx.LotByCode(code); fab.ClassOf(err) == fab.NotFound {
			return code, nil
		} else if err != nil {
			return "", err
		}
	}
}
