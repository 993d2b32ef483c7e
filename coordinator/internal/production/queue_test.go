package production

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
	"github.com/mailleur/mailleur/slicer-bridge/slicing/worker"
)

// plates reads all plates by id.
func (l *lab) plates() map[fab.PlateID]fab.Plate {
	l.t.Helper()
	all := map[fab.PlateID]fab.Plate{}
	l.view(func(tx *store.Tx) error {
		rows, err := tx.Plates("")
		for _, p := range rows {
			all[p.ID] = p
		}
		return err
	})
	return all
}

// stands counts the plates by status.
func (l *lab) stands() map[fab.PlateStatus]int {
	l.t.Helper()
	n := map[fab.PlateStatus]int{}
	for _, p := range l.plates() {
		n[p.Status]++
	}
	return n
}

// change rewrites plates as if time had passed.
func (l *lab) change(f func(p *fab.Plate)) {
	l.t.Helper()
	for _, p := range l.plates() {
		l.update(func(tx *store.Tx) error { f(&p); return tx.SetPlate(&p) })
	}
}

// later lets all leases and rests run out.
func (l *lab) later() {
	l.t.Helper()
	l.change(func(p *fab.Plate) { passed(p) })
}

func passed(p *fab.Plate) {
	for _, at := range []*time.Time{&p.ClaimedUntil, &p.NextTryAt} {
		if !at.IsZero() {
			*at = time.Now().Add(-time.Hour)
		}
	}
}

func (l *lab) claim() (Claimed, bool) {
	l.t.Helper()
	c, ok, err := l.p.Claim(l.t.Context(), "far", 0)
	require.NoError(l.t, err)
	return c, ok
}

func (l *lab) deliver(c Claimed, text string) error {
	return l.p.Deliver(l.t.Context(), c.Plate.ID, c.Plate.ClaimToken, Delivery{File: strings.NewReader(text), Slicer: "paper"})
}

// Ensure that a slicer that crashes is tried again, after pauses that grow, however often the loop is woken; and that it
// holds no other plate up. What is tried survives a restart, for it is in the row.
func TestACrashingSlicerIsNotStartedAgainAndAgain(t *testing.T) {
	onBoth(t, func(l *lab) {
		l.printer("tortue", "ender-3", 1_000_000)
		l.printer("orange", "mk3s", 1_000_000)
		l.slicer.set("ender-3", &slicing.Problem{Code: slicing.CodeSlicerCrashed, Args: map[string]string{"signal": "SEGV", "detail": ""}})
		l.request("visor", 2)
		l.keep()
		require.Equal(l.t, 2, l.slice())
		for range 5 {
			l.keep()
			require.Zero(l.t, l.slice(), "not before its time")
		}
		require.Equal(l.t, map[fab.PlateStatus]int{fab.PlateFailed: 1, fab.PlateReady: 1}, l.stands())
		var rests []time.Duration
		for range 8 {
			for _, p := range l.plates() {
				if p.Status == fab.PlateFailed {
					require.Equal(l.t, slicing.CodeSlicerCrashed, p.Why.Code)
					rests = append(rests, p.NextTryAt.Sub(p.UpdatedAt))
				}
			}
			l.later()
			require.Equal(l.t, 1, l.slice())
		}
		require.Equal(l.t, []time.Duration{10 * time.Second, 20 * time.Second, 40 * time.Second, 80 * time.Second, 160 * time.Second, 320 * time.Second, restMost, restMost}, rests)
		l.slicer.set("ender-3", nil)
		l.later()
		require.Equal(l.t, 1, l.slice())
		require.Equal(l.t, map[fab.PlateStatus]int{fab.PlateReady: 2}, l.stands())
	})
}

