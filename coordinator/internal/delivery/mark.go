package delivery

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// FailReasons are the codes with which a stop may fail.
var FailReasons = [...]string{"nobody", "closed", "refused", "not_found", "damaged"}

// The limits of a report, and of the pictures that are kept with it.
const (
	maxText       = 1000
	maxKey        = 80
	photoSide     = 1280
	photoBytes    = 200 << 10
	signatureSide = 800
	signatureMost = 40 << 10
)

// Report is what is said of one stop: by its driver, whose Token names the run, or by the desk, which names Run and By.
type Report struct {
	Token string
	Run   fab.RunID
	By    fab.AccountID

	No  int64     // of the stop
	Key string    // made where the report was written down; reports of one key count once. Empty: what it says is its key
	At  time.Time // when it happened, by the clock of a telephone; zero: now

	Receiver     string
	Reservations string
	Boxes        []string // codes handed over; nil means all
	Signature    []byte   // PNG or JPEG; empty without
	Photo        []byte
	Why          string // of FailReasons
	Said         string
}

// Deliver records that boxes were handed over to a named person. Boxes left out come back to the hub.
func (d *Delivery) Deliver(ctx context.Context, r Report) error {
	r.Receiver, r.Reservations = fab.Line(r.Receiver), fab.Lines(r.Reservations)
	if n := utf8.RuneCountInString(r.Receiver); n < 2 || n > maxName {
		return fab.Refuse(fab.Invalid, "receiver_missing", "receiver")
	}
	if utf8.RuneCountInString(r.Reservations) > maxText {
		return fab.Refuse(fab.Invalid, "too_long", "reservations", "max", maxText)
	}
	return d.mark(ctx, r, fab.MarkDeliver, func(tx *store.Tx, run fab.Run, v StopView, m fab.Mark) error {
		if v.Stop.Kind != fab.StopDeliver {
			return fab.Refuse(fab.Conflict, "not_a_delivery", "")
		}
		given, back, err := split(v.Boxes, r.Boxes)
		if err != nil {
			return err
		}
		for _, b := range given {
			if b.Recalled && !m.HappenedAt.Before(b.RecalledAt) { // what was handed over before is there
				return fab.Refuse(fab.Conflict, "box_recalled", "box", "box", b.Code)
			}
		}
		if err := handOver(tx, run, v, given, back); err != nil {
			return err
		}
		if err := prove(tx, m); err != nil {
			return err
		}
		status := fab.StopDone
		if len(back) > 0 {
			status = fab.StopPartly
		}
		return closeStop(tx, v.Stop, status, m, "delivered")
	})
}

// Fail records that nothing could be handed over, fetched or left; what was aboard for the stop comes back to the hub.
func (d *Delivery) Fail(ctx context.Context, r Report) error {
	r.Said = fab.Lines(r.Said)
	if !slices.Contains(FailReasons[:], r.Why) {
		return fab.Refuse(fab.Invalid, "reason_missing", "reason")
	}
	if utf8.RuneCountInString(r.Said) > maxText {
		return fab.Refuse(fab.Invalid, "too_long", "note", "max", maxText)
	}
	return d.mark(ctx, r, fab.MarkFail, func(tx *store.Tx, run fab.Run, v StopView, m fab.Mark) error {
		if err := bringBack(tx, run, v.Stop); err != nil {
			return err
		}
		return closeStop(tx, v.Stop, fab.StopFailed, m, "stop_failed")
	})
}

// Collect records that the bags of a maker, or a gift, are in the vehicle, or that what a maker gets was left there.
func (d *Delivery) Collect(ctx context.Context, r Report) error {
	return d.mark(ctx, r, fab.MarkCollect, func(tx *store.Tx, run fab.Run, v StopView, m fab.Mark) error {
		switch {
		case v.Stop.Kind == fab.StopDeliver:
			return fab.Refuse(fab.Conflict, "not_a_collection", "")
		case v.Stop.Kind == fab.StopDrop:
			if err := moveGoods(tx, v.Stop, v.Goods, run.VehicleID, v.Maker.LocationID, "dropped"); err != nil {
				return err
			}
		case v.Stop.DonationID == "": // a gift enters the ledger when it is counted at the hub
			if err := takeAboard(tx, run, v); err != nil {
				return err
			}
		}
		return closeStop(tx, v.Stop, fab.StopDone, m, "collected")
	})
}

