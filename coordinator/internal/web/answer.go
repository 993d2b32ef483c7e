package web

import (
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/ui"
)

// answerEmpty is what the holder of a tester's link is asked.
func (s *Server) answerEmpty(c *gin.Context) error {
	a, err := s.Production.AskedBy(c.Request.Context(), c.Param("token"))
	return s.showAnswer(c, a, err, "/trial/"+c.Param("token"))
}

// answer records what a tester says.
func (s *Server) answer(c *gin.Context) error {
	back := "/trial/" + c.Param("token")
	err := s.Production.Judge(c.Request.Context(), c.Param("token"), answered(c))
	return s.answerDone(c, err, back, func() (production.Asked, error) {
		return s.Production.AskedBy(c.Request.Context(), c.Param("token"))
	})
}

// madeEmpty asks a maker how easily a prototype was made.
func (s *Server) madeEmpty(c *gin.Context) error {
	a, err := s.Production.AskedOf(c.Request.Context(), fab.TesterID(c.Param("id")), me(c).MakerID)
	return s.showAnswer(c, a, err, "/maker/trials/"+c.Param("id"))
}

// made records what a maker says.
func (s *Server) made(c *gin.Context) error {
	id, maker := fab.TesterID(c.Param("id")), me(c).MakerID
	err := s.Production.JudgeMade(c.Request.Context(), id, maker, answered(c))
	return s.answerDone(c, err, "/maker/trials/"+string(id), func() (production.Asked, error) {
		return s.Production.AskedOf(c.Request.Context(), id, maker)
	})
}

func (s *Server) showAnswer(c *gin.Context, a production.Asked, err error, at string) error {
	if err != nil {
		return err
	}
	return s.show(c, s.answerPage(c, a, at))
}

func (s *Server) answerPage(c *gin.Context, a production.Asked, at string) ui.Answer {
	t := a.Tester
	page := ui.Answer{
		Frame: s.frame(c), To: at, Product: inLang(a.Design.Names, lang(c), a.Design.Product), Version: a.Design.Version, Asked: a.Trial.Question,
		Maker: t.Kind == fab.TesterMaker, Closed: a.Trial.Status != fab.TrialRunning, Given: s.local(t.AnsweredAt), Form: emptyForm(),
	}
	if t.Named {
		page.Form.Values.Set(ui.FieldConsent, "yes")
	}
	if t.Answered() {
		for field, n := range map[string]int64{ui.FieldMaking: t.Making, ui.FieldUse: t.Use, ui.FieldCleaning: t.Cleaning} {
			page.Form.Values.Set(field, strconv.FormatInt(n, 10))
		}
		page.Form.Values.Set(ui.FieldRemark, t.Remark)
	}
	return page
}

// answered reads the form. What is no number is no score.
func answered(c *gin.Context) production.Answer {
	score := func(field string) int64 {
		typed := c.PostForm(field)
		if typed == "" {
			return 0
		}
		n, ok := fab.WholeNumber(typed)
		if !ok {
			return -1
		}
		return n
	}
	return production.Answer{
		Making: score(ui.FieldMaking), Use: score(ui.FieldUse), Cleaning: score(ui.FieldCleaning),
		Remark: c.PostForm(ui.FieldRemark), Named: c.PostForm(ui.FieldConsent) == "yes",
	}
}

func (s *Server) answerDone(c *gin.Context, err error, back string, read func() (production.Asked, error)) error {
	if err == nil {
		s.flash(c, ui.FlashDone, "done.answered")
		return to(c, back)
	}
	return s.again(c, err, func(f ui.Form) (ui.Page, error) {
		a, err := read()
		page := s.answerPage(c, a, back)
		page.Form = f
		if page.Form.Values == nil {
			page.Form.Values = url.Values{}
		}
		return page, err
	})
}

// toJudge is what a maker made of running trials and has not judged.
func (r *reader) toJudge(id fab.MakerID) (list []ui.ToJudge, err error) {
	if id == "" {
		return nil, nil
	}
	testers, err := r.tx.TestersBy(id)
	if err != nil {
		return nil, err
	}
	for _, t := range testers {
		if t.Answered() {
			continue
		}
		trial, err := r.tx.Trial(t.TrialID)
		if err != nil {
			return nil, err
		}
		if d := r.designs[trial.DesignID]; trial.Status == fab.TrialRunning {
			list = append(list, ui.ToJudge{ID: string(t.ID), Product: inLang(d.Names, r.lang, d.Product), Version: d.Version})
		}
	}
	return list, nil
}
