package delivery

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// maxSlot is the largest number of requests that one slot takes.
const maxSlot = 500

// NewSlot is a time at which boxes may be fetched, by the lab's clock.
type NewSlot struct {
	Day      string // 2020-04-03
	From, To string // 14:00
	Capacity int64
}

// SlotView is a slot with who comes then.
type SlotView struct {
	Slot    fab.Slot
	Pickups []fab.Pickup
}

// Free is how many more may come.
func (v SlotView) Free() int64 { return max(0, v.Slot.Capacity-int64(len(v.Pickups))) }

// AddSlot opens a slot.
func (d *Delivery) AddSlot(ctx context.Context, n NewSlot) error {
	return d.store.Update(ctx, func(tx *store.Tx) error {
		s, err := d.readSlot(tx, n)
		if err != nil {
			return err
		}
		return errors.Join(tx.AddSlot(&s), tx.Note(fab.Change{Code: "slot_opened", Subject: string(s.ID), Args: fab.Args{"at": s.FromAt}}))
	})
}

func (d *Delivery) readSlot(tx *store.Tx, n NewSlot) (s fab.Slot, err error) {
	var errs fab.Errors
	at := func(clock, field string) time.Time {
		t, err := time.ParseInLocation("2006-01-02 15:04", strings.TrimSpace(n.Day)+" "+strings.TrimSpace(clock), d.zone)
		if err != nil {
			errs = append(errs, fab.Refuse(fab.Invalid, "clock_wrong", field))
		}
		return t
	}
	if _, err := time.Parse("2006-01-02", strings.TrimSpace(n.Day)); err != nil {
		return s, fab.Refuse(fab.Invalid, "date_wrong", "day")
	}
	s = fab.Slot{ID: store.NewID[fab.SlotID](tx), FromAt: fab.Now(at(n.From, "from")), ToAt: fab.Now(at(n.To, "to")), Capacity: n.Capacity, CreatedAt: tx.Now()}
	switch {
	case len(errs) > 0:
	case !s.FromAt.Before(s.ToAt):
		errs = append(errs, fab.Refuse(fab.Invalid, "slot_backwards", "to"))
	case s.ToAt.Before(tx.Now()):
		errs = append(errs, fab.Refuse(fab.Invalid, "date_past", "day"))
	case s.FromAt.After(tx.Now().AddDate(1, 0, 0)):
		errs = append(errs, fab.Refuse(fab.Invalid, "date_too_far", "day"))
	}
	if n.Capacity < 1 || n.Capacity > maxSlot {
		errs = append(errs, fab.Refuse(fab.Invalid, "slot_size", "capacity", "max", maxSlot))
	}
	return s, errs.Or()
}

// CloseSlot lets nobody choose a slot any more. Who chose it already may come.
func (d *Delivery) CloseSlot(ctx context.Context, id fab.SlotID) error {
	return d.store.Update(ctx, func(tx *store.Tx) error {
		s, err := tx.Slot(id)
		if err != nil {
			return err
		}
		s.Closed = true
		return tx.SetSlot(&s)
	})
}

// Slots reads the slots to come, with who comes when.
func (d *Delivery) Slots(ctx context.Context) (list []SlotView, err error) {
	err = d.store.View(ctx, func(tx *store.Tx) error {
		list = nil
		slots, err := tx.SlotsAfter(tx.Now())
		if err != nil {
			return err
		}
		for _, s := range slots {
			here, err := tx.PickupsIn(s.ID)
			if err != nil {
				return err
			}
			list = append(list, SlotView{s, here})
		}
		return nil
	})
	return list, err
}

// Book gives a request a place in a slot, and gives back the one that it had. Of two who take the last place one gets it,
// and the other reads that the slot is full. Chosen again, a slot stays chosen.
func (d *Delivery) Book(ctx context.Context, id fab.RequestID, slot fab.SlotID) error {
	return d.store.Update(ctx, func(tx *store.Tx) error {
		s, err := tx.Slot(slot)
		if fab.ClassOf(err) == fab.NotFound || err == nil && (s.Closed || s.ToAt.Before(tx.Now())) {
			return fab.Refuse(fab.Invalid, "slot_over", "slot")
		} else if err != nil {
			return err
		}
		before, err := tx.PickupOf(id)
		if err == nil && before.SlotID == slot {
			return nil
		}
		if fab.ClassOf(err) != fab.NotFound && err != nil {
			return err
		}
		boxes, err := packedOf(tx, id)
		if err != nil {
			return err
		}
		if len(boxes) == 0 {
			return fab.Refuse(fab.Conflict, "nothing_to_fetch", "slot")
		}
		here, err := tx.PickupsIn(slot)
		if err != nil {
			return err
		}
		if int64(len(here)) >= s.Capacity {
			return fab.Refuse(fab.Conflict, "slot_full", "slot")
		}
		if err := pickupOver(tx, id); err != nil {
			return err
		}
		p := fab.Pickup{ID: store.NewID[fab.PickupID](tx), SlotID: slot, RequestID: id, CreatedAt: tx.Now()}
		return errors.Join(tx.AddPickup(&p), tx.Note(fab.Change{Code: "pickup_booked", Subject: string(p.ID), Request: id, Args: fab.Args{"at": s.FromAt}}))
	})
}

