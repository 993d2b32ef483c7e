package store

import (
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// AddSlot stores a new slot.
func (tx *Tx) AddSlot(s *fab.Slot) error { return add(tx, "slot", s) }

// SetSlot stores a changed slot.
func (tx *Tx) SetSlot(s *fab.Slot) error { return set(tx, "slot", s) }

// Slot reads one slot.
func (tx *Tx) Slot(id fab.SlotID) (fab.Slot, error) { return byID[fab.Slot](tx, "slot", id) }

// SlotsAfter reads the slots that end after a time and are not closed, in their order.
func (tx *Tx) SlotsAfter(at time.Time) ([]fab.Slot, error) {
	return many[fab.Slot](tx, "slots", func(q query) query {
		return q.Where("to_at > ?", at).Where("closed = ?", false).Order("from_at", "id")
	})
}

// AddPickup stores a request's place in a slot.
func (tx *Tx) AddPickup(p *fab.Pickup) error { return add(tx, "pick-up", p) }

// SetPickup stores a changed one.
func (tx *Tx) SetPickup(p *fab.Pickup) error { return set(tx, "pick-up", p) }

// PickupOf reads the place that a request has; NotFound when it has none.
func (tx *Tx) PickupOf(id fab.RequestID) (fab.Pickup, error) {
	return one[fab.Pickup](tx, "pick-up", func(q query) query { return q.Where("request_id = ?", string(id)).Where("over_at IS NULL") })
}

// PickupsIn reads the places of a slot that are not over, oldest first.
func (tx *Tx) PickupsIn(id fab.SlotID) ([]fab.Pickup, error) {
	return many[fab.Pickup](tx, "pick-ups", func(q query) query { return q.Where("slot_id = ?", string(id)).Where("over_at IS NULL").Order("id") })
}

// AddDefect stores pieces that came back as bad.
func (tx *Tx) AddDefect(d *fab.Defect) error { return add(tx, "defect", d) }

// DefectsOf reads what came back of a request, oldest first.
func (tx *Tx) DefectsOf(id fab.RequestID) ([]fab.Defect, error) {
	return many[fab.Defect](tx, "defects", func(q query) query { return q.Where("request_id = ?", string(id)).Order("id") })
}

// DefectsOfLot reads what came back of kits that hold pieces of a lot, unless another lot was named, oldest first.
func (tx *Tx) DefectsOfLot(id fab.LotID) ([]fab.Defect, error) {
	return many[fab.Defect](tx, "defects", func(q query) query {
		return q.Where("lot_id = ? OR lot_id IS NULL AND kit_id IN (SELECT kit_id FROM kit_lots WHERE lot_id = ?)", string(id), string(id)).Order("id")
	})
}

// DefectsOfDesign reads what came back of products of one version, oldest first.
func (tx *Tx) DefectsOfDesign(id fab.DesignVersionID) ([]fab.Defect, error) {
	return many[fab.Defect](tx, "defects", func(q query) query {
		return q.Where("kit_id IN (SELECT id FROM kits WHERE design_id = ?)", string(id)).Order("id")
	})
}

// CounterOn reads the run that holds what was handed out at the hub on a day; NotFound when nothing was.
func (tx *Tx) CounterOn(day time.Time) (fab.Run, error) {
	return one[fab.Run](tx, "run", func(q query) query { return q.Where("counter = ?", true).Where("day = ?", day) })
}
