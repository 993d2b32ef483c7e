package production

import (
	"context"
	"slices"
	"strings"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// SetWorks says which of the works of its design people do for a batch; the others are done at the hub while kits are made.
// Jobs of a work that nobody has begun go with it; what is in somebody's hands goes on and counts.
func (p *Production) SetWorks(ctx context.Context, id fab.BatchID, works []string) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		b, err := tx.Batch(id)
		if err != nil {
			return err
		}
		design, err := tx.Design(b.DesignID)
		if err != nil {
			return err
		}
		supplied, err := tx.Supplied()
		if err != nil {
			return err
		}
		chosen, err := checkWorks(b, design.BOM.Without(supplied[b.ID]), works)
		if err != nil || slices.Equal(chosen, b.Works) {
			return err
		}
		b.Works = chosen
		if err := tx.SetBatch(&b); err != nil {
			return err
		}
		if err := dropWorks(tx, b); err != nil {
			return err
		}
		return note(tx, b, "batch_works", "works", len(chosen))
	})
}

// checkWorks gives the chosen works in the order of the design. What holds a material that the place adds is none.
func checkWorks(b fab.Batch, bom fab.BOM, works []string) (chosen []string, err error) {
	switch {
	case b.Status != fab.BatchOpen && b.Status != fab.BatchPaused:
		return nil, fab.Refuse(fab.Conflict, "batch_over", "")
	case b.TrialID != "" && len(works) > 0:
		return nil, fab.Refuse(fab.Conflict, "works_trial", "works")
	}
	for _, code := range works {
		if _, ok := bom.Work(code); !ok {
			return nil, fab.Refuse(fab.Invalid, "work_unknown", "works", "work", code)
		}
	}
	for _, w := range bom.Works {
		if slices.Contains(works, w.Code) {
			chosen = append(chosen, w.Code)
		}
	}
	return chosen, nil
}

func dropWorks(tx *store.Tx, b fab.Batch) error {
	design, err := tx.Design(b.DesignID)
	if err != nil {
		return err
	}
	jobs, err := tx.JobsOf(b.ID)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		if _, work := design.BOM.Work(j.Part); !work || j.Status != fab.JobWaiting || slices.Contains(b.Works, j.Part) {
			continue
		}
		if err := dropJob(tx, j); err != nil {
			return err
		}
	}
	return nil
}

// HandOut notes that the parts and the material for a work were given to who accepted it: they are at the maker's from now
// on. It refuses, naming what is short, and then gives nothing. Said twice, it has one effect.
func (p *Production) HandOut(ctx context.Context, id fab.AttemptID, by fab.AccountID) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		a, err := tx.Attempt(id)
		if err != nil {
			return err
		}
		work, bom, err := workOf(tx, a)
		if err != nil {
			return err
		}
		given, err := tx.Handouts(id)
		if err != nil || len(given) > 0 {
			return err
		}
		if len(work.Of) == 0 || a.Status != fab.AttemptLeased || a.StartedAt.IsZero() {
			return fab.Refuse(fab.Conflict, "handout_over", "")
		}
		return handOut(tx, a, work, bom, by)
	})
}

// workOf is what an attempt makes; without Of when it is no work.
func workOf(tx *store.Tx, a fab.Attempt) (work fab.Part, bom fab.BOM, err error) {
	b, err := tx.Batch(a.BatchID)
	if err != nil {
		return work, bom, err
	}
	d, err := tx.Design(b.DesignID)
	work, _ = d.BOM.Work(a.Part)
	return work, d.BOM, err
}

func handOut(tx *store.Tx, a fab.Attempt, work fab.Part, bom fab.BOM, by fab.AccountID) error {
	w, err := tx.Worker(a.WorkerID)
	if err != nil {
		return err
	}
	maker, err := tx.Maker(w.MakerID)
	if err != nil {
		return err
	}
	goods, err := readGoods(tx)
	if err != nil {
		return err
	}
	takes, short, err := goods.take(tx, a.Copies, bom.Recipes(work.Of, work.Code))
	if err != nil {
		return err
	}
	if short.Code != "" {
		return &fab.Error{Class: fab.Conflict, Code: short.Code, Args: short.Args}
	}
	for _, at := range takes {
		h := fab.Handout{AttemptID: a.ID, Item: at.Item, Source: at.Source, Quantity: at.Quantity, At: tx.Now()}
		if err := tx.AddHandout(&h); err != nil {
			return err
		}
		move := fab.StockMove{Item: at.Item, Source: at.Source, From: fab.TheHub, To: maker.LocationID, Quantity: at.Quantity, Why: fab.MoveHandedOut, Subject: string(a.ID), By: by}
		if err := postUnlessHere(tx, move); err != nil {
			return err
		}
	}
	return tx.NoteAttempt("work_handed_out", a, w)
}

