// Package delivery brings boxes to facilities and bags to the hub: runs with their stops, the driver's link, delivery
// notes and proofs. A box is handed over whole or comes back whole; the ledger follows it into the vehicle and out.
package delivery

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// linkFor is how long a driver's link works after the day of the run.
const linkFor = 3 * 24 * time.Hour

// Delivery answers for one lab. It is safe for concurrent use.
type Delivery struct{ store *store.Store }

// New builds a Delivery.
func New(s *store.Store) *Delivery { return &Delivery{store: s} }

// NewRun is what a coordinator plans: who drives, when, which makers to pass by and which requests to deliver.
type NewRun struct {
	Driver   string
	Phone    string
	Day      string // 2020-04-03
	Makers   []fab.MakerID
	Requests []fab.RequestID
	Boxes    []fab.BoxID // to load; empty means every packed box of the requests
}

// Planned is a planned run. Token opens the driver's page.
type Planned struct {
	Run   fab.Run
	Token string
}

// Plan makes a run: first the makers, then the facilities. It loads the packed boxes of its requests, or those of them
// that are named, and writes their delivery notes.
func (d *Delivery) Plan(ctx context.Context, n NewRun) (out Planned, err error) {
	err = d.store.Update(ctx, func(tx *store.Tx) error {
		out = Planned{}
		if out.Run, err = newRun(tx, n); err != nil {
			return err
		}
		stops, err := stopsOf(tx, out.Run.ID, n)
		if err != nil {
			return err
		}
		if err := tx.AddRun(&out.Run, stops); err != nil {
			return err
		}
		for _, s := range stops {
			if s.Kind != fab.StopDeliver {
				continue
			}
			if err := load(tx, out.Run, s, n.Boxes); err != nil {
				return err
			}
		}
		if out.Token, err = tx.NewLink(fab.LinkRun, string(out.Run.ID), out.Run.Day.Add(linkFor)); err != nil {
			return err
		}
		return tx.Note(fab.Change{Code: "run_planned", Subject: string(out.Run.ID), Args: fab.Args{"run": out.Run.Code, "driver": out.Run.Driver, "stops": len(stops)}})
	})
	return out, err
}

func newRun(tx *store.Tx, n NewRun) (fab.Run, error) {
	n.Driver, n.Phone = fab.Line(n.Driver), fab.Line(n.Phone)
	var errs fab.Errors
	if n.Driver == "" || utf8.RuneCountInString(n.Driver) > 80 {
		errs = append(errs, fab.Refuse(fab.Invalid, "driver_missing", "driver"))
	}
	if len(n.Phone) > 40 {
		errs = append(errs, fab.Refuse(fab.Invalid, "phone_wrong", "phone"))
	}
	day, err := time.Parse("2006-01-02", strings.TrimSpace(n.Day))
	switch {
	case err != nil:
		errs = append(errs, fab.Refuse(fab.Invalid, "date_wrong", "day"))
	case day.Before(tx.Now().Add(-24 * time.Hour).Truncate(24 * time.Hour)):
		errs = append(errs, fab.Refuse(fab.Invalid, "date_past", "day"))
	case day.After(tx.Now().Add(365 * 24 * time.Hour)):
		errs = append(errs, fab.Refuse(fab.Invalid, "date_too_far", "day"))
	}
	if len(n.Makers)+len(n.Requests) == 0 {
		errs = append(errs, fab.Refuse(fab.Invalid, "run_empty", "stop"))
	}
	if err := errs.Or(); err != nil {
		return fab.Run{}, err
	}
	no, err := tx.Next("run")
	if err != nil {
		return fab.Run{}, err
	}
	r := fab.Run{ID: store.NewID[fab.RunID](tx), Code: fmt.Sprintf("T-%03d", no), Driver: n.Driver, Phone: n.Phone, Day: day, Status: fab.RunPlanned, CreatedAt: tx.Now()}
	r.VehicleID = fab.PlaceOf(fab.LocationVehicle, string(r.ID))
	return r, tx.AddLocation(&fab.Location{ID: r.VehicleID, Kind: fab.LocationVehicle, Name: r.Code, CreatedAt: tx.Now()})
}

