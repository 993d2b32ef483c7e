package production

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/partner"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// relayed is a lab that gives parts of its batches to others, in any order.
type relayed struct {
	*books
	partner *partner.Partner
	tokens  []string
	relays  []fab.RelayID
	keys    int
}

// Ensure, for any order of offering, accepting, sending once and twice, giving up, taking back, counting short, printing
// here, changing the number and cancelling: no piece is lost and none is counted twice, what a partner owes is given to
// nobody here and planned by nobody here, what it no longer owes is, and the books pass the audit.
func TestWhatPartnersMakeIsCountedOnce(t *testing.T) {
	checks := flag.Lookup("rapid.checks")
	before := checks.Value.String()
	require.NoError(t, checks.Value.Set("12"))
	defer func() { require.NoError(t, checks.Value.Set(before)) }()
	rapid.Check(t, func(rt *rapid.T) {
		l := open(t)
		b := &relayed{partner: partner.New(partner.Config{Store: l.store}),
			books: &books{lab: l, rt: rt, printers: []fab.Worker{l.printer("tortue", "ender-3", 1_000_000), l.printer("orange", "ender-3", 1_000_000)}}}
		l.request("visor", 9)
		l.ready()
		steps := []func(){b.offer, b.offer, b.accept, b.accept, b.send, b.send, b.send, b.giveUp, b.takeBack, b.settle, b.settle, b.print, b.print, b.count, b.cancel, b.change, b.ask, b.stock}
		for range rapid.IntRange(5, 40).Draw(rt, "steps") {
			steps[rapid.IntRange(0, len(steps)-1).Draw(rt, "step")]()
			l.keep()
			b.held()
		}
		b.check()
	})
}

func (b *relayed) offer() {
	batch, ok := one(b.books, "batch", b.batches(fab.BatchOpen))
	if !ok {
		return
	}
	var id fab.RelayID
	b.update(func(tx *store.Tx) error { id = store.NewID[fab.RelayID](tx); return nil })
	r, token, err := b.partner.Offer(b.t.Context(), partner.NewRelay{ID: id, Batch: batch.ID, Partner: []string{"Nord", "Sud"}[rapid.IntRange(0, 1).Draw(b.rt, "partner")],
		Quantity: int64(rapid.IntRange(1, 6).Draw(b.rt, "offered")), Parts: []string{"visor-band"}, Due: time.Now().AddDate(0, 0, 7)})
	b.fine(err)
	if err == nil {
		b.tokens, b.relays = append(b.tokens, token), append(b.relays, r.ID)
	}
}

func (b *relayed) accept() {
	if token, ok := one(b.books, "relay", b.tokens); ok {
		n := int64(rapid.IntRange(1, 6).Draw(b.rt, "accepted"))
		for range 2 {
			b.fine(b.partner.Accept(b.t.Context(), token, n, "03 00 00 00 00"))
		}
	}
}

func (b *relayed) send() {
	token, ok := one(b.books, "relay", b.tokens)
	if !ok {
		return
	}
	b.keys++
	s := partner.Sending{Key: fmt.Sprint(b.keys), Part: "visor-band", Good: int64(rapid.IntRange(1, 4).Draw(b.rt, "sent"))}
	for range 2 {
		sent, err := b.partner.Send(b.t.Context(), token, s)
		b.fine(err)
		if err == nil && (len(b.lots) == 0 || b.lots[len(b.lots)-1] != sent.ID) {
			b.lots = append(b.lots, sent.ID)
			b.made += sent.Declared
		}
	}
}

func (b *relayed) giveUp() {
	if token, ok := one(b.books, "relay", b.tokens); ok {
		b.fine(b.partner.GiveUp(b.t.Context(), token, "la machine est en panne"))
	}
}

func (b *relayed) takeBack() {
	if id, ok := one(b.books, "relay", b.relays); ok {
		b.fine(b.partner.TakeBack(b.t.Context(), id))
	}
}

// held holds what waits for partners against what they owe, and what is planned here against the rest.
func (b *relayed) held() {
	b.view(func(tx *store.Tx) error {
		batches, err := tx.Batches()
		require.NoError(b.t, err)
		for _, batch := range batches {
			d, err := tx.Design(batch.DesignID)
			require.NoError(b.t, err)
			counts, err := tx.PartCounts(batch, d.BOM)
			require.NoError(b.t, err)
			jobs, err := tx.JobsOf(batch.ID)
			require.NoError(b.t, err)
			know, err := readKnown(tx)
			require.NoError(b.t, err)
			c, waits := counts[0], int64(0)
			for _, j := range jobs {
				switch {
				case j.Status != fab.JobWaiting:
				case j.RelayID != "":
					waits += j.Copies
					require.Equal(b.t, fab.WaitWithPartner, j.Wait.Code)
				case batch.Status == fab.BatchOpen:
					require.Less(b.t, c.Open-j.Copies, know.wanted(batch.Product, d.BOM.Parts[0], c), "nothing waits here that a partner makes")
				}
			}
			require.Equal(b.t, c.Away, waits)
		}
		return nil
	})
}

