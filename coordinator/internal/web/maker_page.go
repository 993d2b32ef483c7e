package web

import (
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// maker is a volunteer's own page: what to answer, what is in hand, the printers.
func (s *Server) maker(c *gin.Context) error {
	page, err := s.makerPage(c)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) makerPage(c *gin.Context) (page ui.Maker, err error) {
	page.Frame = s.frame(c)
	page.Live = "/maker/live"
	mine := func(w fab.Worker) bool { return w.MakerID == me(c).MakerID }
	err = s.read(c, func(r *reader) (err error) {
		if page.Tiles, err = r.tiles(makerPrinters, mine); err != nil {
			return err
		}
		if page.Reloads, err = r.loads(mine); err != nil {
			return err
		}
		if page.Judge, err = r.toJudge(me(c).MakerID); err != nil {
			return err
		}
		if page.Own, err = r.ownBags(me(c).MakerID); err != nil {
			return err
		}
		live, err := r.inHand()
		if err != nil {
			return err
		}
		for _, w := range r.workers {
			if !mine(w) {
				continue
			}
			page.Made += w.GoodPieces
			if !w.Streamed() {
				err = r.handWork(w, live, "/maker", &page.Offers, &page.Work)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	return page, err
}

// handWork fills what a pair of hands is asked for and what it has.
// base is where the files of it are: "/maker" or "/desk".
func (r *reader) handWork(w fab.Worker, live []fab.Attempt, base string, offers *[]ui.Offer, work *[]ui.Work) error {
	printer := ""
	if w.Kind == fab.WorkerPrinter {
		printer = w.Name
	}
	for _, a := range live {
		if a.WorkerID != w.ID {
			continue
		}
		b, err := r.tx.Batch(a.BatchID)
		if err != nil {
			return err
		}
		gone, err := r.gone(b)
		if err != nil {
			return err
		}
		twin, err := r.twin(a)
		if err != nil {
			return err
		}
		part, _ := r.designs[b.DesignID].BOM.Part(a.Part)
		switch a.Status {
		case fab.AttemptOffered:
			o := ui.Offer{
				ID: string(a.ID), Part: r.part(b.DesignID, a.Part, a.Copies), Step: stepOf(part), Printer: printer, Due: r.localDay(b.DueAt),
				Twin: twin, Answer: r.local(a.LeaseUntil), HandIn: w.HandInBefore(r.tx.Now(), b.DueAt).UTC().Add(-time.Second).Format(time.DateOnly), Why: r.reason(a.Why), Picture: part.Picture,
			}
			if o.Takes, o.Given, err = r.takesFor(a, part); err != nil {
				return err
			}
			if b.RequestID != "" {
				if o.For, err = townOf(r.tx, b.RequestID); err != nil {
					return err
				}
			}
			*offers = append(*offers, o)
		case fab.AttemptLeased, fab.AttemptToCount, fab.AttemptLost:
			one := ui.Work{
				ID: string(a.ID), Part: r.part(b.DesignID, a.Part, a.Copies), Step: stepOf(part), Printer: printer, Due: r.localDay(b.DueAt),
				Late: r.tx.Now().After(r.endOfDay(b.DueAt)), HandIn: r.local(a.LeaseUntil).Add(-time.Second), Picture: part.Picture,
				Soon: a.DueSoon(r.tx.Now(), r.Lab.Zone), Twin: twin,
			}
			if one.Takes, one.Given, err = r.takesFor(a, part); err != nil {
				return err
			}
			one.Gone, one.Whole = gone, a.PlateID != ""
			if a.PlateID != "" || part.ModelHash != "" {
				one.File = base + "/work/" + string(a.ID) + "/file"
			}
			*work = append(*work, one)
		}
	}
	return nil
}

func stepOf(p fab.Part) string {
	if p.How == fab.ByPrint || p.Step == "" {
		return "print"
	}
	return p.Step
}