// Unbook gives a place back. Who has none has nothing to give back.
func (d *Delivery) Unbook(ctx context.Context, id fab.RequestID) error {
	return d.store.Update(ctx, func(tx *store.Tx) error { return pickupOver(tx, id) })
}

func pickupOver(tx *store.Tx, id fab.RequestID) error {
	p, err := tx.PickupOf(id)
	if fab.ClassOf(err) == fab.NotFound {
		return nil
	} else if err != nil {
		return err
	}
	p.OverAt = tx.Now()
	return tx.SetPickup(&p)
}

func packedOf(tx *store.Tx, id fab.RequestID) (here []fab.Box, err error) {
	boxes, err := tx.BoxesOf(id)
	for _, b := range boxes {
		if b.Status == fab.BoxPacked && !b.Recalled {
			here = append(here, b)
		}
	}
	return here, err
}

// HandOut is what is given to somebody at the hub. The lab's own members are counted and not named.
type HandOut struct {
	Request      fab.RequestID
	Boxes        []fab.BoxID // empty: every packed one
	Receiver     string
	Reservations string
	Key          string // of the form: sent twice, it counts once
	By           fab.AccountID
}

// Give hands boxes out at the hub: they have a delivery note and a proof like those that are driven.
func (d *Delivery) Give(ctx context.Context, h HandOut) error {
	h.Receiver, h.Reservations = fab.Line(h.Receiver), fab.Lines(h.Reservations)
	if utf8.RuneCountInString(h.Reservations) > maxText {
		return fab.Refuse(fab.Invalid, "too_long", "reservations", "max", maxText)
	}
	return d.store.Update(ctx, func(tx *store.Tx) error {
		r, err := tx.Request(h.Request)
		if err != nil {
			return err
		}
		key := keyOf(Report{Key: h.Key}, "give", fab.Stop{ID: fab.StopID(r.ID)})
		if _, err := tx.Mark(key); h.Key != "" && fab.ClassOf(err) != fab.NotFound {
			return err // given already, or a fault
		}
		f, err := tx.Facility(r.FacilityID)
		if err != nil {
			return err
		}
		if n := utf8.RuneCountInString(h.Receiver); f.Kind != fab.FacilityMember && (n < 2 || n > maxName) {
			return fab.Refuse(fab.Invalid, "receiver_missing", "receiver")
		}
		run, stop, err := d.counterStop(tx, r)
		if err != nil {
			return err
		}
		if err := load(tx, run, stop, h.Boxes); err != nil {
			return err
		}
		v, err := viewStop(tx, stop)
		if err != nil {
			return err
		}
		if err := handOver(tx, run, v, v.Boxes, nil); err != nil {
			return err
		}
		m := fab.Mark{Key: key, StopID: stop.ID, Act: fab.MarkDeliver, Receiver: h.Receiver, Reservations: h.Reservations, By: h.By, Outcome: fab.MarkTaken, HappenedAt: tx.Now(), At: tx.Now()}
		if f.Kind == fab.FacilityMember {
			m.Receiver = ""
			err = tx.AddProof(&fab.Proof{ID: store.NewID[fab.ProofID](tx), StopID: stop.ID, Kind: fab.ProofCount, Reservations: h.Reservations, At: tx.Now()})
		} else {
			err = prove(tx, m)
		}
		return errors.Join(err, tx.AddMark(&m), pickupOver(tx, r.ID), closeStop(tx, stop, fab.StopDone, m, "delivered"))
	})
}

// counterStop is one more stop of the day's run that goes nowhere.
func (d *Delivery) counterStop(tx *store.Tx, r fab.Request) (run fab.Run, stop fab.Stop, err error) {
	y, m, day := tx.Now().In(d.zone).Date()
	today := time.Date(y, m, day, 0, 0, 0, 0, time.UTC)
	run, err = tx.CounterOn(today)
	if fab.ClassOf(err) == fab.NotFound {
		run, err = newCounter(tx, today)
	}
	if err != nil {
		return run, stop, err
	}
	have, err := tx.Stops(run.ID)
	if err != nil {
		return run, stop, err
	}
	stops, err := stopsOf(tx, run.ID, have, NewStops{Requests: []fab.RequestID{r.ID}})
	if err != nil {
		return run, stop, err
	}
	return run, stops[0], tx.AddStops(stops)
}