// Ensure that a version gets its plates for every machine before anybody asks for it, and that what a waiting job needs
// goes before that.
func TestPlatesAreMadeAheadAndJobsComeFirst(t *testing.T) {
	l := open(t)
	l.adopt("hook", "v1")
	l.printer("tortue", "ender-3", 1_000_000)
	l.keep()
	require.Equal(t, map[fab.PlateStatus]int{fab.PlatePending: 2}, l.stands())
	l.request("hook", 2)
	l.keep()
	c, ok := l.claim()
	require.True(t, ok)
	require.Equal(t, "hook-band", c.Plate.Part, "the younger plate, which a job needs")
	require.NotEmpty(t, c.ModelHash)
	require.Equal(t, time.Minute, c.Lease)
	c, ok = l.claim()
	require.True(t, ok)
	require.Equal(t, "visor-band", c.Plate.Part)
	_, ok = l.claim()
	require.False(t, ok)
}

// Ensure that every machine has a plate of a version before one has its second.
func TestEveryMachineSoonHasAPlate(t *testing.T) {
	l := open(t)
	d := l.design()
	second := d.BOM.Parts[0]
	second.Code = "visor-nose"
	d.BOM.Parts = append(d.BOM.Parts, second)
	l.update(func(tx *store.Tx) error { return tx.SetDesign(&d) })
	for _, model := range []string{"ender-3", "mk3s", "mega"} {
		l.printer(model, model, 1_000_000)
		l.keep() // each plans both parts, one machine after the other
	}
	var models []string
	for range 6 {
		c, ok := l.claim()
		require.True(t, ok)
		models = append(models, c.Plate.Model)
	}
	require.Equal(t, []string{"ender-3", "mk3s", "mega", "ender-3", "mk3s", "mega"}, models)
}

// Ensure that a plate which no machine of the lab is set up for any more is dropped, and taken up again with the machine.
func TestPlatesFollowTheMachines(t *testing.T) {
	l := open(t)
	w := l.printer("tortue", "ender-3", 1_000_000)
	l.keep()
	ctx := t.Context()
	require.NoError(t, l.p.SetOverlay(ctx, w.ID, "[start]\ncode = \"PRINT_START\"\n"))
	l.keep()
	require.Equal(t, map[fab.PlateStatus]int{fab.PlatePending: 1, fab.PlateCancelled: 1}, l.stands())
	c, ok := l.claim()
	require.True(t, ok)
	require.Contains(t, c.Overlay, "PRINT_START")
	require.Equal(t, fab.OverlayHash(c.Overlay), c.Plate.Overlay)
	require.NoError(t, l.p.SetOverlay(ctx, w.ID, ""))
	l.keep()
	_, err := l.p.HeldPlate(ctx, c.Plate.ID, c.Plate.ClaimToken)
	require.NoError(t, err, "what is being made is made to its end")
	require.NoError(t, l.deliver(c, "; made"))
	l.keep()
	require.Equal(t, map[fab.PlateStatus]int{fab.PlatePending: 1, fab.PlateReady: 1}, l.stands())
	refused(t, l.p.SetOverlay(ctx, w.ID, strings.Repeat("#", fab.MaxOverlay+1)), fab.Invalid, "overlay_too_long")
	l.p.checkOverlay = func(model, _ string) error { return fmt.Errorf("limits.max_z: above that of %s", model) }
	refused(t, l.p.SetOverlay(ctx, w.ID, "x = 1"), fab.Invalid, "overlay_wrong")
}

