package web

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/delivery"
	"github.com/mailleur/mailleur/ui"
)

const deskCounter = "/desk/counter"

// counterRoutes are the hub's counter, and the requesters' way to it.
func (s *Server) counterRoutes() []route {
	const who = fab.RoleCoordinator
	return []route{
		{get, deskCounter, who, s.counter},
		{post, deskCounter + "/slots", who, s.slotOpen},
		{post, deskCounter + "/slots/:id/close", who, s.slotClose},
		{post, deskCounter + "/give", who, s.handOut},
		{post, deskCounter + "/back", who, s.piecesBack},
		{get, "/track/:token/pickup", "", s.pickup},
		{post, "/track/:token/pickup", "", s.pickupBook},
		{post, "/track/:token/unbook", "", s.pickupOff},
	}
}

// counter is who comes when, what is handed out, and what comes back.
func (s *Server) counter(c *gin.Context) error {
	page, err := s.counterPage(c)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) counterPage(c *gin.Context) (page ui.Counter, err error) {
	slots, err := s.Delivery.Slots(c.Request.Context())
	if err != nil {
		return page, err
	}
	page.Reasons, page.Form = fab.DefectReasons[:], emptyForm()
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavDeliveries); err != nil {
			return err
		}
		if page.Waiting, err = r.atCounter(); err != nil {
			return err
		}
		for _, v := range slots {
			one := ui.CounterSlot{ID: string(v.Slot.ID), From: r.local(v.Slot.FromAt), To: r.local(v.Slot.ToAt), Size: v.Slot.Capacity, Free: v.Free()}
			for _, p := range v.Pickups {
				place, err := r.placeOf(p.RequestID)
				if err != nil {
					return err
				}
				one.Who = append(one.Who, place.Name)
				for i := range page.Waiting {
					if page.Waiting[i].Request == string(p.RequestID) {
						page.Waiting[i].At = one.From
					}
				}
			}
			page.Slots = append(page.Slots, one)
		}
		slices.SortStableFunc(page.Waiting, byComing)
		return nil
	})
	return page, err
}

// byComing has those first who said when they come.
func byComing(a, b ui.CounterRow) int {
	switch {
	case a.At.IsZero() != b.At.IsZero() && a.At.IsZero():
		return 1
	case a.At.IsZero() != b.At.IsZero():
		return -1
	}
	return a.At.Compare(b.At)
}

// atCounter lists the requests whose boxes lie at the hub.
func (r *reader) atCounter() (rows []ui.CounterRow, err error) {
	boxes, err := r.tx.Boxes(fab.BoxPacked)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(boxes, byCode)
	for _, b := range boxes {
		if b.Recalled {
			continue
		}
		row, err := r.boxRow(b)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(rows, func(c ui.CounterRow) bool { return c.Request == string(b.RequestID) })
		if i < 0 {
			place, err := r.placeOf(b.RequestID)
			if err != nil {
				return nil, err
			}
			i = len(rows)
			rows = append(rows, ui.CounterRow{Request: string(b.RequestID), Place: place.Name, Town: place.Town, Own: place.Kind == fab.FacilityMember})
		}
		rows[i].Boxes = append(rows[i].Boxes, row)
	}
	return rows, nil
}

func (s *Server) counterAgain(c *gin.Context, err error, open, id string) error {
	return s.again(c, err, func(f ui.Form) (ui.Page, error) {
		page, err := s.counterPage(c)
		if id != "" {
			f = at(f, id)
		}
		if f.Key == "" {
			f.Key = page.Form.Key
		}
		page.Form, page.Open = f, open
		return page, err
	})
}

func (s *Server) slotOpen(c *gin.Context) error {
	size, err := strconv.ParseInt(strings.TrimSpace(c.PostForm(ui.FieldBoxes)), 10, 64)
	if err != nil {
		size = 0
	}
	n := delivery.NewSlot{Day: c.PostForm(ui.FieldDay), From: c.PostForm(ui.FieldFrom), To: c.PostForm(ui.FieldTo), Capacity: size}
	if err := s.Delivery.AddSlot(c.Request.Context(), n); err != nil {
		return s.counterAgain(c, err, "slot", "")
	}
	s.flash(c, ui.FlashDone, "done.slot_opened")
	return to(c, deskCounter+"#slots")
}

func (s *Server) slotClose(c *gin.Context) error {
	if err := s.Delivery.CloseSlot(c.Request.Context(), fab.SlotID(c.Param("id"))); err != nil {
		return err
	}
	s.flash(c, ui.FlashDone, "done.slot_closed")
	return to(c, deskCounter+"#slots")
}

// handOut gives boxes to somebody at the counter.
func (s *Server) handOut(c *gin.Context) error {
	h := delivery.HandOut{Request: fab.RequestID(c.PostForm(ui.FieldRequest)), Receiver: c.PostForm(ui.FieldReceiver), Key: c.PostForm(ui.FieldKey), By: me(c).ID}
	for _, id := range c.PostFormArray(ui.FieldBox) {
		h.Boxes = append(h.Boxes, fab.BoxID(id))
	}
	var err error
	if len(h.Boxes) == 0 {
		err = fab.Refuse(fab.Invalid, "boxes_missing", "")
	} else {
		err = s.Delivery.Give(c.Request.Context(), h)
	}
	if err != nil {
		return s.counterAgain(c, err, string(h.Request), string(h.Request))
	}
	s.flash(c, ui.FlashDone, "done.given")
	return to(c, deskCounter)
}

// piecesBack takes bad pieces back.
func (s *Server) piecesBack(c *gin.Context) error {
	n, ok := fab.WholeNumber(c.PostForm(ui.FieldCount))
	b := delivery.BadPieces{Box: c.PostForm(ui.FieldBox), Lot: c.PostForm(ui.FieldLot), Quantity: n, Why: c.PostForm(ui.FieldReason), Said: c.PostForm(ui.FieldNote), By: me(c).ID}
	var err error
	if !ok {
		err = fab.Refuse(fab.Invalid, "not_a_number", ui.FieldCount)
	} else {
		err = s.Delivery.ComeBack(c.Request.Context(), b)
	}
	if err != nil {
		return s.counterAgain(c, err, "back", "")
	}
	s.flash(c, ui.FlashDone, "done.pieces_back")
	return to(c, deskCounter)
}
