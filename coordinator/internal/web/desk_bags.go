package web

import (
	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/ui"
)

// bagSettle counts a bag at the hub, and makes the kits that its pieces allow when asked to.
func (s *Server) bagSettle(c *gin.Context) error {
	code := c.Param("lot")
	in, err := s.inspection(c, code)
	if err == nil {
		err = s.Production.Settle(c.Request.Context(), in)
	}
	if err != nil {
		return s.deliveriesAgain(c, err, code, code)
	}
	if c.PostForm(ui.FieldKit) == "yes" {
		made, err := s.Supply.CloseAll(c.Request.Context(), false, me(c).ID)
		if err != nil {
			return err
		}
		if made.Products > 0 {
			s.flash(c, ui.FlashDone, "done.bag_kitted", "lot", code, "n", made.Products)
			return to(c, "/desk/deliveries")
		}
	}
	s.flash(c, ui.FlashDone, "done.bag_settled", "lot", code)
	return to(c, "/desk/deliveries")
}

func (s *Server) inspection(c *gin.Context, code string) (in production.Inspection, err error) {
	err = s.Store.View(c.Request.Context(), func(tx *store.Tx) error {
		lot, err := tx.LotByCode(code)
		in.Lot = lot.ID
		return err
	})
	if err != nil {
		return in, err
	}
	in.Reason, in.By = c.PostForm(ui.FieldReason), me(c).ID
	if in.Reason == "" {
		in.Reason = "ok"
	}
	in.Good, in.Bad, err = counts(c)
	return in, err
}

// bags are the lots that nobody counted at the hub yet: those on their way to the table, and those at their makers'.
func (r *reader) bags() (in, away []ui.Bag, err error) {
	lots, err := r.tx.Lots(fab.LotMade)
	if err != nil {
		return nil, nil, err
	}
	for _, l := range lots {
		maker := r.makers[l.MakerID]
		n, err := r.tx.BalanceOf(maker.LocationID, fab.PartItem(l.Part), string(l.ID))
		if err != nil {
			return nil, nil, err
		}
		bag := ui.Bag{Lot: l.Code, Part: r.part(l.DesignID, l.Part, l.Declared), Who: maker.Name, Town: r.hostOf(maker).Where(), At: r.local(l.CreatedAt)}
		switch {
		case l.Declared == 0: // every piece was bad: there is no bag
		case n > 0:
			away = append(away, bag)
		default:
			in = append(in, bag)
		}
	}
	return in, away, nil
}

// hostOf is the maker at whose place a maker's bags are fetched.
func (r *reader) hostOf(m fab.Maker) fab.Maker {
	for _, host := range r.makers {
		if host.LocationID == m.CollectID && host.Status == fab.MakerActive {
			return host
		}
	}
	return m
}
