package report_test

import (
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/delivery"
	"github.com/mailleur/mailleur/coordinator/internal/identity"
	"github.com/mailleur/mailleur/coordinator/internal/intake"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/coordinator/internal/report"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/store/storetest"
	"github.com/mailleur/mailleur/coordinator/internal/supply"
)

// play is a lab in which anything may be done in any order, with its own count of what was done.
type play struct {
	*lab
	rt       *rapid.T
	hands    fab.Worker
	batch    fab.BatchID
	plate    fab.PlateID
	requests []fab.RequestID
	lots     []fab.LotID
	spools   []fab.SpoolID
	waiting  []printed // from spools that had nothing
	runs     []string  // tokens
	n        int

	made, over, scrapped, missing, spoilt   int64 // pieces; spoilt in products
	received, printed, waste, lost, weighed int64 // milligrams of filament
	unnamed                                 int64 // parcels that nobody knows
}

// Ensure, for any order of gifts, of goods that nobody knows, prints to their end or not, counts, kits, boxes, runs, moves, scrapping, counts of places, weighings,
// reservations and undoing, on a real database: balances are the sums of the moves, nothing is below zero, pieces made are in stock,
// delivered, scrapped or missed, filament received is in stock, used, wasted or missed, and the audit finds nothing.
func TestTheBooksHoldWhateverHappens(t *testing.T) {
	checks := flag.Lookup("rapid.checks")
	before := checks.Value.String()
	require.NoError(t, checks.Value.Set("15"))
	defer func() { require.NoError(t, checks.Value.Set(before)) }()
	rapid.Check(t, func(rt *rapid.T) {
		p := newPlay(t, rt)
		steps := []func(){p.gift, p.unknown, p.print, p.print, p.abort, p.settle, p.settle, p.ask, p.kit, p.kit, p.kit, p.pack, p.pack, p.drive, p.drive, p.arrive, p.arrive, p.unpack, p.split, p.back, p.move, p.scrap, p.take, p.weigh, p.keep, p.release, p.undo}
		for _, begin := range []func(){p.gift, p.gift, p.ask, p.ask, p.print, p.print, p.print, p.settle, p.settle} {
			begin()
		}
		for range rapid.IntRange(20, 90).Draw(rt, "steps") {
			steps[rapid.IntRange(0, len(steps)-1).Draw(rt, "step")]()
		}
		p.check()
	})
}

func newPlay(t *testing.T, rt *rapid.T) *play {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	s, err := store.Open(t.Context(), storetest.SQLite(t), log)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	l := &lab{t: t, store: s, identity: identity.New(s, log), intake: intake.New(s), supply: supply.New(s), delivery: delivery.New(s, time.UTC), report: report.New(s),
		production: production.New(production.Config{Store: s, Slicer: paperSlicer{t.TempDir()}, Checker: paperSlicer{}, Log: log})}
	l.adopt()
	p := &play{lab: l, rt: rt}
	maker, err := l.identity.AddMaker(t.Context(), identity.NewMaker{Name: "Atelier", Town: "Rue", Steps: []string{"sew"}})
	require.NoError(t, err)
	require.NoError(t, s.Update(t.Context(), func(tx *store.Tx) error {
		hands, err := tx.WorkersOf(maker.ID)
		require.NoError(t, err)
		p.hands = hands[0]
		d, err := tx.CurrentDesign("visor")
		b := fab.Batch{ID: store.NewID[fab.BatchID](tx), DesignID: d.ID, Product: "visor", Quantity: 1000, DueAt: tx.Now(), Status: fab.BatchOpen, CreatedAt: tx.Now()}
		plate := fab.Plate{ID: store.NewID[fab.PlateID](tx), DesignID: d.ID, Part: "visor-band", Copies: 4, Filament: "petg", Status: fab.PlateReady, FilamentMG: 5000, Lines: 10, CreatedAt: tx.Now()}
		p.batch, p.plate = b.ID, plate.ID
		return errors.Join(err, tx.AddBatch(&b), tx.AddPlate(&plate))
	}))
	return p
}

func (p *play) number(label string, from, to int) int64 {
	return int64(rapid.IntRange(from, to).Draw(p.rt, label))
}

func oneOf[T any](p *play, label string, list []T) (one T, ok bool) {
	if len(list) == 0 {
		return one, false
	}
	return list[rapid.IntRange(0, len(list)-1).Draw(p.rt, label)], true
}

// fine reports whether something was done; what a person would be refused is fine too.
func (p *play) fine(err error) bool {
	p.t.Helper()
	if _, refused := fab.RefusalsOf(err); err != nil && !refused {
		require.NoError(p.t, err)
	}
	return err == nil
}

