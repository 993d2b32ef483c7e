package web

import (
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/intake"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/ui"
)

// pickup lets a requester choose when to fetch what is packed.
func (s *Server) pickup(c *gin.Context) error {
	page, err := s.pickupPage(c)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) pickupPage(c *gin.Context) (page ui.PickupPage, err error) {
	t, err := s.Intake.Track(c.Request.Context(), c.Param("token"))
	if err != nil {
		return page, err
	}
	slots, err := s.Delivery.Slots(c.Request.Context())
	if err != nil {
		return page, err
	}
	page = ui.PickupPage{Frame: s.frame(c), Token: c.Param("token"), Form: emptyForm()}
	for _, v := range slots {
		one := ui.PickupSlot{ID: string(v.Slot.ID), From: s.local(v.Slot.FromAt), To: s.local(v.Slot.ToAt), Free: v.Free()}
		for _, p := range v.Pickups {
			one.Mine = one.Mine || p.RequestID == t.Request.ID
		}
		page.Slots = append(page.Slots, one)
	}
	err = s.read(c, func(r *reader) error {
		waiting, err := r.atCounter()
		for _, row := range waiting {
			if row.Request == string(t.Request.ID) {
				for _, b := range row.Boxes {
					page.Goods = append(page.Goods, b.Goods...)
				}
			}
		}
		return err
	})
	if err == nil && len(page.Goods) == 0 {
		err = fab.Refuse(fab.NotFound, "not_found", "", "what", "page")
	}
	return page, err
}

func (s *Server) pickupBook(c *gin.Context) error {
	t, err := s.Intake.Track(c.Request.Context(), c.Param("token"))
	if err != nil {
		return err
	}
	if err := s.Delivery.Book(c.Request.Context(), t.Request.ID, fab.SlotID(c.PostForm(ui.FieldSlot))); err != nil {
		return s.again(c, err, func(f ui.Form) (ui.Page, error) {
			page, err := s.pickupPage(c)
			page.Form = f
			return page, err
		})
	}
	s.flash(c, ui.FlashDone, "done.pickup_booked")
	return to(c, "/track/"+c.Param("token"))
}

func (s *Server) pickupOff(c *gin.Context) error {
	t, err := s.Intake.Track(c.Request.Context(), c.Param("token"))
	if err != nil {
		return err
	}
	if err := s.Delivery.Unbook(c.Request.Context(), t.Request.ID); err != nil {
		return err
	}
	s.flash(c, ui.FlashDone, "done.pickup_off")
	return to(c, "/track/"+c.Param("token"))
}

// trackPickup says whether the requester may fetch what is packed, and when that was agreed.
func (s *Server) trackPickup(tx *store.Tx, t intake.Track, page *ui.Track) error {
	p, err := tx.PickupOf(t.Request.ID)
	if err == nil {
		slot, err := tx.Slot(p.SlotID)
		page.Fetch, page.FetchTo, page.CanFetch = s.local(slot.FromAt), s.local(slot.ToAt), true
		return err
	}
	if fab.ClassOf(err) != fab.NotFound {
		return err
	}
	boxes, err := tx.BoxesOf(t.Request.ID)
	if err != nil {
		return err
	}
	for _, b := range boxes {
		if b.Status == fab.BoxPacked && !b.Recalled {
			slots, err := tx.SlotsAfter(s.now().Add(time.Minute))
			page.CanFetch = len(slots) > 0
			return err
		}
	}
	return nil
}
