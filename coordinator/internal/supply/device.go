package supply

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// maxDevices bounds one parcel of devices: each becomes a row with a code.
const maxDevices = 200

// receiveDevices books devices into the hub one by one, each with a code.
func receiveDevices(tx *store.Tx, d fab.Donation, n int64, p Parcel) error {
	model := fab.Line(p.Model)
	if n > maxDevices {
		return fab.Refuse(fab.Invalid, "quantity_too_large", "count", "max", maxDevices)
	}
	if errs := fab.CheckLength("model", model, maxName, ""); errs != nil {
		return errs.Or()
	}
	d.Takes(n, p.Last, tx.Now())
	if err := tx.SetDonation(&d); err != nil {
		return err
	}
	for range n {
		no, err := tx.Next("device")
		if err != nil {
			return err
		}
		v := fab.Device{
			ID: store.NewID[fab.DeviceID](tx), Code: fmt.Sprintf("D-%03d", no), DonationID: d.ID, Kind: d.Device, Model: model, Condition: d.Condition, Status: fab.DeviceHere, CreatedAt: tx.Now(),
		}
		if p.Wiped {
			v.WipedBy, v.WipedAt = p.By, tx.Now()
		}
		if err := tx.AddDevice(&v); err != nil {
			return err
		}
		in := fab.StockMove{Item: fab.DeviceItem(v.Kind), Source: string(v.ID), From: fab.OutsideGiven, To: fab.TheHub, Quantity: 1, Why: "received", Subject: string(d.ID), By: p.By}
		if err := tx.Post(in); err != nil {
			return err
		}
	}
	if err := keepAppeal(tx); err != nil {
		return err
	}
	return note(tx, "gift_received", d, n)
}

// here reads a device that did not leave yet.
func here(tx *store.Tx, id fab.DeviceID) (fab.Device, error) {
	v, err := tx.Device(id)
	if err == nil && v.Status != fab.DeviceHere {
		err = fab.Refuse(fab.Conflict, "device_gone", "", "code", v.Code)
	}
	return v, err
}

// Wipe notes that nothing of its donor is on a device any more. Sent twice it has one effect.
func (s *Supply) Wipe(ctx context.Context, id fab.DeviceID, by fab.AccountID) error {
	return s.store.Update(ctx, func(tx *store.Tx) error {
		v, err := here(tx, id)
		if err != nil || !v.WipedAt.IsZero() {
			return err
		}
		v.WipedBy, v.WipedAt = by, tx.Now()
		return tx.SetDevice(&v)
	})
}

// Assign keeps a device for a request that asks for its kind, or for nobody. seen is whom the form said that it was kept for:
// of two people who give one device away, the second is told.
func (s *Supply) Assign(ctx context.Context, id fab.DeviceID, to, seen fab.RequestID) error {
	return s.store.Update(ctx, func(tx *store.Tx) error {
		v, err := here(tx, id)
		if err != nil || v.RequestID == to {
			return err
		}
		if v.RequestID != seen {
			return fab.Refuse(fab.Conflict, "device_taken", "request", "code", v.Code)
		}
		if to != "" {
			if err := needsOne(tx, v, to); err != nil {
				return err
			}
		}
		v.RequestID = to
		return tx.SetDevice(&v)
	})
}

// needsOne refuses a device for a request that is not open, or that has all that was promised of its kind.
func needsOne(tx *store.Tx, v fab.Device, id fab.RequestID) error {
	r, err := tx.Request(id)
	if fab.ClassOf(err) == fab.NotFound || err == nil && r.Status != fab.RequestApproved {
		return fab.Refuse(fab.Conflict, "request_not_open", "request")
	} else if err != nil {
		return err
	}
	lines, err := tx.RequestLines(id)
	if err != nil {
		return err
	}
	kept, err := keptFor(tx, id, v.Kind)
	if err != nil {
		return err
	}
	for _, l := range lines {
		if l.Product != v.Kind {
			continue
		}
		left, err := wanted(tx, l)
		if err == nil && int64(len(kept)) >= left {
			err = fab.Refuse(fab.Conflict, "device_enough", "request", "ref", r.Ref)
		}
		return err
	}
	return fab.Refuse(fab.Conflict, "device_unasked", "request", "ref", r.Ref)
}

// keptFor are the devices of a kind at the hub that are kept for a request.
func keptFor(tx *store.Tx, id fab.RequestID, kind string) ([]fab.Device, error) {
	all, err := tx.DevicesHere()
	return slices.DeleteFunc(all, func(v fab.Device) bool { return v.RequestID != id || v.Kind != kind }), err
}