// mark runs fn on an open stop, and stores the report. One that came before counts once. Of a stop that is over, a report
// to the same effect is content; a telephone's that says otherwise is kept for the desk to look at, and refused with what
// the books say.
func (d *Delivery) mark(ctx context.Context, r Report, act string, fn func(*store.Tx, fab.Run, StopView, fab.Mark) error) error {
	signature, photo, err := d.pictures(ctx, r)
	if err != nil {
		return err
	}
	var answer error
	err = d.store.Update(ctx, func(tx *store.Tx) error {
		answer = nil
		run, v, err := d.reported(tx, r)
		if err != nil {
			return err
		}
		m := fab.Mark{
			Key: keyOf(r, act, v.Stop), StopID: v.Stop.ID, Act: act, Receiver: r.Receiver, Reservations: r.Reservations, Boxes: r.Boxes, Why: r.Why,
			Said: r.Said, Signature: signature, Photo: photo, By: r.By, Outcome: fab.MarkTaken, HappenedAt: happened(tx, run, r.At), At: tx.Now(),
		}
		switch before, err := tx.Mark(m.Key); {
		case err == nil:
			answer = told(v.Stop, before)
			return nil
		case fab.ClassOf(err) != fab.NotFound:
			return err
		}
		if v.Stop.Status == fab.StopOpen {
			if err := fn(tx, run, v, m); err != nil {
				return err
			}
			if err := tx.AddMark(&m); err != nil {
				return err
			}
			return closeRun(tx, run)
		}
		m.Outcome = fab.MarkLate
		if sameEffect(v, m) {
			m.Outcome = fab.MarkSame
		}
		answer = told(v.Stop, m)
		if r.By != "" {
			return nil // who sits at the desk reads it at once
		}
		if m.Outcome == fab.MarkLate {
			if err := tx.Note(fab.Change{Code: "mark_late", Subject: string(v.Stop.ID), Request: v.Stop.RequestID, Args: fab.Args{"run": run.Code, "no": v.Stop.No}}); err != nil {
				return err
			}
		}
		return tx.AddMark(&m)
	})
	if err != nil {
		return err
	}
	return answer
}

// told is the word to whoever reports a stop that was reported before: nothing when it says the same.
func told(s fab.Stop, m fab.Mark) error {
	if m.Outcome != fab.MarkLate {
		return nil
	}
	switch s.Status {
	case fab.StopDone:
		return fab.Refuse(fab.Conflict, "stop_told_done", "", "at", s.DoneAt)
	case fab.StopPartly:
		return fab.Refuse(fab.Conflict, "stop_told_partly", "", "at", s.DoneAt)
	}
	return fab.Refuse(fab.Conflict, "stop_told_failed", "", "at", s.DoneAt)
}

// reported finds the run and the stop that a report is about.
func (d *Delivery) reported(tx *store.Tx, r Report) (fab.Run, StopView, error) {
	var v RunView
	var err error
	if r.By != "" {
		v, err = d.view(tx, r.Run)
	} else {
		v, err = d.follow(tx, r.Token)
	}
	if err != nil {
		return v.Run, StopView{}, err
	}
	i := slices.IndexFunc(v.Stops, func(s StopView) bool { return s.Stop.No == r.No })
	if i < 0 {
		return v.Run, StopView{}, fab.Refuse(fab.NotFound, "not_found", "", "what", "stop")
	}
	return v.Run, v.Stops[i], nil
}

// keyOf is the key of a report. Keys are secrets of nobody; each is bound to its stop, so that no report hides another.
func keyOf(r Report, act string, s fab.Stop) string {
	said := r.Key
	if said == "" || len(said) > maxKey {
		said = strings.Join(append([]string{act, r.Receiver, r.Reservations, r.Why, strconv.FormatBool(r.Boxes == nil)}, r.Boxes...), "\x00")
	}
	sum := sha256.Sum256([]byte(string(s.ID) + "\x00" + said))
	return hex.EncodeToString(sum[:16])
}

// happened is when a report says that it happened, never before its run was planned nor after now.
func happened(tx *store.Tx, run fab.Run, at time.Time) time.Time {
	at = fab.Now(at)
	if at.Before(run.CreatedAt) || at.After(tx.Now()) {
		return tx.Now()
	}
	return at
}

// sameEffect reports whether a stop that is over ended as a report says.
func sameEffect(v StopView, m fab.Mark) bool {
	switch v.Stop.Status {
	case fab.StopFailed:
		return m.Act == fab.MarkFail && v.Stop.Why != fab.StopNotVisited && v.Stop.Why != fab.StopTakenOff
	case fab.StopDone:
		return m.Act == fab.MarkCollect || m.Act == fab.MarkDeliver && (m.Boxes == nil || len(m.Boxes) == len(v.Boxes))
	case fab.StopPartly:
		given := 0
		for _, b := range v.Boxes {
			if slices.Contains(m.Boxes, b.Code) {
				given++
			}
		}
		return m.Act == fab.MarkDeliver && given == len(v.Boxes) && given == len(m.Boxes)
	}
	return false
}

func closeStop(tx *store.Tx, s fab.Stop, to fab.StopStatus, m fab.Mark, code string) error {
	if err := fab.StopTable.Move("stop", s.Status, to); err != nil {
		return err
	}
	s.Status, s.Why, s.Said, s.DoneAt = to, m.Why, m.Said, m.HappenedAt
	if err := tx.SetStop(&s); err != nil {
		return err
	}
	return tx.Note(fab.Change{Code: code, Subject: string(s.ID), Request: s.RequestID, Args: fab.Args{"why": s.Why, "seq": s.No}})
}

// closeRun ends a run with its last stop, and says that it is on its way at the first.
func closeRun(tx *store.Tx, run fab.Run) error {
	stops, err := tx.Stops(run.ID)
	if err != nil {
		return err
	}
	run.Status = fab.RunOnWay
	if len(openOf(stops)) == 0 {
		run.Status, run.FinishedAt = fab.RunDone, tx.Now()
	} else if lastDone(stops).ID == "" {
		run.Status = fab.RunPlanned
	}
	return tx.SetRun(&run)
}
