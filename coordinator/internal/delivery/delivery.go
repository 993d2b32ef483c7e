// Package delivery brings boxes to facilities and bags, gifts and spools where they are wanted: runs with their stops and
// their order, the driver's link, delivery notes and proofs. A box is handed over whole or comes back whole; the ledger
// follows it into the vehicle and out, and a report of a stop counts once, however often and however late it comes.
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

// linkFor is how long a driver's link works after the day of the run, and lateFor after its last stop: long enough for
// what a telephone without network has to say.
const (
	linkFor = 3 * 24 * time.Hour
	lateFor = 12 * time.Hour
)

// The limits of what is said of a run.
const (
	maxName     = 80
	maxPhone    = 40
	maxCapacity = 10_000
	maxStops    = 60
	leaveMin    = 9 * 60 // when runs leave that say nothing
	maxLeave    = 24*60 - 1
)

// Delivery answers for one lab. It is safe for concurrent use.
type Delivery struct {
	store *store.Store
	zone  *time.Location
}

// New builds a Delivery. zone is the lab's, in which opening hours are read; nil is UTC.
func New(s *store.Store, zone *time.Location) *Delivery {
	if zone == nil {
		zone = time.UTC
	}
	return &Delivery{store: s, zone: zone}
}

// NewRun is what a coordinator plans: who drives what, when, and what for.
type NewRun struct {
	Driver   string
	Phone    string
	Day      string // 2020-04-03
	Leave    string // 09:00; empty: 9 o'clock
	Vehicle  string
	Capacity int64 // boxes; zero: nobody said
	NewStops
}

// NewStops is what a run passes by for.
type NewStops struct {
	Makers   []fab.MakerID    // whose bags to collect
	Requests []fab.RequestID  // to deliver
	Boxes    []fab.BoxID      // to load; empty means every packed box of the requests
	Gifts    []fab.DonationID // to fetch
	Drops    []Drop           // spools to bring
	Fetches  []fab.FetchID    // of people who left
}

// Drop is a spool that a maker gets.
type Drop struct {
	Maker fab.MakerID
	Spool fab.SpoolID
}

// Planned is a planned run. Token opens the driver's page.
type Planned struct {
	Run   fab.Run
	Token string
}

// Plan makes a run and puts its stops in a good order. It loads the packed boxes of its requests, or those of them that
// are named, and the spools to bring, and writes the delivery notes.
func (d *Delivery) Plan(ctx context.Context, n NewRun) (out Planned, err error) {
	err = d.store.Update(ctx, func(tx *store.Tx) error {
		out = Planned{}
		if out.Run, err = newRun(tx, n); err != nil {
			return err
		}
		if err := tx.AddRun(&out.Run, nil); err != nil {
			return err
		}
		stops, err := d.addStops(tx, out.Run, nil, n.NewStops)
		if err != nil {
			return err
		}
		if out.Token, err = tx.NewLink(fab.LinkRun, string(out.Run.ID), out.Run.Day.Add(linkFor)); err != nil {
			return err
		}
		return tx.Note(fab.Change{Code: "run_planned", Subject: string(out.Run.ID), Args: fab.Args{"run": out.Run.Code, "driver": out.Run.Driver, "stops": len(stops)}})
	})
	return out, err
}

// Add puts more stops on a run that is not over, and its open stops in order again.
func (d *Delivery) Add(ctx context.Context, id fab.RunID, n NewStops) error {
	return d.change(ctx, id, func(tx *store.Tx, run fab.Run, stops []fab.Stop) error {
		more, err := d.addStops(tx, run, stops, n)
		if err != nil {
			return err
		}
		return tx.Note(fab.Change{Code: "run_planned", Subject: string(id), Args: fab.Args{"run": run.Code, "driver": run.Driver, "stops": len(stops) + len(more)}})
	})
}

// addStops stores new stops behind those that a run has, loads what they take, and proposes an order.
func (d *Delivery) addStops(tx *store.Tx, run fab.Run, have []fab.Stop, n NewStops) ([]fab.Stop, error) {
	stops, err := stopsOf(tx, run.ID, have, n)
	if err != nil {
		return nil, err
	}
	if len(stops) == 0 {
		return nil, fab.Refuse(fab.Invalid, "run_empty", "stop")
	}
	if len(have)+len(stops) > maxStops {
		return nil, fab.Refuse(fab.Invalid, "run_too_long", "stop", "max", maxStops)
	}
	if err := tx.AddStops(stops); err != nil {
		return nil, err
	}
	for i, s := range stops {
		switch s.Kind {
		case fab.StopDeliver:
			err = load(tx, run, s, n.Boxes)
		case fab.StopDrop:
			err = loadSpool(tx, run, s, n.Drops[i-(len(stops)-len(n.Drops))])
		}
		if err != nil {
			return nil, err
		}
	}
	if err := fits(tx, run); err != nil {
		return nil, err
	}
	return stops, d.propose(tx, run)
}

