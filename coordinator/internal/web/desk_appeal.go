package web

import (
	"context"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/supply"
	"github.com/mailleur/mailleur/ui"
)

const deskAppeal = "/desk/appeal"

// appealRoutes are what the desk does with the public appeal for material.
func (s *Server) appealRoutes() []route {
	const who = fab.RoleCoordinator
	return []route{
		{get, deskAppeal, who, s.deskAppeal},
		{post, deskAppeal + "/publish", who, s.appealSay(s.Supply.PublishAppeal, "done.appeal_published")},
		{post, deskAppeal + "/withdraw", who, s.appealSay(s.Supply.WithdrawAppeal, "done.appeal_withdrawn")},
	}
}

// deskAppeal drafts the appeal out of what open work lacks.
func (s *Server) deskAppeal(c *gin.Context) error {
	page := ui.Appeal{Site: s.asLab(c).Site + "/give"}
	hub, err := s.Delivery.Hub(c.Request.Context())
	if err != nil {
		return err
	}
	page.Town = hub.Town
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavMaterials); err != nil {
			return err
		}
		page.Live = ""
		lacks, err := supply.Lacking(r.tx)
		if err != nil {
			return err
		}
		for _, l := range lacks {
			page.Lacks = append(page.Lacks, s.appealRow(l))
		}
		said, err := supply.Appeal(r.tx)
		page.Published = len(said) > 0
		return err
	})
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) appealRow(l supply.Lack) ui.AppealRow {
	row := ui.AppealRow{Names: l.Material.Names, Stuff: ui.Stuff{Material: l.Material.Code, Unit: l.Material.Unit, N: l.Short}}
	if !l.By.IsZero() {
		row.By = s.localDay(l.By)
	}
	return row
}

// appealing is what the public is asked for on the first page.
func (s *Server) appealing(tx *store.Tx) (rows []ui.AppealRow, err error) {
	said, err := supply.Appeal(tx)
	for _, l := range said {
		rows = append(rows, s.appealRow(l))
	}
	return rows, err
}

func (s *Server) appealSay(say func(context.Context) error, code string) func(*gin.Context) error {
	return func(c *gin.Context) error {
		if err := say(c.Request.Context()); err != nil {
			return s.sayNo(c, err, deskAppeal)
		}
		s.flash(c, ui.FlashDone, code)
		return to(c, deskAppeal)
	}
}
