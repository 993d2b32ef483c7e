package supply

import (
	"context"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Stocktake is the form with which somebody counted a place, as typed.
type Stocktake struct {
	Place     fab.LocationID
	Lines     []Counted
	Note      string // why it differs
	SubmitKey string
	By        fab.AccountID
}

// Counted is one line of it. Seen is what the form said the books had; Count "" means that nobody looked.
type Counted struct {
	Item    fab.Item
	Source  string
	Seen    int64
	Count   string
	Measure string
}

// TakeStock notes what was counted at a place. What differs becomes moves, with the reason. It refuses a line whose books
// moved since the form was made: that is counted again. The same form sent twice has one effect.
func (s *Supply) TakeStock(ctx context.Context, f Stocktake) (take fab.StockTake, err error) {
	if !fab.ValidKey(f.SubmitKey) {
		return take, fab.Refuse(fab.Invalid, "form_expired", "key")
	}
	f.Note = fab.Line(f.Note)
	if refused := tooLong(f.Note); refused != nil {
		return take, refused
	}
	err = s.store.Update(ctx, func(tx *store.Tx) error {
		if take, err = tx.StockTakeBySubmitKey(f.SubmitKey); err == nil || fab.ClassOf(err) != fab.NotFound {
			return err
		}
		take, err = takeStock(tx, f)
		return err
	})
	return take, err
}

func takeStock(tx *store.Tx, f Stocktake) (fab.StockTake, error) {
	take := fab.StockTake{ID: store.NewID[fab.StockTakeID](tx), Location: f.Place, Note: f.Note, SubmitKey: f.SubmitKey, By: f.By, At: tx.Now()}
	if _, err := tx.Location(f.Place); err != nil {
		return take, err
	}
	if f.Place.Outside() {
		return take, fab.Refuse(fab.NotFound, "not_found", "", "what", "place")
	}
	lines, err := readCounts(tx, take, f.Lines)
	if err != nil {
		return take, err
	}
	differs := int64(0)
	for _, l := range lines {
		if l.Counted != l.Booked {
			differs++
		}
	}
	if differs > 0 && f.Note == "" {
		return take, fab.Refuse(fab.Invalid, "reason_missing", "note")
	}
	if err := tx.AddStockTake(&take, lines); err != nil {
		return take, err
	}
	for _, l := range lines {
		if err := correct(tx, take, l); err != nil {
			return take, err
		}
	}
	return take, tx.Note(fab.Change{Code: "stock_taken", Subject: string(take.ID), Args: fab.Args{"lines": len(lines), "differs": differs}})
}

func readCounts(tx *store.Tx, take fab.StockTake, typed []Counted) (lines []fab.StockTakeLine, err error) {
	var errs fab.Errors
	for _, c := range typed {
		if fab.Line(c.Count) == "" {
			continue
		}
		m, err := materialOf(tx, c.Item)
		if err != nil {
			return nil, err
		}
		field := CountField(c.Item, c.Source)
		n, refused := m.AmountOrNone(c.Count, c.Measure, field)
		booked, err := tx.BalanceOf(take.Location, c.Item, c.Source)
		if err != nil {
			return nil, err
		}
		switch {
		case refused != nil:
			errs = append(errs, refused)
		case booked != c.Seen:
			errs = append(errs, fab.Refuse(fab.Conflict, "stock_changed", field))
		}
		lines = append(lines, fab.StockTakeLine{StockTakeID: take.ID, Item: c.Item, Source: c.Source, Booked: booked, Counted: n})
	}
	if len(lines) == 0 {
		errs = append(errs, fab.Refuse(fab.Invalid, "nothing_counted", "note"))
	}
	return lines, errs.Or()
}

// CountField is the name of the form's field for one line.
func CountField(item fab.Item, source string) string { return "count." + string(item) + "." + source }

// correct lets the books say what was counted.
func correct(tx *store.Tx, take fab.StockTake, l fab.StockTakeLine) error {
	m := fab.StockMove{Item: l.Item, Source: l.Source, Subject: string(take.ID), Note: take.Note, By: take.By}
	switch {
	case l.Counted < l.Booked:
		m.From, m.To, m.Quantity, m.Why = take.Location, fab.OutsideMissing, l.Booked-l.Counted, fab.MoveLost
	case l.Counted > l.Booked:
		m.From, m.To, m.Quantity, m.Why = fab.OutsideMissing, take.Location, l.Counted-l.Booked, fab.MoveFound
	default:
		return nil
	}
	return tx.Post(m)
}