// Ensure that work whose worker went away is taken again, that the late worker's plate changes nothing, and that a plate
// of which worker after worker dies rests.
func TestWorkOfALostWorkerIsTakenAgain(t *testing.T) {
	onBoth(t, func(l *lab) {
		l.printer("tortue", "ender-3", 1_000_000)
		l.keep()
		first, ok := l.claim()
		require.True(l.t, ok)
		_, ok = l.claim()
		require.False(l.t, ok, "it is held")
		l.later()
		require.NoError(l.t, l.p.Progress(l.t.Context(), first.Plate.ID, first.Plate.ClaimToken, 300), "nobody took it meanwhile")
		_, ok = l.claim()
		require.False(l.t, ok, "and so the lease goes on")
		l.later()
		second, ok := l.claim()
		require.True(l.t, ok)
		require.NotEqual(l.t, first.Plate.ClaimToken, second.Plate.ClaimToken)
		for _, err := range []error{
			l.p.Progress(l.t.Context(), first.Plate.ID, first.Plate.ClaimToken, 900), l.deliver(first, "; late"),
			l.p.Fail(l.t.Context(), first.Plate.ID, first.Plate.ClaimToken, Impossible, fab.Because("plate.too_big")),
		} {
			refused(l.t, err, fab.Conflict, "claim_lost")
		}
		require.NoError(l.t, l.deliver(second, "; in time"))
		ready := l.plates()[first.Plate.ID]
		require.Equal(l.t, fab.PlateReady, ready.Status)
		require.Equal(l.t, fab.HashToken("; in time"), ready.GCodeHash)
		require.Equal(l.t, "paper", ready.Slicer)
		refused(l.t, l.deliver(second, "; twice"), fab.Conflict, "claim_lost")

		l.adopt("hook", "v1")
		l.keep()
		for range maxLost {
			_, ok := l.claim()
			require.True(l.t, ok)
			l.later()
		}
		_, ok = l.claim()
		require.False(l.t, ok)
		require.Equal(l.t, 1, l.stands()[fab.PlateFailed])
	})
}

// Ensure that what came back unsafe or damaged is not taken in, whoever says that it is good.
func TestTheLabChecksWhatItGets(t *testing.T) {
	l := open(t)
	l.printer("tortue", "ender-3", 1_000_000)
	l.keep()
	c, _ := l.claim()
	damaged := Delivery{File: strings.NewReader("; x"), SHA256: fab.HashToken("; y")}
	refused(t, l.p.Deliver(t.Context(), c.Plate.ID, c.Plate.ClaimToken, damaged), fab.Invalid, "file_damaged")
	require.Equal(t, fab.PlateSlicing, l.plates()[c.Plate.ID].Status, "it may be sent again")
	refused(t, l.deliver(c, "M302 P1"), fab.Invalid, "gcode_unsafe")
	plate := l.plates()[c.Plate.ID]
	require.Equal(t, fab.PlateFailed, plate.Status)
	require.Equal(t, fab.WhyPlateUnsafe, plate.Why.Code)
	require.Empty(t, plate.GCodeHash)
}

// Ensure that a coordinator can stop the slicing of a plate, and have it tried again.
func TestAPlateIsCancelledAndTriedAgain(t *testing.T) {
	l := open(t)
	l.printer("tortue", "ender-3", 1_000_000)
	l.keep()
	c, _ := l.claim()
	require.NoError(t, l.p.CancelPlate(t.Context(), c.Plate.ID))
	refused(t, l.deliver(c, "; late"), fab.Conflict, "claim_lost")
	l.keep()
	_, ok := l.claim()
	require.False(t, ok, "it stays cancelled")
	require.NoError(t, l.p.RetryPlate(t.Context(), c.Plate.ID))
	require.NoError(t, l.p.RetryPlate(t.Context(), c.Plate.ID))
	require.Equal(t, 1, l.slice())
	refused(t, l.p.RetryPlate(t.Context(), c.Plate.ID), fab.Conflict, "state_not_allowed")
}

// Ensure that a claim that waits gets the plate that is planned meanwhile, at once.
func TestAClaimWaitsForWork(t *testing.T) {
	l := open(t)
	l.p.every = time.Hour
	got := make(chan Claimed, 1)
	go func() {
		c, _, _ := l.p.Claim(t.Context(), "far", time.Minute)
		got <- c
	}()
	l.printer("tortue", "ender-3", 1_000_000)
	require.Eventually(t, func() bool {
		require.NoError(t, l.p.keep(t.Context()))
		l.update(func(tx *store.Tx) error { tx.Tell(fab.Change{Code: store.PlatePlanned}); return nil })
		select {
		case c := <-got:
			return c.Plate.ID != ""
		default:
			return false
		}
	}, 5*time.Second, 10*time.Millisecond)
}

