package web

import (
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/paper"
	"github.com/mailleur/mailleur/ui"
)

// recallPaper is a letter to every place that a recall reaches.
func (s *Server) recallPaper(c *gin.Context) (d ui.Document, err error) {
	var letters []paper.Letter
	var subject string
	err = s.read(c, func(r *reader) error {
		recall, err := r.recall(fab.RecallID(c.Param("id")))
		if err != nil {
			return err
		}
		subject = r.recalled(recall)
		letters, err = r.letters(recall)
		return err
	})
	switch {
	case err != nil:
		return d, err
	case len(letters) == 0:
		return d, fab.Refuse(fab.NotFound, "not_found", "", "what", "recall letter")
	}
	return paper.RecallLetters(lang(c), s.asLab(c), subject, letters)
}

// letters are those to the places whose boxes left the lab, each with its boxes.
func (r *reader) letters(recall fab.Recall) (list []paper.Letter, err error) {
	lots, err := r.tx.LotsBy(recall.What, recall.Subject)
	if err != nil {
		return nil, err
	}
	ids := make([]fab.LotID, len(lots))
	for i, l := range lots {
		ids[i] = l.ID
	}
	boxes, err := r.tx.BoxesWith(ids)
	if err != nil {
		return nil, err
	}
	var to []fab.FacilityID
	for _, b := range boxes {
		if b.Status != fab.BoxDelivered && b.Status != fab.BoxLoaded {
			continue
		}
		place, err := r.placeOf(b.RequestID)
		if err != nil {
			return nil, err
		}
		i := slices.Index(to, place.ID)
		if i < 0 {
			i = len(list)
			to, list = append(to, place.ID), append(list, paper.Letter{To: asPlace(place.Spot()), Date: r.local(r.tx.Now()), Answer: true})
		}
		row, err := r.boxRow(b)
		if err != nil {
			return nil, err
		}
		for _, g := range row.Goods {
			list[i].Boxes = append(list[i].Boxes, paper.NoteLine{Box: b.Code, What: paper.Goods{Name: g.Name, Count: g.N}, Lots: row.Lots})
		}
	}
	return list, nil
}
