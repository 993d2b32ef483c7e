package store

import (
	"context"
	"fmt"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// AddDevice stores a device.
func (tx *Tx) AddDevice(d *fab.Device) error { return add(tx, "device", d) }

// SetDevice stores what became of it.
func (tx *Tx) SetDevice(d *fab.Device) error { return set(tx, "device", d) }

// Device reads one device.
func (tx *Tx) Device(id fab.DeviceID) (fab.Device, error) { return byID[fab.Device](tx, "device", id) }

// DeviceByCode reads the device that bears a code.
func (tx *Tx) DeviceByCode(code string) (fab.Device, error) {
	return one[fab.Device](tx, "device", func(q query) query { return q.Where("code = ?", code) })
}

// DevicesHere reads the devices at the hub, oldest first.
func (tx *Tx) DevicesHere() ([]fab.Device, error) {
	return many[fab.Device](tx, "devices", func(q query) query { return q.Where("status = ?", string(fab.DeviceHere)).Order("id") })
}

// DevicesOf reads the devices of a gift, oldest first.
func (tx *Tx) DevicesOf(id fab.DonationID) ([]fab.Device, error) {
	return many[fab.Device](tx, "devices", func(q query) query { return q.Where("donation_id = ?", string(id)).Order("id") })
}

// DevicesIn reads the devices that a kit is, by their codes.
func (tx *Tx) DevicesIn(id fab.KitID) ([]fab.Device, error) {
	return many[fab.Device](tx, "devices", func(q query) query { return q.Where("kit_id = ?", string(id)).Order("code") })
}

// CodesIn lists what stands on the things inside a kit: the codes of its lots, or of its devices.
func (tx *Tx) CodesIn(id fab.KitID) (codes []string, err error) {
	err = tx.db.NewRaw(`
		SELECT l.code FROM kit_lots kl JOIN lots l ON l.id = kl.lot_id WHERE kl.kit_id = ?
		UNION
		SELECT v.code FROM devices v WHERE v.kit_id = ?
		ORDER BY code`, string(id), string(id)).Scan(context.Background(), &codes)
	if err != nil {
		return nil, fmt.Errorf("read codes inside a kit: %w", err)
	}
	return codes, nil
}

// GiveDevice notes that a device went into a kit.
func (tx *Tx) GiveDevice(id fab.DeviceID, kit fab.KitID) error {
	d, err := tx.Device(id)
	if err != nil {
		return err
	}
	if err := fab.DeviceTable.Move("device", d.Status, fab.DeviceGiven); err != nil {
		return err
	}
	d.Status, d.KitID, d.EndedAt = fab.DeviceGiven, kit, tx.now
	return tx.SetDevice(&d)
}

// takeBack notes that a device came out of its kit: it is at the hub again, kept for whom it was.
func (tx *Tx) takeBack(id fab.DeviceID) error {
	d, err := tx.Device(id)
	if err != nil {
		return err
	}
	d.Status, d.KitID, d.EndedAt = fab.DeviceHere, "", time.Time{}
	return tx.SetDevice(&d)
}