// Ensure that the worker inside reports how far it is and hands over what the slicer made, with its picture; and that a
// worker that is told to end gives its plate back at once.
func TestTheWorkerInside(t *testing.T) {
	l := open(t)
	l.printer("tortue", "ender-3", 1_000_000)
	l.keep()
	ctx, cancel := context.WithCancel(t.Context())
	hang := slicerFunc(func(ctx context.Context, _ slicing.Request) (slicing.Result, error) {
		cancel()
		<-ctx.Done()
		return slicing.Result{}, ctx.Err()
	})
	w := worker.New(worker.Config{Queue: &Queue{p: l.p}, Slicer: hang, Log: slog.New(slog.DiscardHandler)})
	worked, err := w.One(ctx)
	require.NoError(t, err)
	require.True(t, worked)
	for _, p := range l.plates() {
		require.Equal(t, fab.PlatePending, p.Status, "nobody waits for its lease")
		require.Zero(t, p.Tries)
	}
	require.Equal(t, 1, l.slice())
}

type slicerFunc func(context.Context, slicing.Request) (slicing.Result, error)

func (f slicerFunc) Slice(ctx context.Context, r slicing.Request) (slicing.Result, error) {
	return f(ctx, r)
}

// model is what the test knows of a claim that somebody holds or held.
type holder struct {
	claim Claimed
	live  bool // its token must still be good
}

// Ensure that whatever the order in which workers claim, fall silent, report, deliver late and give back, and a
// coordinator cancels and retries: each plate takes the result of its last holder only, once, and none is lost.
func TestWhateverTheOrderEachPlateHasOneResult(t *testing.T) {
	for seed := range uint64(12) {
		l := open(t)
		l.printer("tortue", "ender-3", 1_000_000)
		l.printer("orange", "mk3s", 1_000_000)
		l.keep()
		g := &game{lab: l, dice: rand.New(rand.NewPCG(seed, 1)), holders: map[fab.PlateID][]*holder{}, result: map[fab.PlateID]string{}}
		for range 60 {
			g.step()
			g.sound()
		}
		for id := range l.plates() { // whatever happened, work goes on
			if g.result[id] == "" {
				require.NoError(t, l.p.RetryPlate(t.Context(), id))
			}
		}
		for range 3 { // plates that lost many workers rest once more
			l.later()
			l.slice()
		}
		require.Equal(t, map[fab.PlateStatus]int{fab.PlateReady: 2}, l.stands(), "seed %d", seed)
	}
}

type game struct {
	*lab
	dice    *rand.Rand
	holders map[fab.PlateID][]*holder
	result  map[fab.PlateID]string // hash of what was taken in last
	texts   int
}

func (g *game) step() {
	plates := g.plates()
	var ids []fab.PlateID
	for id := range plates {
		ids = append(ids, id)
	}
	if bytes.Compare([]byte(ids[0]), []byte(ids[1])) > 0 {
		ids[0], ids[1] = ids[1], ids[0]
	}
	id := ids[g.dice.IntN(len(ids))]
	switch g.dice.IntN(8) {
	case 0, 1:
		if c, ok := g.claim(); ok {
			g.end(c.Plate.ID)
			g.holders[c.Plate.ID] = append(g.holders[c.Plate.ID], &holder{c, true})
		}
	case 2: // silence
		g.change(func(p *fab.Plate) {
			if p.ID == id {
				passed(p)
			}
		})
	case 3, 4:
		g.speak(id, func(h *holder) error {
			g.texts++
			text := fmt.Sprintf("; %d", g.texts)
			err := g.deliver(h.claim, text)
			if err == nil {
				g.result[id] = fab.HashToken(text)
			}
			return err
		})
	case 5:
		way := []string{Impossible, Passing, Released}[g.dice.IntN(3)]
		g.speak(id, func(h *holder) error {
			return g.p.Fail(g.t.Context(), id, h.claim.Plate.ClaimToken, way, fab.Because("plate.too_big"))
		})
	case 6:
		require.NoError(g.t, g.p.CancelPlate(g.t.Context(), id))
		g.end(id)
		delete(g.result, id)
	case 7:
		if err := g.p.RetryPlate(g.t.Context(), id); err != nil {
			require.Equal(g.t, fab.PlateReady, plates[id].Status)
		}
	}
}

