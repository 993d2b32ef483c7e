package production

import (
	"errors"
	"flag"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// books plays a lab in any order and keeps its own count of what was made.
type books struct {
	*lab
	rt       *rapid.T
	printers []fab.Worker
	running  []fab.Attempt // printing or silent
	ended    []fab.Attempt // to be counted
	lots     []fab.LotID
	made     int64 // counted good at unloading
}

// Ensure, for any order of printing, failing, falling silent, counting, counting twice, settling, recalling, cancelling,
// changing the number and opening batches for a place or to stock: no piece is lost and none is counted twice, every open
// batch has what it lacks on jobs, no done batch lacks anything, and the books pass the audit.
func TestNoPieceIsLostNorCountedTwice(t *testing.T) {
	checks := flag.Lookup("rapid.checks")
	before := checks.Value.String()
	require.NoError(t, checks.Value.Set("12"))
	defer func() { require.NoError(t, checks.Value.Set(before)) }()
	rapid.Check(t, func(rt *rapid.T) {
		l := open(t)
		b := &books{lab: l, rt: rt, printers: []fab.Worker{l.printer("tortue", "ender-3", 1_000_000), l.printer("orange", "ender-3", 1_000_000)}}
		l.request("visor", 6)
		l.ready()
		steps := []func(){b.print, b.print, b.print, b.fail, b.silence, b.count, b.count, b.count, b.settle, b.settle, b.recall, b.cancel, b.change, b.ask, b.stock}
		for range rapid.IntRange(5, 30).Draw(rt, "steps") {
			steps[rapid.IntRange(0, len(steps)-1).Draw(rt, "step")]()
			l.keep()
		}
		l.keep()
		b.check()
	})
}

func one[T any](b *books, label string, list []T) (T, bool) {
	var none T
	if len(list) == 0 {
		return none, false
	}
	return list[rapid.IntRange(0, len(list)-1).Draw(b.rt, label)], true
}

// fine allows for what a person would be refused.
func (b *books) fine(err error) {
	b.t.Helper()
	if _, refused := fab.RefusalsOf(err); err != nil && !refused {
		require.NoError(b.t, err)
	}
}

func (b *books) print() {
	w, _ := one(b, "printer", b.printers)
	if b.worker(w.ID).AttemptID != "" || b.jobs()[fab.JobWaiting] == 0 {
		return
	}
	w = b.worker(w.ID)
	if len(b.batches(fab.BatchOpen)) == 0 {
		return
	}
	b.running = append(b.running, b.lease(w))
}

func (b *books) end(kind fab.ReportKind) {
	a, ok := one(b, "attempt", b.running)
	if !ok {
		return
	}
	b.report(a, kind, 100)
	b.report(a, kind, 100)
	if kind == fab.ReportFinished {
		b.ended = append(b.ended, a)
	}
}

func (b *books) fail() { b.end(fab.ReportFailed) }

func (b *books) silence() {
	if a, ok := one(b, "attempt", b.running); ok {
		b.view(func(tx *store.Tx) (err error) { a, err = tx.Attempt(a.ID); return err })
		if a.Status == fab.AttemptPrinting {
			b.lose(a)
		}
	}
}

func (b *books) count() {
	b.end(fab.ReportFinished)
	a, ok := one(b, "plate", b.ended)
	if !ok {
		return
	}
	good := int64(rapid.IntRange(0, int(a.Copies)).Draw(b.rt, "good"))
	for range 2 {
		lot, err := b.p.Unload(b.t.Context(), Unloading{Attempt: a.ID, Good: good, Bad: a.Copies - good})
		b.fine(err)
		known := false
		for _, id := range b.lots {
			known = known || id == lot.ID
		}
		if err == nil && !known {
			b.lots = append(b.lots, lot.ID)
			b.made += lot.Declared
		}
	}
}

func (b *books) settle() {
	id, ok := one(b, "lot", b.lots)
	if !ok {
		return
	}
	lot := b.lot(id)
	good := int64(rapid.IntRange(0, int(lot.Declared)).Draw(b.rt, "good"))
	b.fine(b.p.Settle(b.t.Context(), Inspection{Lot: id, Good: good, Bad: lot.Declared - good, Reason: "broken"}))
}

func (b *books) recall() {
	if rapid.IntRange(0, 3).Draw(b.rt, "rare") > 0 {
		return
	}
	w, _ := one(b, "printer", b.printers)
	_, err := b.p.Recall(b.t.Context(), "worker", string(w.ID), "brittle", "")
	b.fine(err)
}

func (b *books) cancel() {
	if batch, ok := one(b, "batch", b.batches()); ok {
		b.fine(b.p.Cancel(b.t.Context(), batch.ID))
	}
}

func (b *books) change() {
	if batch, ok := one(b, "batch", b.batches()); ok {
		n := int64(rapid.IntRange(1, 9).Draw(b.rt, "quantity"))
		b.fine(b.p.Change(b.t.Context(), batch.ID, BatchChange{Quantity: n, DueAt: batch.DueAt}))
	}
}

func (b *books) ask() { b.request("visor", int64(rapid.IntRange(1, 6).Draw(b.rt, "asked"))) }

func (b *books) stock() {
	_, err := b.p.OpenBatch(b.t.Context(), b.order(int64(rapid.IntRange(1, 6).Draw(b.rt, "stock"))))
	b.fine(err)
}

func (b *books) check() {
	b.sound()
	b.view(func(tx *store.Tx) error {
		held, err := tx.Holding(fab.PartItem("visor-band"))
		inside := int64(0)
		for _, at := range held {
			inside += at.Quantity
		}
		lots, failed := tx.Lots()
		declared, counted, standing, lost := int64(0), int64(0), int64(0), int64(0)
		for _, lot := range lots {
			declared += lot.Declared
			good := lot.Declared
			if !lot.SettledAt.IsZero() {
				good, lost = lot.Good, lost+lot.Declared-lot.Good
			}
			counted += good
			if lot.Status != fab.LotBlocked {
				standing += good
			}
		}
		require.Equal(b.t, b.made, declared, "each count once")
		require.Equal(b.t, counted, inside)
		require.Equal(b.t, b.made-lost, inside)
		return errors.Join(err, failed, b.checkBatches(tx, standing))
	})
}

// checkBatches holds what the batches have against what the lots are worth.
func (b *books) checkBatches(tx *store.Tx, standing int64) error {
	batches, err := tx.Batches()
	if err != nil {
		return err
	}
	total := int64(0)
	for _, batch := range batches {
		d, err := tx.Design(batch.DesignID)
		if err != nil {
			return err
		}
		counts, err := tx.PartCounts(batch, d.BOM)
		if err != nil {
			return err
		}
		c := counts[0]
		total += c.Good
		switch batch.Status {
		case fab.BatchOpen:
			require.GreaterOrEqual(b.t, c.Good+c.Open+c.Away, c.Needed)
		case fab.BatchDone:
			require.GreaterOrEqual(b.t, c.Good, c.Needed)
		}
		gives, err := tx.GivesTo(batch.ID)
		if err != nil {
			return err
		}
		for _, g := range gives {
			lot, err := tx.Lot(g.LotID)
			if err != nil {
				return err
			}
			from, err := tx.Batch(g.From)
			if err != nil {
				return err
			}
			if from.RequestID == "" && lot.Status != fab.LotBlocked {
				total -= g.Quantity // made to stock, and counted there as made
			}
		}
	}
	require.Equal(b.t, standing, total)
	return nil
}
