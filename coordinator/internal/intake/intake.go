// Package intake takes requests in: it checks what a facility asks for, makes one request of a form however often it is
// sent, and lets a coordinator approve or refuse it. It also answers the requester's tracking page.
package intake

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Intake answers for one lab. It is safe for concurrent use.
type Intake struct{ store *store.Store }

// New builds an Intake.
func New(s *store.Store) *Intake { return &Intake{store: s} }

// Form is what the request form holds, as typed. Quantities are keyed by product.
type Form struct {
	Facility   fab.Facility
	Quantities map[string]string
	Supplied   map[string][]string // by product: codes of materials that the place adds itself
	NeedBy     string              // 2020-04-03 or 03/04/2020
	Note       string
	Channel    string
	SubmitKey  string
	// Finess is the number of the place in the register, as typed or chosen; NotListed and "" say nothing.
	Finess string
}

// Receipt is what a sent form made. Token opens the tracking page.
type Receipt struct {
	Request fab.Request
	Token   string
	Again   bool // the form had been sent before
}

// Check says what is wrong with a form, one refusal a field, nil when nothing is.
func (i *Intake) Check(ctx context.Context, f Form) error {
	return i.store.View(ctx, func(tx *store.Tx) error {
		_, _, errs, err := i.read(tx, f)
		if err != nil {
			return err
		}
		return errs.Or()
	})
}

// Ask makes a request of a form. A form whose SubmitKey was seen makes nothing new and gets the same request.
func (i *Intake) Ask(ctx context.Context, f Form) (r Receipt, err error) {
	if !fab.ValidKey(f.SubmitKey) {
		return r, fab.Refuse(fab.Invalid, "form_expired", "key")
	}
	err = i.store.Update(ctx, func(tx *store.Tx) error {
		if r.Request, err = tx.RequestBySubmitKey(f.SubmitKey); err == nil {
			r.Again = true
			return i.link(tx, &r)
		} else if fab.ClassOf(err) != fab.NotFound {
			return err
		}
		lines, needBy, errs, err := i.read(tx, f)
		if err != nil {
			return err
		}
		if err := errs.Or(); err != nil {
			return err
		}
		return i.make(tx, f, lines, needBy, &r)
	})
	return r, err
}

func (i *Intake) make(tx *store.Tx, f Form, lines []fab.RequestLine, needBy time.Time, r *Receipt) error {
	facility, err := sameOrNew(tx, f)
	if err != nil {
		return err
	}
	r.Again = false
	r.Request = fab.Request{
		ID: store.NewID[fab.RequestID](tx), Ref: fab.NewReference(tx.Rand()), FacilityID: facility.ID, Channel: f.Channel, NeedBy: needBy,
		Note: fab.Lines(f.Note), Status: fab.RequestReceived, SubmitKey: f.SubmitKey, CreatedAt: tx.Now(),
	}
	for n := range lines { // identifiers of one transaction sort, so lines keep the order of the form
		lines[n].ID, lines[n].RequestID = store.NewID[fab.RequestLineID](tx), r.Request.ID
	}
	if err := tx.AddRequest(&r.Request, lines); err != nil {
		return err
	}
	if err := i.note(tx, r.Request, "request_received", "channel", f.Channel, "town", facility.Town); err != nil {
		return err
	}
	return i.link(tx, r)
}

