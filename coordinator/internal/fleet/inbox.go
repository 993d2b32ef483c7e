package fleet

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/wire"
)

const (
	groupTime = 50 * time.Millisecond // reports that come within it are committed together
	groupSize = 500
	keepAhead = 1000 // reports of one outbox that may wait for an earlier one
	keepBoxes = 4    // outboxes of one agent with reports that wait: it has one, and another after it lost its folder
)

// outbox names a series of reports without gaps.
type outbox struct {
	agent fab.AgentID
	name  string
}

// inbox holds reports until they are stored. Only readEvents touches ahead.
type inbox struct {
	arrived chan message
	gap     time.Duration
	ahead   map[outbox]*series
}

// series are the reports of one outbox that came and are not stored.
type series struct {
	events map[int64]wire.Event
	stored int64     // as of the last look
	since  time.Time // when the first of them was found to lack an earlier one; zero while none does
}

// nobody stands for the number stored of an outbox whose agent is unknown or revoked.
const nobody = -1

func newInbox(gap time.Duration) *inbox {
	return &inbox{arrived: make(chan message, 4096), gap: gap, ahead: map[outbox]*series{}}
}

func (b *inbox) put(m message) bool {
	select {
	case b.arrived <- m:
		return true
	default:
		return false
	}
}

// count is how many outboxes of an agent have reports that are not stored.
func (b *inbox) count(agent fab.AgentID) (n int) {
	for box := range b.ahead {
		if box.agent == agent {
			n++
		}
	}
	return n
}

// readEvents stores reports in groups and acknowledges what is stored.
func (f *Fleet) readEvents(ctx context.Context) {
	tick := time.NewTicker(max(f.Gap/4, time.Millisecond))
	defer tick.Stop()
	for {
		heard := map[outbox]bool{}
		select {
		case <-ctx.Done():
			return
		case m := <-f.inbox.arrived:
			f.hear(heard, m)
			f.gather(ctx, heard)
		case <-tick.C:
		}
		stored, err := f.storeEvents(ctx)
		if err != nil {
			if ctx.Err() == nil {
				f.Log.Error("store reports", "error", err) // they stay in the inbox, and agents send them again
			}
			continue
		}
		f.acknowledge(heard, stored)
	}
}

// gather waits a little for more reports.
func (f *Fleet) gather(ctx context.Context, heard map[outbox]bool) {
	timer := time.NewTimer(groupTime)
	defer timer.Stop()
	for range groupSize - 1 {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			return
		case m := <-f.inbox.arrived:
			f.hear(heard, m)
		}
	}
}

func (f *Fleet) hear(heard map[outbox]bool, m message) {
	var e wire.Event
	if err := json.Unmarshal(m.payload, &e); err != nil || !storable(e) {
		f.Log.Warn("report ignored: it cannot be read", "agent", m.Agent, "error", err)
		return
	}
	from := outbox{agent: fab.AgentID(m.Agent), name: e.Outbox}
	s := f.inbox.ahead[from]
	if s == nil {
		if f.inbox.count(from.agent) >= keepBoxes {
			f.Log.Warn("report ignored: its agent has too many outboxes", "agent", m.Agent)
			return
		}
		s = &series{events: map[int64]wire.Event{}}
		f.inbox.ahead[from] = s
	}
	heard[from] = true
	if len(s.events) < keepAhead {
		s.events[e.Seq] = e
	}
	f.sign(m.Agent, e.Attempt)
}

// storable reports whether a report may come near the database. All agents' reports are stored together, so one that
// PostgreSQL does not take as text would hold up everybody's.
func storable(e wire.Event) bool {
	return e.Seq >= 1 && wire.ValidName(e.Outbox) && wire.ValidName(string(e.Kind)) && wire.ValidName(e.Printer) &&
		(e.Attempt == "" || wire.ValidName(e.Attempt))
}

// storeEvents stores, in one transaction, every report whose predecessors are all stored, together with what it does to
// the books. It gives the number up to which each outbox is stored.
func (f *Fleet) storeEvents(ctx context.Context) (stored map[outbox]int64, err error) {
	if len(f.inbox.ahead) == 0 {
		return nil, nil
	}
	boxes := make([]outbox, 0, len(f.inbox.ahead))
	for box := range f.inbox.ahead {
		boxes = append(boxes, box)
	}
	slices.SortFunc(boxes, func(a, b outbox) int { return cmp.Or(cmp.Compare(a.agent, b.agent), cmp.Compare(a.name, b.name)) })
	err = f.Store.Update(ctx, func(tx *store.Tx) error {
		stored = map[outbox]int64{}
		for _, box := range boxes {
			if err := f.storeSeries(tx, box, stored); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		f.inbox.settle(stored)
	}
	return stored, err
}

// storeSeries stores what it can of one outbox. Reports of unknown or revoked agents are left unanswered.
func (f *Fleet) storeSeries(tx *store.Tx, box outbox, stored map[outbox]int64) error {
	agent, err := tx.Agent(box.agent)
	if fab.ClassOf(err) == fab.NotFound || err == nil && agent.Revoked {
		stored[box] = nobody
		return nil
	} else if err != nil {
		return err
	}
	seq, err := tx.EventsUpTo(box.agent, box.name)
	if err != nil {
		return err
	}
	s := f.inbox.ahead[box]
	if first, waits := s.overGap(seq, time.Now(), f.Gap); waits {
		f.Log.Warn("reports are missing: this database is older than the agent's outbox", "agent", box.agent, "stored", seq, "next", first)
		seq = first - 1
	}
	var rows []fab.AgentEvent
	for e, ok := s.events[seq+1]; ok; e, ok = s.events[seq+1] {
		body, err := json.Marshal(e)
		if err != nil {
			return err
		}
		rows = append(rows, fab.AgentEvent{AgentID: box.agent, Outbox: box.name, Seq: e.Seq, Kind: string(e.Kind), Body: string(body), At: tx.Now()})
		if err := f.apply(tx, box.agent, e); err != nil {
			return err
		}
		seq++
	}
	stored[box] = seq
	return tx.AddEvents(rows)
}

// overGap reports whether the series has waited too long for the report after seq, and gives the first that is there.
func (s *series) overGap(seq int64, now time.Time, patience time.Duration) (first int64, over bool) {
	for n := range s.events {
		if n > seq && (first == 0 || n < first) {
			first = n
		}
	}
	return first, first > seq+1 && !s.since.IsZero() && now.Sub(s.since) >= patience
}

// settle forgets what is stored, and notes since when the rest waits.
func (b *inbox) settle(stored map[outbox]int64) {
	for box, seq := range stored {
		s := b.ahead[box]
		for n := range s.events {
			if n <= seq {
				delete(s.events, n)
			}
		}
		switch {
		case len(s.events) == 0 || seq == nobody:
			delete(b.ahead, box)
		case s.since.IsZero() || s.stored != seq:
			s.since, s.stored = time.Now(), seq
		}
	}
}

// acknowledge tells agents up to where their reports are stored. A word that is lost is said again when the agent
// repeats itself.
func (f *Fleet) acknowledge(heard map[outbox]bool, stored map[outbox]int64) {
	for box, seq := range stored {
		if !heard[box] || seq <= 0 {
			continue
		}
		if err := f.publish(string(box.agent), wire.KindEventAck, wire.EventAck{Outbox: box.name, Seq: seq}); err != nil {
			f.Log.Debug("acknowledge reports", "agent", box.agent, "error", err)
		}
	}
}
