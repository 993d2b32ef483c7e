package web

import (
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/intake"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/ui"
)

// Hours between which deliveries are made, by the lab's clock.
const (
	roundsFrom = 9
	roundsTo   = 18
)

// track is the requester's page.
func (s *Server) track(c *gin.Context) error {
	page, err := s.trackOf(c, c.Param("token"))
	if err != nil {
		return err
	}
	s.setCookie(c, cookieTrack, c.Param("token"), heldFor)
	return s.show(c, page)
}

func (s *Server) trackOf(c *gin.Context, token string) (ui.Track, error) {
	t, err := s.Intake.Track(c.Request.Context(), token)
	if err != nil {
		return ui.Track{}, err
	}
	page, err := s.trackPage(c, t)
	if err != nil {
		return page, err
	}
	o := s.promise(c.Request.Context(), t.Request)
	err = s.Store.View(c.Request.Context(), func(tx *store.Tx) error {
		page.Ready, err = s.toldOf(tx, t.Request, o)
		return err
	})
	if err != nil {
		return page, err
	}
	page.Token, page.Live = token, "/track/"+token+"/live"
	page.Still = s.still(t, page.Lines, "/track/"+token+"/still")
	return page, nil
}

// trackPage says where a request is. The coordinator's page of it draws its thread from the same.
func (s *Server) trackPage(c *gin.Context, t intake.Track) (ui.Track, error) {
	r := t.Request
	page := ui.Track{
		Frame: s.frame(c), Ref: r.Ref, Status: r.Status, Channel: r.Channel, Makers: int64(t.Makers),
		Received: s.local(r.CreatedAt), Approved: s.local(r.ApprovedAt), Confirmed: !r.ReceiptAt.IsZero(), Why: refusalOf(r),
	}
	if r.Status == fab.RequestDelivered {
		page.Delivered = s.local(r.ClosedAt)
	}
	err := s.Store.View(c.Request.Context(), func(tx *store.Tx) (err error) {
		for _, fill := range []func(*store.Tx, intake.Track, *ui.Track) error{s.trackLines, s.trackMaterial, s.trackBoxes, s.trackPickup} {
			if err := fill(tx, t, &page); err != nil {
				return err
			}
		}
		page.Notes, err = noteLinks(tx, r.ID)
		return err
	})
	page.CanCancel = r.Status == fab.RequestReceived || r.Status == fab.RequestApproved && !page.OnWay
	return page, err
}

// refusalOf words why a request was refused; a cancellation by its requester needs no reason.
func refusalOf(r fab.Request) fab.Reason {
	if r.Status != fab.RequestRefused || r.WhyCode == "" {
		return fab.Reason{}
	}
	return fab.Because("request.refuse_" + r.WhyCode)
}

// trackLines fills the five quantities and how many whole products the good pieces make.
func (s *Server) trackLines(tx *store.Tx, t intake.Track, page *ui.Track) error {
	for _, p := range inOrder(t.Lines) {
		name, err := productName(tx, p.Product, page.Lang)
		if err != nil {
			return err
		}
		made, err := madeOf(tx, t.Request.ID, p.Product)
		if err != nil {
			return err
		}
		page.Lines = append(page.Lines, ui.TrackLine{
			Code: p.Product, Name: name, Asked: p.Asked, Promised: p.Promised, Making: p.InProduction, OnWay: p.InTransit, Delivered: p.Delivered,
			Made: min(made, p.Promised),
		})
	}
	return nil
}

// madeOf is how many whole products the good pieces of a request's batches make.
func madeOf(tx *store.Tx, id fab.RequestID, product string) (made int64, err error) {
	batches, err := tx.BatchesOf(id)
	if err != nil {
		return 0, err
	}
	for _, b := range batches {
		if b.Product != product {
			continue
		}
		whole, err := wholeProducts(tx, b)
		if err != nil {
			return 0, err
		}
		made += whole
	}
	return made, nil
}