func (p *play) update(fn func(tx *store.Tx) error) {
	p.t.Helper()
	require.NoError(p.t, p.store.Update(p.t.Context(), fn))
}

func (p *play) key() string { p.n++; return fmt.Sprint("form-", p.n) }

// somewhere is a balance inside the lab.
func (p *play) somewhere(kinds ...string) (at fab.Balance, ok bool) {
	var all []fab.Balance
	p.update(func(tx *store.Tx) error {
		inside, err := tx.Balances("")
		for _, b := range inside {
			kind, _ := b.Item.Split()
			for _, k := range kinds {
				if k == kind {
					all = append(all, b)
				}
			}
		}
		return err
	})
	return oneOf(p, "balance", all)
}

func (p *play) gift() {
	ctx, material, count := p.t.Context(), "film-a4", p.number("sheets", 1, 30)
	if rapid.Bool().Draw(p.rt, "filament") == (p.n%2 == 0) {
		material, count = "petg", p.number("grams", 1, 2500)
	}
	made, err := p.supply.Pledge(ctx, supply.Pledge{Material: material, Count: fmt.Sprint(count), Donor: "Papeterie", Town: "Rue", Phone: "03 00 00 00 00", SubmitKey: p.key()})
	require.NoError(p.t, err)
	if part := count / 2; part > 0 {
		require.NoError(p.t, p.supply.Receive(ctx, supply.Parcel{Donation: made.Donation.ID, Count: fmt.Sprint(part)}))
		p.fine(p.supply.Receive(ctx, supply.Parcel{Donation: made.Donation.ID, Count: fmt.Sprint(part), Seen: "0"}))
	}
	require.NoError(p.t, p.supply.Receive(ctx, supply.Parcel{Donation: made.Donation.ID, Count: fmt.Sprint(count - count/2)}))
	p.fine(p.supply.Receive(ctx, supply.Parcel{Donation: made.Donation.ID, Count: fmt.Sprint(count)}))
	if material == "petg" {
		p.filament(count)
	}
}

// filament notes that so many grams came, on spools.
func (p *play) filament(grams int64) {
	p.received += grams * 1000
	p.update(func(tx *store.Tx) error {
		spools, err := tx.Spools()
		p.spools = nil
		for _, s := range spools {
			p.spools = append(p.spools, s.ID)
		}
		return err
	})
}

// unknown takes in what nobody knows: it stays as it is, turns out to be filament, is thrown away or given back.
func (p *play) unknown() {
	ctx, n := p.t.Context(), p.number("parcels", 1, 9)
	lot, err := p.supply.Block(ctx, supply.Unlabelled{Words: "reels", Count: fmt.Sprint(n), SubmitKey: p.key()})
	require.NoError(p.t, err)
	switch p.number("what it is", 0, 3) {
	case 0:
		p.unnamed += n
	case 1:
		grams := p.number("grams", 1, 2500)
		require.NoError(p.t, p.supply.Identify(ctx, supply.Identity{Lot: lot.ID, Material: "petg", Count: fmt.Sprint(grams), Note: "tried"}))
		p.filament(grams)
	case 2:
		require.NoError(p.t, p.supply.LetGo(ctx, lot.ID, fab.BlockedScrapped, "old", ""))
	default:
		require.NoError(p.t, p.supply.LetGo(ctx, lot.ID, fab.BlockedReturned, "theirs", ""))
	}
}

// print ends an attempt and takes its filament, and somebody counts the pieces.
func (p *play) print() {
	spool, _ := oneOf(p, "spool", p.spools)
	var a fab.Attempt
	p.update(func(tx *store.Tx) error {
		j := fab.Job{ID: store.NewID[fab.JobID](tx), BatchID: p.batch, Part: "visor-band", How: fab.ByPrint, Copies: 4, Status: fab.JobLeased, CreatedAt: tx.Now()}
		a = fab.Attempt{ID: store.NewID[fab.AttemptID](tx), JobID: j.ID, BatchID: p.batch, WorkerID: p.hands.ID, PlateID: p.plate, SpoolID: spool, Part: j.Part, Copies: 4, Status: fab.AttemptToCount,
			LeaseUntil: tx.Now(), StartedAt: tx.Now(), EndedAt: tx.Now(), CreatedAt: tx.Now()}
		j.AttemptID = a.ID
		return errors.Join(tx.AddJobs([]fab.Job{j}), tx.AddAttempt(&a))
	})
	p.uses(spool, 5000)
	good := p.number("good", 0, 4)
	for range 2 {
		lot, err := p.production.Unload(p.t.Context(), production.Unloading{Attempt: a.ID, Good: good, Bad: 4 - good})
		require.NoError(p.t, err)
		if len(p.lots) == 0 || p.lots[len(p.lots)-1] != lot.ID {
			p.lots = append(p.lots, lot.ID)
			p.made += good
		}
	}
}

