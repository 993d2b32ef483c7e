package web

import (
	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/supply"
	"github.com/mailleur/mailleur/ui"
)

// giftDeskRoutes are what the desk does with gifts, and with goods that nobody knows.
func (s *Server) giftDeskRoutes() []route {
	const who, gift, lot = fab.RoleCoordinator, "/desk/donations/:id", "/desk/blocked/:id"
	return []route{
		{post, gift + "/receive", who, s.giftReceive},
		{post, gift + "/close", who, s.giftClose},
		{post, gift + "/refuse", who, s.giftRefuse},
		{post, gift + "/block", who, s.giftBlock},
		{get, gift + "/photo", who, s.giftPhoto},
		{post, "/desk/blocked", who, s.giftBlock},
		{post, lot + "/identify", who, s.blockedIdentify},
		{post, lot + "/scrap", who, s.blockedLetGo(fab.BlockedScrapped, "done.blocked_scrapped")},
		{post, lot + "/return", who, s.blockedLetGo(fab.BlockedReturned, "done.blocked_returned")},
		{get, lot + "/photo", who, s.blockedPhoto},
	}
}

// giftDesk fills in the gifts that are to come, and the goods that nobody knows.
func (r *reader) giftDesk(page *ui.Materials) (err error) {
	page.Gifts.Key = emptyForm().Key
	if page.Gifts.Rows, err = r.gifts(); err != nil {
		return err
	}
	materials, err := r.tx.Materials()
	if err != nil {
		return err
	}
	for _, m := range materials {
		page.Gifts.Materials = append(page.Gifts.Materials, ui.Choice{Value: m.Code, Label: inLang(m.Names, r.lang, m.Code)})
	}
	page.Gifts.Measures = measures(r.lang, materials)
	devices, err := r.tx.DevicesHere()
	if err != nil {
		return err
	}
	page.Gifts.Devices = int64(len(devices))
	page.Gifts.Blocked, err = r.blockedRows()
	return err
}

