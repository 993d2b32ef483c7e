package web

import (
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/delivery"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/ui"
)

// recallDone leads back to a page of a recall, and says what was done.
func (s *Server) recallDone(c *gin.Context, done, at string, args ...any) error {
	s.flash(c, ui.FlashDone, done, args...)
	return to(c, at)
}

func recallAt(c *gin.Context) string { return "/desk/recalls/" + c.Param("id") }

func recallToAt(c *gin.Context) string {
	return recallAt(c) + "/to/" + c.Param("kind") + "/" + c.Param("who")
}

// typedWords fills in the form of what the letters say.
func typedWords(r fab.Recall) url.Values {
	v := url.Values{ui.FieldWay: {r.Way}, ui.FieldAnswers: {r.Answers}, ui.FieldWords: {r.Words}}
	if r.Way == fab.RecallCall {
		v.Set(ui.FieldWay, ui.RecallCall)
	}
	if !r.FetchOn.IsZero() {
		v.Set(ui.FieldDay, r.FetchOn.Format(time.DateOnly))
	}
	return v
}

// recallWords notes what the letters say.
func (s *Server) recallWords(c *gin.Context) error {
	w := production.RecallWords{Way: c.PostForm(ui.FieldWay), FetchOn: c.PostForm(ui.FieldDay), Answers: c.PostForm(ui.FieldAnswers), Words: c.PostForm(ui.FieldWords)}
	if w.Way == ui.RecallCall {
		w.Way = fab.RecallCall
	}
	if err := s.Production.WordRecall(c.Request.Context(), fab.RecallID(c.Param("id")), w); err != nil {
		return s.again(c, err, func(f ui.Form) (ui.Page, error) {
			page, err := s.recallPage(c)
			page.Form, page.Open = f, true
			return page, err
		})
	}
	return s.recallDone(c, "done.recall_worded", recallAt(c)+"#wording")
}

// recallToldAll notes that all letters are on their way.
func (s *Server) recallToldAll(c *gin.Context) error {
	if err := s.Production.TellRecall(c.Request.Context(), fab.RecallID(c.Param("id")), "", "", c.PostForm(ui.FieldHow), me(c).ID); err != nil {
		return s.sayNo(c, err, recallAt(c))
	}
	return s.recallDone(c, "done.recall_told", recallAt(c))
}

// told words how far it is with one recipient.
func (r *reader) told(id fab.RecallID, t production.Told) ui.RecallTold {
	n := t.Notice
	row := ui.RecallTold{
		URL: "/desk/recalls/" + string(id) + "/to/" + t.Kind + "/" + t.Subject, Kind: t.Kind, Name: t.Spot.Name, Town: t.Spot.Town, Mobile: t.Spot.Phone,
		ToldAt: r.local(n.ToldAt), How: n.How, AnsweredAt: r.local(n.AnsweredAt), Aside: n.Aside, Gone: n.Gone, Said: n.Said, Sent: t.Sent, Back: t.Back, Done: t.Done(),
	}
	for _, b := range t.Boxes {
		row.OnWay = row.OnWay || b.At.IsZero()
	}
	return row
}

// recallTo is one recipient of a recall.
func (s *Server) recallTo(c *gin.Context) error {
	page, err := s.recallToPage(c)
	if err != nil {
		return err
	}
	if page.Flash != nil {
		page.Link, _ = page.Flash.Text.Args["url"].(string)
	}
	return s.show(c, page)
}

func (s *Server) recallToPage(c *gin.Context) (page ui.RecallTo, err error) {
	t, to, err := s.recipient(c)
	if err != nil {
		return page, err
	}
	if page.Letter, err = s.lettersOf(c, t.Recall, to); err != nil {
		return page, err
	}
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavMaterials); err != nil {
			return err
		}
		page.Live = ""
		page.RecallTold, page.RecallID, page.What, page.Subject = r.told(t.Recall.ID, to), string(t.Recall.ID), t.Recall.What, r.recalled(t.Recall)
		page.Email, page.Form = to.Email, ui.Form{Values: url.Values{}}
		if !to.Notice.AnsweredAt.IsZero() {
			page.Form.Values = typedAnswer(to.Notice)
		}
		page.Goods, err = r.comingBack(to)
		return err
	})
	return page, err
}

