package web

import (
	"cmp"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/intake"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/ui"
)

// sent is the receipt. Only the browser that sent the request sees more of it than the reference, which is no secret.
func (s *Server) sent(c *gin.Context) error {
	ref, ok := fab.ParseReference(c.Param("ref"))
	if !ok {
		return fab.Refuse(fab.NotFound, "not_found", "", "what", "request")
	}
	page := ui.Sent{Frame: s.frame(c), Ref: ref, Channel: "phone", AnswerBy: s.local(s.now().Add(s.Lab.AnswerWithin))}
	token := s.readCookie(c, cookieSent)
	if token == "" {
		return s.show(c, page)
	}
	t, err := s.Intake.Track(c.Request.Context(), token)
	switch {
	case fab.ClassOf(err) == fab.NotFound || err == nil && t.Request.Ref != ref:
		return s.show(c, page)
	case err != nil:
		return err
	}
	page.TrackURL = s.site(c) + "/track/" + token
	page.Facility, page.NeedBy = t.Facility.Name, s.localDay(t.Request.NeedBy)
	page.Ready = s.outlook(s.promise(c.Request.Context(), t.Request))
	page.AnswerBy = s.local(t.Request.CreatedAt.Add(s.Lab.AnswerWithin))
	if t.Facility.Phone == "" {
		page.Channel = "email"
	}
	page.Goods, err = s.goodsOf(c, t)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

// goodsOf words what was asked for.
func (s *Server) goodsOf(c *gin.Context, t intake.Track) (goods []ui.Goods, err error) {
	err = s.Store.View(c.Request.Context(), func(tx *store.Tx) error {
		for _, l := range inOrder(t.Lines) {
			name, err := productName(tx, l.Product, lang(c))
			if err != nil {
				return err
			}
			goods = append(goods, ui.Goods{Code: l.Product, Name: name, N: l.Asked})
		}
		return nil
	})
	return goods, err
}

// inOrder puts visors before masks before hooks, as the form does: lines that were made at one moment have no order.
func inOrder(lines []fab.Progress) []fab.Progress {
	return slices.SortedFunc(slices.Values(lines), func(a, b fab.Progress) int { return cmp.Compare(b.Product, a.Product) })
}

// productName is the name of a product, also of one that is not made any more.
func productName(tx *store.Tx, product, lang string) (string, error) {
	d, err := tx.CurrentDesign(product)
	if err != nil && fab.ClassOf(err) != fab.NotFound {
		return "", err
	}
	return inLang(d.Names, lang, product), nil
}

// site is the address under which this browser sees the lab.
func (s *Server) site(c *gin.Context) string {
	if s.TLS {
		return "https://" + c.Request.Host
	}
	return "http://" + c.Request.Host
}