func stopsOf(tx *store.Tx, run fab.RunID, n NewRun) ([]fab.Stop, error) {
	var stops []fab.Stop
	add := func(s fab.Stop) {
		s.ID, s.RunID, s.Seq, s.Status = store.NewID[fab.StopID](tx), run, int64(len(stops)+1), fab.StopOpen
		stops = append(stops, s)
	}
	for _, id := range n.Makers {
		if _, err := tx.Maker(id); err != nil {
			return nil, err
		}
		add(fab.Stop{Kind: fab.StopCollect, MakerID: id})
	}
	for _, id := range n.Requests {
		r, err := tx.Request(id)
		if err != nil {
			return nil, err
		}
		if r.Status != fab.RequestApproved && r.Status != fab.RequestDelivered {
			return nil, fab.Refuse(fab.Conflict, "request_not_open", "stop")
		}
		add(fab.Stop{Kind: fab.StopDeliver, RequestID: id, FacilityID: r.FacilityID})
	}
	return stops, nil
}

// load puts the packed boxes of a request into the vehicle. A recalled box, and a version that only testers may get,
// stay in the lab.
func load(tx *store.Tx, r fab.Run, s fab.Stop, only []fab.BoxID) error {
	boxes, err := tx.BoxesOf(s.RequestID)
	if err != nil {
		return err
	}
	var lines []fab.NoteLine
	for _, b := range boxes {
		if b.Status != fab.BoxPacked || len(only) > 0 && !slices.Contains(only, b.ID) {
			continue
		}
		if b.Recalled {
			return fab.Refuse(fab.Conflict, "box_recalled", "stop", "box", b.Code)
		}
		b.Status, b.StopID = fab.BoxLoaded, s.ID
		more, err := moveBox(tx, b, fab.TheHub, r.VehicleID, "loaded")
		if err != nil {
			return err
		}
		lines = append(lines, more...)
	}
	if len(lines) == 0 {
		return fab.Refuse(fab.Conflict, "no_box_packed", "stop")
	}
	no, err := tx.Next("delivery-note")
	if err != nil {
		return err
	}
	return tx.AddNote(&fab.DeliveryNote{ID: store.NewID[fab.NoteID](tx), No: no, StopID: s.ID, RequestID: s.RequestID, Lines: lines, CreatedAt: tx.Now()})
}

// moveBox stores a box and moves its kits through the ledger; it returns the lines for the paper.
func moveBox(tx *store.Tx, b fab.Box, from, to fab.LocationID, why string) ([]fab.NoteLine, error) {
	if err := tx.SetBox(&b); err != nil {
		return nil, err
	}
	kits, err := tx.KitsIn(b.ID)
	if err != nil {
		return nil, err
	}
	var lines []fab.NoteLine
	for _, k := range kits {
		design, err := tx.Design(k.DesignID)
		if err != nil {
			return nil, err
		}
		if why == "loaded" {
			if err := mayLeave(tx, design, k); err != nil {
				return nil, err
			}
		}
		err = tx.Post(fab.StockMove{Item: fab.KitItem(k.Product), Source: string(k.ID), From: from, To: to, Quantity: k.Quantity, Why: why, Subject: string(b.ID)})
		if err != nil {
			return nil, err
		}
		lots, err := lotCodes(tx, k)
		if err != nil {
			return nil, err
		}
		lines = append(lines, fab.NoteLine{Product: k.Product, Quantity: k.Quantity, Box: b.Code, Lots: lots})
	}
	return lines, nil
}

// mayLeave looks at a kit once more before it leaves the lab: a version may be withdrawn, or a trial closed, since it was
// packed.
func mayLeave(tx *store.Tx, design fab.DesignVersion, k fab.Kit) error {
	r, err := tx.Request(k.RequestID)
	if err != nil {
		return err
	}
	if err := fab.MayServe(design, r.TrialID, r.TrialID, "stop"); err != nil {
		return err
	}
	inside, err := tx.KitLots(k.ID)
	if err != nil {
		return err
	}
	for _, kl := range inside {
		lot, err := tx.Lot(kl.LotID)
		if err != nil {
			return err
		}
		made, err := tx.Design(lot.DesignID)
		if err != nil {
			return err
		}
		if err := fab.MayServe(made, lot.TrialID, r.TrialID, "stop"); err != nil {
			return err
		}
	}
	return nil
}

func lotCodes(tx *store.Tx, k fab.Kit) ([]string, error) {
	inside, err := tx.KitLots(k.ID)
	if err != nil {
		return nil, err
	}
	var codes []string
	for _, kl := range inside {
		lot, err := tx.Lot(kl.LotID)
		if err != nil {
			return nil, err
		}
		codes = append(codes, lot.Code)
	}
	slices.Sort(codes)
	return slices.Compact(codes), nil
}