// wholeProducts is how many products the good pieces of a batch make: as many as its scarcest part allows.
func wholeProducts(tx *store.Tx, b fab.Batch) (int64, error) {
	design, err := tx.Design(b.DesignID)
	if err != nil {
		return 0, err
	}
	counts, err := tx.PartCounts(b, design.BOM)
	if err != nil || len(counts) == 0 {
		return 0, err
	}
	whole := b.Quantity
	for _, c := range counts {
		whole = min(whole, c.Good*b.Quantity/max(1, c.Needed))
	}
	return whole, nil
}

// trackMaterial says whether the work waits for material, and which gift is inside what was assembled.
func (s *Server) trackMaterial(tx *store.Tx, t intake.Track, page *ui.Track) error {
	if t.Request.ApprovedAt.IsZero() {
		return nil
	}
	page.Gathered = true
	batches, err := tx.BatchesOf(t.Request.ID)
	if err != nil {
		return err
	}
	for _, b := range batches {
		jobs, err := tx.JobsOf(b.ID)
		if err != nil {
			return err
		}
		for _, j := range jobs {
			if j.Status == fab.JobWaiting && j.Wait.Code == waitMaterial {
				page.Gathered, page.Wait = false, s.reason(j.Wait)
			}
		}
	}
	page.Gift, err = giftIn(tx, t.Request.ID)
	return err
}

// waitMaterial is what the planner says of a job that lacks material.
const waitMaterial = "wait_material"

// giftIn finds the gift that most of a request's assembled goods hold.
func giftIn(tx *store.Tx, id fab.RequestID) (most ui.Gift, err error) {
	kits, err := tx.KitsOf(id)
	if err != nil {
		return most, err
	}
	amounts := map[string]int64{}
	for _, k := range kits {
		moves, err := tx.Moves("subject", string(k.ID))
		if err != nil {
			return most, err
		}
		for _, m := range moves {
			switch kind, _ := m.Item.Split(); {
			case kind == "material" && m.Why == "kitted":
				amounts[m.Source] += m.Quantity
			case kind == "material" && m.Why == fab.MoveUnpacked:
				amounts[m.Source] -= m.Quantity
			}
		}
	}
	for _, source := range sortedKeys(amounts) {
		d, err := tx.Donation(fab.DonationID(source))
		if fab.ClassOf(err) == fab.NotFound {
			continue // bought, or a spool
		} else if err != nil {
			return most, err
		}
		if amounts[source] > most.Count {
			most = ui.Gift{Material: d.Material, Count: amounts[source], Town: d.Town}
		}
	}
	return most, nil
}

// trackBoxes says how far the assembled goods are, and when they come once a run is planned.
func (s *Server) trackBoxes(tx *store.Tx, t intake.Track, page *ui.Track) error {
	boxes, err := tx.BoxesOf(t.Request.ID)
	if err != nil {
		return err
	}
	if page.Packed, err = allPacked(tx, t); err != nil {
		return err
	}
	for _, b := range boxes {
		if b.Status != fab.BoxLoaded || b.StopID == "" {
			continue
		}
		stop, err := tx.Stop(b.StopID)
		if err != nil {
			return err
		}
		run, err := tx.Run(stop.RunID)
		if err != nil {
			return err
		}
		page.OnWay = page.OnWay || run.Status == fab.RunOnWay
		day := s.localDay(run.Day)
		page.From, page.To = atHour(day, roundsFrom), atHour(day, roundsTo)
	}
	return nil
}

// allPacked reports whether everything that was promised lies in a box.
func allPacked(tx *store.Tx, t intake.Track) (bool, error) {
	kits, err := tx.KitsOf(t.Request.ID)
	if err != nil {
		return false, err
	}
	packed := map[string]int64{}
	for _, k := range kits {
		if k.BoxID != "" {
			packed[k.Product] += k.Quantity
		}
	}
	promised := int64(0)
	for _, l := range t.Lines {
		promised += l.Promised
		if packed[l.Product] < l.Promised {
			return false, nil
		}
	}
	return promised > 0, nil
}

// atHour is an hour of a day by the lab's clock, also on the days when the clock is changed.
func atHour(day time.Time, hour int) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), hour, 0, 0, 0, day.Location())
}
