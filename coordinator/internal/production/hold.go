package production

import (
	"context"
	"strings"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// maxWord is how many bytes a word about a machine may have.
const maxWord = 300

// Release gives a held machine work again, on somebody's word that it is well: what was done. Its plates are judged anew.
func (p *Production) Release(ctx context.Context, id fab.WorkerID, word string) error {
	word = strings.TrimSpace(word)
	switch {
	case word == "":
		return fab.Refuse(fab.Invalid, "word_missing", "word")
	case len(word) > maxWord:
		return fab.Refuse(fab.Invalid, "too_long", "word", "max", maxWord)
	}
	return p.unhold(ctx, id, fab.Reason{}, "worker_released_on_word", "word", word)
}

// TryOut lets a held machine print one plate to show that it is well: all good, and it is released.
func (p *Production) TryOut(ctx context.Context, id fab.WorkerID) error {
	return p.unhold(ctx, id, fab.Because(fab.HoldTrial), "worker_on_trial")
}

func (p *Production) unhold(ctx context.Context, id fab.WorkerID, to fab.Reason, code string, pairs ...any) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		w, err := tx.Worker(id)
		if err != nil || w.Hold.Code == to.Code {
			return err
		}
		if to.Code != "" && !w.Held() {
			return fab.Refuse(fab.Conflict, "not_held", "", "worker", w.Name)
		}
		w.Hold, w.TrustedAt = to, tx.Now()
		if to.Code == "" {
			w.HeldAt = time.Time{}
		}
		if ok, err := tx.SwapWorker(&w); err != nil || !ok {
			return fab.OrOvertaken(err)
		}
		why := fab.Because(code, append([]any{"worker", w.Name}, pairs...)...)
		return tx.Note(fab.Change{Code: why.Code, Subject: string(w.ID), Worker: w.ID, Args: why.Args})
	})
}
