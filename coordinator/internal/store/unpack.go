package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Unpack takes n products of a kit that lie at the hub apart: their pieces and materials are there again, each under the name
// that it went in with, the last that went in first. It returns what came out, and stores the kit with what is left, out of its
// box when that is nothing. It refuses more than there are at the hub.
func (tx *Tx) Unpack(k *fab.Kit, n int64, by fab.AccountID) ([]fab.Balance, error) {
	item := fab.KitItem(k.Product)
	have, err := tx.BalanceOf(fab.TheHub, item, string(k.ID))
	if err != nil {
		return nil, err
	}
	if have = min(have, k.Quantity); n < 1 || n > have {
		return nil, fab.Refuse(fab.Invalid, "unpack_count", "count", "max", have)
	}
	inside, err := tx.Inside(*k)
	if err != nil {
		return nil, err
	}
	move := fab.StockMove{Item: item, Source: string(k.ID), From: fab.TheHub, To: fab.OutsideMade, Quantity: n, Why: fab.MoveUnpacked, Subject: string(k.ID), By: by}
	if err := tx.Post(move); err != nil {
		return nil, err
	}
	out := comesOut(inside, k.Quantity, n)
	for _, at := range out {
		move.Item, move.Source, move.From, move.To, move.Quantity = at.Item, at.Source, fab.OutsideUsed, fab.TheHub, at.Quantity
		if err := tx.Post(move); err != nil {
			return nil, err
		}
		if kind, _ := at.Item.Split(); kind == "device" {
			if err := tx.takeBack(fab.DeviceID(at.Source)); err != nil {
				return nil, err
			}
		}
		if err := tx.takeKitLot(k.ID, at); err != nil {
			return nil, err
		}
	}
	if k.Quantity -= n; k.Quantity == 0 {
		k.BoxID = ""
	}
	return out, tx.SetKit(k)
}

// Inside is what a kit holds, in the order in which it went in.
func (tx *Tx) Inside(k fab.Kit) (list []fab.Balance, err error) {
	moves, err := tx.Moves("subject", string(k.ID))
	if err != nil {
		return nil, err
	}
	for _, m := range moves {
		if m.Item == fab.KitItem(k.Product) {
			continue
		}
		n := m.Quantity
		if m.Why == fab.MoveUnpacked {
			n = -n
		}
		add := true
		for i := range list {
			if list[i].Item == m.Item && list[i].Source == m.Source {
				list[i].Quantity, add = list[i].Quantity+n, false
			}
		}
		if add {
			list = append(list, fab.Balance{Location: fab.TheHub, Item: m.Item, Source: m.Source, Quantity: n})
		}
	}
	return slices.DeleteFunc(list, func(at fab.Balance) bool { return at.Quantity == 0 }), nil
}

// comesOut is what n of all products hold together, of each thing the same share, the last that went in first.
func comesOut(inside []fab.Balance, all, n int64) (out []fab.Balance) {
	total := map[fab.Item]int64{}
	for _, at := range inside {
		total[at.Item] += at.Quantity
	}
	left := map[fab.Item]int64{}
	for item, sum := range total {
		left[item] = sum / all * n
	}
	for i := len(inside) - 1; i >= 0; i-- {
		at := inside[i]
		at.Quantity = min(at.Quantity, left[at.Item])
		left[at.Item] -= at.Quantity
		if at.Quantity > 0 {
			out = append(out, at)
		}
	}
	return out
}

// EndIfEmpty ends a box in which nothing is left.
func (tx *Tx) EndIfEmpty(box fab.Box) error {
	kits, err := tx.KitsIn(box.ID)
	if err != nil || len(kits) > 0 {
		return err
	}
	if err := fab.BoxTable.Move("box", box.Status, fab.BoxReturned); err != nil {
		return err
	}
	box.Status = fab.BoxReturned
	return tx.SetBox(&box)
}

// takeKitLot takes pieces out of what a kit holds of a lot.
func (tx *Tx) takeKitLot(id fab.KitID, at fab.Balance) error {
	if kind, _ := at.Item.Split(); kind != "part" {
		return nil
	}
	ctx, where := context.Background(), []any{string(id), at.Source}
	_, err := tx.db.NewDelete().Model((*fab.KitLot)(nil)).Where("kit_id = ? AND lot_id = ?", where...).Where("quantity = ?", at.Quantity).Exec(ctx)
	if err == nil {
		_, err = tx.db.NewUpdate().Model((*fab.KitLot)(nil)).Set("quantity = quantity - ?", at.Quantity).
			Where("kit_id = ? AND lot_id = ?", where...).Where("quantity > ?", at.Quantity).Exec(ctx)
	}
	if err != nil {
		return fmt.Errorf("take out of a kit: %w", err)
	}
	return nil
}

// PromiseLess promises n products less of a line of a request, and has its batches make as many less; a batch keeps one at
// least.
func (tx *Tx) PromiseLess(id fab.RequestID, product string, n int64) error {
	lines, err := tx.RequestLines(id)
	if err != nil {
		return err
	}
	for _, l := range lines {
		if l.Product != product {
			continue
		}
		if l.Promised = max(0, l.Promised-n); err == nil {
			err = tx.SetRequestLine(&l)
		}
	}
	if err != nil {
		return err
	}
	batches, err := tx.BatchesOf(id)
	for _, b := range batches {
		less := min(n, b.Quantity-1)
		if b.Product != product || b.Status == fab.BatchCancelled || less == 0 || err != nil {
			continue
		}
		n, b.Quantity = n-less, b.Quantity-less
		err = tx.SetBatch(&b)
	}
	return err
}
