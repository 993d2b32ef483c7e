package supply

import (
	"context"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Scale is a spool on a scale, as typed: with its reel, and what the empty reel weighs, both in grams.
type Scale struct {
	Spool fab.SpoolID
	Gross string
	Tare  string // "" for what is known of this reel
	By    fab.AccountID
}

// Weigh notes what a spool weighs. What the prints took more, or less, than the books had is a move. It refuses what cannot
// be: lighter than its reel, or more on it than ever came.
func (s *Supply) Weigh(ctx context.Context, f Scale) (w fab.Weighing, err error) {
	err = s.store.Update(ctx, func(tx *store.Tx) error {
		w, err = weigh(tx, f)
		return err
	})
	return w, err
}

func weigh(tx *store.Tx, f Scale) (w fab.Weighing, err error) {
	spool, err := tx.Spool(f.Spool)
	if err != nil {
		return w, err
	}
	w = fab.Weighing{ID: store.NewID[fab.WeighingID](tx), SpoolID: spool.ID, By: f.By, At: tx.Now()}
	if err := readScale(&w, spool, f); err != nil {
		return w, err
	}
	item := fab.MaterialItem(spool.Filament)
	places, err := tx.HoldingSource(item, string(spool.ID))
	if err != nil {
		return w, err
	}
	for _, at := range places {
		w.BookedMG += at.Quantity
	}
	if err := tx.AddWeighing(&w); err != nil {
		return w, err
	}
	if err := level(tx, spool, w, places); err != nil {
		return w, err
	}
	spool.TareMG = w.TareMG
	if err := tx.SetSpool(&spool); err != nil {
		return w, err
	}
	return w, tx.Note(fab.Change{Code: "spool_weighed", Subject: string(spool.ID), Args: fab.Args{"spool": spool.Code, "grams": w.NetMG() / 1000}})
}

func readScale(w *fab.Weighing, spool fab.Spool, f Scale) error {
	var refused *fab.Error
	if w.GrossMG, refused = fab.Exact(f.Gross, 1000, "gross"); refused != nil {
		return refused
	}
	w.TareMG = spool.TareMG
	if fab.Line(f.Tare) != "" {
		if w.TareMG, refused = fab.Exact(f.Tare, 1000, "tare"); refused != nil {
			return refused
		}
	}
	switch {
	case w.TareMG == 0:
		return fab.Refuse(fab.Invalid, "tare_missing", "tare")
	case w.GrossMG < w.TareMG:
		return fab.Refuse(fab.Invalid, "lighter_than_reel", "gross", "tare", w.TareMG/1000)
	}
	return nil
}

// level lets the books say what the scale said.
func level(tx *store.Tx, spool fab.Spool, w fab.Weighing, places []fab.Balance) error {
	item, source := fab.MaterialItem(spool.Filament), string(spool.ID)
	m := fab.StockMove{Item: item, Source: source, Subject: string(w.ID), By: w.By}
	if more := w.NetMG() - w.BookedMG; more > 0 {
		used, err := tx.BalanceOf(fab.OutsideUsed, item, source)
		if err != nil {
			return err
		}
		if more > used {
			return fab.Refuse(fab.Invalid, "heavier_than_came", "gross", "most", (w.BookedMG+used+w.TareMG)/1000)
		}
		place, err := lastPlace(tx, spool, places)
		if err != nil {
			return err
		}
		m.From, m.To, m.Quantity, m.Why = fab.OutsideUsed, place, more, fab.MoveHeavier
		return tx.Post(m)
	}
	less := w.BookedMG - w.NetMG()
	for _, at := range places {
		if m.Quantity = min(less, at.Quantity); m.Quantity == 0 {
			continue
		}
		m.From, m.To, m.Why = at.Location, fab.OutsideUsed, fab.MoveLighter
		if err := tx.Post(m); err != nil {
			return err
		}
		less -= m.Quantity
	}
	return nil
}

// lastPlace is where a spool is: where the books have some of it, or else where they last had.
func lastPlace(tx *store.Tx, spool fab.Spool, places []fab.Balance) (fab.LocationID, error) {
	if len(places) > 0 {
		return places[0].Location, nil
	}
	moves, err := tx.Moves("source", string(spool.ID))
	if err != nil {
		return "", err
	}
	for i := len(moves) - 1; i >= 0; i-- {
		if !moves[i].From.Outside() {
			return moves[i].From, nil
		}
	}
	return fab.TheHub, nil
}