// sameOrNew finds the facility by its number in the register, or by name and town, and brings its contact up to date, so
// that a second request of the same place does not make a second place. What the new form leaves out stays as it was. A
// place that the lab hears of by its public form is new to it.
func sameOrNew(tx *store.Tx, form Form) (fab.Facility, error) {
	f := trimmed(form.Facility)
	if p, err := tx.RegisterPlace(number(form.Finess)); err == nil {
		f.TakeFrom(p)
	} else if fab.ClassOf(err) != fab.NotFound {
		return f, err
	} else {
		f.FinessET = number(form.Finess)
	}
	was, err := known(tx, f)
	if err != nil {
		return f, err
	}
	if was.ID == "" {
		f.ID, f.CreatedAt = store.NewID[fab.FacilityID](tx), tx.Now()
		if form.Channel == fab.ChannelWeb {
			f.Status = fab.FacilityNew
		}
		return f, tx.AddFacility(&f)
	}
	f.ID, f.CreatedAt, f.Fictitious, f.Status, f.Hours = was.ID, was.CreatedAt, was.Fictitious, was.Status, was.Hours
	f.Address, f.Postcode = cmp.Or(f.Address, was.Address), cmp.Or(f.Postcode, was.Postcode)
	f.Email, f.Access = cmp.Or(f.Email, was.Email), cmp.Or(f.Access, was.Access)
	if was.FinessET != "" {
		f.FinessET, f.FinessEJ = was.FinessET, was.FinessEJ
	}
	if was.LatE6 != 0 || was.LonE6 != 0 {
		f.LatE6, f.LonE6 = was.LatE6, was.LonE6
	}
	return f, tx.SetFacility(&f)
}

// number is a number of the register as it was typed, "" when none was.
func number(typed string) string {
	if no, ok := fab.FinessNumber(typed); ok {
		return no
	}
	return ""
}

// known finds the row of a place; the zero one when the lab does not know it. Two places of one name in one town that have
// different numbers are two.
func known(tx *store.Tx, f fab.Facility) (none fab.Facility, err error) {
	if f.FinessET != "" {
		if same, err := tx.FacilitiesListed(f.FinessET); err != nil || len(same) > 0 {
			return append(same, none)[0], err
		}
	}
	same, err := tx.FacilitiesNamed(f.Name, f.Town)
	for _, one := range same {
		if one.FinessET == "" || f.FinessET == "" || one.FinessET == f.FinessET {
			return one, err
		}
	}
	return none, err
}

func (i *Intake) link(tx *store.Tx, r *Receipt) (err error) {
	r.Token, err = tx.NewLink(fab.LinkRequest, string(r.Request.ID), time.Time{})
	return err
}

func (i *Intake) note(tx *store.Tx, r fab.Request, code string, pairs ...any) error {
	because := fab.Because(code, append([]any{"ref", r.Ref}, pairs...)...)
	return tx.Note(fab.Change{Code: because.Code, Subject: string(r.ID), Request: r.ID, Args: because.Args})
}

// Approve promises what was asked. Production opens the batches when it hears of it.
func (i *Intake) Approve(ctx context.Context, id fab.RequestID) error { return i.Promise(ctx, id, nil) }

// Promise approves a request with what is promised of each product, as typed: at most what was asked, and something of
// it. A product that is not named is promised as asked.
func (i *Intake) Promise(ctx context.Context, id fab.RequestID, quantities map[string]string) error {
	return i.change(ctx, id, fab.RequestApproved, "", func(tx *store.Tx, r *fab.Request) error {
		r.ApprovedAt = tx.Now()
		if err := vouch(tx, r.FacilityID); err != nil {
			return err
		}
		lines, err := tx.RequestLines(r.ID)
		if err != nil {
			return err
		}
		if err := promise(lines, quantities); err != nil {
			return err
		}
		for n := range lines {
			if err := tx.SetRequestLine(&lines[n]); err != nil {
				return err
			}
		}
		return nil
	})
}

// vouch takes a place that is new as known: whoever promises it goods looked at it. A place that was refused gets none.
func vouch(tx *store.Tx, id fab.FacilityID) error {
	f, err := tx.Facility(id)
	if err != nil || f.Status == fab.FacilityKnown {
		return err
	}
	if f.Status == fab.FacilityRefused {
		return fab.Refuse(fab.Conflict, "place_refused", "", "name", f.Name)
	}
	f.Status = fab.FacilityKnown
	return tx.SetFacility(&f)
}

