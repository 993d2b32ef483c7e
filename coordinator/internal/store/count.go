package store

import "github.com/mailleur/mailleur/coordinator/fab"

// AddStockTake stores a count of a place with its lines.
func (tx *Tx) AddStockTake(t *fab.StockTake, lines []fab.StockTakeLine) error {
	if err := add(tx, "stock-take", t); err != nil || len(lines) == 0 {
		return err
	}
	return add(tx, "stock-take lines", &lines)
}

// StockTakeBySubmitKey reads the count that this form made; NotFound when it made none yet.
func (tx *Tx) StockTakeBySubmitKey(key string) (fab.StockTake, error) {
	return one[fab.StockTake](tx, "stock-take", func(q query) query { return q.Where("submit_key = ?", key) })
}

// LastStockTake reads the newest count of a place; NotFound when it was never counted.
func (tx *Tx) LastStockTake(place fab.LocationID) (fab.StockTake, error) {
	return one[fab.StockTake](tx, "stock-take", func(q query) query { return q.Where("location = ?", string(place)).Order("id DESC") })
}

// StockTakeLines reads what a count found.
func (tx *Tx) StockTakeLines(id fab.StockTakeID) ([]fab.StockTakeLine, error) {
	return many[fab.StockTakeLine](tx, "stock-take lines", func(q query) query {
		return q.Where("stock_take_id = ?", string(id)).Order("item", "source")
	})
}

// AddWeighing stores that a spool was weighed.
func (tx *Tx) AddWeighing(w *fab.Weighing) error { return add(tx, "weighing", w) }

// Weighings reads when a spool was weighed, oldest first.
func (tx *Tx) Weighings(id fab.SpoolID) ([]fab.Weighing, error) {
	return many[fab.Weighing](tx, "weighings", func(q query) query { return q.Where("spool_id = ?", string(id)).Order("id") })
}
