package web

import (
	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/paper"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/ui"
)

// recallPaper is a letter to everybody whom a recall reaches.
func (s *Server) recallPaper(c *gin.Context) (d ui.Document, err error) {
	t, err := s.Production.Telling(c.Request.Context(), fab.RecallID(c.Param("id")))
	if err != nil {
		return d, err
	}
	return s.lettersOf(c, t.Recall, t.Told...)
}

// recallToPaper is the letter to one of them.
func (s *Server) recallToPaper(c *gin.Context) (d ui.Document, err error) {
	t, to, err := s.recipient(c)
	if err != nil {
		return d, err
	}
	return s.lettersOf(c, t.Recall, to)
}

// recallLetterPaper is the same for whoever holds its link.
func (s *Server) recallLetterPaper(c *gin.Context) (d ui.Document, err error) {
	t, to, err := s.Production.FollowRecall(c.Request.Context(), c.Param("token"))
	if err != nil {
		return d, err
	}
	return s.lettersOf(c, t.Recall, to)
}

func (s *Server) lettersOf(c *gin.Context, recall fab.Recall, told ...production.Told) (d ui.Document, err error) {
	if len(told) == 0 {
		return d, fab.Refuse(fab.NotFound, "not_found", "", "what", "recall letter")
	}
	var letters []paper.Letter
	var subject string
	err = s.read(c, func(r *reader) error {
		subject = r.recalled(recall)
		for _, to := range told {
			one, err := r.letter(recall, to)
			if err != nil {
				return err
			}
			letters = append(letters, one)
		}
		return nil
	})
	if err != nil {
		return d, err
	}
	return paper.RecallLetters(lang(c), s.asLab(c), subject, letters)
}

// letter is what one recipient is told.
func (r *reader) letter(recall fab.Recall, to production.Told) (l paper.Letter, err error) {
	l = paper.Letter{
		Kind: to.Kind, To: asPlace(to.Spot), Date: r.local(r.tx.Now()), Way: recall.Way, FetchOn: r.localDay(recall.FetchOn), Answers: recall.Answers, Words: recall.Words,
		Gift: fab.FormatReference(to.Gift.Ref), Itself: recall.What == fab.RecallSpool,
	}
	for _, b := range to.Boxes {
		if err := r.lettered(&l, b); err != nil {
			return l, err
		}
	}
	for _, one := range to.Lots {
		lot, err := r.tx.Lot(one.LotID)
		if err != nil {
			return l, err
		}
		part := r.part(lot.DesignID, one.Part, one.Quantity)
		l.Bags = append(l.Bags, paper.BagAtHome{Code: one.Lot, What: paper.Goods{Name: part.Name, Count: part.N}})
	}
	for _, s := range to.Reels {
		l.Reels = append(l.Reels, s.Code)
	}
	return l, nil
}

// lettered adds what one box held: what is recalled, and what else came in it.
func (r *reader) lettered(l *paper.Letter, b production.RecalledBox) error {
	for _, k := range b.Kits {
		goods, err := r.product(k.Kit.Product, k.Kit.Quantity)
		if err != nil {
			return err
		}
		line := paper.NoteLine{Box: b.Box.Code, What: paper.Goods{Name: goods.Name, Count: goods.N}, Lots: k.Lots}
		l.Boxes = append(l.Boxes, paper.RecalledGoods{NoteLine: line, At: r.local(b.At)})
	}
	for _, k := range b.Others {
		goods, err := r.product(k.Product, k.Quantity)
		if err != nil {
			return err
		}
		l.Others = append(l.Others, paper.Goods{Name: goods.Name, Count: goods.N})
	}
	return nil
}