func promise(lines []fab.RequestLine, quantities map[string]string) error {
	var errs fab.Errors
	total := int64(0)
	for n := range lines {
		l := &lines[n]
		l.Promised = l.Asked
		field := "qty_" + l.Product
		if typed, named := quantities[l.Product]; named {
			promised, ok := fab.WholeNumber(typed)
			switch {
			case !ok || promised < 0:
				errs = append(errs, fab.Refuse(fab.Invalid, "not_a_number", field))
				continue
			case promised > l.Asked:
				errs = append(errs, fab.Refuse(fab.Invalid, "too_many", field, "max", l.Asked))
				continue
			}
			l.Promised = promised
		}
		total += l.Promised
	}
	if len(errs) == 0 && total == 0 && len(lines) > 0 {
		errs = append(errs, fab.Refuse(fab.Invalid, "nothing_promised", "qty_"+lines[0].Product))
	}
	return errs.Or()
}

// RefuseReasons are the codes with which a coordinator may refuse a request.
var RefuseReasons = [...]string{"too_far", "too_many", "not_made", "duplicate", "not_a_facility", "other"}

// Refuse turns a request down with one of RefuseReasons.
func (i *Intake) Refuse(ctx context.Context, id fab.RequestID, why string) error {
	for _, known := range RefuseReasons {
		if why == known {
			return i.change(ctx, id, fab.RequestRefused, why, func(tx *store.Tx, r *fab.Request) error {
				if why == "not_a_facility" {
					return turnAway(tx, r)
				}
				return closed(tx, r)
			})
		}
	}
	return fab.Refuse(fab.Invalid, "reason_missing", "reason")
}

// turnAway closes a request and refuses its place, when nobody looked at it before.
func turnAway(tx *store.Tx, r *fab.Request) error {
	f, err := tx.Facility(r.FacilityID)
	if err != nil || f.Status != fab.FacilityNew {
		return errors.Join(err, closed(tx, r))
	}
	f.Status = fab.FacilityRefused
	return errors.Join(tx.SetFacility(&f), closed(tx, r))
}

// Cancel ends a request for its requester. What was made for it goes to stock.
func (i *Intake) Cancel(ctx context.Context, token string) error {
	id, err := i.follow(ctx, token)
	if err != nil {
		return err
	}
	return i.change(ctx, id, fab.RequestCancelled, "by_requester", closed)
}

func closed(tx *store.Tx, r *fab.Request) error {
	r.ClosedAt = tx.Now()
	return nil
}

// Confirm records that the requester holds the goods in hand.
func (i *Intake) Confirm(ctx context.Context, token string) error {
	id, err := i.follow(ctx, token)
	if err != nil {
		return err
	}
	return i.store.Update(ctx, func(tx *store.Tx) error {
		r, err := tx.Request(id)
		if err != nil || !r.ReceiptAt.IsZero() {
			return err
		}
		if r.Status != fab.RequestDelivered {
			return fab.Refuse(fab.Conflict, "not_delivered_yet", "")
		}
		r.ReceiptAt = tx.Now()
		if err := tx.SetRequest(&r); err != nil {
			return err
		}
		return i.note(tx, r, "request_confirmed")
	})
}

func (i *Intake) follow(ctx context.Context, token string) (id fab.RequestID, err error) {
	err = i.store.View(ctx, func(tx *store.Tx) error {
		link, err := tx.FollowLink(fab.LinkRequest, token)
		id = fab.RequestID(link.Subject)
		return err
	})
	return id, err
}

func (i *Intake) change(ctx context.Context, id fab.RequestID, to fab.RequestStatus, why string, more func(*store.Tx, *fab.Request) error) error {
	return i.store.Update(ctx, func(tx *store.Tx) error {
		r, err := tx.Request(id)
		if err != nil || r.Status == to {
			return err
		}
		if err := fab.RequestTable.Move("request", r.Status, to); err != nil {
			return err
		}
		r.Status, r.WhyCode = to, why
		if err := more(tx, &r); err != nil {
			return err
		}
		if err := tx.SetRequest(&r); err != nil {
			return err
		}
		return i.note(tx, r, "request_"+string(to), "why", why)
	})
}
