package store

import (
	"context"
	"fmt"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// AddBatch stores a new batch.
func (tx *Tx) AddBatch(b *fab.Batch) error { return add(tx, "batch", b) }

// SetBatch stores a changed batch.
func (tx *Tx) SetBatch(b *fab.Batch) error { return set(tx, "batch", b) }

// Batch reads one batch.
func (tx *Tx) Batch(id fab.BatchID) (fab.Batch, error) { return byID[fab.Batch](tx, "batch", id) }

// Batches reads the batches in these statuses, or all when none is given, oldest first.
func (tx *Tx) Batches(statuses ...fab.BatchStatus) ([]fab.Batch, error) {
	return many[fab.Batch](tx, "batches", func(q query) query {
		if len(statuses) > 0 {
			q = q.Where("status IN (?)", in(statuses))
		}
		return q.Order("id")
	})
}

// BatchesOf reads the batches made for a request.
func (tx *Tx) BatchesOf(id fab.RequestID) ([]fab.Batch, error) {
	return many[fab.Batch](tx, "batches", func(q query) query { return q.Where("request_id = ?", string(id)).Order("id") })
}

// PartCounts counts, for each part of a batch, what is good, bad and on open jobs. Good is what the hub counted, or what
// the maker declared while the hub has not counted; blocked lots count as nothing.
func (tx *Tx) PartCounts(b fab.Batch, bom fab.BOM) ([]fab.PartCount, error) {
	var lots, jobs []fab.PartCount
	err := tx.db.NewRaw(`
		SELECT part, SUM(CASE status WHEN 'made' THEN declared WHEN 'ready' THEN good ELSE 0 END) AS good, SUM(bad) AS bad
		FROM lots WHERE batch_id = ? GROUP BY part`, string(b.ID)).Scan(context.Background(), &lots)
	if err != nil {
		return nil, fmt.Errorf("count lots of a batch: %w", err)
	}
	err = tx.db.NewRaw(`SELECT part, SUM(copies) AS open FROM jobs
		WHERE batch_id = ? AND status IN ('waiting', 'leased') GROUP BY part`, string(b.ID)).Scan(context.Background(), &jobs)
	if err != nil {
		return nil, fmt.Errorf("count jobs of a batch: %w", err)
	}
	counts := make([]fab.PartCount, len(bom.Parts))
	for i, p := range bom.Parts {
		counts[i] = fab.PartCount{Part: p.Code, Needed: p.PerUnit * b.Quantity}
		for _, l := range lots {
			if l.Part == p.Code {
				counts[i].Good, counts[i].Bad = l.Good, l.Bad
			}
		}
		for _, j := range jobs {
			if j.Part == p.Code {
				counts[i].Open = j.Open
			}
		}
	}
	return counts, nil
}
