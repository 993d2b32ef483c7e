package web

import (
	"context"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/ui"
)

// outlook is an outlook as a page words it.
func (s *Server) outlook(o fab.Outlook) ui.Outlook {
	out := ui.Outlook{
		From: s.local(o.From), To: s.local(o.To), Bound: s.local(o.Bound), Late: o.Late(), Tight: o.Tight(), Missed: o.Missed(), Now: s.local(s.now()),
	}
	if !o.Known() {
		out.Why = s.reason(o.Why)
		return out
	}
	for _, fix := range o.Fix {
		why := s.reason(fix)
		if model, ok := why.Args["model"].(string); ok {
			why.Args["model"] = s.modelName(model)
		}
		out.Fix = append(out.Fix, why)
	}
	return out
}

// batchOutlook is when a batch will be made, as of the last forecast.
func (s *Server) batchOutlook(id fab.BatchID) ui.Outlook {
	if s.Planner == nil {
		return ui.Outlook{}
	}
	return s.outlook(s.Planner.Outlook(id))
}

// promised is when a request will be made, as of the last forecast.
func (s *Server) promised(id fab.RequestID) fab.Outlook {
	if s.Planner == nil {
		return fab.Outlook{}
	}
	return s.Planner.Promised(id)
}

// promise is when a request will be made, worked out now if it is new. A forecast that fails leaves the page without one.
func (s *Server) promise(ctx context.Context, r fab.Request) fab.Outlook {
	if s.Planner == nil || r.Status != fab.RequestReceived && r.Status != fab.RequestApproved {
		return fab.Outlook{}
	}
	o, err := s.Planner.Promise(ctx, r)
	if err != nil {
		s.Log.Warn("forecast", "error", err)
		return fab.Outlook{}
	}
	return o
}

// toldOf words when a request will be made, and whether and why that is not what was told of it any more.
func (s *Server) toldOf(tx *store.Tx, r fab.Request, o fab.Outlook) (out ui.Outlook, err error) {
	out = s.outlook(o)
	if r.Status != fab.RequestApproved || !r.Told() {
		return out, nil
	}
	out.ToldFrom, out.ToldTo, out.Slips = s.local(r.ToldFrom), s.local(r.ToldTo), r.Slips(o)
	if moves := r.Moves(o, s.Lab.Zone); moves < 0 {
		out.Moved = []fab.Reason{fab.Because("moved_sooner")}
	} else if moves > 0 {
		back, err := tx.Setbacks(r)
		if err != nil {
			return out, err
		}
		out.Moved = back.Reasons()
	}
	return out, nil
}