// abort ends a print somewhere between its first line and its last: what went through the nozzle is gone, purged or printed.
func (p *play) abort() {
	spool, _ := oneOf(p, "spool", p.spools)
	lines := p.number("lines", 0, 12) // of the ten on the plate: an agent may tell of some twice
	how := rapid.SampledFrom([]fab.AttemptStatus{fab.AttemptFailed, fab.AttemptStopped}).Draw(p.rt, "how")
	p.update(func(tx *store.Tx) error {
		j := fab.Job{ID: store.NewID[fab.JobID](tx), BatchID: p.batch, Part: "visor-band", How: fab.ByPrint, Copies: 4, Status: fab.JobWaiting, CreatedAt: tx.Now()}
		return errors.Join(tx.AddJobs([]fab.Job{j}), tx.AddAttempt(&fab.Attempt{ID: store.NewID[fab.AttemptID](tx), JobID: j.ID, BatchID: p.batch, WorkerID: p.hands.ID, PlateID: p.plate,
			SpoolID: spool, Part: j.Part, Copies: 4, Lines: lines, Status: how, LeaseUntil: tx.Now(), StartedAt: tx.Now(), EndedAt: tx.Now(), CreatedAt: tx.Now()}))
	})
	p.uses(spool, 500*min(lines, 10))
}

// printed is what a print took of a spool, in milligrams.
type printed struct {
	spool fab.SpoolID
	mg    int64
}

// uses lets the books take what prints took, twice, and counts it once: no more than lies at one place of the spool. What an
// empty spool could not give is taken when something is found on it, unless it was weighed since.
func (p *play) uses(spool fab.SpoolID, mg int64) {
	p.t.Helper()
	if spool != "" && mg > 0 {
		p.waiting = append(p.waiting, printed{spool, mg})
	}
	p.update(func(tx *store.Tx) error {
		left := map[fab.SpoolID][]int64{}
		var still []printed
		for _, w := range p.waiting {
			if _, read := left[w.spool]; !read {
				at, err := tx.HoldingSource(fab.MaterialItem("petg"), string(w.spool))
				require.NoError(p.t, err)
				left[w.spool] = []int64{}
				for _, b := range at {
					left[w.spool] = append(left[w.spool], b.Quantity)
				}
			}
			places := left[w.spool]
			if len(places) == 0 {
				still = append(still, w)
				continue
			}
			took := min(w.mg, places[0])
			p.printed += took
			if places[0] -= took; places[0] == 0 {
				left[w.spool] = places[1:]
			}
		}
		p.waiting = still
		return nil
	})
	for range 2 {
		require.NoError(p.t, p.production.UseFilament(p.t.Context()))
	}
}

func (p *play) settle() {
	id, ok := oneOf(p, "lot", p.lots)
	if !ok {
		return
	}
	var lot fab.Lot
	var inside int64
	p.update(func(tx *store.Tx) (err error) {
		if lot, err = tx.Lot(id); err != nil {
			return err
		}
		at, err := tx.HoldingSource(fab.PartItem(lot.Part), string(id))
		for _, b := range at {
			inside += b.Quantity
		}
		return err
	})
	good, bad := p.number("good", 0, 4), p.number("bad", 0, 2)
	if p.fine(p.production.Settle(p.t.Context(), production.Inspection{Lot: id, Good: good, Bad: bad, Reason: "miscounted"})) {
		g := min(good, inside)
		b := min(bad, inside-g)
		p.scrapped += b
		p.missing += inside - g - b
		p.over += good - g
	}
}

func (p *play) ask() {
	f := form(fmt.Sprint(p.number("asked", 1, 9)))
	f.Facility.Name, f.SubmitKey = fmt.Sprint("EHPAD ", p.n), p.key()
	r, err := p.intake.Ask(p.t.Context(), f)
	require.NoError(p.t, err)
	require.NoError(p.t, p.intake.Approve(p.t.Context(), r.Request.ID))
	p.requests = append(p.requests, r.Request.ID)
}

func (p *play) kit() {
	if id, ok := oneOf(p, "request", p.requests); ok {
		_, err := p.supply.MakeKits(p.t.Context(), id, "visor", p.number("kits", 1, 5), "")
		p.fine(err)
	}
}

