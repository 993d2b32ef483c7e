package web

import (
	"context"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/intake"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// RequestProgress is how far a request is.
type RequestProgress struct {
	Ref     string         `json:"ref" doc:"Spoken reference"`
	Status  string         `json:"status" enum:"received,approved,refused,cancelled,delivered"`
	Lines   []LineProgress `json:"lines"`
	Window  *Window        `json:"window,omitempty" doc:"When all of it will be made"`
	Told    *Window        `json:"told,omitempty" doc:"The window that was told when it was approved"`
	Batches []BatchWindow  `json:"batches,omitempty" doc:"What is made for it; for coordinators only"`
	At      time.Time      `json:"at" doc:"When this was true"`
}

// LineProgress holds the five quantities of one product, in pieces.
type LineProgress struct {
	Product      string `json:"product"`
	Asked        int64  `json:"asked"`
	Promised     int64  `json:"promised"`
	InProduction int64  `json:"in_production"`
	InTransit    int64  `json:"in_transit"`
	Delivered    int64  `json:"delivered"`
}

type requestIn struct {
	caller
	Ref string `path:"ref" maxLength:"20" doc:"Spoken reference, as people write it"`
}

type requestOut struct{ Body RequestProgress }

// apiRequest answers a coordinator, or whoever holds the request's tracking link.
func (s *Server) apiRequest(ctx context.Context, in *requestIn) (*requestOut, error) {
	t, err := s.trackFor(ctx, in)
	if err != nil {
		return nil, s.apiError(&in.caller, err)
	}
	out := RequestProgress{Ref: t.Request.Ref, Status: string(t.Request.Status), At: s.now(), Lines: []LineProgress{}}
	for _, p := range inOrder(t.Lines) {
		out.Lines = append(out.Lines, LineProgress(p))
	}
	if err := s.requestWindows(ctx, t.Request, in.token() == "", &out); err != nil {
		return nil, s.apiError(&in.caller, err)
	}
	return &requestOut{out}, nil
}

func (s *Server) trackFor(ctx context.Context, in *requestIn) (t intake.Track, err error) {
	unknown := fab.Refuse(fab.NotFound, "not_found", "", "what", "request")
	ref, ok := fab.ParseReference(in.Ref)
	if !ok {
		return t, unknown
	}
	if token := in.token(); token != "" {
		t, err = s.Intake.Track(ctx, token)
		if err == nil && t.Request.Ref != ref {
			err = unknown
		}
		return t, err
	}
	if err := in.needs(fab.RoleCoordinator); err != nil {
		return t, err
	}
	var r fab.Request
	err = s.Store.View(ctx, func(tx *store.Tx) error {
		r, err = tx.RequestByRef(ref)
		return err
	})
	if err != nil {
		return t, err
	}
	return s.Intake.Show(ctx, r.ID)
}
