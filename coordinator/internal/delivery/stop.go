package delivery

import (
	"context"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// StopView is a stop with what its driver has to know.
type StopView struct {
	Stop     fab.Stop
	Facility fab.Facility          // of a delivery
	Maker    fab.Maker             // of a collection: whose bags they are
	Host     fab.Maker             // at whose place they are fetched; the same as Maker unless another collection point was chosen
	Spot     fab.Spot              // where it is
	People   []fab.FacilityContact // to ask for beside the one whom Spot names
	Gift     fab.Donation          // of a gift that is fetched
	Note     fab.DeliveryNote
	Proofs   []fab.Proof
	Boxes    []fab.Box       // to hand over, or handed over
	Goods    []fab.StopGoods // to leave
	Lots     []fab.Lot       // to collect
	Spools   []fab.Spool     // to collect from somebody who left
	Timed                    // zero once it is over
}

// Shown is where the stop is, as its driver reads it: of a home the town, a position to a kilometre, and whose bags they are
// when somebody else keeps them.
func (v StopView) Shown() fab.Spot {
	if v.Stop.Kind == fab.StopDeliver {
		return v.Spot
	}
	s := v.Spot.Rounded()
	if v.Stop.MakerID == "" || v.Stop.FetchID != "" {
		return s
	}
	s.Name, s.Postcode, s.Town = v.Host.Name, "", v.Host.Around()
	if v.Host.ID != v.Maker.ID {
		s.Name += " (" + v.Maker.Name + ")"
	}
	return s
}

// RunView is a run with its stops.
type RunView struct {
	Run   fab.Run
	Stops []StopView
	Back  time.Time // at the hub again
	Home  Leg       // the way back to it
	Km    int64     // estimated, of what is still to drive
}

// Follow reads the run behind a driver's link.
func (d *Delivery) Follow(ctx context.Context, token string) (v RunView, err error) {
	err = d.store.View(ctx, func(tx *store.Tx) error {
		v, err = d.follow(tx, token)
		return err
	})
	return v, err
}

// Show reads a run for a coordinator.
func (d *Delivery) Show(ctx context.Context, id fab.RunID) (v RunView, err error) {
	err = d.store.View(ctx, func(tx *store.Tx) error {
		v, err = d.view(tx, id)
		return err
	})
	return v, err
}

// follow reads the run behind a driver's link. Some hours after its last stop the link shows it to nobody any more.
func (d *Delivery) follow(tx *store.Tx, token string) (RunView, error) {
	link, err := tx.FollowLink(fab.LinkRun, token)
	if err != nil {
		return RunView{}, err
	}
	v, err := d.view(tx, fab.RunID(link.Subject))
	if err == nil && v.Run.Status == fab.RunDone && tx.Now().After(v.Run.FinishedAt.Add(lateFor)) {
		return RunView{}, fab.Refuse(fab.Gone, "run_gone", "")
	}
	return v, err
}

func (d *Delivery) view(tx *store.Tx, id fab.RunID) (v RunView, err error) {
	if v.Run, err = tx.Run(id); err != nil {
		return v, err
	}
	stops, err := tx.Stops(id)
	if err != nil {
		return v, err
	}
	times, err := d.times(tx, v.Run, stops)
	if err != nil {
		return v, err
	}
	v.Back, v.Km, v.Home = times.Back, times.Km, times.Home
	for _, s := range stops {
		one, err := viewStop(tx, s)
		if err != nil {
			return v, err
		}
		one.Timed = times.Stops[s.ID]
		v.Stops = append(v.Stops, one)
	}
	return v, nil
}

func viewStop(tx *store.Tx, s fab.Stop) (v StopView, err error) {
	v.Stop = s
	if v.Spot, err = spotOf(tx, s); err != nil {
		return v, err
	}
	switch {
	case s.Kind == fab.StopDeliver:
		return v, viewDelivery(tx, &v)
	case s.DonationID != "":
		v.Gift, err = tx.Donation(s.DonationID)
		return v, err
	}
	if v.Maker, err = tx.Maker(s.MakerID); err != nil {
		return v, err
	}
	if s.Kind == fab.StopDrop {
		v.Host = v.Maker
		v.Goods, err = tx.StopGoods(s.ID)
		return v, err
	}
	if v.Host, err = hostOf(tx, v.Maker); err != nil {
		return v, err
	}
	v.Lots, v.Spools, err = waiting(tx, v.Maker)
	return v, err
}

func viewDelivery(tx *store.Tx, v *StopView) (err error) {
	if v.Facility, err = tx.Facility(v.Stop.FacilityID); err != nil {
		return err
	}
	if v.People, err = tx.ContactsOf(v.Facility.ID); err != nil {
		return err
	}
	if v.Note, err = tx.NoteOf(v.Stop.ID); err != nil {
		return err
	}
	if v.Boxes, err = tx.BoxesAt(v.Stop.ID); err != nil {
		return err
	}
	v.Proofs, err = tx.Proofs(v.Stop.ID)
	return err
}

// hostOf is the maker at whose place a maker's bags are fetched. Who brings them to the hub is the host too, for then there
// is nobody else to ask.
func hostOf(tx *store.Tx, m fab.Maker) (fab.Maker, error) {
	if m.Collect() == m.LocationID {
		return m, nil
	}
	host, err := tx.MakerAt(m.Collect())
	if fab.ClassOf(err) == fab.NotFound || err == nil && host.Status == fab.MakerGone {
		return m, nil
	}
	return host, err
}

// waiting are the counted bags that lie at a maker's, and the spools of one who left.
func waiting(tx *store.Tx, m fab.Maker) (lots []fab.Lot, spools []fab.Spool, err error) {
	at, err := tx.Balances(m.LocationID)
	if err != nil || m.LocationID == fab.TheHub {
		return nil, nil, err
	}
	for _, b := range at {
		kind, _ := b.Item.Split()
		switch {
		case kind == "part":
			lot, err := tx.Lot(fab.LotID(b.Source))
			if err != nil {
				return nil, nil, err
			}
			if lot.Under() {
				continue // it comes another way
			}
			lots = append(lots, lot)
		case kind == "material" && m.Status == fab.MakerGone:
			spool, err := tx.Spool(fab.SpoolID(b.Source))
			if fab.ClassOf(err) == fab.NotFound {
				continue // sheets and the like
			} else if err != nil {
				return nil, nil, err
			}
			spools = append(spools, spool)
		}
	}
	return lots, spools, nil
}
