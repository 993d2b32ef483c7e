package store

import (
	"context"
	"fmt"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Reserve keeps goods for a request. It refuses more than is free there. ID and CreatedAt are filled in.
func (tx *Tx) Reserve(r *fab.Reservation) error {
	if r.Quantity <= 0 {
		return fab.Refuse(fab.Invalid, "quantity_not_positive", "quantity", "quantity", r.Quantity)
	}
	ok, err := tx.keep(r.Location, r.Item, r.Source, r.Quantity)
	if err != nil {
		return err
	}
	if !ok {
		at, err := tx.balanceAt(r.Location, r.Item, r.Source)
		if err != nil {
			return err
		}
		return fab.Refuse(fab.Conflict, "stock_reserved", "quantity", "item", string(r.Item), "have", at.Free(), "wanted", r.Quantity)
	}
	r.ID, r.CreatedAt = NewID[fab.ReservationID](tx), tx.now
	return add(tx, "reservation", r)
}

// keep adds to what is reserved of a balance, or takes from it; false when there is less.
func (tx *Tx) keep(place fab.LocationID, item fab.Item, source string, n int64) (bool, error) {
	res, err := tx.db.NewUpdate().Model((*fab.Balance)(nil)).Set("reserved = reserved + ?", n).
		Where("location = ?", string(place)).Where("item = ?", string(item)).Where("source = ?", source).
		Where("quantity - reserved >= ?", n).Where("reserved + ? >= 0", n).Exec(context.Background())
	if err != nil {
		return false, fmt.Errorf("reserve stock: %w", err)
	}
	affected, err := res.RowsAffected()
	return affected == 1, err
}

// Release lets n of what is reserved go, or all when there is not more than n. What is released is free again.
func (tx *Tx) Release(r fab.Reservation, n int64) error {
	n = min(n, r.Quantity)
	if n <= 0 {
		return nil
	}
	if ok, err := tx.keep(r.Location, r.Item, r.Source, -n); err != nil || !ok {
		return fab.OrOvertaken(err)
	}
	r.Quantity -= n
	if r.Quantity == 0 {
		r.EndedAt = tx.now
	}
	return set(tx, "reservation", &r)
}

// giveUp releases n of what is reserved of a balance, the newest reservations first, and notes for whom there is less now.
func (tx *Tx) giveUp(at fab.Balance, n int64) error {
	list, err := tx.ReservedAt(at)
	if err != nil {
		return err
	}
	for i := len(list) - 1; i >= 0 && n > 0; i-- {
		r := list[i]
		less := min(n, r.Quantity)
		if err := tx.Release(r, less); err != nil {
			return err
		}
		err := tx.Note(fab.Change{Code: "reservation_lost", Subject: string(r.ID), Request: r.RequestID, Args: fab.Args{"item": string(at.Item), "quantity": less}})
		if err != nil {
			return err
		}
		n -= less
	}
	return nil
}

// Reservation reads one reservation.
func (tx *Tx) Reservation(id fab.ReservationID) (fab.Reservation, error) {
	return byID[fab.Reservation](tx, "reservation", id)
}

// ReservedAt reads what is reserved of a balance, oldest first.
func (tx *Tx) ReservedAt(at fab.Balance) ([]fab.Reservation, error) {
	return many[fab.Reservation](tx, "reservations", func(q query) query {
		return q.Where("location = ?", string(at.Location)).Where("item = ?", string(at.Item)).Where("source = ?", at.Source).Where("quantity > 0").Order("id")
	})
}

// Reservations reads what is reserved of an item, or of everything when it is empty, oldest first.
func (tx *Tx) Reservations(item fab.Item) ([]fab.Reservation, error) {
	return many[fab.Reservation](tx, "reservations", func(q query) query {
		if item != "" {
			q = q.Where("item = ?", string(item))
		}
		return q.Where("quantity > 0").Order("id")
	})
}

// ReservedFor reads what is reserved for a request, oldest first.
func (tx *Tx) ReservedFor(id fab.RequestID) ([]fab.Reservation, error) {
	return many[fab.Reservation](tx, "reservations", func(q query) query {
		return q.Where("request_id = ?", string(id)).Where("quantity > 0").Order("id")
	})
}
