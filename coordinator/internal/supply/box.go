package supply

import (
	"context"
	"slices"
	"strings"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Unpacking takes products apart that lie at the hub: those of a box that is packed, or, without one, those of a product of
// a request that are in no box yet.
type Unpacking struct {
	Box     fab.BoxID
	Request fab.RequestID
	Product string
	Count   string              // products, as typed
	Bad     map[fab.Item]string // as typed: pieces, or units of material, that can't be used again; "" is none
	By      fab.AccountID
}

// Unpack puts pieces and materials of products back into stock, each under its own name; what can't be used again is
// thrown away. It changes all or nothing.
func (s *Supply) Unpack(ctx context.Context, u Unpacking) error {
	n, ok := fab.WholeNumber(u.Count)
	if !ok {
		return fab.Refuse(fab.Invalid, "not_a_number", "count")
	}
	return s.store.Update(ctx, func(tx *store.Tx) error {
		box, kits, err := u.kits(tx)
		if err != nil {
			return err
		}
		out, err := unpack(tx, kits, n, u.By)
		if err != nil {
			return err
		}
		if err := throwAway(tx, out, u.Bad, u.By); err != nil {
			return err
		}
		if u.Box != "" {
			if err := tx.EndIfEmpty(box); err != nil {
				return err
			}
		}
		k := kits[0]
		return tx.Note(fab.Change{Code: "kit_unpacked", Subject: string(k.ID), Request: k.RequestID, Args: fab.Args{"product": k.Product, "quantity": n}})
	})
}

// kits are those that may be taken apart; there is one at least.
func (u Unpacking) kits(tx *store.Tx) (box fab.Box, kits []fab.Kit, err error) {
	if u.Box != "" {
		if box, err = packedBox(tx, u.Box); err == nil {
			kits, err = tx.KitsIn(box.ID)
		}
	} else if kits, err = tx.KitsOf(u.Request); err == nil {
		kits = slices.DeleteFunc(kits, func(k fab.Kit) bool { return k.Product != u.Product || k.BoxID != "" || k.Quantity == 0 })
	}
	if err == nil && len(kits) == 0 {
		err = fab.Refuse(fab.Conflict, "nothing_to_unpack", "count")
	}
	return box, kits, err
}

func packedBox(tx *store.Tx, id fab.BoxID) (fab.Box, error) {
	box, err := tx.Box(id)
	if err == nil && box.Status != fab.BoxPacked {
		err = fab.Refuse(fab.Conflict, "box_not_here", "count", "box", box.Code)
	}
	return box, err
}

// unpack takes n products out of kits, the newest first.
func unpack(tx *store.Tx, kits []fab.Kit, n int64, by fab.AccountID) (out []fab.Balance, err error) {
	have := int64(0)
	for _, k := range kits {
		have += k.Quantity
	}
	if n < 1 || n > have {
		return nil, fab.Refuse(fab.Invalid, "unpack_count", "count", "max", have)
	}
	for _, k := range slices.Backward(kits) {
		take := min(n, k.Quantity)
		if take == 0 {
			continue
		}
		more, err := tx.Unpack(&k, take, by)
		if err != nil {
			return nil, err
		}
		n, out = n-take, append(out, more...)
	}
	return out, nil
}

// BadField is the name of the form's field that counts what can't be used again of one thing.
func BadField(item fab.Item) string { return "bad." + string(item) }

// throwAway scraps what can't be used again of what came out of kits.
func throwAway(tx *store.Tx, out []fab.Balance, typed map[fab.Item]string, by fab.AccountID) error {
	var errs fab.Errors
	for item, count := range typed {
		if strings.TrimSpace(count) == "" {
			continue
		}
		n, ok := fab.WholeNumber(count)
		if kind, _ := item.Split(); kind == "device" && n != 0 {
			errs = append(errs, fab.Refuse(fab.Conflict, "device_one_by_one", BadField(item)))
			continue
		}
		have := int64(0)
		for _, at := range out {
			if at.Item == item {
				have += at.Quantity
			}
		}
		switch {
		case !ok || n < 0:
			errs = append(errs, fab.Refuse(fab.Invalid, "not_a_number", BadField(item)))
		case n > have:
			errs = append(errs, fab.Refuse(fab.Invalid, "too_many", BadField(item), "max", have))
		}
		for _, at := range out {
			if at.Quantity = min(at.Quantity, n); at.Item != item || at.Quantity <= 0 || len(errs) > 0 {
				continue
			}
			n -= at.Quantity
			m := fab.StockMove{Item: item, Source: at.Source, From: fab.TheHub, To: fab.OutsideScrapped, Quantity: at.Quantity, Why: fab.MoveScrapped, Note: "", By: by}
			if err := tx.Post(m); err != nil {
				return err
			}
		}
	}
	return errs.Or()
}

// Split puts so many products of a packed box, as typed, into a new one: more than none and fewer than all. Each box keeps
// the lots of what is in it.
func (s *Supply) Split(ctx context.Context, id fab.BoxID, count string, by fab.AccountID) (b fab.Box, err error) {
	n, ok := fab.WholeNumber(count)
	if !ok {
		return b, fab.Refuse(fab.Invalid, "not_a_number", "count")
	}
	err = s.store.Update(ctx, func(tx *store.Tx) error {
		from, err := packedBox(tx, id)
		if err != nil {
			return err
		}
		kits, err := tx.KitsIn(id)
		if err != nil {
			return err
		}
		have := int64(0)
		for _, k := range kits {
			have += k.Quantity
		}
		if n < 1 || n >= have {
			return fab.Refuse(fab.Invalid, "split_count", "count", "max", max(1, have-1))
		}
		if b, err = addBox(tx, from.RequestID, kits[0].Product); err != nil {
			return err
		}
		if b.Recalled, b.RecalledAt = from.Recalled, from.RecalledAt; b.Recalled {
			if err := tx.SetBox(&b); err != nil {
				return err
			}
		}
		return carry(tx, kits, b.ID, n, by)
	})
	return b, err
}

// carry puts n products of kits into a box, the newest first. A kit that is divided goes on as two.
func carry(tx *store.Tx, kits []fab.Kit, to fab.BoxID, n int64, by fab.AccountID) error {
	for _, k := range slices.Backward(kits) {
		if n == 0 {
			return nil
		}
		if k.Quantity <= n {
			n, k.BoxID = n-k.Quantity, to
			if err := tx.SetKit(&k); err != nil {
				return err
			}
			continue
		}
		out, err := tx.Unpack(&k, n, by)
		if err != nil {
			return err
		}
		other := fab.Kit{ID: store.NewID[fab.KitID](tx), RequestID: k.RequestID, Product: k.Product, DesignID: k.DesignID, Quantity: n, BoxID: to, Supplied: k.Supplied, By: by, CreatedAt: k.CreatedAt}
		return assemble(tx, other, out)
	}
	return nil
}