// end says that nobody's token for the plate is good from now on.
func (g *game) end(id fab.PlateID) {
	for _, h := range g.holders[id] {
		h.live = false
	}
}

// speak lets somebody who holds or held the plate end it; only the last holder is listened to, and only once.
func (g *game) speak(id fab.PlateID, say func(*holder) error) {
	all := g.holders[id]
	if len(all) == 0 {
		return
	}
	h := all[g.dice.IntN(len(all))]
	err := say(h)
	if !h.live {
		refused(g.t, err, fab.Conflict, "claim_lost")
		return
	}
	require.NoError(g.t, err)
	g.end(id)
}

// sound holds the rows against what was taken in.
func (g *game) sound() {
	for id, p := range g.plates() {
		if p.Status == fab.PlateReady {
			require.Equal(g.t, g.result[id], p.GCodeHash)
		}
		require.Equal(g.t, p.Status == fab.PlateReady, g.result[id] != "")
		require.Equal(g.t, p.Status == fab.PlateSlicing, p.ClaimToken != "")
	}
}

// Ensure that of many who ask at the same time nobody gets what another has.
func TestNobodyGetsAnothersPlate(t *testing.T) {
	onBoth(t, func(l *lab) {
		for n := range 12 {
			l.printer(fmt.Sprint("p", n), fmt.Sprint("model-", n), 1_000_000)
		}
		l.keep()
		got := make(chan fab.PlateID, 100)
		var all sync.WaitGroup
		for n := range 4 {
			all.Go(func() {
				for {
					c, ok, err := l.p.Claim(l.t.Context(), fmt.Sprint("far ", n), 0)
					if err != nil || !ok {
						assert.NoError(l.t, err)
						return
					}
					got <- c.Plate.ID
				}
			})
		}
		all.Wait()
		close(got)
		seen := map[fab.PlateID]bool{}
		for id := range got {
			require.False(l.t, seen[id])
			seen[id] = true
		}
		require.Len(l.t, seen, 12)
	})
}

// Ensure that where a plate takes long, one of a single piece is made as well, once something waits, and only there: with
// it the last pieces of a batch are shared out.
func TestLongPlatesGetASmallOneBeside(t *testing.T) {
	l := open(t)
	l.printer("tortue", "ender-3", 1_000_000)
	l.printer("orange", "mk3s", 1_000_000)
	l.request("visor", 6)
	l.ready()
	l.update(func(tx *store.Tx) error {
		plates, err := tx.Plates("")
		for _, p := range plates {
			if p.Model == "mk3s" {
				p.Seconds = 3 * 3600
				require.NoError(t, tx.SetPlate(&p))
			}
		}
		return err
	})
	l.ready()
	l.view(func(tx *store.Tx) error {
		plates, err := tx.Plates("")
		copies := map[string][]int64{}
		for _, p := range plates {
			require.Equal(t, fab.PlateReady, p.Status)
			copies[p.Model] = append(copies[p.Model], p.Copies)
		}
		require.Equal(t, map[string][]int64{"ender-3": {2}, "mk3s": {2, 1}}, copies)
		return err
	})
}