// postUnlessHere leaves the goods of who works at the hub where they are.
func postUnlessHere(tx *store.Tx, m fab.StockMove) error {
	if m.Quantity == 0 || m.From == m.To {
		return nil
	}
	return tx.Post(m)
}

// useUp takes what so many pieces of a work are made of out of what its maker was given. Who counts before anybody noted the
// handout got the goods all the same.
func useUp(tx *store.Tx, a fab.Attempt, maker fab.Maker, made int64) error {
	work, bom, err := workOf(tx, a)
	if err != nil || len(work.Of) == 0 {
		return err
	}
	given, err := tx.Handouts(a.ID)
	if err == nil && len(given) == 0 {
		if err = handOut(tx, a, work, bom, ""); err == nil {
			given, err = tx.Handouts(a.ID)
		}
	}
	if err != nil {
		return err
	}
	have := map[fab.Item]int64{}
	for _, h := range given {
		have[h.Item] += h.Left()
	}
	list, left := fab.Split(made, bom.Recipes(work.Of, work.Code), have)
	if left > 0 {
		return fab.Refuse(fab.Conflict, "handout_short", "good", "max", made-left)
	}
	for _, one := range list {
		for _, i := range one.Of {
			if err := use(tx, a, maker, given, i.Item, one.N*i.Per); err != nil {
				return err
			}
		}
	}
	return nil
}

func use(tx *store.Tx, a fab.Attempt, maker fab.Maker, given []fab.Handout, item fab.Item, n int64) error {
	for i := range given {
		h := &given[i]
		take := min(n, h.Left())
		if h.Item != item || take <= 0 {
			continue
		}
		n -= take
		h.Used += take
		if err := tx.SetHandout(h); err != nil {
			return err
		}
		move := fab.StockMove{Item: item, Source: h.Source, From: maker.LocationID, To: fab.OutsideUsed, Quantity: take, Why: fab.MoveAssembled, Subject: string(a.ID)}
		if err := tx.Post(move); err != nil {
			return err
		}
	}
	return nil
}

// Returned is what came back of one item of a work, as it was counted at the hub.
type Returned struct {
	Item     fab.Item
	Quantity int64
}

// TakeBack notes what came back to the hub of the parts and the material of a work that is over. What did not come is written
// off; so items that are left out are. Said twice, it is refused: nothing is out any more.
func (p *Production) TakeBack(ctx context.Context, id fab.AttemptID, came []Returned, by fab.AccountID) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		a, err := tx.Attempt(id)
		if err != nil {
			return err
		}
		w, err := tx.Worker(a.WorkerID)
		if err != nil {
			return err
		}
		maker, err := tx.Maker(w.MakerID)
		if err != nil {
			return err
		}
		given, err := tx.Handouts(id)
		if err != nil {
			return err
		}
		if err := checkTakeBack(a, given, came); err != nil {
			return err
		}
		for i := range given {
			if err := bringIn(tx, &given[i], maker.LocationID, came, by); err != nil {
				return err
			}
		}
		return tx.NoteAttempt("work_rest_counted", a, w)
	})
}

func checkTakeBack(a fab.Attempt, given []fab.Handout, came []Returned) error {
	out := map[fab.Item]int64{}
	all := int64(0)
	for _, h := range given {
		out[h.Item] += h.Left()
		all += h.Left()
	}
	if a.Status == fab.AttemptLeased || all == 0 {
		return fab.Refuse(fab.Conflict, "take_back_over", "")
	}
	var errs fab.Errors
	for _, c := range came {
		if c.Quantity < 0 || c.Quantity > out[c.Item] {
			errs = append(errs, fab.Refuse(fab.Invalid, "take_back_count", "back-"+strings.ReplaceAll(string(c.Item), ":", "-"), "max", out[c.Item]))
		}
	}
	return errs.Or()
}

func bringIn(tx *store.Tx, h *fab.Handout, from fab.LocationID, came []Returned, by fab.AccountID) error {
	left := h.Left()
	if left == 0 {
		return nil
	}
	back := int64(0)
	for i := range came {
		if came[i].Item == h.Item {
			back = min(left, came[i].Quantity)
			came[i].Quantity -= back
			break
		}
	}
	move := fab.StockMove{Item: h.Item, Source: h.Source, From: from, To: fab.TheHub, Quantity: back, Why: fab.MoveTakenBack, Subject: string(h.AttemptID), By: by}
	if err := postUnlessHere(tx, move); err != nil {
		return err
	}
	move.To, move.Quantity, move.Why = fab.OutsideMissing, left-back, fab.MoveNotBack
	if err := postUnlessHere(tx, move); err != nil {
		return err
	}
	h.Back += left
	return tx.SetHandout(h)
}
