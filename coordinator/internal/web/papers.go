package web

import (
	"bytes"
	"cmp"
	"net/http"
	"strings"
	"unicode"

	"github.com/gin-gonic/gin"
	"golang.org/x/text/unicode/norm"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/paper"
	"github.com/mailleur/mailleur/ui"
)

// writer reads what a paper is made from, and writes it.
type writer func(*gin.Context) (ui.Document, error)

// paperRoutes are the lab's papers. Each has a page, and beside it the same as a PDF.
func (s *Server) paperRoutes() []route {
	const who, maker = fab.RoleCoordinator, fab.RoleMaker
	var all []route
	for _, p := range []struct {
		path, role, back string
		write            writer
	}{
		{"/desk/boxes/:id", who, "/desk/deliveries", s.boxPaper},
		{"/desk/boxes/:id/kits", who, "/desk/deliveries", s.kitsPaper},
		{"/desk/boxes/:id/sheet", who, "/desk/deliveries", s.boxSheet},
		{"/desk/forms/:codes", who, "/desk/forms", s.formsPaper},
		{"/desk/bags/:lot", who, "/desk/deliveries", s.bagPaper},
		{"/desk/requests/:id/picking", who, "/desk/requests/:id", s.pickingPaper},
		{"/desk/requests/:id/note/:no", who, "/desk/requests/:id", s.deskNote},
		{"/desk/products/:id/notice", who, "/desk/products/:id", s.versionNotice},
		{"/desk/runs/:id", who, "/desk/deliveries", s.runPaper},
		{"/desk/runs/:id/notes", who, "/desk/deliveries", s.notesPaper},
		{"/desk/recalls/:id", who, "/desk/recalls/:id", s.recallPaper},
		{"/desk/recalls/:id/to/:kind/:who", who, "/desk/recalls/:id/to/:kind/:who", s.recallToPaper},
		{"/recall/:token", "", "/recall/:token", s.recallLetterPaper},
		{"/maker/bags/:lot", maker, "/maker", s.ownBagPaper},
		{"/run/:token", "", "/run/:token", s.driversPaper},
		{"/run/:token/stop/:n", "", "/run/:token/stop/:n", s.stopPaper(s.driverSide())},
		{"/desk/runs/:id/stop/:n", who, "/desk/runs/:id/stop/:n", s.stopPaper(s.deskSide())},
		{"/track/:token/note/:no", "", "/track/:token", s.trackNote},
		{"/notice/:product", "", "", s.noticePaper},
		{"/gift/:token", "", "/gift/:token", s.giftSlip},
	} {
		all = append(all, route{get, p.path + "/paper", p.role, s.paperPage(p.back, p.write)}, route{get, p.path + "/paper.pdf", p.role, s.paperFile(p.write)})
	}
	return all
}

// paperPage shows a paper on the screen.
func (s *Server) paperPage(back string, write writer) func(*gin.Context) error {
	return func(c *gin.Context) error {
		d, err := write(c)
		if err != nil {
			return err
		}
		page := ui.Paper{Frame: s.frame(c), Doc: d, PDF: c.Request.URL.EscapedPath() + ".pdf"}
		parts := strings.Split(back, "/")
		for i, part := range parts {
			if name, ok := strings.CutPrefix(part, ":"); ok {
				parts[i] = c.Param(name)
			}
		}
		page.Back = strings.Join(parts, "/")
		return s.show(c, page)
	}
}

// paperPolicy lets the viewers that browsers have for PDF draw their own frame, and nothing else.
const paperPolicy = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"

// paperFile gives a paper as a PDF, to be looked at or kept.
func (s *Server) paperFile(write writer) func(*gin.Context) error {
	return func(c *gin.Context) error {
		d, err := write(c)
		if err != nil {
			return err
		}
		file, err := s.drawn(c, d)
		if err != nil {
			return err
		}
		c.Header("Content-Disposition", `inline; filename="`+fileName(d.Title)+`.pdf"`)
		c.Header("Content-Security-Policy", paperPolicy)
		c.Header("Vary", "Cookie, Accept-Language")
		c.Header("X-Robots-Tag", "noindex, nofollow")
		c.Data(http.StatusOK, "application/pdf", file.Bytes())
		return nil
	}
}

// drawnAtOnce is how many PDFs are drawn at once: each takes some 20 MB while it lasts, which a small machine feels.
const drawnAtOnce = 2

// drawn draws a paper once there is a place.
func (s *Server) drawn(c *gin.Context, d ui.Document) (file bytes.Buffer, err error) {
	select {
	case s.drawing <- struct{}{}:
	case <-c.Request.Context().Done():
		return file, c.Request.Context().Err()
	}
	defer func() { <-s.drawing }()
	err = paper.PDF(&file, d, s.local(s.now()))
	return file, err
}

// fileName is a title in letters that every system takes for the name of a file.
func fileName(title string) string {
	plain := strings.Map(func(r rune) rune {
		switch {
		case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			return r
		case unicode.Is(unicode.Mn, r):
			return -1
		}
		return ' '
	}, norm.NFD.String(title))
	name := strings.Join(strings.Fields(plain), "-")
	if name == "" {
		return "mailleur"
	}
	return name[:min(len(name), 80)]
}

// asLab is the lab as papers name it.
func (s *Server) asLab(c *gin.Context) paper.Lab {
	return paper.Lab{Name: s.Lab.Name, Phone: s.Lab.Phone, Site: strings.TrimSuffix(cmp.Or(s.Public, s.site(c)), "/")}
}

func asPlace(at fab.Spot) paper.Place {
	return paper.Place{
		Name: at.Name, Address: at.Address, Town: strings.TrimSpace(at.Postcode + " " + at.Town), Access: at.Access, Contact: at.Contact, Phone: at.Phone,
	}
}
