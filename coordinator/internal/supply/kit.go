package supply

import (
	"context"
	"fmt"
	"slices"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Closable says, for one line of a request, how many products can be assembled now and what is short for the rest.
type Closable struct {
	Request  fab.RequestID
	Product  string
	Supplied []string   // codes of materials that the place adds
	Wanted   int64      // promised and not in a kit yet
	Now      int64      // can be assembled from what is at the hub
	Short    fab.Reason // what limits it; zero when Now covers Wanted
}

// Closable reads what could be kitted for each approved request.
func (s *Supply) Closable(ctx context.Context) (list []Closable, err error) {
	err = s.forOpen(ctx, func(all *shelf, lines []openLine) error {
		list, err = all.closables(lines)
		return err
	})
	return list, err
}

// Kitting reads what could be kitted of each line alone, as Closable, and of all together, as Balances.
func (s *Supply) Kitting(ctx context.Context) (lines []Closable, together []Balance, err error) {
	err = s.forOpen(ctx, func(all *shelf, open []openLine) error {
		if lines, err = all.closables(open); err != nil {
			return err
		}
		together, err = all.balances(open)
		return err
	})
	return lines, together, err
}

// forOpen reads the lines of approved requests, and a shelf for all of them.
func (s *Supply) forOpen(ctx context.Context, read func(*shelf, []openLine) error) error {
	return s.store.View(ctx, func(tx *store.Tx) error {
		lines, err := openLines(tx)
		if err != nil {
			return err
		}
		all := newShelf(tx)
		if err := all.readOpen(lines); err != nil {
			return err
		}
		return read(&all, lines)
	})
}

func (s *shelf) closables(lines []openLine) (list []Closable, err error) {
	for _, l := range lines {
		c, err := s.closable(l.request, l.line)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

// closable says what can be assembled of one line, of what lies there now.
func closable(tx *store.Tx, r fab.Request, l fab.RequestLine) (Closable, error) {
	s := newShelf(tx)
	return s.closable(r, l)
}

func (s *shelf) closable(r fab.Request, l fab.RequestLine) (Closable, error) {
	c := Closable{Request: r.ID, Product: l.Product, Supplied: l.Supplied}
	var err error
	if c.Wanted, err = s.wanted(l); err != nil {
		return c, err
	}
	design, err := s.design(r, l.Product)
	if err != nil {
		return c, err
	}
	if err := fab.MayServe(design, r.TrialID, r.TrialID, ""); err != nil {
		c.Short = whyNot(err)
		return c, nil
	}
	if design.Given {
		return canGive(s.tx, c)
	}
	shares, short, err := shareOut(design.BOM.Without(l.Supplied), c.Wanted, func(n need) (int64, error) { return s.have(n, r) })
	for _, one := range shares {
		c.Now += one.n
	}
	if err != nil {
		return c, err
	}
	c.Short, err = s.rested(short)
	return c, err
}

// whyNot is a refusal as a reason to show.
func whyNot(err error) fab.Reason {
	if refusals, ok := fab.RefusalsOf(err); ok {
		return fab.Reason{Code: "error." + refusals[0].Code, Args: refusals[0].Args}
	}
	return fab.Reason{}
}

// designOf is the version that a request gets of a product.
func designOf(tx *store.Tx, r fab.Request, product string) (fab.DesignVersion, error) {
	s := newShelf(tx)
	return s.design(r, product)
}

// need is one thing that a kit takes.
type need struct {
	item    fab.Item
	perUnit int64
	lots    bool // the sources are lots, of which blocked ones are left alone
}

func needs(bom fab.BOM) []need {
	list := make([]need, 0, len(bom.Parts)+len(bom.Materials))
	for _, p := range bom.Parts {
		list = append(list, need{fab.PartItem(p.Code), p.PerUnit, true})
	}
	for _, m := range bom.Materials {
		list = append(list, need{fab.MaterialItem(m.Material), m.PerUnit, false})
	}
	return list
}

// hub is what lies there for one request: of its trial, or of none, and not kept for another.
type hub struct {
	tx      *store.Tx
	trial   fab.TrialID
	request fab.RequestID
	mine    []fab.Reservation // of the request, once read
	designs versions
}

// pick chooses what to take from the hub, oldest source first. It returns less than quantity when there is less.
func (h *hub) pick(n need, quantity int64) ([]fab.Balance, error) {
	holding, err := h.tx.Holding(n.item)
	if err != nil {
		return nil, err
	}
	var picks []fab.Balance
	for _, at := range holding {
		if quantity == 0 {
			break
		}
		if at.Location != fab.TheHub {
			continue
		}
		if n.lots {
			may, err := h.may(fab.LotID(at.Source))
			if err != nil {
				return nil, err
			}
			if !may {
				continue
			}
		}
		mine, err := h.kept(at)
		if err != nil {
			return nil, err
		}
		if at.Quantity = min(at.Free()+mine, quantity); at.Quantity == 0 {
			continue
		}
		quantity -= at.Quantity
		picks = append(picks, at)
	}
	return picks, nil
}

// kept is how much of a balance is kept for this request.
func (h *hub) kept(at fab.Balance) (n int64, err error) {
	if at.Reserved == 0 {
		return 0, nil
	}
	if h.mine == nil {
		if h.mine, err = h.tx.ReservedFor(h.request); err != nil {
			return 0, err
		}
	}
	for _, r := range h.mine {
		if r.Location == at.Location && r.Item == at.Item && r.Source == at.Source {
			n += r.Quantity
		}
	}
	return n, nil
}

// use lets go of what was kept for this request of what it now takes.
func (h *hub) use(p fab.Balance) error {
	left := p.Quantity
	for i, r := range h.mine {
		if r.Location != p.Location || r.Item != p.Item || r.Source != p.Source {
			continue
		}
		n := min(left, r.Quantity)
		if err := h.tx.Release(r, n); err != nil {
			return err
		}
		h.mine[i].Quantity -= n
		left -= n
	}
	return nil
}

// may reports whether a lot may go into a kit.
func (h *hub) may(id fab.LotID) (bool, error) {
	lot, err := h.tx.Lot(id)
	if err != nil || lot.Status != fab.LotReady || lot.Rests(h.tx.Now()) {
		return false, err
	}
	return h.mayUse(lot.DesignID, lot.TrialID)
}

// mayUse reports whether a checked lot of a version and a trial may go into a kit.
func (h *hub) mayUse(id fab.DesignVersionID, trial fab.TrialID) (may bool, err error) {
	design, err := h.designs.read(h.tx, id)
	return err == nil && fab.MayServe(design, trial, h.trial, "") == nil, err
}

// MakeKits assembles products for a line of a request: parts and materials leave the ledger, kits enter it.
// What people put together before goes first, into a kit of its own; the last kit is returned. It refuses, naming what is
// short, and then takes nothing.
func (s *Supply) MakeKits(ctx context.Context, id fab.RequestID, product string, quantity int64, by fab.AccountID) (k fab.Kit, err error) {
	err = s.store.Update(ctx, func(tx *store.Tx) error {
		k, err = makeKits(tx, id, product, quantity, by)
		return err
	})
	return k, err
}

func makeKits(tx *store.Tx, id fab.RequestID, product string, quantity int64, by fab.AccountID) (fab.Kit, error) {
	if quantity <= 0 || quantity > fab.MaxAsked {
		return fab.Kit{}, fab.Refuse(fab.Invalid, "quantity_not_positive", "count", "quantity", quantity)
	}
	r, err := tx.Request(id)
	if err != nil {
		return fab.Kit{}, err
	}
	if r.Status != fab.RequestApproved {
		return fab.Kit{}, fab.Refuse(fab.Conflict, "request_not_open", "request")
	}
	design, err := designOf(tx, r, product)
	if err != nil {
		return fab.Kit{}, err
	}
	if err := fab.MayServe(design, r.TrialID, r.TrialID, "count"); err != nil {
		return fab.Kit{}, err
	}
	l, err := lineFor(tx, r, product)
	if err != nil {
		return fab.Kit{}, err
	}
	k := fab.Kit{RequestID: id, Product: product, DesignID: design.ID, By: by, CreatedAt: tx.Now()}
	for _, m := range design.BOM.Materials {
		if slices.Contains(l.Supplied, m.Material) {
			k.Supplied = append(k.Supplied, m.Material)
		}
	}
	from := hub{tx: tx, trial: r.TrialID, request: r.ID, designs: versions{}}
	shares, short, err := shareOut(design.BOM.Without(k.Supplied), quantity, from.have)
	if err == nil && short.Code != "" {
		err = &fab.Error{Class: fab.Conflict, Code: short.Code, Field: "count", Args: short.Args}
	}
	if err != nil {
		return k, err
	}
	if left, err := wanted(tx, l); err != nil {
		return fab.Kit{}, err
	} else if quantity > left {
		return fab.Kit{}, fab.Refuse(fab.Conflict, "too_many", "count", "max", left)
	}
	for _, one := range shares {
		k.ID, k.Quantity = store.NewID[fab.KitID](tx), one.n
		if err := makeKit(tx, &from, k, one.needs, design.Given); err != nil {
			return k, err
		}
	}
	return k, tx.Note(fab.Change{Code: "kit_made", Subject: string(k.ID), Request: id, Args: fab.Args{"product": product, "quantity": quantity}})
}

// makeKit makes the products of one kit, all of the same things, or of devices as they are.
func makeKit(tx *store.Tx, from *hub, k fab.Kit, of []need, given bool) error {
	var takes []fab.Balance
	for _, n := range of {
		picks, err := from.consume(k, n)
		if err != nil {
			return err
		}
		takes = append(takes, picks...)
	}
	if given {
		var err error
		if takes, err = readyDevices(tx, k); err != nil {
			return err
		}
	}
	return assemble(tx, k, takes)
}

// assemble makes a kit of what it takes from the hub.
func assemble(tx *store.Tx, k fab.Kit, takes []fab.Balance) error {
	var lots []fab.KitLot
	var devices []fab.DeviceID
	move := fab.StockMove{Why: "kitted", Subject: string(k.ID), By: k.By}
	for _, p := range takes {
		move.Item, move.Source, move.From, move.To, move.Quantity = p.Item, p.Source, fab.TheHub, fab.OutsideUsed, p.Quantity
		if err := tx.Post(move); err != nil {
			return err
		}
		switch kind, _ := p.Item.Split(); kind {
		case "device":
			devices = append(devices, fab.DeviceID(p.Source))
		case "part":
			lots = append(lots, fab.KitLot{KitID: k.ID, LotID: fab.LotID(p.Source), Quantity: p.Quantity})
		}
	}
	if err := tx.AddKit(&k, lots); err != nil {
		return err
	}
	for _, id := range devices {
		if err := tx.GiveDevice(id, k.ID); err != nil {
			return err
		}
	}
	move.Item, move.Source, move.From, move.To, move.Quantity = fab.KitItem(k.Product), string(k.ID), fab.OutsideMade, fab.TheHub, k.Quantity
	return tx.Post(move)
}

// lineFor is the line of a request that asks for a product.
func lineFor(tx *store.Tx, r fab.Request, product string) (fab.RequestLine, error) {
	lines, err := tx.RequestLines(r.ID)
	if err != nil {
		return fab.RequestLine{}, err
	}
	i := slices.IndexFunc(lines, func(l fab.RequestLine) bool { return l.Product == product })
	if i < 0 {
		return fab.RequestLine{}, fab.Refuse(fab.Invalid, "product_unknown", "product")
	}
	return lines[i], nil
}

// wanted is how many of a line are promised and in no kit yet.
func wanted(tx *store.Tx, l fab.RequestLine) (int64, error) {
	kits, err := tx.KitsOf(l.RequestID)
	return unmet(l, kits), err
}

// unmet is what a line promises beyond the kits of its request.
func unmet(l fab.RequestLine, kits []fab.Kit) int64 {
	left := l.Promised
	for _, k := range kits {
		if k.Product == l.Product {
			left -= k.Quantity
		}
	}
	return max(0, left)
}

// consume chooses what a kit takes of one thing, and lets go of what was kept for it.
func (h *hub) consume(k fab.Kit, n need) ([]fab.Balance, error) {
	wanted := n.perUnit * k.Quantity
	picks, err := h.pick(n, wanted)
	if err != nil {
		return nil, err
	}
	have := int64(0)
	for _, p := range picks {
		have += p.Quantity
	}
	if have < wanted {
		return nil, fab.Refuse(fab.Conflict, "kit_short", "count", "item", string(n.item), "have", have, "need", wanted)
	}
	for _, p := range picks {
		if err := h.use(p); err != nil {
			return nil, err
		}
	}
	return picks, nil
}

// Pack puts the kits of a request that are in no box yet into new boxes, one for each product, each with a code: a ward
// unpacks visors and hooks apart, and a driver can bring one without the other.
func (s *Supply) Pack(ctx context.Context, id fab.RequestID) (boxes []fab.Box, err error) {
	err = s.store.Update(ctx, func(tx *store.Tx) error {
		if boxes, err = pack(tx, id); err == nil && len(boxes) == 0 {
			err = fab.Refuse(fab.Conflict, "nothing_to_pack", "request")
		}
		return err
	})
	return boxes, err
}

func pack(tx *store.Tx, id fab.RequestID) (boxes []fab.Box, err error) {
	kits, err := tx.KitsOf(id)
	if err != nil {
		return nil, err
	}
	byProduct := map[string]int{}
	for _, k := range kits {
		if k.BoxID != "" || k.Quantity == 0 {
			continue
		}
		n, ok := byProduct[k.Product]
		if !ok {
			box, err := addBox(tx, id, k.Product)
			if err != nil {
				return nil, err
			}
			n = len(boxes)
			byProduct[k.Product], boxes = n, append(boxes, box)
		}
		k.BoxID = boxes[n].ID
		if err := tx.SetKit(&k); err != nil {
			return nil, err
		}
	}
	return boxes, nil
}

func addBox(tx *store.Tx, id fab.RequestID, product string) (fab.Box, error) {
	n, err := tx.Next("box")
	if err != nil {
		return fab.Box{}, err
	}
	b := fab.Box{ID: store.NewID[fab.BoxID](tx), Code: fmt.Sprintf("B-%03d", n), RequestID: id, Status: fab.BoxPacked, CreatedAt: tx.Now()}
	if err := tx.AddBox(&b); err != nil {
		return b, err
	}
	return b, tx.Note(fab.Change{Code: "box_packed", Subject: string(b.ID), Request: id, Args: fab.Args{"box": b.Code, "product": product}})
}