func newRun(tx *store.Tx, n NewRun) (fab.Run, error) {
	r, err := readRun(tx, n)
	if err != nil {
		return r, err
	}
	if len(n.Makers)+len(n.Requests)+len(n.Gifts)+len(n.Drops)+len(n.Fetches) == 0 {
		return r, fab.Refuse(fab.Invalid, "run_empty", "stop")
	}
	no, err := tx.Next("run")
	if err != nil {
		return fab.Run{}, err
	}
	r.ID, r.Code, r.Status, r.CreatedAt = store.NewID[fab.RunID](tx), fmt.Sprintf("T-%03d", no), fab.RunPlanned, tx.Now()
	r.VehicleID = fab.PlaceOf(fab.LocationVehicle, string(r.ID))
	return r, tx.AddLocation(&fab.Location{ID: r.VehicleID, Kind: fab.LocationVehicle, Name: r.Code, CreatedAt: tx.Now()})
}

// readRun reads who drives what and when.
func readRun(tx *store.Tx, n NewRun) (r fab.Run, err error) {
	r.Driver, r.Phone, r.Vehicle, r.Capacity = fab.Line(n.Driver), fab.Line(n.Phone), fab.Line(n.Vehicle), n.Capacity
	var errs fab.Errors
	if r.Driver == "" || utf8.RuneCountInString(r.Driver) > maxName {
		errs = append(errs, fab.Refuse(fab.Invalid, "driver_missing", "driver"))
	}
	if len(r.Phone) > maxPhone {
		errs = append(errs, fab.Refuse(fab.Invalid, "phone_wrong", "phone"))
	}
	if utf8.RuneCountInString(r.Vehicle) > maxName {
		errs = append(errs, fab.Refuse(fab.Invalid, "too_long", "vehicle", "max", maxName))
	}
	if r.Capacity < 0 || r.Capacity > maxCapacity {
		errs = append(errs, fab.Refuse(fab.Invalid, "not_a_number", "capacity"))
	}
	if r.LeaveMin = leaveMin; strings.TrimSpace(n.Leave) != "" {
		at, err := time.Parse("15:04", strings.TrimSpace(n.Leave))
		if err != nil {
			errs = append(errs, fab.Refuse(fab.Invalid, "clock_wrong", "leave"))
		}
		r.LeaveMin = int64(at.Hour()*60 + at.Minute())
	}
	r.Day, err = time.Parse("2006-01-02", strings.TrimSpace(n.Day))
	switch {
	case err != nil:
		errs = append(errs, fab.Refuse(fab.Invalid, "date_wrong", "day"))
	case r.Day.Before(tx.Now().Add(-24 * time.Hour).Truncate(24 * time.Hour)):
		errs = append(errs, fab.Refuse(fab.Invalid, "date_past", "day"))
	case r.Day.After(tx.Now().Add(365 * 24 * time.Hour)):
		errs = append(errs, fab.Refuse(fab.Invalid, "date_too_far", "day"))
	}
	return r, errs.Or()
}

// stopsOf makes the stops of a run, numbered on from those that it has; drops are the last.
func stopsOf(tx *store.Tx, run fab.RunID, have []fab.Stop, n NewStops) (stops []fab.Stop, err error) {
	last := int64(0)
	for _, s := range have {
		last = max(last, s.No, s.Seq)
	}
	add := func(s fab.Stop) {
		s.ID, s.RunID, s.Status = store.NewID[fab.StopID](tx), run, fab.StopOpen
		s.No = last + int64(len(stops)) + 1
		s.Seq = s.No
		stops = append(stops, s)
	}
	for _, id := range n.Makers {
		if _, err := tx.Maker(id); err != nil {
			return nil, err
		}
		add(fab.Stop{Kind: fab.StopCollect, MakerID: id})
	}
	for _, id := range n.Fetches {
		f, err := tx.Fetch(id)
		if err != nil {
			return nil, err
		}
		if err := free(tx, "fetched_already", !f.DoneAt.IsZero(), func(s fab.Stop) bool { return s.FetchID == id }); err != nil {
			return nil, err
		}
		add(fab.Stop{Kind: fab.StopCollect, MakerID: f.MakerID, FetchID: id})
	}
	for _, id := range n.Gifts {
		g, err := tx.Donation(id)
		if err != nil {
			return nil, err
		}
		if err := free(tx, "fetched_already", g.Status != fab.DonationPledged, func(s fab.Stop) bool { return s.DonationID == id }); err != nil {
			return nil, err
		}
		add(fab.Stop{Kind: fab.StopCollect, DonationID: id})
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
	for _, drop := range n.Drops {
		m, err := tx.Maker(drop.Maker)
		if err != nil {
			return nil, err
		}
		if m.Status == fab.MakerGone {
			return nil, fab.Refuse(fab.Conflict, "maker_left", "stop")
		}
		add(fab.Stop{Kind: fab.StopDrop, MakerID: drop.Maker})
	}
	return stops, nil
}

// free refuses what is over, or is a stop of a run already.
func free(tx *store.Tx, code string, over bool, same func(fab.Stop) bool) error {
	open, err := tx.OpenStops()
	if err != nil {
		return err
	}
	if over || slices.ContainsFunc(open, same) {
		return fab.Refuse(fab.Conflict, code, "stop")
	}
	return nil
}
