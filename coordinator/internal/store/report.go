package store

import (
	"context"
	"fmt"
	"time"

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

// ProgressOfAll counts as Progress does, for every request at once.
func (tx *Tx) ProgressOfAll() (map[fab.RequestID][]fab.Progress, error) {
	var rows []struct {
		RequestID fab.RequestID `bun:"request_id"`
		fab.Progress
	}
	err := tx.db.NewRaw(`
		SELECT l.request_id, l.product, l.asked, l.promised, COALESCE(h.in_transit, 0) AS in_transit, COALESCE(h.delivered, 0) AS delivered
		FROM request_lines l LEFT JOIN (
			SELECT k.request_id, k.product, SUM(CASE WHEN b.status = 'loaded' THEN k.quantity ELSE 0 END) AS in_transit,
				SUM(CASE WHEN b.status = 'delivered' THEN k.quantity ELSE 0 END) AS delivered
			FROM kits k JOIN boxes b ON b.id = k.box_id GROUP BY k.request_id, k.product) AS h ON h.request_id = l.request_id AND h.product = l.product
		ORDER BY l.id`).Scan(context.Background(), &rows)
	if err != nil {
		return nil, fmt.Errorf("count progress: %w", err)
	}
	all := map[fab.RequestID][]fab.Progress{}
	for _, r := range rows {
		all[r.RequestID] = append(all[r.RequestID], r.Progress)
	}
	return all, nil
}

// Handed is a kit that arrived: in which box, for which request, and when.
type Handed struct {
	Box       string
	RequestID fab.RequestID
	Product   string
	Quantity  int64
	DoneAt    time.Time `bun:"done_at,nullzero"` // of the stop; zero when nobody said
	CreatedAt time.Time // of the box
}

// At is when it arrived, as well as it is known.
func (h Handed) At() time.Time {
	if h.DoneAt.IsZero() {
		return h.CreatedAt
	}
	return h.DoneAt
}

// HandedOver reads every kit that arrived, by box.
func (tx *Tx) HandedOver() (list []Handed, err error) {
	err = tx.db.NewRaw(`SELECT b.code AS box, b.request_id, k.product, k.quantity, s.done_at, b.created_at
		FROM boxes b JOIN kits k ON k.box_id = b.id LEFT JOIN stops s ON s.id = b.stop_id WHERE b.status = ? ORDER BY b.id, k.id`, string(fab.BoxDelivered)).Scan(context.Background(), &list)
	if err != nil {
		return nil, fmt.Errorf("read what arrived: %w", err)
	}
	return list, nil
}
