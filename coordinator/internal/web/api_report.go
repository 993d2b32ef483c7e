package web

import (
	"context"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Figures are totals of the lab.
type Figures struct {
	PrintedGood int64 `json:"printed_good" doc:"Pieces off the printers, as counted by their makers"`
	PrintedBad  int64 `json:"printed_bad"`
	Plates      int64 `json:"plates" doc:"Attempts of a printer that ended well"`
	Attempts    int64 `json:"attempts" doc:"Of printers, however they ended"`
	Lines       int64 `json:"lines" doc:"File lines that agents report as executed"`
	Resends     int64 `json:"resends"`
}

// Audit says whether the books add up.
type Audit struct {
	OK    bool         `json:"ok"`
	Found []AuditFault `json:"found"`
}

// AuditFault is one thing that does not add up.
type AuditFault struct {
	Code string         `json:"code"`
	Args map[string]any `json:"args"`
}

type reportIn struct{ caller }

type figuresOut struct{ Body Figures }

type auditOut struct{ Body Audit }

func (s *Server) apiFigures(ctx context.Context, in *reportIn) (*figuresOut, error) {
	if err := in.needs(fab.RoleCoordinator); err != nil {
		return nil, s.apiError(&in.caller, err)
	}
	f, err := s.Report.Figures(ctx)
	if err != nil {
		return nil, s.apiError(&in.caller, err)
	}
	return &figuresOut{Figures(f)}, nil
}

func (s *Server) apiAudit(ctx context.Context, in *reportIn) (*auditOut, error) {
	if err := in.needs(fab.RoleCoordinator); err != nil {
		return nil, s.apiError(&in.caller, err)
	}
	found, err := s.Report.Audit(ctx)
	if err != nil {
		return nil, s.apiError(&in.caller, err)
	}
	out := Audit{OK: len(found) == 0, Found: []AuditFault{}}
	for _, f := range found {
		out.Found = append(out.Found, AuditFault{Code: f.Code, Args: f.Args})
	}
	return &auditOut{out}, nil
}
