package web

import (
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/identity"
	"github.com/mailleur/mailleur/ui"
)

// deskPeople lists who makes, with their printers and agents.
func (s *Server) deskPeople(c *gin.Context) error {
	page, err := s.peoplePage(c)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) peoplePage(c *gin.Context) (page ui.People, err error) {
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavPeople); err != nil {
			return err
		}
		overdue, soon, err := r.callsToMake()
		if err != nil {
			return err
		}
		late, err := r.overdueRelays()
		if err != nil {
			return err
		}
		awaited, err := r.awaited()
		if err != nil {
			return err
		}
		page.Calls = len(overdue) + len(soon) + len(late) + len(awaited)
		makers, err := r.tx.Makers()
		for _, m := range makers {
			if m.Partner {
				continue // another lab, which is on the page of partners
			}
			switch m.Status {
			case fab.MakerActive:
				page.Makers = append(page.Makers, r.makerRow(m))
			case fab.MakerPending:
				page.Asking = append(page.Asking, ui.Asking{ID: string(m.ID), Name: m.Name, Where: m.Where(), Said: m.Skills, Note: m.Note, At: r.local(m.CreatedAt)})
			}
		}
		return err
	})
	page.Form = emptyForm()
	return page, err
}

func (r *reader) makerRow(m fab.Maker) ui.MakerRow {
	row := ui.MakerRow{ID: string(m.ID), Name: m.Name, Town: m.Where(), Mobile: m.Phone}
	for _, w := range r.workers {
		switch {
		case w.MakerID != m.ID || w.Retired():
		case w.Kind == fab.WorkerPrinter:
			row.Printers = append(row.Printers, w.Name)
		default:
			row.Steps = append(row.Steps, w.Steps...)
		}
	}
	for _, a := range r.agents {
		if a.MakerID == m.ID {
			row.Agents = append(row.Agents, ui.AgentRow{
				ID: string(a.ID), Name: a.Name, Version: a.Version, Online: a.Online, Revoked: a.Revoked, Seen: r.local(a.SeenAt),
				Words: wordsIn(r.lang, a.Words), Confirmed: !a.SaidAt.IsZero(),
			})
		}
	}
	slices.SortFunc(row.Agents, func(a, b ui.AgentRow) int { return strings.Compare(a.ID, b.ID) })
	return row
}

// makerAdd registers a volunteer, and an account to sign in with when one is asked for. A refused account makes no
// volunteer either, so that the form can be sent again.
func (s *Server) makerAdd(c *gin.Context) error {
	ctx := c.Request.Context()
	account := identity.NewAccount{
		Login: c.PostForm(ui.FieldLogin), Name: c.PostForm(ui.FieldName), Password: c.PostForm(ui.FieldPassword),
		Roles: []string{fab.RoleMaker}, Lang: lang(c),
	}
	_, err := s.Identity.Welcome(ctx, identity.NewMaker{
		Name: c.PostForm(ui.FieldName), Town: c.PostForm(ui.FieldTown), Phone: c.PostForm(ui.FieldPhone), Steps: c.PostFormArray(ui.FieldSteps),
	}, account)
	if err != nil {
		return s.again(c, err, func(f ui.Form) (ui.Page, error) {
			page, err := s.peoplePage(c)
			f.Values.Del(ui.FieldPassword)
			page.Form = f
			return page, err
		})
	}
	s.flash(c, ui.FlashDone, "done.maker_added", "name", strings.TrimSpace(account.Name))
	return to(c, "/desk/people")
}
