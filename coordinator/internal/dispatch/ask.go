package dispatch

import (
	"context"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/schedule"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// answerQuestion is how long a maker may think about loading another filament, awake. Nothing waits for the answer.
const answerQuestion = 12 * time.Hour

// Ask ends the questions for other filaments that are over, and asks the one maker whose yes would serve what waits most,
// if anybody's does. Like an offer, a question lapses after some waking time.
func (l *Loop) Ask(ctx context.Context) error {
	s, now, err := l.snapshot(ctx)
	if err != nil {
		return err
	}
	if err := l.endQuestions(ctx, s, now); err != nil {
		return err
	}
	quiet, err := l.quiet(ctx, now)
	if err != nil {
		return err
	}
	q, ok := schedule.Ask(s, quiet, now)
	if !ok {
		return nil
	}
	return l.Store.Update(ctx, func(tx *store.Tx) error { return l.put(tx, q) })
}

// quiet are the workers that are not asked: those that were asked of late, unless the filament was put on.
func (l *Loop) quiet(ctx context.Context, now time.Time) (map[fab.WorkerID]bool, error) {
	quiet := map[fab.WorkerID]bool{}
	err := l.Store.View(ctx, func(tx *store.Tx) error {
		asked, err := tx.ReloadsSince(now.Add(-l.AskAgain))
		for _, r := range asked {
			quiet[r.WorkerID] = quiet[r.WorkerID] || r.Status != fab.ReloadDone
		}
		return err
	})
	return quiet, err
}

// put asks, unless the worker changed meanwhile so that there is nothing to ask.
func (l *Loop) put(tx *store.Tx, q schedule.Question) error {
	w, err := tx.Worker(q.Worker)
	if err != nil || w.Filament == q.Filament || w.Retired() {
		return err
	}
	row := fab.Reload{
		ID: store.NewID[fab.ReloadID](tx), WorkerID: q.Worker, Filament: q.Filament, BatchID: q.Batch, Part: q.Part, Plates: q.Plates,
		Status: fab.ReloadAsked, Why: q.Why, Until: l.Awake.After(tx.Now(), answerQuestion), CreatedAt: tx.Now(),
	}
	if err := tx.AddReload(&row); err != nil {
		return err
	}
	return tx.NoteReload("filament_asked", row, w)
}

// endQuestions ends those that nobody answered, that were promised and not kept, that nothing waits for any more, and those
// of printers that have the filament on by now.
func (l *Loop) endQuestions(ctx context.Context, s schedule.Snapshot, now time.Time) error {
	by := map[fab.WorkerID]fab.Worker{}
	for _, w := range s.Workers {
		by[w.ID] = w
	}
	for _, r := range s.Reloads {
		w, there := by[r.WorkerID]
		to := fab.ReloadLapsed
		switch {
		case there && w.Filament == r.Filament:
			to = fab.ReloadDone
		case !there || !r.Until.After(now):
		case r.Status == fab.ReloadAsked && !schedule.Needed(s, r.WorkerID, now):
		default:
			continue
		}
		if err := l.endQuestion(ctx, r.ID, to); err != nil {
			return err
		}
	}
	return nil
}

func (l *Loop) endQuestion(ctx context.Context, id fab.ReloadID, to fab.ReloadStatus) error {
	return l.Store.Update(ctx, func(tx *store.Tx) error {
		r, err := tx.Reload(id)
		if err != nil || !r.Open() {
			return err
		}
		w, err := tx.Worker(r.WorkerID)
		if err != nil {
			return err
		}
		r.Status = to
		if err := tx.SetReload(&r); err != nil {
			return err
		}
		if to == fab.ReloadDone {
			return tx.NoteReload("filament_loaded", r, w)
		}
		return tx.NoteReload("filament_lapsed", r, w)
	})
}
