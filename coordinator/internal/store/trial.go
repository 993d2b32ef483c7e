package store

import (
	"context"
	"fmt"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// AddTrial stores a new trial.
func (tx *Tx) AddTrial(t *fab.Trial) error { return add(tx, "trial", t) }

// SetTrial stores a changed trial.
func (tx *Tx) SetTrial(t *fab.Trial) error { return set(tx, "trial", t) }

// Trial reads one trial.
func (tx *Tx) Trial(id fab.TrialID) (fab.Trial, error) { return byID[fab.Trial](tx, "trial", id) }

// Trials reads the trials in these statuses, or all when none is given, oldest first.
func (tx *Tx) Trials(statuses ...fab.TrialStatus) ([]fab.Trial, error) {
	return many[fab.Trial](tx, "trials", func(q query) query {
		if len(statuses) > 0 {
			q = q.Where("status IN (?)", in(statuses))
		}
		return q.Order("id")
	})
}

// TrialsOf reads the trials of a design version, oldest first.
func (tx *Tx) TrialsOf(id fab.DesignVersionID) ([]fab.Trial, error) {
	return many[fab.Trial](tx, "trials", func(q query) query { return q.Where("design_id = ?", string(id)).Order("id") })
}

// BatchesOfTrial reads the batches that make the pieces of a trial.
func (tx *Tx) BatchesOfTrial(id fab.TrialID) ([]fab.Batch, error) {
	return many[fab.Batch](tx, "batches", func(q query) query { return q.Where("trial_id = ?", string(id)).Order("id") })
}

// BatchesByDesign reads the batches that make a design version, oldest first.
func (tx *Tx) BatchesByDesign(id fab.DesignVersionID) ([]fab.Batch, error) {
	return many[fab.Batch](tx, "batches", func(q query) query { return q.Where("design_id = ?", string(id)).Order("id") })
}

// AddTester stores a new tester.
func (tx *Tx) AddTester(t *fab.Tester) error { return add(tx, "tester", t) }

// SetTester stores a changed tester.
func (tx *Tx) SetTester(t *fab.Tester) error { return set(tx, "tester", t) }

// Tester reads one tester.
func (tx *Tx) Tester(id fab.TesterID) (fab.Tester, error) {
	return byID[fab.Tester](tx, "tester", id)
}

// Testers reads the testers of a trial, in the order in which they were named.
func (tx *Tx) Testers(id fab.TrialID) ([]fab.Tester, error) {
	return many[fab.Tester](tx, "testers", func(q query) query { return q.Where("trial_id = ?", string(id)).Order("id") })
}

// TestersFor reads the testers of every trial of a design version.
func (tx *Tx) TestersFor(id fab.DesignVersionID) ([]fab.Tester, error) {
	return many[fab.Tester](tx, "testers", func(q query) query {
		return q.Where("trial_id IN (SELECT id FROM trials WHERE design_id = ?)", string(id)).Order("id")
	})
}

// TestersBy reads what a maker is asked to judge, oldest first.
func (tx *Tx) TestersBy(id fab.MakerID) ([]fab.Tester, error) {
	return many[fab.Tester](tx, "testers", func(q query) query { return q.Where("maker_id = ?", string(id)).Order("id") })
}

// DropTester forgets a tester to whom nothing was sent yet.
func (tx *Tx) DropTester(id fab.TesterID) error {
	_, err := tx.db.NewDelete().Model((*fab.Tester)(nil)).Where("id = ?", string(id)).Exec(context.Background())
	if err != nil {
		return fmt.Errorf("forget tester: %w", err)
	}
	return nil
}

// MakerToAsk is one who made pieces of a trial.
type MakerToAsk struct {
	TrialID fab.TrialID
	MakerID fab.MakerID
}

// MakersToAsk reads, for each running trial, who made pieces of it and is not asked yet.
func (tx *Tx) MakersToAsk() (list []MakerToAsk, err error) {
	err = tx.db.NewRaw(`
		SELECT l.trial_id, l.maker_id FROM lots l JOIN trials t ON t.id = l.trial_id
		WHERE t.status = 'running' AND NOT EXISTS (SELECT 1 FROM testers s WHERE s.trial_id = l.trial_id AND s.maker_id = l.maker_id)
		GROUP BY l.trial_id, l.maker_id ORDER BY MIN(l.id)`).Scan(context.Background(), &list)
	if err != nil {
		return nil, fmt.Errorf("read makers to ask: %w", err)
	}
	return list, nil
}
