package demo

import (
	"context"
	"net/http"
	"slices"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/ui"
)

// Stage shows the story to a visitor and lets him be each person in turn.
type Stage struct {
	show  *Show
	store *store.Store
	speed float64
}

// NewStage builds a Stage over a show and the books of its lab, in which it only makes links for the visitor.
func NewStage(show *Show, s *store.Store, speed float64) *Stage {
	return &Stage{show: show, store: s, speed: speed}
}

// Bar is the strip at the top of every page. A visitor who opens pages or sends forms is there; an open page that takes
// its news, and the actors, who have no browser, do not count.
func (s *Stage) Bar(r *http.Request, role string) ui.DemoBar {
	if r.Header.Get("Sec-Fetch-Mode") == "navigate" {
		s.show.Clicked()
	}
	if role == "" {
		role = ui.DemoStory
	}
	return ui.DemoBar{Role: role, MinutesPerMinute: int64(s.speed), Mine: s.show.Mine()}
}

// Take hands the story to the visitor, or back to the actors.
func (s *Stage) Take(ctx context.Context, mine bool) error { return s.show.Take(ctx, mine) }

// linesShown is how many latest happenings the story tells.
const linesShown = 12

// Story fills the first screen: the stations of the visors' way, who did what, and the figures.
func (s *Stage) Story(ctx context.Context, frame ui.Frame) (page ui.Story, err error) {
	page = ui.Story{Frame: frame, Clock: frame.Now, Headline: fab.Because("story.begin")}
	err = s.store.View(ctx, func(tx *store.Tx) error {
		facts, err := s.way(tx, &page)
		if err != nil {
			return err
		}
		page.Way = ui.VisorWay(facts)
		return s.lines(tx, &page)
	})
	return page, err
}

// way reads how far the care home's visors are.
func (s *Stage) way(tx *store.Tx, page *ui.Story) (f ui.WayFacts, err error) {
	requests, err := tx.Requests()
	if err != nil {
		return f, err
	}
	for _, r := range requests {
		progress, err := tx.Progress(r.ID)
		if err != nil {
			return f, err
		}
		for _, p := range progress {
			page.Requested += p.Asked
			page.Delivered += p.Delivered
			if p.Product != "visor" {
				continue
			}
			f.Asked, f.Approved = true, p.Promised > 0
			f.OnWay, f.Delivered = p.InTransit > 0 || p.Delivered > 0, p.Delivered >= p.Asked
			f.Packed = f.OnWay
			if err := batch(tx, r, &f); err != nil {
				return f, err
			}
		}
	}
	page.Finished = page.Requested > 0 && page.Delivered >= page.Requested
	return f, count(tx, page)
}

// batch reads how far the making of the visors is.
func batch(tx *store.Tx, r fab.Request, f *ui.WayFacts) error {
	batches, err := tx.BatchesOf(r.ID)
	if err != nil {
		return err
	}
	for _, b := range batches {
		if b.Product != "visor" {
			continue
		}
		design, err := tx.Design(b.DesignID)
		if err != nil {
			return err
		}
		counts, err := tx.PartCounts(b, design.BOM)
		if err != nil {
			return err
		}
		for i, c := range counts {
			if i == 0 {
				f.Made, f.Of = c.Good, c.Needed
			}
		}
		attempts, err := tx.AttemptsOf(b.ID)
		if err != nil {
			return err
		}
		f.Shared, f.Printed = len(attempts) > 0, b.Status == fab.BatchDone || f.OnWay
		if f.Material, err = material(tx, b); err != nil {
			return err
		}
		f.Checked, err = checked(tx, b)
		if err != nil {
			return err
		}
	}
	boxes, err := tx.BoxesOf(r.ID)
	f.Packed = f.Packed || len(boxes) > 0
	return err
}

// material reports whether nothing of a batch waits for film or elastic any more.
func material(tx *store.Tx, b fab.Batch) (bool, error) {
	jobs, err := tx.JobsOf(b.ID)
	short := slices.ContainsFunc(jobs, func(j fab.Job) bool { return j.Wait.Code == "wait_material" })
	return len(jobs) > 0 && !short, err
}

// checked reports whether every bag of a finished batch was counted at the hub.
func checked(tx *store.Tx, b fab.Batch) (bool, error) {
	lots, err := tx.LotsOf(b.ID)
	if err != nil || b.Status != fab.BatchDone {
		return false, err
	}
	return !slices.ContainsFunc(lots, func(l fab.Lot) bool { return l.Status == fab.LotMade }), nil
}

func count(tx *store.Tx, page *ui.Story) error {
	lots, err := tx.Lots()
	for _, l := range lots {
		page.Good += l.Declared
		page.Bad += l.Bad
	}
	return err
}

// lines tells the latest happenings, newest first; the newest is the headline.
func (s *Stage) lines(tx *store.Tx, page *ui.Story) error {
	changes, err := tx.LatestChanges(10 * linesShown)
	if err != nil {
		return err
	}
	opened := s.show.openedAt()
	for _, c := range changes {
		role, told := roleOf(c.Code)
		if !told || c.At.Before(opened) || len(page.Lines) == linesShown {
			continue
		}
		page.Lines = append(page.Lines, ui.ActorLine{ID: string(rune('a'+c.Seq%26)) + c.At.Format("150405.000000"), At: c.At.In(page.Now.Location()), Role: role, Text: fab.Reason{Code: "change." + c.Code, Args: c.Args}})
	}
	if len(page.Lines) > 0 {
		page.Headline = page.Lines[0].Text
	}
	return nil
}

// roleOf says who stands behind a change, and false for what no visitor needs to hear.
func roleOf(code string) (role string, told bool) {
	switch code {
	case "request_received", "request_confirmed", "request_cancelled":
		return ui.DemoRequester, true
	case "request_approved", "request_refused", "gift_received", "gift_received_weighed", "lot_settled", "lot_settled_differs", "kit_made", "box_packed", "run_planned", "recalled":
		return ui.DemoCoordinator, true
	case "gift_pledged", "gift_pledged_weighed":
		return ui.DemoDonor, true
	case "lot_counted", "offer_accepted", "offer_declined", "plate_cleared":
		return ui.DemoMaker, true
	case "collected", "delivered", "stop_failed", "request_delivered":
		return ui.DemoDriver, true
	case "batch_opened", "batch_done", "attempt_offered", "attempt_started", "attempt_finished", "attempt_failed", "attempt_lost":
		return "lab", true
	}
	return "", false
}
