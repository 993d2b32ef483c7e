package production

import (
	"context"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// loadFor is how long a promise to load another filament is counted on.
const loadFor = 24 * time.Hour

// AnswerReload says whether a maker will load the filament that he or she is asked for; by is who says so, "" for the
// coordinator. A yes may be taken back. Conflict when the question is over.
func (p *Production) AnswerReload(ctx context.Context, id fab.ReloadID, by fab.MakerID, yes bool) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		r, w, err := openReload(tx, id, by)
		if err != nil {
			return err
		}
		if r.AnsweredAt = tx.Now(); !yes {
			return putReload(tx, r, w, fab.ReloadNo, "filament_no")
		}
		if r.Status == fab.ReloadYes {
			return nil
		}
		r.Until = tx.Now().Add(loadFor)
		return putReload(tx, r, w, fab.ReloadYes, "filament_yes")
	})
}

// Reloaded says that the other filament is on the printer. Which reel it is nobody said; from now on the printer gets plates
// for it. Conflict while something runs or lies on the printer.
func (p *Production) Reloaded(ctx context.Context, id fab.ReloadID, by fab.MakerID) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		r, w, err := openReload(tx, id, by)
		if err != nil {
			return err
		}
		if w.AttemptID != "" {
			return fab.Refuse(fab.Conflict, "plate_in_use", "")
		}
		if before := w.Filament; before != r.Filament {
			w.Filament, w.SpoolID, w.Colour = r.Filament, "", ""
			w.CanLoad = swapped(w.CanLoad, r.Filament, before)
		}
		if ok, err := tx.SwapWorker(&w); err != nil || !ok {
			return fab.OrOvertaken(err)
		}
		if r.AnsweredAt.IsZero() {
			r.AnsweredAt = tx.Now()
		}
		return putReload(tx, r, w, fab.ReloadDone, "filament_loaded")
	})
}

func putReload(tx *store.Tx, r fab.Reload, w fab.Worker, to fab.ReloadStatus, code string) error {
	if err := fab.ReloadTable.Move("question", r.Status, to); err != nil {
		return err
	}
	r.Status = to
	if err := tx.SetReload(&r); err != nil {
		return err
	}
	return tx.NoteReload(code, r, w)
}

// swapped lists the filaments beside the one that was put on: what came off is one of them now.
func swapped(list []string, on, off string) (out []string) {
	for _, f := range list {
		if f != on && f != off {
			out = append(out, f)
		}
	}
	if off != "" {
		out = append(out, off)
	}
	return out
}

func openReload(tx *store.Tx, id fab.ReloadID, by fab.MakerID) (r fab.Reload, w fab.Worker, err error) {
	if r, err = tx.Reload(id); err != nil {
		return r, w, err
	}
	if w, err = tx.Worker(r.WorkerID); err != nil {
		return r, w, err
	}
	switch {
	case by != "" && w.MakerID != by:
		err = fab.Refuse(fab.Forbidden, "not_yours", "")
	case !r.Open():
		err = fab.Refuse(fab.Conflict, "question_over", "")
	}
	return r, w, err
}
