package store

import (
	"context"
	"fmt"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Post writes moves to the ledger and keeps the balances in step. It is the ledger's only writer. It refuses a move
// whose place does not hold enough, or only what is reserved, and then nothing of the transaction may be committed. ID, At
// and Unit are filled in.
func (tx *Tx) Post(moves ...fab.StockMove) error {
	for _, m := range moves {
		if err := fab.CheckMove(m); err != nil {
			return err
		}
		m.ID, m.At = NewID[fab.MoveID](tx), tx.now
		var err error
		if m.Unit, err = tx.unitOf(m.Item); err != nil {
			return err
		}
		if err := add(tx, "stock move", &m); err != nil {
			return err
		}
		if err := tx.take(m); err != nil {
			return err
		}
		if err := tx.shift(m.To, m, m.Quantity); err != nil {
			return err
		}
	}
	return nil
}

// unitOf is the unit in which an item is counted.
func (tx *Tx) unitOf(item fab.Item) (string, error) {
	kind, code := item.Split()
	if kind != "material" {
		return fab.UnitPiece, nil
	}
	if unit := tx.units[code]; unit != "" {
		return unit, nil
	}
	m, err := tx.Material(code)
	if err != nil {
		return "", err
	}
	if tx.units == nil {
		tx.units = map[string]string{}
	}
	tx.units[code] = m.Unit
	return m.Unit, nil
}

func (tx *Tx) take(m fab.StockMove) error {
	if m.From.Outside() {
		return tx.shift(m.From, m, -m.Quantity)
	}
	if ok, err := tx.takeFree(m); ok || err != nil {
		return err
	}
	at, err := tx.balanceAt(m.From, m.Item, m.Source)
	if err != nil {
		return err
	}
	if at.Quantity < m.Quantity {
		return fab.Refuse(fab.Conflict, "not_enough_stock", "quantity", "item", string(m.Item), "have", at.Quantity, "wanted", m.Quantity)
	}
	if rule, _ := fab.RuleOf(m); !rule.Fact {
		return fab.Refuse(fab.Conflict, "stock_reserved", "quantity", "item", string(m.Item), "have", at.Free(), "wanted", m.Quantity)
	}
	if err := tx.giveUp(at, m.Quantity-at.Free()); err != nil {
		return err
	}
	if ok, err := tx.takeFree(m); err != nil || !ok {
		return fab.OrOvertaken(err)
	}
	return nil
}

// takeFree takes what nobody was promised; false when there is not enough of it.
func (tx *Tx) takeFree(m fab.StockMove) (bool, error) {
	res, err := tx.db.NewUpdate().Model((*fab.Balance)(nil)).Set("quantity = quantity - ?", m.Quantity).
		Where("location = ?", string(m.From)).Where("item = ?", string(m.Item)).Where("source = ?", m.Source).
		Where("quantity - reserved >= ?", m.Quantity).Exec(context.Background())
	if err != nil {
		return false, fmt.Errorf("take from stock: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

func (tx *Tx) shift(place fab.LocationID, m fab.StockMove, by int64) error {
	row := fab.Balance{Location: place, Item: m.Item, Source: m.Source, Quantity: by}
	_, err := tx.db.NewInsert().Model(&row).On("CONFLICT (location, item, source) DO UPDATE").
		Set("quantity = balance.quantity + EXCLUDED.quantity").Exec(context.Background())
	if err != nil {
		return fmt.Errorf("shift stock: %w", err)
	}
	return nil
}

// Reverse takes a move back, said why by a person. It refuses what was taken back already, what belongs to a paper, and
// goods that are no longer where the move brought them.
func (tx *Tx) Reverse(id fab.MoveID, note string, by fab.AccountID) error {
	m, err := tx.Move(id)
	if err != nil {
		return err
	}
	back, err := m.Back(note, by)
	if err != nil {
		return err
	}
	_, err = one[fab.StockMove](tx, "stock move", func(q query) query { return q.Where("reverses = ?", string(id)) })
	if err == nil {
		return fab.Refuse(fab.Conflict, "move_undone", "")
	}
	if fab.ClassOf(err) != fab.NotFound {
		return err
	}
	return tx.Post(back)
}

// Move reads one move.
func (tx *Tx) Move(id fab.MoveID) (fab.StockMove, error) {
	return byID[fab.StockMove](tx, "stock move", id)
}

// Moves reads the moves of which column equals value, oldest first. column is one of item, source, subject.
func (tx *Tx) Moves(column, value string) ([]fab.StockMove, error) {
	switch column {
	case "item", "source", "subject":
	default:
		return nil, fmt.Errorf("moves by %q are not indexed", column)
	}
	return many[fab.StockMove](tx, "stock moves", func(q query) query { return q.Where(column+" = ?", value).Order("id") })
}

// LatestMoves reads the moves of an item that are older than before, or its newest when before is empty, newest first, at
// most limit.
func (tx *Tx) LatestMoves(item fab.Item, before fab.MoveID, limit int64) ([]fab.StockMove, error) {
	return tx.LatestMovesOf(item, "", before, limit)
}

// LatestMovesOf is LatestMoves of one source alone, or of all when it is empty.
func (tx *Tx) LatestMovesOf(item fab.Item, source string, before fab.MoveID, limit int64) ([]fab.StockMove, error) {
	return many[fab.StockMove](tx, "stock moves", func(q query) query {
		if source != "" {
			q = q.Where("source = ?", source)
		}
		if before != "" {
			q = q.Where("id < ?", string(before))
		}
		return q.Where("item = ?", string(item)).Order("id DESC").Limit(limit)
	})
}

// balanceAt reads the balance of an item and source at a place; the zero balance when nothing was ever there.
func (tx *Tx) balanceAt(place fab.LocationID, item fab.Item, source string) (fab.Balance, error) {
	rows, err := many[fab.Balance](tx, "balance", func(q query) query {
		return q.Where("location = ?", string(place)).Where("item = ?", string(item)).Where("source = ?", source)
	})
	if err != nil || len(rows) == 0 {
		return fab.Balance{Location: place, Item: item, Source: source}, err
	}
	return rows[0], nil
}

// BalanceOf reads how much of an item and source is at a place.
func (tx *Tx) BalanceOf(place fab.LocationID, item fab.Item, source string) (int64, error) {
	at, err := tx.balanceAt(place, item, source)
	return at.Quantity, err
}

// Balances reads what is at a place, or everywhere inside the lab when place is empty, without what is used up.
// Rows come in the order of their sources, which is the order of age.
func (tx *Tx) Balances(place fab.LocationID) ([]fab.Balance, error) {
	return many[fab.Balance](tx, "balances", func(q query) query {
		if place != "" {
			q = q.Where("location = ?", string(place))
		} else {
			q = q.Where("location NOT LIKE 'outside-%'")
		}
		return q.Where("quantity > 0").Order("item", "source", "location")
	})
}

// here is what is in the lab and not handed over; there is an index of exactly this.
const here = "quantity > 0 AND location NOT LIKE 'outside-%' AND location NOT LIKE 'facility-%'"

// materialItems are the items of all materials, for a query to name: PostgreSQL reads all balances when it has to find the
// names out, for it does not know then how few of them are material.
func (tx *Tx) materialItems() (any, error) {
	materials, err := tx.Materials()
	items := []fab.Item{""} // never none: IN () is no SQL
	for _, m := range materials {
		items = append(items, fab.MaterialItem(m.Code))
	}
	return in(items), err
}

// Holding reads where an item is in the lab, oldest source first, without what was handed over.
func (tx *Tx) Holding(item fab.Item) ([]fab.Balance, error) {
	return many[fab.Balance](tx, "balances", func(q query) query {
		return q.Where("item = ?", string(item)).Where(here).Order("source", "location")
	})
}

// HoldingAfter reads at most limit of the balances of an item in the lab, by place and then oldest source first: those after
// the place and the source given, or the first when they are empty.
func (tx *Tx) HoldingAfter(item fab.Item, place fab.LocationID, source string, limit int64) ([]fab.Balance, error) {
	return many[fab.Balance](tx, "balances", func(q query) query {
		return q.Where("item = ?", string(item)).Where(here).Where("(location, source) > (?, ?)", string(place), source).Order("location", "source").Limit(limit)
	})
}

// StockLine is what there is of one item at one place of the lab.
type StockLine struct {
	Item     fab.Item
	Location fab.LocationID
	Quantity int64
	Reserved int64
	Sources  int64 // lots, gifts or spools of it
}

// Stock sums up what is in the lab, by item and place: of one item, or of all when it is empty. What was handed over is not
// in it. It reads the balances, not the moves: the audit proves the one by the other.
func (tx *Tx) Stock(item fab.Item) ([]StockLine, error) {
	var rows []StockLine
	only := "(1 = 1)"
	if item != "" {
		only = "item = ?"
	}
	err := tx.db.NewRaw(`
		SELECT item, location, SUM(quantity) AS quantity, SUM(reserved) AS reserved, COUNT(*) AS sources FROM balances
		WHERE `+here+` AND `+only+` GROUP BY item, location ORDER BY item, location`, string(item)).Scan(context.Background(), &rows)
	if err != nil {
		return nil, fmt.Errorf("read stock: %w", err)
	}
	return rows, nil
}

// FreeLine is how much of an item nobody was promised, of the lots of one version, trial and status, those at rest apart;
// of materials there is one such line.
type FreeLine struct {
	DesignID fab.DesignVersionID
	TrialID  fab.TrialID
	Status   fab.LotStatus
	Rests    bool
	Quantity int64
}

// FreeAtHub sums up what lies at the hub of an item and is kept for nobody.
func (tx *Tx) FreeAtHub(item fab.Item) ([]FreeLine, error) {
	var rows []FreeLine
	err := tx.db.NewRaw(`
		SELECT COALESCE(l.design_id, '') AS design_id, COALESCE(l.trial_id, '') AS trial_id, COALESCE(l.status, '') AS status,
			COALESCE(l.rests_until > ?, FALSE) AS rests, SUM(h.quantity - h.reserved) AS quantity
		FROM (SELECT source, quantity, reserved FROM balances WHERE item = ? AND location = ? AND `+here+`) AS h LEFT JOIN lots l ON l.id = h.source
		GROUP BY 1, 2, 3, 4`, tx.now, string(item), string(fab.TheHub)).Scan(context.Background(), &rows)
	if err != nil {
		return nil, fmt.Errorf("read what is free: %w", err)
	}
	return rows, nil
}

// SpoolsLeft reads how much is left on each spool that is not empty, in milligrams.
func (tx *Tx) SpoolsLeft() (map[fab.SpoolID]int64, error) {
	var rows []struct {
		ID fab.SpoolID
		MG int64
	}
	items, err := tx.materialItems()
	if err != nil {
		return nil, err
	}
	err = tx.db.NewRaw(`
		SELECT source AS id, SUM(quantity) AS mg FROM balances WHERE `+here+` AND item IN (?) GROUP BY source`, items).Scan(context.Background(), &rows)
	if err != nil {
		return nil, fmt.Errorf("read what is left on spools: %w", err)
	}
	left := map[fab.SpoolID]int64{}
	for _, r := range rows {
		left[r.ID] = r.MG
	}
	return left, nil
}

// HoldingSource reads where what came of one source is inside the lab.
func (tx *Tx) HoldingSource(item fab.Item, source string) ([]fab.Balance, error) {
	return many[fab.Balance](tx, "balances", func(q query) query {
		return q.Where("item = ?", string(item)).Where("source = ?", source).Where("location NOT LIKE 'outside-%'").Where("quantity > 0").Order("location")
	})
}
