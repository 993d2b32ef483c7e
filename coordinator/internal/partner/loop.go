package partner

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Run keeps in touch with the labs that this one works for until ctx ends: it tells what was sent and given up, and hears
// what was counted, taken back or stopped. A lab that cannot be reached is tried again at the next look.
func (p *Partner) Run(ctx context.Context) error {
	tick := time.NewTicker(p.every)
	defer tick.Stop()
	for {
		if err := p.Speak(ctx); err != nil && ctx.Err() == nil {
			p.log.Error("speak with partners", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Speak looks once.
func (p *Partner) Speak(ctx context.Context) error {
	var open []fab.Favour
	err := p.store.View(ctx, func(tx *store.Tx) (err error) { open, err = p.toSpeak(tx); return err })
	for _, f := range open {
		err = errors.Join(err, p.speak(ctx, f))
	}
	return err
}

// toSpeak are the favours of which something is to be said or heard: the open ones, and those of which a bag is not told or
// not counted yet.
func (p *Partner) toSpeak(tx *store.Tx) (list []fab.Favour, err error) {
	all, err := tx.Favours()
	if err != nil {
		return nil, err
	}
	for _, f := range all {
		waits := f.Status == fab.FavourOpen
		if !waits && f.Trouble != troubleGone && tx.Now().Sub(f.EndedAt) < fab.RelayLinkFor {
			lots, err := tx.FavourLots(f.ID)
			if err != nil {
				return nil, err
			}
			for _, l := range lots {
				waits = waits || l.DoneAt.IsZero()
			}
		}
		if waits {
			list = append(list, f)
		}
	}
	return list, nil
}

// What can go wrong between two labs, worded favour.trouble_<code>.
const (
	troubleAway = "away" // it does not answer
	troubleGone = "gone" // the link opens nothing any more
	troubleNo   = "no"   // it refuses what was sent
)

func (p *Partner) speak(ctx context.Context, f fab.Favour) error {
	there := far{f.Site, f.Token, f.CA}
	said := p.tell(ctx, there, f)
	var paper Paper
	heard := there.call(ctx, http.MethodGet, "", nil, &paper)
	trouble := ""
	switch failed := errors.Join(said, heard); {
	case errors.Is(failed, errGone):
		trouble = troubleGone
	case heard != nil:
		trouble = troubleAway
	case failed != nil:
		trouble = troubleNo
	}
	if failed := errors.Join(said, heard); failed != nil {
		p.log.Info("speak with a partner", "lab", f.Lab, "relay", f.Code, "error", failed)
	}
	return p.store.Update(ctx, func(tx *store.Tx) error {
		now, err := tx.Favour(f.ID)
		if err != nil {
			return err
		}
		return hear(tx, now, paper, trouble, heard == nil)
	})
}

// tell says what the other lab does not know yet. Each bag has a key, so that it counts once however often it is told.
func (p *Partner) tell(ctx context.Context, there far, f fab.Favour) error {
	var lots []fab.FavourLot
	bags := map[fab.FavourLotID]Bag{}
	err := p.store.View(ctx, func(tx *store.Tx) (err error) {
		if lots, err = tx.FavourLots(f.ID); err != nil {
			return err
		}
		for _, l := range lots {
			if bags[l.ID], err = bagOf(tx, l); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, l := range lots {
		if !l.ToldAt.IsZero() {
			continue
		}
		var taken PaperLot
		if err := there.call(ctx, http.MethodPost, "/lots", bags[l.ID], &taken); err != nil {
			return err
		}
		err := p.store.Update(ctx, func(tx *store.Tx) error {
			l.Code, l.ToldAt = taken.Code, tx.Now()
			return tx.SetFavourLot(&l)
		})
		if err != nil {
			return err
		}
	}
	if f.GiveUp && f.Told == fab.RelayAccepted {
		return there.call(ctx, http.MethodPost, "/give-up", Saying{}, nil)
	}
	return nil
}

// hear takes note of how the other lab has it.
func hear(tx *store.Tx, f fab.Favour, paper Paper, trouble string, heard bool) error {
	was := f
	f.Trouble = trouble
	if heard {
		f.SeenAt, f.Told = tx.Now(), fab.RelayStatus(paper.Status)
		if due, err := time.Parse(time.DateOnly, paper.Due); err == nil && !due.Equal(f.DueAt) {
			f.DueAt = due
			if err := moveDue(tx, f); err != nil {
				return err
			}
		}
		if err := hearLots(tx, f, paper.Lots); err != nil {
			return err
		}
	}
	stop := paper.Stop && heard
	switch {
	case f.Status != fab.FavourOpen:
	case trouble == troubleGone, stop, f.Told == fab.RelayTaken, f.Told == fab.RelayReturned:
		f.Status, f.EndedAt = fab.FavourClosed, tx.Now()
	case f.Told == fab.RelayDone:
		f.Status, f.EndedAt = fab.FavourDone, tx.Now()
	}
	if f.Status == fab.FavourClosed && was.Status == fab.FavourOpen {
		if err := stopBatch(tx, f); err != nil {
			return err
		}
		code := "favour_closed"
		if stop {
			code = "favour_stopped"
			if err := withdraw(tx, f); err != nil {
				return err
			}
		}
		if err := noteFavour(tx, f, code); err != nil {
			return err
		}
	}
	return tx.SetFavour(&f)
}

// withdraw takes the version of a favour out of use because the other lab found it dangerous: nothing of it leaves.
func withdraw(tx *store.Tx, f fab.Favour) error {
	b, err := tx.Batch(f.BatchID)
	if err != nil {
		return err
	}
	d, err := tx.Design(b.DesignID)
	if err != nil {
		return err
	}
	d.Status, d.Dangerous, d.WithdrawnAt = fab.DesignWithdrawn, true, tx.Now()
	return tx.SetDesign(&d)
}

func moveDue(tx *store.Tx, f fab.Favour) error {
	b, err := tx.Batch(f.BatchID)
	if err != nil {
		return err
	}
	b.DueAt = f.DueAt
	return tx.SetBatch(&b)
}

func hearLots(tx *store.Tx, f fab.Favour, told []PaperLot) error {
	lots, err := tx.FavourLots(f.ID)
	if err != nil {
		return err
	}
	for _, l := range lots {
		for _, t := range told {
			if t.Key == string(l.ID) && t.Done && l.DoneAt.IsZero() {
				l.Counted, l.DoneAt, l.Code = t.Counted, tx.Now(), t.Code
				if err := tx.SetFavourLot(&l); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
