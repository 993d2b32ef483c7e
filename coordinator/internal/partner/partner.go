// Package partner shares work between two labs by link: a coordinator offers a part of a batch, whoever holds the link
// accepts it and says what is sent, and the lab receives that as lots of its own batch. The lab that offered alone answers
// to the requester, and nothing is made or counted twice.
package partner

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Partner answers for one lab. It is safe for concurrent use.
type Partner struct {
	store *store.Store
	log   *slog.Logger
	every time.Duration
}

// Config is what a Partner is built from.
type Config struct {
	Store *store.Store
	Log   *slog.Logger
	Every time.Duration // how often it speaks with the labs that this one works for; 0 means one minute
}

// New builds a Partner.
func New(c Config) *Partner {
	return &Partner{store: c.Store, log: c.Log, every: cmp.Or(c.Every, time.Minute)}
}

// idShape is how every identifier looks: some come from forms.
var idShape = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// NewRelay is a part of a batch that a coordinator offers to another lab.
type NewRelay struct {
	ID       fab.RelayID // made with the form, so that a form sent twice offers once
	Batch    fab.BatchID
	Partner  string // the other lab's name
	Quantity int64  // products
	Parts    []string
	Due      time.Time // a day as midnight UTC
	Note     string
	Place    bool // the partner may read what kind of place it is for, and in which town
	By       fab.AccountID
}

// Offer makes a relay and the token of its link, which is kept nowhere. The lab goes on making everything until somebody
// accepts. An offer that exists already gets no second link: the token is empty then.
func (p *Partner) Offer(ctx context.Context, n NewRelay) (r fab.Relay, token string, err error) {
	if !idShape.MatchString(string(n.ID)) {
		return r, "", fab.Refuse(fab.Invalid, "form_expired", "key")
	}
	err = p.store.Update(ctx, func(tx *store.Tx) error {
		token = ""
		if r, err = tx.Relay(n.ID); err == nil {
			return nil
		} else if fab.ClassOf(err) != fab.NotFound {
			return err
		}
		if r, err = addRelay(tx, n); err != nil {
			return err
		}
		token, err = newLink(tx, r)
		return err
	})
	return r, token, err
}

func addRelay(tx *store.Tx, n NewRelay) (r fab.Relay, err error) {
	b, err := tx.Batch(n.Batch)
	if err != nil {
		return r, err
	}
	design, err := tx.Design(b.DesignID)
	if err != nil {
		return r, err
	}
	n.Partner, n.Note = strings.TrimSpace(n.Partner), strings.TrimSpace(n.Note)
	if err := checkRelay(tx, n, b, design); err != nil {
		return r, err
	}
	no, err := tx.Next("relay")
	if err != nil {
		return r, err
	}
	r = fab.Relay{ID: n.ID, Code: fmt.Sprintf("R-%03d", no), BatchID: b.ID, DesignID: b.DesignID, Partner: n.Partner, Quantity: n.Quantity, DueAt: n.Due,
		Note: n.Note, Status: fab.RelayOffered, By: n.By, CreatedAt: tx.Now()}
	if n.Place && b.RequestID != "" {
		if r.Kind, r.Town, err = placeOf(tx, b.RequestID); err != nil {
			return r, err
		}
	}
	var parts []fab.RelayPart
	for _, part := range design.BOM.Parts {
		if slices.Contains(n.Parts, part.Code) {
			parts = append(parts, fab.RelayPart{RelayID: r.ID, Part: part.Code, PerUnit: part.PerUnit})
		}
	}
	if err := tx.AddRelay(&r, parts); err != nil {
		return r, err
	}
	return r, note(tx, r, "relay_offered", "quantity", r.Quantity, "product", b.Product)
}

func placeOf(tx *store.Tx, id fab.RequestID) (kind, town string, err error) {
	request, err := tx.Request(id)
	if err != nil {
		return "", "", err
	}
	f, err := tx.Facility(request.FacilityID)
	return f.Kind, f.Town, err
}

func checkRelay(tx *store.Tx, n NewRelay, b fab.Batch, design fab.DesignVersion) error {
	var errs fab.Errors
	switch {
	case b.Status != fab.BatchOpen && b.Status != fab.BatchPaused:
		return fab.Refuse(fab.Conflict, "batch_over", "")
	case b.TrialID != "":
		return fab.Refuse(fab.Conflict, "relay_trial", "")
	case n.Partner == "":
		errs = append(errs, fab.Refuse(fab.Invalid, "relay_name", "name"))
	case utf8.RuneCountInString(n.Partner) > 80:
		errs = append(errs, fab.Refuse(fab.Invalid, "too_long", "name", "max", 80))
	}
	if utf8.RuneCountInString(n.Note) > fab.MaxRelayNote {
		errs = append(errs, fab.Refuse(fab.Invalid, "too_long", "note", "max", fab.MaxRelayNote))
	}
	if err := checkDay(n.Due, tx.Now()); err != nil {
		errs = append(errs, err)
	}
	known := slices.ContainsFunc(design.BOM.Parts, func(part fab.Part) bool { return slices.Contains(n.Parts, part.Code) })
	if !known {
		errs = append(errs, fab.Refuse(fab.Invalid, "relay_parts", "parts"))
	}
	if n.Quantity < 1 {
		errs = append(errs, fab.Refuse(fab.Invalid, "quantity_not_positive", "quantity", "quantity", n.Quantity))
	}
	if len(errs) > 0 {
		return errs
	}
	left, err := spare(tx, b, design, n.Parts)
	if err == nil && n.Quantity > left {
		err = fab.Refuse(fab.Conflict, "relay_too_many", "quantity", "max", left)
	}
	return err
}

