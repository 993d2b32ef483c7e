package production

import (
	"context"
	"unicode/utf8"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Recalled is what a recall found.
type Recalled struct {
	Recall fab.Recall
	Lots   []fab.Lot
	Boxes  []fab.Box
}

// Recall blocks every lot made from one spool, bag, design, worker or maker, and finds the boxes that hold pieces of them.
// The reason is one line, and has to be given.
func (p *Production) Recall(ctx context.Context, what, subject, reason string, by fab.AccountID) (r Recalled, err error) {
	reason = fab.Line(reason)
	if reason == "" || utf8.RuneCountInString(reason) > 200 {
		return r, fab.Refuse(fab.Invalid, "reason_missing", "reason")
	}
	err = p.store.Update(ctx, func(tx *store.Tx) error {
		r, err = recall(tx, fab.Recall{What: what, Subject: subject, Reason: reason, By: by})
		return err
	})
	return r, err
}

func recall(tx *store.Tx, asked fab.Recall) (r Recalled, err error) {
	if err := mayRecall(tx, asked.What, asked.Subject); err != nil {
		return r, err
	}
	asked.ID, asked.At = store.NewID[fab.RecallID](tx), tx.Now()
	if asked.Lots, asked.Boxes, err = tx.Block(asked.What, asked.Subject); err != nil {
		return r, err
	}
	r.Recall = asked
	if r.Lots, err = tx.LotsTouched(asked.What, asked.Subject); err != nil {
		return r, err
	}
	if r.Boxes, err = tx.BoxesRecalled(asked.What, asked.Subject); err != nil {
		return r, err
	}
	if err := tx.AddRecall(&r.Recall); err != nil {
		return r, err
	}
	return r, tx.Note(fab.Change{Code: "recalled", Subject: string(asked.ID), Args: fab.Args{"what": asked.What, "lots": asked.Lots, "boxes": asked.Boxes}})
}

// mayRecall refuses what does not exist. A spool is not printed from any more.
func mayRecall(tx *store.Tx, what, subject string) error {
	switch what {
	case fab.RecallSpool:
		s, err := tx.Spool(fab.SpoolID(subject))
		if err != nil {
			return err
		}
		s.Recalled = true
		return tx.SetSpool(&s)
	case fab.RecallLot:
		_, err := tx.Lot(fab.LotID(subject))
		return err
	case fab.RecallWorker:
		_, err := tx.Worker(fab.WorkerID(subject))
		return err
	case fab.RecallMaker:
		_, err := tx.Maker(fab.MakerID(subject))
		return err
	case fab.RecallDesign:
		_, err := tx.Design(fab.DesignVersionID(subject))
		return err
	}
	return fab.Refuse(fab.Invalid, "recall_unknown", "what", "what", what)
}
