package supply

import (
	"context"
	"strconv"
	"unicode/utf8"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Handling is what a person does with goods that lie somewhere, as typed.
type Handling struct {
	Item    fab.Item
	Source  string
	From    fab.LocationID
	To      fab.LocationID // of a move
	Count   string
	Measure string // one of the material's measures; "" for the first
	Note    string // why, one line
	By      fab.AccountID
}

// Move brings goods from one place of the lab to another.
func (s *Supply) Move(ctx context.Context, h Handling) error {
	return s.store.Update(ctx, func(tx *store.Tx) error {
		if _, err := tx.Location(h.To); fab.ClassOf(err) == fab.NotFound || h.To.Outside() || h.To == h.From {
			return fab.Refuse(fab.Invalid, "place_missing", "to")
		} else if err != nil {
			return err
		}
		return post(tx, h, fab.MoveMoved)
	})
}

// Scrap throws material away, with a reason. Parts are scrapped by counting their bag.
func (s *Supply) Scrap(ctx context.Context, h Handling) error {
	h.To = fab.OutsideScrapped
	if fab.Line(h.Note) == "" {
		return fab.Refuse(fab.Invalid, "reason_missing", "note")
	}
	if kind, _ := h.Item.Split(); kind != "material" {
		return fab.Refuse(fab.Conflict, "scrap_by_count", "")
	}
	return s.store.Update(ctx, func(tx *store.Tx) error { return post(tx, h, fab.MoveScrapped) })
}

// Undo takes a move back that a person made by hand, with a reason. It works once.
func (s *Supply) Undo(ctx context.Context, id fab.MoveID, note string, by fab.AccountID) error {
	note, refused := reason(note)
	if refused != nil {
		return refused
	}
	return s.store.Update(ctx, func(tx *store.Tx) error {
		m, err := tx.Move(id)
		if err != nil {
			return err
		}
		if err := tx.Reverse(id, note, by); err != nil {
			return err
		}
		return tx.Note(fab.Change{Code: "stock_undone", Subject: string(m.Item), Args: fab.Args{"item": string(m.Item), "by": string(by)}})
	})
}

// reason is a line that says why: not empty, at most maxNote characters.
func reason(typed string) (string, *fab.Error) {
	note := fab.Line(typed)
	if note == "" {
		return note, fab.Refuse(fab.Invalid, "reason_missing", "note")
	}
	return note, tooLong(note)
}

func tooLong(note string) *fab.Error {
	if utf8.RuneCountInString(note) > maxNote {
		return fab.Refuse(fab.Invalid, "too_long", "note", "max", maxNote)
	}
	return nil
}

func post(tx *store.Tx, h Handling, why string) error {
	h.Note = fab.Line(h.Note)
	if refused := tooLong(h.Note); refused != nil {
		return refused
	}
	m, err := materialOf(tx, h.Item)
	if err != nil {
		return err
	}
	n, refused := m.Amount(h.Count, h.Measure, "count")
	if refused != nil {
		return refused
	}
	err = tx.Post(fab.StockMove{Item: h.Item, Source: h.Source, From: h.From, To: h.To, Quantity: n, Why: why, Note: h.Note, By: h.By})
	if err != nil {
		return atCount(err)
	}
	return tx.Note(fab.Change{Code: "stock_" + why, Subject: string(h.Item), Args: fab.Args{"item": string(h.Item), "by": string(h.By)}})
}

// atCount names the form's field of what the ledger refused.
func atCount(err error) error {
	refusals, ok := fab.RefusalsOf(err)
	if !ok {
		return err
	}
	for _, r := range refusals {
		if r.Field == "quantity" {
			r.Field = "count"
		}
	}
	return err
}

// materialOf is the material of an item; parts and kits are counted in pieces.
func materialOf(tx *store.Tx, item fab.Item) (fab.Material, error) {
	kind, code := item.Split()
	switch kind {
	case "material":
		return tx.Material(code)
	case "part", "kit":
		return fab.Material{Code: code, Unit: fab.UnitPiece}, nil
	}
	return fab.Material{}, fab.Refuse(fab.NotFound, "not_found", "", "what", "item")
}

// Keeping is what a person wants kept for a request.
type Keeping struct {
	Item    fab.Item
	Request fab.RequestID
	Count   string
	Measure string
	By      fab.AccountID
}

// Reserve keeps goods at the hub for an open request, the oldest first that it may have. It refuses more than is free, and
// then keeps nothing.
func (s *Supply) Reserve(ctx context.Context, k Keeping) error {
	return s.store.Update(ctx, func(tx *store.Tx) error {
		r, err := tx.Request(k.Request)
		if err != nil {
			return err
		}
		if r.Status != fab.RequestApproved {
			return fab.Refuse(fab.Conflict, "request_not_open", "request")
		}
		m, err := materialOf(tx, k.Item)
		if err != nil {
			return err
		}
		n, refused := m.Amount(k.Count, k.Measure, "count")
		if refused != nil {
			return refused
		}
		return reserve(tx, r, k, n)
	})
}

func reserve(tx *store.Tx, r fab.Request, k Keeping, n int64) error {
	kind, _ := k.Item.Split()
	from := hub{tx: tx, trial: r.TrialID, designs: versions{}} // of no request: what is kept already stays kept
	picks, err := from.pick(need{item: k.Item, perUnit: 1, lots: kind == "part"}, n)
	if err != nil {
		return err
	}
	have := int64(0)
	for _, p := range picks {
		have += p.Quantity
	}
	if have < n {
		return fab.Refuse(fab.Conflict, "stock_reserved", "count", "item", string(k.Item), "have", have, "wanted", n)
	}
	for _, p := range picks {
		err := tx.Reserve(&fab.Reservation{Location: p.Location, Item: p.Item, Source: p.Source, Quantity: p.Quantity, RequestID: r.ID, By: k.By})
		if err != nil {
			return atCount(err)
		}
	}
	return tx.Note(fab.Change{Code: "stock_reserved", Subject: string(k.Item), Request: r.ID, Args: fab.Args{"item": string(k.Item), "ref": r.Ref}})
}

// Release lets a reservation go. Sent twice, it has one effect.
func (s *Supply) Release(ctx context.Context, id fab.ReservationID) error {
	return s.store.Update(ctx, func(tx *store.Tx) error {
		r, err := tx.Reservation(id)
		if err != nil || r.Quantity == 0 {
			return err
		}
		return tx.Release(r, r.Quantity)
	})
}

// MaterialForm is how a lab speaks of a material, as typed: its measures by code with their factor, and when it is low.
type MaterialForm struct {
	Code       string
	Measures   []MeasureForm
	Low        string
	LowMeasure string
}

// MeasureForm is one measure: one of Code is Factor of the unit called In.
type MeasureForm struct{ Code, Factor, In string }

// SetMaterial stores how a lab speaks of a material. What is in the books stays as it is.
func (s *Supply) SetMaterial(ctx context.Context, f MaterialForm) error {
	return s.store.Update(ctx, func(tx *store.Tx) error {
		m, err := tx.Material(f.Code)
		if err != nil {
			return err
		}
		base := fab.Material{Unit: m.Unit}
		m.Measures = nil
		for i, one := range f.Measures {
			if fab.Line(one.Factor) == "" { // taken away, or never there
				continue
			}
			factor, refused := base.Amount(one.Factor, one.In, "factor_"+strconv.Itoa(i))
			if refused != nil {
				return refused
			}
			m.Measures = append(m.Measures, fab.Measure{Code: one.Code, Factor: factor})
		}
		if err := fab.CheckMeasures(m.Unit, m.Measures); err != nil {
			return err
		}
		m.LowAt = 0
		if fab.Line(f.Low) != "" {
			low, refused := m.AmountOrNone(f.Low, f.LowMeasure, "low")
			if refused != nil {
				return refused
			}
			m.LowAt = low
		}
		return tx.SetMaterial(&m)
	})
}