func checkDay(day, now time.Time) *fab.Error {
	switch {
	case day.IsZero():
		return fab.Refuse(fab.Invalid, "date_missing", "day")
	case day.AddDate(0, 0, 1).Before(now):
		return fab.Refuse(fab.Invalid, "date_past", "day")
	case day.After(now.Add(fab.FarthestDue)):
		return fab.Refuse(fab.Invalid, "date_too_far", "day")
	}
	return nil
}

// spare is how many products of a batch somebody else could make now: neither made, nor being made here, nor with a
// partner.
func spare(tx *store.Tx, b fab.Batch, design fab.DesignVersion, parts []string) (int64, error) {
	counts, err := tx.PartCounts(b, design.BOM)
	if err != nil {
		return 0, err
	}
	jobs, err := tx.JobsOf(b.ID)
	if err != nil {
		return 0, err
	}
	left := b.Quantity
	for _, c := range counts {
		part, _ := design.BOM.Part(c.Part)
		if !slices.Contains(parts, c.Part) {
			continue
		}
		free := c.Lack()
		for _, j := range jobs {
			if j.Part == c.Part && j.Status == fab.JobLeased {
				free -= j.Copies
			}
		}
		left = min(left, max(0, free)/max(1, part.PerUnit))
	}
	return left, nil
}

// Spare tells how many products of a batch could be offered now, with all its parts.
func (p *Partner) Spare(ctx context.Context, id fab.BatchID) (left int64, err error) {
	err = p.store.View(ctx, func(tx *store.Tx) error {
		b, err := tx.Batch(id)
		if err != nil {
			return err
		}
		design, err := tx.Design(b.DesignID)
		if err != nil {
			return err
		}
		all := make([]string, len(design.BOM.Parts))
		for i, part := range design.BOM.Parts {
			all[i] = part.Code
		}
		left, err = spare(tx, b, design, all)
		return err
	})
	return left, err
}

// newLink makes the one link of a relay; any earlier one ends.
func newLink(tx *store.Tx, r fab.Relay) (string, error) {
	if err := tx.EndLinks(fab.LinkRelay, string(r.ID)); err != nil {
		return "", err
	}
	return tx.NewLink(fab.LinkRelay, string(r.ID), r.DueAt.AddDate(0, 0, 1).Add(fab.RelayLinkFor))
}

// Link makes another link in place of the one that was lost; whoever holds the old one gets in no more.
func (p *Partner) Link(ctx context.Context, id fab.RelayID) (token string, err error) {
	err = p.store.Update(ctx, func(tx *store.Tx) error {
		r, err := tx.Relay(id)
		if err != nil {
			return err
		}
		token, err = newLink(tx, r)
		return err
	})
	return token, err
}

// Revoke ends the link of a relay. An offer that nobody accepted ends with it; what was accepted stays with the partner,
// whom the coordinator can give another link, until it is taken back.
func (p *Partner) Revoke(ctx context.Context, id fab.RelayID) error {
	return p.change(ctx, id, func(tx *store.Tx, r *fab.Relay) error {
		if err := tx.EndLinks(fab.LinkRelay, string(r.ID)); err != nil || r.Status != fab.RelayOffered {
			return err
		}
		if err := tx.EndRelay(r, fab.RelayTaken); err != nil {
			return err
		}
		return note(tx, *r, "relay_taken")
	})
}

// TakeBack makes what a partner still owes the lab's own again. What the partner sends after all still counts.
func (p *Partner) TakeBack(ctx context.Context, id fab.RelayID) error {
	return p.change(ctx, id, func(tx *store.Tx, r *fab.Relay) error {
		if r.Status == fab.RelayTaken {
			return nil
		}
		if err := tx.EndRelay(r, fab.RelayTaken); err != nil {
			return err
		}
		return note(tx, *r, "relay_taken")
	})
}

// Postpone agrees on another day with the partner. The link lasts longer with it, when a new one is made.
func (p *Partner) Postpone(ctx context.Context, id fab.RelayID, day time.Time) error {
	return p.change(ctx, id, func(tx *store.Tx, r *fab.Relay) error {
		if r.Status != fab.RelayOffered && r.Status != fab.RelayAccepted {
			return fab.Refuse(fab.Conflict, "relay_ended", "")
		}
		if err := checkDay(day, tx.Now()); err != nil {
			return err
		}
		r.DueAt = day
		if err := tx.SetRelay(r); err != nil {
			return err
		}
		if err := tx.ExtendLinks(fab.LinkRelay, string(r.ID), day.AddDate(0, 0, 1).Add(fab.RelayLinkFor)); err != nil {
			return err
		}
		if r.Status == fab.RelayAccepted {
			if err := tx.HoldAll(*r); err != nil {
				return err
			}
		}
		return note(tx, *r, "relay_postponed", "until", day)
	})
}

func (p *Partner) change(ctx context.Context, id fab.RelayID, do func(*store.Tx, *fab.Relay) error) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		r, err := tx.Relay(id)
		if err != nil {
			return err
		}
		return do(tx, &r)
	})
}

// note tells of a relay. The requester's page hears nothing of it: the lab alone answers there.
func note(tx *store.Tx, r fab.Relay, code string, pairs ...any) error {
	because := fab.Because(code, append([]any{"relay", r.Code, "partner", r.Partner}, pairs...)...)
	return tx.Note(fab.Change{Code: because.Code, Subject: string(r.ID), Args: because.Args})
}