// DropDevice scraps a device or gives it back, with the reason.
func (s *Supply) DropDevice(ctx context.Context, id fab.DeviceID, as fab.DeviceStatus, said string, by fab.AccountID) error {
	note, refused := reason(said)
	if refused != nil {
		return refused
	}
	out, err := wayOut(string(as))
	if err != nil {
		return err
	}
	return s.store.Update(ctx, func(tx *store.Tx) error {
		v, err := here(tx, id)
		if err != nil {
			return err
		}
		v.Status, v.Note, v.RequestID, v.EndedAt = as, note, "", tx.Now()
		if err := tx.SetDevice(&v); err != nil {
			return err
		}
		out.Item, out.Source, out.From, out.Quantity, out.Subject, out.Note, out.By = fab.DeviceItem(v.Kind), string(v.ID), fab.TheHub, 1, string(v.ID), note, by
		return tx.Post(out)
	})
}

// canGive says how many devices of a kind can go to a request now: kept for it, and wiped.
func canGive(tx *store.Tx, c Closable) (Closable, error) {
	kept, err := keptFor(tx, c.Request, c.Product)
	if err != nil {
		return c, err
	}
	for _, v := range kept {
		if v.Ready() {
			c.Now++
		}
	}
	c.Now = min(c.Now, c.Wanted)
	switch item := string(fab.DeviceItem(c.Product)); {
	case int64(len(kept)) < c.Wanted:
		c.Short = fab.Because("kit_short", "item", item, "have", len(kept), "need", c.Wanted)
	case c.Now < c.Wanted:
		c.Short = fab.Because("device_unwiped", "n", c.Wanted-c.Now)
	}
	return c, nil
}

// readyDevices are the devices that a kit is made of: kept for its request, and wiped. Nothing leaves that is not.
func readyDevices(tx *store.Tx, k fab.Kit) (takes []fab.Balance, err error) {
	kept, err := keptFor(tx, k.RequestID, k.Product)
	if err != nil {
		return nil, err
	}
	ready := slices.DeleteFunc(slices.Clone(kept), func(v fab.Device) bool { return !v.Ready() })
	item := fab.DeviceItem(k.Product)
	switch {
	case int64(len(kept)) < k.Quantity:
		return nil, fab.Refuse(fab.Conflict, "kit_short", "count", "item", string(item), "have", len(kept), "need", k.Quantity)
	case int64(len(ready)) < k.Quantity:
		return nil, fab.Refuse(fab.Conflict, "device_unwiped", "count", "n", k.Quantity-int64(len(ready)))
	}
	for _, v := range ready[:k.Quantity] {
		takes = append(takes, fab.Balance{Location: fab.TheHub, Item: item, Source: string(v.ID), Quantity: 1})
	}
	return takes, nil
}

// Offer lets the public ask for a kind of device, or no longer. names are what people call it, by language.
func (s *Supply) Offer(ctx context.Context, kind string, offered bool, names map[string]string) error {
	if !fab.IsDevice(kind) {
		return fab.Refuse(fab.NotFound, "not_found", "", "what", "device")
	}
	return s.store.Update(ctx, func(tx *store.Tx) error {
		designs, err := tx.Designs()
		if err != nil {
			return err
		}
		designs = slices.DeleteFunc(designs, func(d fab.DesignVersion) bool { return d.Product != kind })
		if len(designs) > 0 && !designs[len(designs)-1].Given {
			return fab.Refuse(fab.Conflict, "device_made", "") // the lab makes something of this name
		}
		if is := len(designs) > 0 && designs[len(designs)-1].Status == fab.DesignTrialled; is == offered {
			return nil
		}
		if !offered {
			d := designs[len(designs)-1]
			d.Status, d.WithdrawnAt = fab.DesignWithdrawn, tx.Now()
			return tx.SetDesign(&d)
		}
		version := strconv.Itoa(len(designs) + 1)
		return tx.AddDesign(&fab.DesignVersion{
			ID: store.NewID[fab.DesignVersionID](tx), Product: kind, Version: version, Hash: "given-" + kind + "-" + version, Status: fab.DesignTrialled, Given: true, Names: names,
			Blurbs: map[string]string{}, Notices: map[string]string{}, CreatedAt: tx.Now(), TrialledAt: tx.Now(),
		})
	})
}
