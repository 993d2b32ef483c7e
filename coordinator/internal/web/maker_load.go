package web

import (
	"context"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// loads are the questions to a maker for another filament, and the promises to load it.
func (r *reader) loads(mine func(fab.Worker) bool) (list []ui.Reload, err error) {
	open, err := r.tx.OpenReloads()
	if err != nil {
		return nil, err
	}
	for _, q := range open {
		w := r.worker(q.WorkerID)
		if !mine(w) || w.Filament == q.Filament {
			continue
		}
		b, err := r.tx.Batch(q.BatchID)
		if err != nil {
			return nil, err
		}
		list = append(list, ui.Reload{
			ID: string(q.ID), Printer: w.Name, Filament: q.Filament, Part: r.part(b.DesignID, q.Part, 1), Plates: q.Plates,
			Yes: q.Status == fab.ReloadYes, Busy: w.AttemptID != "", Until: r.local(q.Until), Why: q.Why,
		})
	}
	return list, nil
}

// loadAnswer is a button on a question for another filament.
func (s *Server) loadAnswer(do func(context.Context, fab.ReloadID, fab.MakerID) error, done string) func(*gin.Context) error {
	return func(c *gin.Context) error {
		if err := do(c.Request.Context(), fab.ReloadID(c.Param("id")), me(c).MakerID); err != nil {
			return s.sayNo(c, err, "/maker")
		}
		s.flash(c, ui.FlashDone, done)
		return to(c, "/maker")
	}
}

// willLoad says yes or no to a question.
func (s *Server) willLoad(yes bool) func(context.Context, fab.ReloadID, fab.MakerID) error {
	return func(ctx context.Context, id fab.ReloadID, by fab.MakerID) error {
		return s.Production.AnswerReload(ctx, id, by, yes)
	}
}
