package store

import (
	"context"
	"fmt"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// PrintedMG is how much filament each attempt took.
func (tx *Tx) PrintedMG() (map[fab.AttemptID]int64, error) {
	var rows []struct {
		Subject string `bun:"subject"`
		MG      int64  `bun:"mg"`
	}
	err := tx.db.NewRaw(`SELECT subject, SUM(quantity) AS mg FROM stock_moves WHERE why = 'printed' GROUP BY subject`).Scan(context.Background(), &rows)
	if err != nil {
		return nil, fmt.Errorf("read what was printed: %w", err)
	}
	took := make(map[fab.AttemptID]int64, len(rows))
	for _, r := range rows {
		took[fab.AttemptID(r.Subject)] = r.MG
	}
	return took, nil
}
