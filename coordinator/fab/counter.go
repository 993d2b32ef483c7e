package fab

import "time"

// Slot is a time at which requesters may fetch their boxes at the hub, so many at most.
type Slot struct {
	ID        SlotID    `bun:"id,pk"`
	FromAt    time.Time `bun:"from_at"`
	ToAt      time.Time `bun:"to_at"`
	Capacity  int64     `bun:"capacity"` // requests
	Closed    bool      `bun:"closed"`   // nobody may choose it any more
	CreatedAt time.Time `bun:"created_at"`
}

// Pickup is a request's place in a slot. It is over when it was handed out or given back.
type Pickup struct {
	ID        PickupID  `bun:"id,pk"`
	SlotID    SlotID    `bun:"slot_id"`
	RequestID RequestID `bun:"request_id"`
	CreatedAt time.Time `bun:"created_at"`
	OverAt    time.Time `bun:"over_at,nullzero"`
}

// DefectReasons are the codes of Defect.Why.
var DefectReasons = [...]string{"broken", "cracked", "does_not_fit", "dirty", "other"}

// DefectRecalled is why pieces come back that are recalled; nothing else says so.
const DefectRecalled = "recalled"

// Defect is pieces that came back as bad from who had received them: they count as scrapped, and tell on their lots.
type Defect struct {
	ID        DefectID  `bun:"id,pk"`
	RequestID RequestID `bun:"request_id"`
	KitID     KitID     `bun:"kit_id"`
	LotID     LotID     `bun:"lot_id,nullzero"` // when the label says it; else any lot of the kit
	Quantity  int64     `bun:"quantity"`
	Why       string    `bun:"why"`
	Said      string    `bun:"said"`
	By        AccountID `bun:"by_account,nullzero"`
	At        time.Time `bun:"at"`
}