func (p *play) pack() {
	if id, ok := oneOf(p, "request", p.requests); ok {
		_, err := p.supply.Pack(p.t.Context(), id)
		p.fine(err)
	}
}

func (p *play) drive() {
	if id, ok := oneOf(p, "request", p.requests); ok {
		run, err := p.delivery.Plan(p.t.Context(), delivery.NewRun{Driver: "Chauffeur", Day: time.Now().UTC().Format(time.DateOnly), NewStops: delivery.NewStops{Requests: []fab.RequestID{id}}})
		if p.fine(err) {
			p.runs = append(p.runs, run.Token)
		}
	}
}

// someBox is any box, whatever became of it.
func (p *play) someBox() (b fab.Box, ok bool) {
	var all []fab.Box
	p.update(func(tx *store.Tx) (err error) { all, err = tx.Boxes(); return err })
	return oneOf(p, "box", all)
}

// unpack takes products of a box, or of no box yet, apart; some of what comes out is broken.
func (p *play) unpack() {
	band := fab.PartItem("visor-band")
	u := supply.Unpacking{Product: "visor", Count: fmt.Sprint(p.number("unpacked", 1, 5)), Bad: map[fab.Item]string{band: fmt.Sprint(p.number("broken", 0, 2))}}
	if rapid.Bool().Draw(p.rt, "boxed") {
		b, _ := p.someBox()
		u.Box = b.ID
	}
	if u.Box == "" {
		u.Request, _ = oneOf(p, "request", p.requests)
	}
	if p.fine(p.supply.Unpack(p.t.Context(), u)) {
		n, _ := fab.WholeNumber(u.Bad[band])
		p.scrapped += n
	}
}

func (p *play) split() {
	if b, ok := p.someBox(); ok {
		_, err := p.supply.Split(p.t.Context(), b.ID, fmt.Sprint(p.number("apart", 1, 5)), "")
		p.fine(err)
	}
}

// back brings a box back that nobody needed.
func (p *play) back() {
	if b, ok := p.someBox(); ok {
		u := delivery.Unused{Box: b.ID, Good: p.number("good", 0, 4), Bad: p.number("bad", 0, 2), Why: "broken"}
		if p.fine(p.delivery.TakeBack(p.t.Context(), u)) {
			p.spoilt += u.Bad
		}
	}
}

// arrive hands everything over, or nothing, and says so twice.
func (p *play) arrive() {
	token, ok := oneOf(p, "run", p.runs)
	if !ok {
		return
	}
	for range 2 {
		if rapid.Bool().Draw(p.rt, "closed") {
			p.fine(p.delivery.Fail(p.t.Context(), delivery.Report{Token: token, No: 1, Why: "closed"}))
		} else {
			p.fine(p.delivery.Deliver(p.t.Context(), delivery.Report{Token: token, No: 1, Receiver: "Accueil"}))
		}
	}
}

func (p *play) move() {
	at, ok := p.somewhere("material")
	if !ok {
		return
	}
	to := fab.TheHub
	if at.Location == to {
		p.update(func(tx *store.Tx) error {
			m, err := tx.Maker(p.hands.MakerID)
			to = m.LocationID
			return err
		})
	}
	p.fine(p.supply.Move(p.t.Context(), supply.Handling{Item: at.Item, Source: at.Source, From: at.Location, To: to, Count: fmt.Sprint(p.number("moved", 1, 40))}))
}

func (p *play) scrap() {
	at, ok := p.somewhere("material")
	if !ok {
		return
	}
	n := p.number("scrapped", 1, 40)
	if p.fine(p.supply.Scrap(p.t.Context(), supply.Handling{Item: at.Item, Source: at.Source, From: at.Location, Count: fmt.Sprint(n), Note: "wet"})) && at.Item == fab.MaterialItem("petg") {
		p.waste += n * 1000
	}
}

func (p *play) take() {
	at, ok := p.somewhere("material", "part")
	if !ok {
		return
	}
	unit := int64(1)
	if at.Item == fab.MaterialItem("petg") {
		unit = 1000
	}
	counted := p.number("counted", 0, 30)
	_, err := p.supply.TakeStock(p.t.Context(), supply.Stocktake{Place: at.Location, Note: "counted", SubmitKey: p.key(),
		Lines: []supply.Counted{{Item: at.Item, Source: at.Source, Seen: at.Quantity, Count: fmt.Sprint(counted)}}})
	if !p.fine(err) {
		return
	}
	switch at.Item {
	case fab.MaterialItem("petg"):
		p.lost += at.Quantity - counted*unit
	case fab.PartItem("visor-band"):
		p.missing += at.Quantity - counted
	}
}

