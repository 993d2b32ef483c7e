package fab

import (
	"slices"
	"time"
)

// Devices are the kinds of device that may be given, asked for and delivered as they are, by code. The code is the
// product's too.
var Devices = [...]string{"tablet", "computer", "phone"}

// IsDevice reports whether a code is one of Devices.
func IsDevice(code string) bool { return slices.Contains(Devices[:], code) }

// DeviceItem is the item of a kind of device. Its sources are the devices, each of them one piece.
func DeviceItem(kind string) Item { return Item("device:" + kind) }

// DeviceStatus is where a device stands.
type DeviceStatus string

// The statuses of a device.
const (
	DeviceHere     DeviceStatus = "here"  // at the hub
	DeviceGiven    DeviceStatus = "given" // in a kit, on its way to who asked
	DeviceScrapped DeviceStatus = "scrapped"
	DeviceReturned DeviceStatus = "returned" // given back
)

// DeviceTable is the state table of Device.Status.
var DeviceTable = Table[DeviceStatus]{DeviceHere: {DeviceGiven, DeviceScrapped, DeviceReturned}, DeviceGiven: {DeviceHere}}

// Device is one thing that is given as it is, and delivered as it is: a tablet, a computer, a telephone. It leaves the lab
// only after somebody wiped what its donor had on it.
type Device struct {
	ID         DeviceID     `bun:"id,pk"`
	Code       string       `bun:"code"` // written on it: D-012
	DonationID DonationID   `bun:"donation_id,nullzero"`
	Kind       string       `bun:"kind"`      // one of Devices
	Model      string       `bun:"model"`     // in the words of who received it
	Condition  string       `bun:"condition"` // one of Conditions
	Status     DeviceStatus `bun:"status"`
	WipedBy    AccountID    `bun:"wiped_by,nullzero"`
	WipedAt    time.Time    `bun:"wiped_at,nullzero"`
	RequestID  RequestID    `bun:"request_id,nullzero"` // whom it is kept for, or was given to
	KitID      KitID        `bun:"kit_id,nullzero"`
	Note       string       `bun:"note"` // why it was let go
	CreatedAt  time.Time    `bun:"created_at"`
	EndedAt    time.Time    `bun:"ended_at,nullzero"`
}

// Ready reports whether a device may leave the lab.
func (d Device) Ready() bool { return d.Status == DeviceHere && !d.WipedAt.IsZero() }
