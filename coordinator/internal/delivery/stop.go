package delivery

import (
	"context"
	"slices"
	"unicode/utf8"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// FailReasons are the codes with which a delivery may fail.
var FailReasons = [...]string{"closed", "refused", "not_found", "damaged"}

// StopView is a stop with what its driver has to know.
type StopView struct {
	Stop     fab.Stop
	Facility fab.Facility // of a delivery
	Maker    fab.Maker    // of a collection: whose bags they are
	Host     fab.Maker    // at whose place they are fetched; the same as Maker unless another collection point was chosen
	Note     fab.DeliveryNote
	Proofs   []fab.Proof
	Boxes    []fab.Box
	Lots     []fab.Lot // to collect
}

// RunView is a run with its stops.
type RunView struct {
	Run   fab.Run
	Stops []StopView
}

// Follow reads the run behind a driver's link.
func (d *Delivery) Follow(ctx context.Context, token string) (v RunView, err error) {
	err = d.store.View(ctx, func(tx *store.Tx) error {
		v, err = follow(tx, token)
		return err
	})
	return v, err
}

// Show reads a run for a coordinator.
func (d *Delivery) Show(ctx context.Context, id fab.RunID) (v RunView, err error) {
	err = d.store.View(ctx, func(tx *store.Tx) error {
		v, err = view(tx, id)
		return err
	})
	return v, err
}

func follow(tx *store.Tx, token string) (RunView, error) {
	link, err := tx.FollowLink(fab.LinkRun, token)
	if err != nil {
		return RunView{}, err
	}
	return view(tx, fab.RunID(link.Subject))
}

func view(tx *store.Tx, id fab.RunID) (v RunView, err error) {
	if v.Run, err = tx.Run(id); err != nil {
		return v, err
	}
	stops, err := tx.Stops(id)
	if err != nil {
		return v, err
	}
	for _, s := range stops {
		one, err := viewStop(tx, s)
		if err != nil {
			return v, err
		}
		v.Stops = append(v.Stops, one)
	}
	return v, nil
}

func viewStop(tx *store.Tx, s fab.Stop) (v StopView, err error) {
	v.Stop = s
	if s.Kind != fab.StopDeliver {
		if v.Maker, err = tx.Maker(s.MakerID); err != nil {
			return v, err
		}
		if v.Host, err = hostOf(tx, v.Maker); err != nil {
			return v, err
		}
		v.Lots, err = waiting(tx, v.Maker)
		return v, err
	}
	if v.Facility, err = tx.Facility(s.FacilityID); err != nil {
		return v, err
	}
	if v.Note, err = tx.NoteOf(s.ID); err != nil {
		return v, err
	}
	if v.Boxes, err = tx.BoxesAt(s.ID); err != nil {
		return v, err
	}
	v.Proofs, err = tx.Proofs(s.ID)
	return v, err
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

// waiting are the counted bags that lie at a maker's.
func waiting(tx *store.Tx, m fab.Maker) ([]fab.Lot, error) {
	at, err := tx.Balances(m.LocationID)
	if err != nil {
		return nil, err
	}
	var lots []fab.Lot
	for _, b := range at {
		if kind, _ := b.Item.Split(); kind != "part" {
			continue
		}
		lot, err := tx.Lot(fab.LotID(b.Source))
		if err != nil {
			return nil, err
		}
		lots = append(lots, lot)
	}
	return lots, nil
}

// Handover is what a driver reports of a delivery.
type Handover struct {
	Token        string
	Seq          int64
	Receiver     string
	Reservations string
	Boxes        []string // codes handed over; nil means all
}

// Deliver records that boxes were handed over to a named person. Boxes left out come back to the hub.
// Reported twice, it counts once.
func (d *Delivery) Deliver(ctx context.Context, h Handover) error {
	h.Receiver, h.Reservations = fab.Line(h.Receiver), fab.Lines(h.Reservations)
	if n := utf8.RuneCountInString(h.Receiver); n < 2 || n > 80 {
		return fab.Refuse(fab.Invalid, "receiver_missing", "receiver")
	}
	if utf8.RuneCountInString(h.Reservations) > 1000 {
		return fab.Refuse(fab.Invalid, "too_long", "reservations", "max", 1000)
	}
	return d.atStop(ctx, h.Token, h.Seq, func(tx *store.Tx, run fab.Run, v StopView) error {
		if v.Stop.Kind != fab.StopDeliver {
			return fab.Refuse(fab.Conflict, "not_a_delivery", "")
		}
		given, back, err := split(v.Boxes, h.Boxes)
		if err != nil {
			return err
		}
		for _, b := range given {
			if b.Recalled {
				return fab.Refuse(fab.Conflict, "box_recalled", "box", "box", b.Code)
			}
		}
		if err := handOver(tx, run, v, given, back); err != nil {
			return err
		}
		proof := fab.Proof{ID: store.NewID[fab.ProofID](tx), StopID: v.Stop.ID, Kind: "name", Name: h.Receiver, Reservations: h.Reservations, At: tx.Now()}
		if err := tx.AddProof(&proof); err != nil {
			return err
		}
		status := fab.StopDone
		if len(back) > 0 {
			status = fab.StopPartly
		}
		return closeStop(tx, v.Stop, status, "", "delivered", v.Stop.RequestID)
	})
}

func split(boxes []fab.Box, codes []string) (given, back []fab.Box, err error) {
	for _, b := range boxes {
		if codes == nil || slices.Contains(codes, b.Code) {
			given = append(given, b)
		} else {
			back = append(back, b)
		}
	}
	if len(given) == 0 || codes != nil && len(given) != len(codes) {
		return nil, nil, fab.Refuse(fab.Invalid, "boxes_missing", "box")
	}
	return given, back, nil
}

func handOver(tx *store.Tx, run fab.Run, v StopView, given, back []fab.Box) error {
	place, err := facilityPlace(tx, v.Facility)
	if err != nil {
		return err
	}
	for _, b := range given {
		b.Status = fab.BoxDelivered
		if _, err := moveBox(tx, b, run.VehicleID, place, "delivered"); err != nil {
			return err
		}
	}
	if err := bringBack(tx, run, back); err != nil {
		return err
	}
	return closeRequest(tx, v.Stop.RequestID)
}

func bringBack(tx *store.Tx, run fab.Run, boxes []fab.Box) error {
	for _, b := range boxes {
		b.Status, b.StopID = fab.BoxPacked, ""
		if _, err := moveBox(tx, b, run.VehicleID, fab.TheHub, "returned"); err != nil {
			return err
		}
	}
	return nil
}

func facilityPlace(tx *store.Tx, f fab.Facility) (fab.LocationID, error) {
	id := fab.PlaceOf(fab.LocationFacility, string(f.ID))
	if _, err := tx.Location(id); fab.ClassOf(err) != fab.NotFound {
		return id, err
	}
	return id, tx.AddLocation(&fab.Location{ID: id, Kind: fab.LocationFacility, Name: f.Name, CreatedAt: tx.Now()})
}

// closeRequest ends a request once every line is delivered.
func closeRequest(tx *store.Tx, id fab.RequestID) error {
	r, err := tx.Request(id)
	if err != nil {
		return err
	}
	progress, err := tx.Progress(id)
	if err != nil {
		return err
	}
	for _, p := range progress {
		if p.Delivered < p.Promised {
			return nil
		}
	}
	if r.Status != fab.RequestApproved {
		return nil
	}
	r.Status, r.ClosedAt = fab.RequestDelivered, tx.Now()
	if err := tx.SetRequest(&r); err != nil {
		return err
	}
	return tx.Note(fab.Change{Code: "request_delivered", Subject: string(id), Request: id, Args: fab.Args{"ref": r.Ref}})
}

// Fail records that nothing could be handed over; the boxes come back to the hub.
func (d *Delivery) Fail(ctx context.Context, token string, seq int64, why string) error {
	if !slices.Contains(FailReasons[:], why) {
		return fab.Refuse(fab.Invalid, "reason_missing", "reason")
	}
	return d.atStop(ctx, token, seq, func(tx *store.Tx, run fab.Run, v StopView) error {
		if err := bringBack(tx, run, v.Boxes); err != nil {
			return err
		}
		return closeStop(tx, v.Stop, fab.StopFailed, why, "stop_failed", v.Stop.RequestID)
	})
}

// Collect records that the bags of a maker are in the vehicle.
func (d *Delivery) Collect(ctx context.Context, token string, seq int64) error {
	return d.atStop(ctx, token, seq, func(tx *store.Tx, run fab.Run, v StopView) error {
		if v.Stop.Kind == fab.StopDeliver {
			return fab.Refuse(fab.Conflict, "not_a_collection", "")
		}
		for _, lot := range v.Lots {
			item := fab.PartItem(lot.Part)
			have, err := tx.BalanceOf(v.Maker.LocationID, item, string(lot.ID))
			if err != nil {
				return err
			}
			err = tx.Post(fab.StockMove{Item: item, Source: string(lot.ID), From: v.Maker.LocationID, To: run.VehicleID, Quantity: have, Why: "collected", Subject: string(v.Stop.ID)})
			if err != nil {
				return err
			}
		}
		return closeStop(tx, v.Stop, fab.StopDone, "", "collected", "")
	})
}

// atStop runs fn on an open stop of the run behind a token. A stop that is closed already is left alone: a driver
// without network may send twice.
func (d *Delivery) atStop(ctx context.Context, token string, seq int64, fn func(*store.Tx, fab.Run, StopView) error) error {
	return d.store.Update(ctx, func(tx *store.Tx) error {
		v, err := follow(tx, token)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(v.Stops, func(s StopView) bool { return s.Stop.Seq == seq })
		if i < 0 {
			return fab.Refuse(fab.NotFound, "not_found", "", "what", "stop")
		}
		if v.Stops[i].Stop.Status != fab.StopOpen {
			return nil
		}
		if err := fn(tx, v.Run, v.Stops[i]); err != nil {
			return err
		}
		return closeRun(tx, v, i)
	})
}

func closeStop(tx *store.Tx, s fab.Stop, to fab.StopStatus, why, code string, request fab.RequestID) error {
	s.Status, s.Why, s.DoneAt = to, why, tx.Now()
	if err := tx.SetStop(&s); err != nil {
		return err
	}
	return tx.Note(fab.Change{Code: code, Subject: string(s.ID), Request: request, Args: fab.Args{"why": why, "seq": s.Seq}})
}

// closeRun ends a run with its last stop, and says that it is on its way at the first.
func closeRun(tx *store.Tx, v RunView, closed int) error {
	open := 0
	for i, s := range v.Stops {
		if i != closed && s.Stop.Status == fab.StopOpen {
			open++
		}
	}
	v.Run.Status = fab.RunOnWay
	if open == 0 {
		v.Run.Status, v.Run.FinishedAt = fab.RunDone, tx.Now()
	}
	return tx.SetRun(&v.Run)
}
