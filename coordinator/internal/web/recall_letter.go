package web

import (
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// recallLetter is the letter of a recall for whoever holds its link.
func (s *Server) recallLetter(c *gin.Context) error {
	page, err := s.recallLetterPage(c)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) recallLetterPage(c *gin.Context) (page ui.RecallLetter, err error) {
	t, to, err := s.Production.FollowRecall(c.Request.Context(), c.Param("token"))
	if err != nil {
		return page, err
	}
	page.Frame, page.Token, page.Form = s.frame(c), c.Param("token"), ui.Form{Values: url.Values{}}
	if !to.Notice.AnsweredAt.IsZero() {
		page.Form.Values = typedAnswer(to.Notice)
	}
	if page.Letter, err = s.lettersOf(c, t.Recall, to); err != nil {
		return page, err
	}
	err = s.read(c, func(r *reader) error {
		page.RecallTold = r.told(t.Recall.ID, to)
		return nil
	})
	return page, err
}

// typedAnswer fills in the answer that was given before.
func typedAnswer(n fab.RecallNotice) url.Values {
	return url.Values{ui.FieldAside: {strconv.FormatInt(n.Aside, 10)}, ui.FieldGone: {strconv.FormatInt(n.Gone, 10)}, ui.FieldNote: {n.Said}}
}

// recallAnswer notes what the recipient found.
func (s *Server) recallAnswer(c *gin.Context) error {
	if err := s.Production.AnswerByLink(c.Request.Context(), c.Param("token"), readAnswer(c)); err != nil {
		return s.again(c, err, func(f ui.Form) (ui.Page, error) {
			page, err := s.recallLetterPage(c)
			page.Form = f
			return page, err
		})
	}
	s.flash(c, ui.FlashDone, "done.recall_thanks")
	return to(c, "/recall/"+c.Param("token"))
}