// recipient finds the recall and the recipient of the address.
func (s *Server) recipient(c *gin.Context) (t production.Telling, to production.Told, err error) {
	if t, err = s.Production.Telling(c.Request.Context(), fab.RecallID(c.Param("id"))); err != nil {
		return t, to, err
	}
	to, err = t.Find(c.Param("kind"), c.Param("who"))
	return t, to, err
}

// comingBack are the products that are at a place and may come back.
func (r *reader) comingBack(to production.Told) (list []ui.Choice, err error) {
	for _, b := range to.Boxes {
		for _, k := range b.Kits {
			if b.Box.Status != fab.BoxDelivered || k.Left == 0 {
				continue
			}
			goods, err := r.product(k.Kit.Product, k.Left)
			if err != nil {
				return nil, err
			}
			list = append(list, ui.Choice{Value: string(k.Kit.ID), Label: b.Box.Code + " · " + counted(goods)})
		}
	}
	return list, nil
}

func (s *Server) recallToAgain(c *gin.Context, err error, open string) error {
	return s.again(c, err, func(f ui.Form) (ui.Page, error) {
		page, err := s.recallToPage(c)
		page.Form, page.Open = f, open
		return page, err
	})
}

// recallTell notes that one recipient was told.
func (s *Server) recallTell(c *gin.Context) error {
	err := s.Production.TellRecall(c.Request.Context(), fab.RecallID(c.Param("id")), c.Param("kind"), c.Param("who"), c.PostForm(ui.FieldHow), me(c).ID)
	if err != nil {
		return s.sayNo(c, err, recallAt(c))
	}
	return s.recallDone(c, "done.recall_told", recallAt(c)+"#calls")
}

// recallAnswered notes what a recipient said on the telephone or wrote on the letter.
func (s *Server) recallAnswered(c *gin.Context) error {
	err := s.Production.AnswerRecall(c.Request.Context(), fab.RecallID(c.Param("id")), c.Param("kind"), c.Param("who"), readAnswer(c), me(c).ID)
	if err != nil {
		return s.recallToAgain(c, err, "answer")
	}
	return s.recallDone(c, "done.recall_answered", recallToAt(c))
}

func readAnswer(c *gin.Context) production.RecallAnswer {
	return production.RecallAnswer{Aside: c.PostForm(ui.FieldAside), Gone: c.PostForm(ui.FieldGone), Said: c.PostForm(ui.FieldNote)}
}

// recallLink makes a link to one letter, to be sent to its recipient.
func (s *Server) recallLink(c *gin.Context) error {
	token, err := s.Production.RecallLink(c.Request.Context(), fab.RecallID(c.Param("id")), c.Param("kind"), c.Param("who"))
	if err != nil {
		return err
	}
	return s.recallDone(c, "done.recall_link", recallToAt(c), "url", s.site(c)+"/recall/"+token)
}

// recallBack takes products of a recalled box back: they are scrapped, and the letter counts them as back.
func (s *Server) recallBack(c *gin.Context) error {
	_, to, err := s.recipient(c)
	if err != nil {
		return err
	}
	err = s.takeBack(c, to)
	if err != nil {
		return s.recallToAgain(c, err, "back")
	}
	return s.recallDone(c, "done.pieces_back", recallToAt(c))
}

func (s *Server) takeBack(c *gin.Context, from production.Told) error {
	n, ok := fab.WholeNumber(c.PostForm(ui.FieldCount))
	if !ok {
		return fab.Refuse(fab.Invalid, "not_a_number", ui.FieldCount)
	}
	for _, b := range from.Boxes {
		for _, k := range b.Kits {
			if string(k.Kit.ID) == c.PostForm(ui.FieldPart) {
				return s.Delivery.ComeBack(c.Request.Context(), delivery.BadPieces{Box: b.Box.Code, Kit: k.Kit.ID, Quantity: n, Why: fab.DefectRecalled, By: me(c).ID})
			}
		}
	}
	return fab.Refuse(fab.Invalid, "recall_part", ui.FieldPart)
}
