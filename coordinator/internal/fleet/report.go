package fleet

import (
	"errors"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/wire"
)

// apply works one report into the books. What does not concern a known printer and one of its attempts has no effect,
// but is stored like the rest.
func (f *Fleet) apply(tx *store.Tx, agent fab.AgentID, e wire.Event) error {
	w, err := tx.WorkerByKey(agent, e.Printer)
	if fab.ClassOf(err) == fab.NotFound {
		f.Log.Warn("report of an unknown printer", "agent", agent, "printer", e.Printer, "kind", e.Kind)
		return nil
	} else if err != nil {
		return err
	}
	if e.Kind == wire.EventCleared {
		return clearBed(tx, w)
	}
	if e.Attempt == "" {
		return nil // the maker's own print
	}
	a, err := tx.Attempt(fab.AttemptID(e.Attempt))
	if fab.ClassOf(err) == fab.NotFound || err == nil && a.WorkerID != w.ID {
		f.Log.Warn("report of an attempt that this printer never got", "agent", agent, "printer", e.Printer, "attempt", e.Attempt)
		return nil
	} else if err != nil {
		return err
	}
	if err := f.work(tx, a, e); err != nil || !unwanted(a, e) {
		return err
	}
	return stop(tx, a, w)
}

func clearBed(tx *store.Tx, w fab.Worker) error {
	change := w.Clear()
	if change == "" {
		return nil
	}
	if ok, err := tx.SwapWorker(&w); err != nil || !ok {
		return errors.Join(errors.New("note a clear bed: the row changed meanwhile"), err)
	}
	return tx.Note(fab.Change{Code: change, Subject: string(w.ID), Worker: w.ID, Args: fab.Args{"worker": w.Name}})
}

// work applies the rule of fab and tells what happened.
func (f *Fleet) work(tx *store.Tx, a fab.Attempt, e wire.Event) error {
	r := fab.Report{Kind: fab.ReportKind(e.Kind), Reason: e.Reason, Lines: e.Lines, Resends: e.Resends, Seconds: e.Seconds}
	var change string
	var w fab.Worker
	err := tx.ChangeAttempt(a, func(a *fab.Attempt, j *fab.Job, worker *fab.Worker) {
		change = r.Apply(a, j, worker, tx.Now(), f.Silence)
		w = *worker
	})
	if err != nil || change == "" {
		return err
	}
	return tx.NoteAttempt(change, a, w, "reason", e.Reason)
}

// unwanted reports whether an attempt goes on although it was ended here, so that its pieces would count for nothing.
func unwanted(a fab.Attempt, e wire.Event) bool {
	goesOn := e.Kind == wire.EventStarted || e.Kind == wire.EventProgress || e.Kind == wire.EventResumed
	over := a.Status == fab.AttemptFailed || a.Status == fab.AttemptStopped || a.Status == fab.AttemptDeclined
	return goesOn && over
}

// stop orders the end of an unwanted attempt, unless that order is on its way.
func stop(tx *store.Tx, a fab.Attempt, w fab.Worker) error {
	open, err := tx.OpenCommands()
	if err != nil {
		return err
	}
	for _, c := range open {
		if c.AttemptID == a.ID {
			return nil
		}
	}
	return tx.Order(w, string(wire.CommandCancel), a.ID)
}
