package store

import (
	"context"
	"fmt"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Post writes moves to the ledger and keeps the balances in step. It is the ledger's only writer. It refuses a move
// whose place does not hold enough, and then nothing of the transaction may be committed. ID and At are filled in.
func (tx *Tx) Post(moves ...fab.StockMove) error {
	for _, m := range moves {
		if err := fab.CheckMove(m); err != nil {
			return err
		}
		m.ID, m.At = NewID[fab.MoveID](tx), tx.now
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

func (tx *Tx) take(m fab.StockMove) error {
	if m.From.Outside() {
		return tx.shift(m.From, m, -m.Quantity)
	}
	res, err := tx.db.NewUpdate().Model((*fab.Balance)(nil)).Set("quantity = quantity - ?", m.Quantity).
		Where("location = ?", string(m.From)).Where("item = ?", string(m.Item)).Where("source = ?", m.Source).
		Where("quantity >= ?", m.Quantity).Exec(context.Background())
	if err != nil {
		return fmt.Errorf("take from stock: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err
	}
	have, err := tx.BalanceOf(m.From, m.Item, m.Source)
	if err != nil {
		return err
	}
	return fab.Refuse(fab.Conflict, "not_enough_stock", "quantity", "item", string(m.Item), "have", have, "wanted", m.Quantity)
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

// BalanceOf reads how much of an item and source is at a place.
func (tx *Tx) BalanceOf(place fab.LocationID, item fab.Item, source string) (int64, error) {
	rows, err := many[fab.Balance](tx, "balance", func(q query) query {
		return q.Where("location = ?", string(place)).Where("item = ?", string(item)).Where("source = ?", source)
	})
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	return rows[0].Quantity, nil
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

// Holding reads where an item is inside the lab, oldest source first.
func (tx *Tx) Holding(item fab.Item) ([]fab.Balance, error) {
	return many[fab.Balance](tx, "balances", func(q query) query {
		return q.Where("item = ?", string(item)).Where("location NOT LIKE 'outside-%'").Where("quantity > 0").Order("source", "location")
	})
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

// AddMaterial stores a new kind of material.
func (tx *Tx) AddMaterial(m *fab.Material) error { return add(tx, "material", m) }

// Material reads one kind of material.
func (tx *Tx) Material(code string) (fab.Material, error) {
	return one[fab.Material](tx, "material", func(q query) query { return q.Where("code = ?", code) })
}

// Materials reads all kinds of material.
func (tx *Tx) Materials() ([]fab.Material, error) {
	return many[fab.Material](tx, "materials", func(q query) query { return q.Order("code") })
}

// AddLocation stores a new place.
func (tx *Tx) AddLocation(l *fab.Location) error { return add(tx, "location", l) }

// Location reads one place.
func (tx *Tx) Location(id fab.LocationID) (fab.Location, error) {
	return byID[fab.Location](tx, "location", id)
}

// AddSpool stores a new spool.
func (tx *Tx) AddSpool(s *fab.Spool) error { return add(tx, "spool", s) }

// SetSpool stores a changed spool.
func (tx *Tx) SetSpool(s *fab.Spool) error { return set(tx, "spool", s) }

// Spool reads one spool.
func (tx *Tx) Spool(id fab.SpoolID) (fab.Spool, error) { return byID[fab.Spool](tx, "spool", id) }

// Spools reads all spools.
func (tx *Tx) Spools() ([]fab.Spool, error) { return many[fab.Spool](tx, "spools", all) }

// AddDonation stores a new donation.
func (tx *Tx) AddDonation(d *fab.Donation) error { return add(tx, "donation", d) }

// SetDonation stores a changed donation.
func (tx *Tx) SetDonation(d *fab.Donation) error { return set(tx, "donation", d) }

// Donation reads one donation.
func (tx *Tx) Donation(id fab.DonationID) (fab.Donation, error) {
	return byID[fab.Donation](tx, "donation", id)
}

// DonationBySubmitKey reads the donation that this form made; NotFound when it made none yet.
func (tx *Tx) DonationBySubmitKey(key string) (fab.Donation, error) {
	return one[fab.Donation](tx, "donation", func(q query) query { return q.Where("submit_key = ?", key) })
}

// Donations reads all donations, oldest first.
func (tx *Tx) Donations() ([]fab.Donation, error) { return many[fab.Donation](tx, "donations", all) }