func newCounter(tx *store.Tx, day time.Time) (fab.Run, error) {
	no, err := tx.Next("counter")
	if err != nil {
		return fab.Run{}, err
	}
	r := fab.Run{ID: store.NewID[fab.RunID](tx), Code: fmt.Sprintf("G-%03d", no), Day: day, Counter: true, Status: fab.RunDone, CreatedAt: tx.Now(), FinishedAt: tx.Now()}
	r.VehicleID = fab.PlaceOf(fab.LocationVehicle, string(r.ID))
	return r, errors.Join(tx.AddLocation(&fab.Location{ID: r.VehicleID, Kind: fab.LocationVehicle, Name: r.Code, CreatedAt: tx.Now()}), tx.AddRun(&r, nil))
}

// BadPieces is what came back from somebody who had received it.
type BadPieces struct {
	Box      string    // code on the label
	Lot      string    // code, where it is known; "" else
	Kit      fab.KitID // where it is known which of the box they are
	Quantity int64
	Why      string // of fab.DefectReasons, or fab.DefectRecalled
	Said     string
	By       fab.AccountID
}

// ComeBack records pieces of a delivered box that are bad: they are scrapped, and stand with their lot from then on.
func (d *Delivery) ComeBack(ctx context.Context, b BadPieces) error {
	b.Box, b.Lot, b.Said = strings.ToUpper(fab.Line(b.Box)), strings.ToUpper(fab.Line(b.Lot)), fab.Lines(b.Said)
	var errs fab.Errors
	if b.Why != fab.DefectRecalled && !slices.Contains(fab.DefectReasons[:], b.Why) {
		errs = append(errs, fab.Refuse(fab.Invalid, "reason_missing", "reason"))
	}
	if b.Quantity < 1 {
		errs = append(errs, fab.Refuse(fab.Invalid, "quantity_not_positive", "count"))
	}
	if utf8.RuneCountInString(b.Said) > maxText {
		errs = append(errs, fab.Refuse(fab.Invalid, "too_long", "note", "max", maxText))
	}
	if err := errs.Or(); err != nil {
		return err
	}
	return d.store.Update(ctx, func(tx *store.Tx) error {
		box, err := deliveredBox(tx, b.Box)
		if err != nil {
			return err
		}
		kit, lot, err := kitOf(tx, box, b)
		if err != nil {
			return err
		}
		r, err := tx.Request(box.RequestID)
		if err != nil {
			return err
		}
		bad := fab.Defect{ID: store.NewID[fab.DefectID](tx), RequestID: r.ID, KitID: kit.ID, LotID: lot, Quantity: b.Quantity, Why: b.Why, Said: b.Said, By: b.By, At: tx.Now()}
		place, item := fab.PlaceOf(fab.LocationFacility, string(r.FacilityID)), fab.KitItem(kit.Product)
		have, err := tx.BalanceOf(place, item, string(kit.ID))
		if err != nil {
			return err
		}
		if have < b.Quantity {
			return fab.Refuse(fab.Invalid, "came_back_more", "count", "max", have)
		}
		out := fab.StockMove{Item: item, Source: string(kit.ID), From: place, To: fab.OutsideScrapped, Quantity: b.Quantity, Why: fab.MoveScrapped, Subject: string(bad.ID), By: b.By}
		return errors.Join(tx.Post(out), tx.AddDefect(&bad), tx.Note(fab.Change{Code: "pieces_back", Subject: string(bad.ID), Request: r.ID, Args: fab.Args{"n": b.Quantity, "box": box.Code}}))
	})
}

func deliveredBox(tx *store.Tx, code string) (fab.Box, error) {
	box, err := tx.BoxByCode(code)
	if fab.ClassOf(err) == fab.NotFound || err == nil && box.Status != fab.BoxDelivered {
		return fab.Box{}, fab.Refuse(fab.Invalid, "box_not_delivered", "box")
	}
	return box, err
}

// kitOf is the kit of a box that is named, or holds a lot; without either, the box holds one kit only or its largest is
// meant.
func kitOf(tx *store.Tx, box fab.Box, b BadPieces) (most fab.Kit, lot fab.LotID, err error) {
	kits, err := tx.KitsIn(box.ID)
	if err != nil {
		return most, "", err
	}
	for _, k := range kits {
		if b.Kit != "" {
			if k.ID == b.Kit {
				return k, "", nil
			}
			continue
		}
		if b.Lot == "" {
			if k.Quantity > most.Quantity {
				most = k
			}
			continue
		}
		inside, err := tx.KitLots(k.ID)
		if err != nil {
			return most, "", err
		}
		for _, kl := range inside {
			l, err := tx.Lot(kl.LotID)
			if err != nil {
				return most, "", err
			}
			if l.Code == b.Lot {
				return k, l.ID, nil
			}
		}
	}
	if most.ID == "" {
		return most, "", fab.Refuse(fab.Invalid, "lot_not_in_box", "lot", "box", box.Code)
	}
	return most, "", nil
}
