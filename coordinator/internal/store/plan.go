package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// LiveAttempts reads the attempts that hold a job, oldest first.
func (tx *Tx) LiveAttempts() ([]fab.Attempt, error) {
	return tx.Attempts(fab.AttemptOffered, fab.AttemptLeased, fab.AttemptPrinting, fab.AttemptToCount)
}

// OverdueAttempts reads the attempts whose lease is over, oldest first.
func (tx *Tx) OverdueAttempts() ([]fab.Attempt, error) {
	return many[fab.Attempt](tx, "attempts", func(q query) query {
		return q.Where("status IN (?)", in([]fab.AttemptStatus{fab.AttemptOffered, fab.AttemptLeased, fab.AttemptPrinting})).
			Where("lease_until <= ?", tx.now).Order("id")
	})
}

// AttemptsEndedSince reads the attempts that ended after t, in the order of their endings.
func (tx *Tx) AttemptsEndedSince(t time.Time) ([]fab.Attempt, error) {
	return many[fab.Attempt](tx, "attempts", func(q query) query {
		return q.Where("ended_at > ?", t).Order("ended_at", "id")
	})
}

// AttemptsTakenSince reads the attempts of these workers that were given to them after t and that they took: those that
// began, and those that may. Oldest first.
func (tx *Tx) AttemptsTakenSince(workers []fab.WorkerID, t time.Time) ([]fab.Attempt, error) {
	if len(workers) == 0 {
		return nil, nil
	}
	live := []fab.AttemptStatus{fab.AttemptOffered, fab.AttemptLeased, fab.AttemptPrinting}
	return many[fab.Attempt](tx, "attempts", func(q query) query {
		return q.Where("worker_id IN (?)", in(workers)).Where("created_at > ?", t).
			Where("started_at IS NOT NULL OR lines > 0 OR status IN (?)", in(live)).Order("id")
	})
}

// LastGiven tells when each worker that is at nothing was last given something, whatever came of it. One that never was is
// missing.
func (tx *Tx) LastGiven() (map[fab.WorkerID]time.Time, error) {
	last, err := many[fab.Attempt](tx, "attempts", func(q query) query {
		return q.Where(`id IN (SELECT (SELECT a.id FROM attempts a WHERE a.worker_id = w.id ORDER BY a.created_at DESC, a.id DESC LIMIT 1)
			FROM workers w WHERE w.attempt_id IS NULL AND w.retired_at IS NULL)`)
	})
	given := make(map[fab.WorkerID]time.Time, len(last))
	for _, a := range last {
		given[a.WorkerID] = a.CreatedAt
	}
	return given, err
}

// MaterialStock counts each material that is inside the lab or pledged to it, by code, in the material's unit.
func (tx *Tx) MaterialStock() (map[string]int64, error) {
	var rows []struct {
		Code     string
		Quantity int64
	}
	items, err := tx.materialItems()
	if err != nil {
		return nil, err
	}
	err = tx.db.NewRaw(`
		SELECT item AS code, SUM(quantity) AS quantity FROM balances
		WHERE `+here+` AND item IN (?) GROUP BY item
		UNION ALL
		SELECT 'material:' || material AS code, SUM(CASE WHEN pledged > received THEN pledged - received ELSE 0 END) AS quantity FROM donations
		WHERE status = ? AND material <> '' GROUP BY material`,
		items, string(fab.DonationPledged)).Scan(context.Background(), &rows)
	if err != nil {
		return nil, fmt.Errorf("count material: %w", err)
	}
	stock := map[string]int64{}
	for _, r := range rows {
		stock[strings.TrimPrefix(r.Code, "material:")] += r.Quantity
	}
	return stock, nil
}

// Unassembled are the products of one version that are in no kit yet and take the same materials.
type Unassembled struct {
	DesignID fab.DesignVersionID
	Supplied []string // codes of materials that their places add
	Quantity int64
}

// Unassembled reads what open and paused batches still have to make, and what is made for open requests and not assembled
// yet; nothing is below zero.
func (tx *Tx) Unassembled() ([]Unassembled, error) {
	var rows []struct {
		DesignID fab.DesignVersionID
		Supplied string
		Quantity int64
	}
	err := tx.db.NewRaw(`
		SELECT design_id, supplied, SUM(CASE WHEN left_over > 0 THEN left_over ELSE 0 END) AS quantity FROM (
			SELECT b.design_id, COALESCE((SELECT l.supplied FROM request_lines l WHERE l.request_id = b.request_id AND l.product = b.product), '[]') AS supplied, b.quantity - COALESCE((SELECT SUM(k.quantity) FROM kits k WHERE k.request_id = b.request_id AND k.product = b.product), 0) AS left_over
			FROM (SELECT id, request_id, design_id, product, quantity FROM batches WHERE status IN ('open', 'paused')
				UNION ALL
				SELECT d.id, d.request_id, d.design_id, d.product, d.quantity FROM requests r JOIN batches d ON d.request_id = r.id
				WHERE r.status = 'approved' AND d.status = 'done') AS b) AS n
		GROUP BY design_id, supplied`).Scan(context.Background(), &rows)
	if err != nil {
		return nil, fmt.Errorf("count what is not assembled: %w", err)
	}
	list := make([]Unassembled, len(rows))
	for i, r := range rows {
		list[i] = Unassembled{DesignID: r.DesignID, Quantity: r.Quantity}
		if err := json.Unmarshal([]byte(r.Supplied), &list[i].Supplied); err != nil {
			return nil, fmt.Errorf("read what places add: %w", err)
		}
	}
	return list, nil
}

// Kitted counts the products assembled for each open or paused batch of a request.
func (tx *Tx) Kitted() (map[fab.BatchID]int64, error) {
	var rows []struct {
		ID       fab.BatchID
		Quantity int64
	}
	err := tx.db.NewRaw(`
		SELECT b.id AS id, SUM(k.quantity) AS quantity FROM batches b
		JOIN kits k ON k.request_id = b.request_id AND k.design_id = b.design_id
		WHERE b.status IN ('open', 'paused') GROUP BY b.id`).Scan(context.Background(), &rows)
	if err != nil {
		return nil, fmt.Errorf("count kits of batches: %w", err)
	}
	kitted := map[fab.BatchID]int64{}
	for _, r := range rows {
		kitted[r.ID] = r.Quantity
	}
	return kitted, nil
}

// SetWait stores why a job waits. It says nothing new about the job itself, so the rev stays.
func (tx *Tx) SetWait(id fab.JobID, why fab.Reason) error {
	j := fab.Job{ID: id, Wait: why}
	if _, err := tx.db.NewUpdate().Model(&j).Column("wait").WherePK().Exec(context.Background()); err != nil {
		return fmt.Errorf("store why a job waits: %w", err)
	}
	return nil
}