func (p *play) weigh() {
	spool, ok := oneOf(p, "spool", p.spools)
	if !ok {
		return
	}
	w, err := p.supply.Weigh(p.t.Context(), supply.Scale{Spool: spool, Gross: fmt.Sprint(p.number("gross", 100, 1200)), Tare: "200"})
	if p.fine(err) {
		p.weighed += w.BookedMG - w.NetMG()
		p.waiting = slices.DeleteFunc(p.waiting, func(w printed) bool { return w.spool == spool })
	}
}

func (p *play) keep() {
	if id, ok := oneOf(p, "request", p.requests); ok {
		item := rapid.SampledFrom([]fab.Item{fab.MaterialItem("film-a4"), fab.PartItem("visor-band")}).Draw(p.rt, "item")
		p.fine(p.supply.Reserve(p.t.Context(), supply.Keeping{Item: item, Request: id, Count: fmt.Sprint(p.number("kept", 1, 6))}))
	}
}

func (p *play) release() {
	var all []fab.Reservation
	p.update(func(tx *store.Tx) (err error) { all, err = tx.Reservations(""); return err })
	if r, ok := oneOf(p, "reservation", all); ok {
		p.fine(p.supply.Release(p.t.Context(), r.ID))
	}
}

func (p *play) undo() {
	var all []fab.StockMove
	p.update(func(tx *store.Tx) (err error) { all, err = tx.LatestMoves(fab.MaterialItem("petg"), "", 5); return err })
	m, ok := oneOf(p, "move", all)
	if ok && p.fine(p.supply.Undo(p.t.Context(), m.ID, "wrong", "")) && m.Why == fab.MoveScrapped {
		p.waste -= m.Quantity
	}
}

// spot is where something is.
type spot struct {
	place  fab.LocationID
	item   fab.Item
	source string
}

// check folds all moves by hand and holds them against the balances and against what was done.
func (p *play) check() {
	p.t.Helper()
	found, err := p.report.Audit(p.t.Context())
	require.NoError(p.t, err)
	require.Empty(p.t, found)
	sums, delivered := map[spot]int64{}, int64(0)
	band, petg, kit := fab.PartItem("visor-band"), fab.MaterialItem("petg"), fab.KitItem("visor")
	p.update(func(tx *store.Tx) error {
		for _, item := range []fab.Item{band, petg, kit, fab.MaterialItem("film-a4"), fab.BlockedItem} {
			moves, err := tx.Moves("item", string(item))
			require.NoError(p.t, err)
			for _, m := range moves {
				sums[spot{m.From, item, m.Source}] -= m.Quantity
				sums[spot{m.To, item, m.Source}] += m.Quantity
			}
		}
		for at, sum := range sums {
			have, err := tx.BalanceOf(at.place, at.item, at.source)
			require.NoError(p.t, err)
			require.Equal(p.t, sum, have, at)
			require.True(p.t, sum >= 0 || at.place.Outside(), at)
		}
		boxes, err := tx.Boxes(fab.BoxDelivered)
		for _, b := range boxes {
			inside, err := tx.KitsIn(b.ID)
			require.NoError(p.t, err)
			for _, k := range inside {
				delivered += k.Quantity
			}
		}
		return err
	})
	there := int64(0)
	for s, q := range sums {
		if strings.HasPrefix(string(s.place), fab.LocationFacility) {
			there += q
		}
	}
	require.Equal(p.t, delivered, there+p.spoilt, "what is in delivered boxes is at the places")
	at := func(item fab.Item, places ...fab.LocationID) (n int64) {
		for s, q := range sums {
			for _, place := range places {
				if s.item == item && (s.place == place || place == "" && !s.place.Outside()) {
					n += q
				}
			}
		}
		return n
	}
	require.Equal(p.t, p.made+p.over, at(band, "")+at(kit, "")+p.spoilt+p.scrapped+p.missing, "pieces made are in stock, in kits, scrapped or missing")
	require.Equal(p.t, at(band, fab.OutsideUsed), at(kit, "")+p.spoilt, "what went into kits is in kits, here, under way or delivered")
	require.Equal(p.t, p.unnamed, at(fab.BlockedItem, ""), "what nobody knows stays until somebody does")
	require.Equal(p.t, p.received, at(petg, "")+p.printed+p.weighed+p.waste+p.lost, "filament received is in stock, used, wasted or missing")
	require.Equal(p.t, p.received, at(petg, "", fab.OutsideUsed, fab.OutsideScrapped, fab.OutsideMissing))
}