// gifts are the pledges of which something is still to come.
func (r *reader) gifts() ([]ui.GiftRow, error) {
	open, err := r.tx.Pledges()
	if err != nil {
		return nil, err
	}
	var rows []ui.GiftRow
	for _, d := range open {
		m, err := r.tx.MaterialOf(d)
		if err != nil {
			return nil, err
		}
		row := ui.GiftRow{
			ID: string(d.ID), Ref: d.Ref, Donor: d.Donor, Town: d.Town, Mobile: d.Phone, Email: d.Email, Condition: d.Condition, Other: d.Other(), Device: d.Device != "", Seen: d.Received,
			Fetch: d.Fetch, Address: d.Address, Hours: d.Hours, Stuff: giftStuff(d, m, r.lang, d.Rest()), Came: giftStuff(d, m, r.lang, d.Received), At: r.local(d.CreatedAt),
		}
		if d.Photo != "" {
			row.Photo = "/desk/donations/" + row.ID + "/photo"
		}
		if d.Device == "" && !d.Other() {
			for _, one := range m.AllMeasures() {
				row.Measures = append(row.Measures, ui.MeasureChoice(r.lang, one.Code))
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// blockedRows are the goods that somebody has to identify.
func (r *reader) blockedRows() ([]ui.BlockedRow, error) {
	lots, err := r.tx.BlockedHere()
	if err != nil {
		return nil, err
	}
	var rows []ui.BlockedRow
	for _, lot := range lots {
		row, err := blockedRow(r.tx, lot, r.lang)
		if err != nil {
			return nil, err
		}
		row.At = r.local(lot.CreatedAt)
		if lot.Photo != "" {
			row.Photo = "/desk/blocked/" + row.ID + "/photo"
		}
		d, err := r.tx.Donation(lot.DonationID)
		if err != nil {
			return nil, err
		}
		row.Donor, row.Town, row.Ref = d.Donor, d.Town, d.Ref
		rows = append(rows, row)
	}
	return rows, nil
}

// giftReceive books what came into the hub.
func (s *Server) giftReceive(c *gin.Context) error {
	p := supply.Parcel{
		Donation: fab.DonationID(c.Param("id")), Count: c.PostForm(ui.FieldCount), Measure: c.PostForm(ui.FieldMeasure), Last: c.PostForm(ui.FieldLast) == "yes", Seen: c.PostForm(ui.FieldSeenOf), By: me(c).ID,
		Model: c.PostForm(ui.FieldModelOf), Wiped: c.PostForm(ui.FieldWiped) == "yes",
	}
	return s.materialsDone(c, s.Supply.Receive(c.Request.Context(), p), "done.gift_received")
}

// giftClose says that the rest of a gift does not come.
func (s *Server) giftClose(c *gin.Context) error {
	err := s.Supply.Close(c.Request.Context(), fab.DonationID(c.Param("id")), c.PostForm(ui.FieldSeenOf))
	return s.materialsDone(c, err, "done.gift_closed")
}

// giftRefuse turns a pledge down, with a reason that its donor reads.
func (s *Server) giftRefuse(c *gin.Context) error {
	err := s.Supply.Refuse(c.Request.Context(), supply.Answer{
		Donation: fab.DonationID(c.Param("id")), Why: c.PostForm(ui.FieldWhy), Said: c.PostForm(ui.FieldSaid), Seen: c.PostForm(ui.FieldSeenOf),
	})
	return s.materialsDone(c, err, "done.gift_refused")
}

// giftBlock takes goods in that nobody knows, of a gift or of nobody.
func (s *Server) giftBlock(c *gin.Context) error {
	pictures, err := s.readPictures(c)
	if err != nil {
		return err
	}
	lot, err := s.Supply.Block(c.Request.Context(), supply.Unlabelled{
		Donation: fab.DonationID(c.Param("id")), Words: c.PostForm(ui.FieldWords), Count: c.PostForm(ui.FieldCount), Photo: pictures[ui.FieldPhoto],
		Last: c.PostForm(ui.FieldLast) == "yes", Seen: c.PostForm(ui.FieldSeenOf), SubmitKey: c.PostForm(ui.FieldKey), By: me(c).ID,
	})
	return s.materialsDone(c, err, "done.goods_blocked", "code", lot.Code)
}

// blockedIdentify says what goods are that nobody knew.
func (s *Server) blockedIdentify(c *gin.Context) error {
	err := s.Supply.Identify(c.Request.Context(), supply.Identity{
		Lot: fab.BlockedID(c.Param("id")), Material: c.PostForm(ui.FieldMaterial), Count: c.PostForm(ui.FieldCount), Measure: c.PostForm(ui.FieldMeasure), Each: c.PostForm(ui.FieldEach),
		Note: c.PostForm(ui.FieldNote), By: me(c).ID,
	})
	return s.materialsDone(c, err, "done.blocked_identified")
}

// blockedLetGo scraps goods that nobody knew, or gives them back.
func (s *Server) blockedLetGo(as fab.BlockedStatus, code string) func(*gin.Context) error {
	return func(c *gin.Context) error {
		err := s.Supply.LetGo(c.Request.Context(), fab.BlockedID(c.Param("id")), as, c.PostForm(ui.FieldNote), me(c).ID)
		return s.materialsDone(c, err, code)
	}
}

func (s *Server) giftPhoto(c *gin.Context) error {
	return s.photo(c, func(r *reader) (string, error) {
		d, err := r.tx.Donation(fab.DonationID(c.Param("id")))
		return d.Photo, err
	})
}

func (s *Server) blockedPhoto(c *gin.Context) error {
	return s.photo(c, func(r *reader) (string, error) {
		lot, err := r.tx.Blocked(fab.BlockedID(c.Param("id")))
		return lot.Photo, err
	})
}

// photo shows the picture whose hash a reader finds.
func (s *Server) photo(c *gin.Context, find func(*reader) (string, error)) error {
	hash := ""
	err := s.read(c, func(r *reader) (err error) {
		hash, err = find(r)
		return err
	})
	if err == nil && hash == "" {
		err = fab.Refuse(fab.NotFound, "not_found", "", "what", "file")
	}
	if err != nil {
		return err
	}
	blob, err := s.Store.Blob(c.Request.Context(), hash)
	if err != nil {
		return err
	}
	return s.stream(c, blob)
}
