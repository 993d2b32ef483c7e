package web

import (
	"context"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Window is when something will be made, as of the last forecast.
type Window struct {
	Earliest *time.Time `json:"earliest,omitempty" doc:"When it is made if nothing goes wrong from now on; absent while nobody can tell"`
	Likely   *time.Time `json:"likely,omitempty" doc:"When it is made if about as much goes wrong as usually does; absent while nobody can tell"`
	Bound    *time.Time `json:"bound,omitempty" doc:"No plan ends sooner with the printers and people there are; for coordinators only"`
	Why      string     `json:"why,omitempty" doc:"Code of the reason why nobody can tell"`
}

// window is nil when there is nothing to tell, as of what is made already.
func window(o fab.Outlook, bound bool) *Window {
	if !o.Known() && o.Why.Code == "" {
		return nil
	}
	w := &Window{}
	if o.Known() {
		w.Earliest, w.Likely = &o.From, &o.To
	} else {
		w.Why = o.Why.Code
	}
	if bound && !o.Bound.IsZero() {
		w.Bound = &o.Bound
	}
	return w
}

// told is the window that was told when the request was approved.
func told(r fab.Request) *Window {
	if !r.Told() {
		return nil
	}
	return &Window{Earliest: &r.ToldFrom, Likely: &r.ToldTo}
}

// BatchWindow is one batch with when it will be made.
type BatchWindow struct {
	ID       string    `json:"id"`
	Product  string    `json:"product"`
	Quantity int64     `json:"quantity"`
	Status   string    `json:"status" enum:"open,paused,done,cancelled"`
	Due      time.Time `json:"due"`
	Window   *Window   `json:"window,omitempty"`
}

func (s *Server) batchWindow(b fab.Batch) BatchWindow {
	out := BatchWindow{ID: string(b.ID), Product: b.Product, Quantity: b.Quantity, Status: string(b.Status), Due: b.DueAt}
	if s.Planner != nil {
		out.Window = window(s.Planner.Outlook(b.ID), true)
	}
	return out
}

type batchesIn struct{ caller }

type batchesOut struct {
	Body struct {
		Batches []BatchWindow `json:"batches" doc:"Those that are open or paused, oldest first"`
		At      time.Time     `json:"at" doc:"When this was true"`
	}
}

// apiBatches lists what is being made.
func (s *Server) apiBatches(ctx context.Context, in *batchesIn) (*batchesOut, error) {
	if err := in.needs(fab.RoleCoordinator); err != nil {
		return nil, s.apiError(&in.caller, err)
	}
	var open []fab.Batch
	err := s.Store.View(ctx, func(tx *store.Tx) (err error) {
		open, err = tx.Batches(fab.BatchOpen, fab.BatchPaused)
		return err
	})
	if err != nil {
		return nil, s.apiError(&in.caller, err)
	}
	out := &batchesOut{}
	out.Body.At, out.Body.Batches = s.now(), []BatchWindow{}
	for _, b := range open {
		out.Body.Batches = append(out.Body.Batches, s.batchWindow(b))
	}
	return out, nil
}

// requestWindows adds when a request will be made, and for a coordinator each of its batches.
func (s *Server) requestWindows(ctx context.Context, r fab.Request, desk bool, out *RequestProgress) error {
	out.Window, out.Told = window(s.promise(ctx, r), desk), told(r)
	if !desk {
		return nil
	}
	return s.Store.View(ctx, func(tx *store.Tx) error {
		batches, err := tx.BatchesOf(r.ID)
		out.Batches = nil
		for _, b := range batches {
			out.Batches = append(out.Batches, s.batchWindow(b))
		}
		return err
	})
}
