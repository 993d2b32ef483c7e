package dispatch

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/schedule"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// ease is how many times as long as a forecast took its loop rests, so that telling dates never keeps a small machine from
// giving out work.
const ease = 10

// soonest is how often a forecast is made at most for somebody who waits for a page.
const soonest = time.Second

// promises is the last forecast.
type promises struct {
	making sync.Mutex // one at a time

	mu       sync.Mutex
	at       time.Time     // when it was made, by the clock of this machine
	of       time.Time     // the moment that it tells of, by the clock of the books
	took     time.Duration // to make it
	plan     int           // the plans that there were then
	batches  map[fab.BatchID]fab.Outlook
	requests map[fab.RequestID]fab.Outlook
}

// Outlook is when a batch will be made, as of the last forecast; the zero Outlook of one that is not being made.
func (l *Loop) Outlook(id fab.BatchID) fab.Outlook {
	l.told.mu.Lock()
	defer l.told.mu.Unlock()
	return l.told.batches[id]
}

// Promised is what the last forecast told of a request; the zero Outlook of one that came in later, and of one of which
// nothing is left to make.
func (l *Loop) Promised(id fab.RequestID) fab.Outlook {
	l.told.mu.Lock()
	defer l.told.mu.Unlock()
	return l.told.requests[id]
}

// Promise is when everything that a request still waits for will be made: of one that nobody decided on yet, as if it were
// approved now as it was asked. A request that came in after the last forecast is worth one of its own, unless one was just
// made; then, and when nothing of the request is left to make, the outlook is the zero Outlook.
func (l *Loop) Promise(ctx context.Context, r fab.Request) (fab.Outlook, error) {
	l.told.mu.Lock()
	o, known := l.told.requests[r.ID]
	known = known || r.CreatedAt.Before(l.told.of)
	wait := time.Since(l.told.at) < max(soonest, ease*l.told.took)
	l.told.mu.Unlock()
	if known || wait {
		return o, nil
	}
	if err := l.Foresee(ctx); err != nil {
		return o, err
	}
	l.told.mu.Lock()
	defer l.told.mu.Unlock()
	return l.told.requests[r.ID], nil
}

// foresee makes a forecast when there is a new plan, and rests in between.
func (l *Loop) foresee(ctx context.Context) error {
	for {
		rest := min(l.Forecast, time.Second) // the first plan is soon there
		if l.stale() {
			began := time.Now()
			if err := errors.Join(l.Foresee(ctx), l.Ask(ctx)); err != nil && ctx.Err() == nil {
				l.Log.Error("dispatch", "error", err)
			}
			rest = max(l.Forecast, ease*time.Since(began))
		}
		wake := time.NewTimer(rest)
		select {
		case <-ctx.Done():
			wake.Stop()
			return nil
		case <-wake.C:
		}
	}
}

// stale reports whether there was a plan since the last forecast.
func (l *Loop) stale() bool {
	l.mu.Lock()
	plans := l.plans
	l.mu.Unlock()
	l.told.mu.Lock()
	defer l.told.mu.Unlock()
	return plans != l.told.plan
}

// Foresee makes a forecast of this moment. Batches are told what comes of the plan as it is; requests that are no batches
// yet, what would come of all of them beside it.
func (l *Loop) Foresee(ctx context.Context) error {
	l.told.making.Lock()
	defer l.told.making.Unlock()
	l.mu.Lock()
	plans := l.plans
	l.mu.Unlock()
	began := time.Now()
	s, now, err := l.snapshot(ctx)
	if err != nil {
		return err
	}
	var asked wishes
	err = l.Store.View(ctx, func(tx *store.Tx) error {
		if err := asked.read(tx, &s); err != nil {
			return err
		}
		return readTold(tx, &s)
	})
	if err != nil {
		return err
	}
	batches := schedule.Promise(s, nil, now).Batches
	if err := l.awaitPartners(ctx, batches, now); err != nil {
		return err
	}
	requests := together(s.Batches, batches)
	if len(asked.list) > 0 {
		told := schedule.Promise(s, asked.list, now).Wishes
		for _, w := range asked.list {
			add(requests, asked.of[w.ID], told[w.ID])
		}
	}
	if err := l.keepTold(ctx, requests, now); err != nil {
		return err
	}
	l.told.mu.Lock()
	defer l.told.mu.Unlock()
	l.told.at, l.told.took, l.told.of, l.told.plan = time.Now(), time.Since(began), now, plans
	l.told.batches, l.told.requests = batches, requests
	return nil
}

// awaitPartners lets batches wait for what partners make of them.
func (l *Loop) awaitPartners(ctx context.Context, batches map[fab.BatchID]fab.Outlook, now time.Time) error {
	return l.Store.View(ctx, func(tx *store.Tx) error {
		relays, err := tx.Relays(fab.RelayAccepted)
		for _, r := range relays {
			if o, planned := batches[r.BatchID]; planned {
				batches[r.BatchID] = o.Await(r, now)
			}
		}
		return err
	})
}

// together is what the batches of each request come to.
func together(list []fab.Batch, batches map[fab.BatchID]fab.Outlook) map[fab.RequestID]fab.Outlook {
	requests := map[fab.RequestID]fab.Outlook{}
	for _, b := range list {
		if b.RequestID != "" {
			add(requests, b.RequestID, batches[b.ID])
		}
	}
	return requests
}

func add(requests map[fab.RequestID]fab.Outlook, id fab.RequestID, o fab.Outlook) {
	if was, known := requests[id]; known {
		o = was.And(o)
	}
	requests[id] = o
}

// wishes are the lines of requests that have no batch.
type wishes struct {
	list []schedule.Wish
	of   map[string]fab.RequestID
}

// read adds a wish for each line of a request that nobody decided on yet, and of one that was approved just now. A product
// that the lab does not make any more is none.
func (w *wishes) read(tx *store.Tx, s *schedule.Snapshot) error {
	w.of = map[string]fab.RequestID{}
	received, err := tx.Requests(fab.RequestReceived)
	if err != nil {
		return err
	}
	designs := map[string]fab.DesignVersion{}
	for _, r := range received {
		lines, err := tx.RequestLines(r.ID)
		if err != nil {
			return err
		}
		for _, line := range lines {
			if err := w.add(tx, s, designs, r, line, line.Asked); err != nil {
				return err
			}
		}
	}
	fresh, err := tx.LinesWithoutBatch()
	if err != nil {
		return err
	}
	for _, line := range fresh {
		r, err := tx.Request(line.RequestID)
		if err != nil {
			return err
		}
		if err := w.add(tx, s, designs, r, line, line.Promised); err != nil {
			return err
		}
	}
	return nil
}

func (w *wishes) add(tx *store.Tx, s *schedule.Snapshot, designs map[string]fab.DesignVersion, r fab.Request, line fab.RequestLine, n int64) error {
	d, known := designs[line.Product]
	if !known {
		var err error
		if d, err = tx.CurrentDesign(line.Product); fab.ClassOf(err) == fab.NotFound {
			return nil
		} else if err != nil {
			return err
		}
		designs[line.Product] = d
	}
	wish := schedule.Wish{ID: string(line.ID), Design: d, Quantity: n, Due: r.NeedBy, Supplied: line.Supplied}
	if !known && !s.Knows(d.ID) {
		plates, err := tx.Plates(d.ID)
		if err != nil {
			return err
		}
		wish.Plates = plates
	}
	w.list, w.of[wish.ID] = append(w.list, wish), r.ID
	return nil
}