// An offer holds nothing back. What is accepted is nobody's work here until the partner sends it or gives it up, a bag that
// holds less than its label is made here, and what comes late goes to stock.
func TestWhatAPartnerMakesWaits(t *testing.T) {
	onBoth(t, func(l *lab) {
		p := partner.New(partner.Config{Store: l.store})
		l.printer("tortue", "ender-3", 1_000_000)
		l.request("visor", 10)
		l.ready()
		b := l.batches()[0]
		offer := partner.NewRelay{ID: "01900000-0000-7000-8000-000000000001", Batch: b.ID, Partner: "Nord", Quantity: 11, Parts: []string{"visor-band"}, Due: time.Now().AddDate(0, 0, 7)}
		_, _, err := p.Offer(t.Context(), offer)
		refused(t, err, fab.Conflict, "relay_too_many")
		offer.Quantity = 7
		r, token, err := p.Offer(t.Context(), offer)
		require.NoError(t, err)
		_, second, err := p.Offer(t.Context(), offer)
		require.NoError(t, err)
		require.Empty(t, second, "a form sent twice offers once")
		l.keep()
		require.Equal(t, map[string]int64{"good": 0, "here": 12, "away": 0}, l.shares(b.ID), "in whole plates, and one over")

		_, err = p.Send(t.Context(), token, partner.Sending{Key: "1", Part: "visor-band", Good: 3})
		refused(t, err, fab.Conflict, "relay_not_accepted")
		refused(t, p.Accept(t.Context(), token, 8, "06"), fab.Conflict, "relay_too_many")
		refused(t, p.Accept(t.Context(), token, 5, " "), fab.Invalid, "relay_contact")
		require.NoError(t, p.Accept(t.Context(), token, 5, "06"))
		l.keep()
		require.Equal(t, int64(5), l.shares(b.ID)["away"])
		require.Less(t, l.shares(b.ID)["here"], int64(10))
		refused(t, p.Decline(t.Context(), token, ""), fab.Conflict, "relay_answered")

		sent, err := p.Send(t.Context(), token, partner.Sending{Key: "1", Part: "visor-band", Good: 3, Code: "N-7", Material: "PETG, bobine 12"})
		require.NoError(t, err)
		require.Equal(t, fab.LotMade, sent.Status)
		require.Equal(t, "N-7", sent.Theirs.Code)
		l.keep()
		require.Equal(t, int64(3), l.shares(b.ID)["good"])
		require.Equal(t, int64(2), l.shares(b.ID)["away"])
		require.NoError(t, l.p.Settle(t.Context(), Inspection{Lot: sent.ID, Good: 2, Reason: "miscounted"}))
		l.keep()
		require.Equal(t, int64(2), l.shares(b.ID)["good"])
		require.Equal(t, int64(2), l.shares(b.ID)["away"], "what was short is made here")
		require.GreaterOrEqual(t, l.shares(b.ID)["here"], int64(6))

		require.NoError(t, p.GiveUp(t.Context(), token, "panne"))
		l.keep()
		require.Equal(t, int64(0), l.shares(b.ID)["away"])
		require.GreaterOrEqual(t, l.shares(b.ID)["here"], int64(8))
		_, err = p.Send(t.Context(), token, partner.Sending{Key: "2", Part: "visor-band", Good: 2})
		require.NoError(t, err, "late results count")
		require.Equal(t, int64(4), l.shares(b.ID)["good"])
		v, err := p.Show(t.Context(), r.ID)
		require.NoError(t, err)
		require.Equal(t, fab.RelayReturned, v.Relay.Status)
		require.Len(t, v.Lots, 2)
		l.sound()
	})
}

// A partner's work ends with its batch, and what it sends nevertheless is stock for the next one.
func TestLateBagsOfAPartnerAreStock(t *testing.T) {
	l := open(t)
	p := partner.New(partner.Config{Store: l.store})
	l.printer("tortue", "ender-3", 1_000_000)
	l.request("visor", 4)
	l.ready()
	b := l.batches()[0]
	r, token, err := p.Offer(t.Context(), partner.NewRelay{ID: "01900000-0000-7000-8000-000000000002", Batch: b.ID, Partner: "Nord", Quantity: 4, Parts: []string{"visor-band"}, Due: time.Now()})
	require.NoError(t, err)
	require.NoError(t, p.Accept(t.Context(), token, 4, "06"))
	require.NoError(t, l.p.Cancel(t.Context(), b.ID))
	l.keep()
	v, err := p.Show(t.Context(), r.ID)
	require.NoError(t, err)
	require.Equal(t, fab.RelayTaken, v.Relay.Status)
	sent, err := p.Send(t.Context(), token, partner.Sending{Key: "1", Part: "visor-band", Good: 4})
	require.NoError(t, err)
	require.NoError(t, l.p.Settle(t.Context(), Inspection{Lot: sent.ID, Good: 4, Reason: "ok"}))
	next := l.request("visor", 3)
	l.keep()
	l.view(func(tx *store.Tx) error {
		batches, err := tx.BatchesOf(next.ID)
		require.Equal(t, fab.BatchDone, batches[0].Status, "from stock, nothing is printed")
		return err
	})
	l.sound()
	require.NoError(t, p.Revoke(t.Context(), r.ID))
	_, err = p.Follow(t.Context(), token)
	refused(t, err, fab.NotFound, "not_found")
}

// shares are the pieces of a batch that are good, on jobs here, and with partners.
func (l *lab) shares(id fab.BatchID) map[string]int64 {
	l.t.Helper()
	n := map[string]int64{}
	l.view(func(tx *store.Tx) error {
		tally, err := tx.Tally([]fab.BatchID{id})
		for _, c := range tally[id] {
			n["good"], n["here"], n["away"] = c.Good, c.Open, c.Away
		}
		return err
	})
	for _, name := range []string{"good", "here", "away"} {
		n[name] += 0
	}
	return n
}
