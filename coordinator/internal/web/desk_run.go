package web

import (
	"cmp"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/delivery"
	"github.com/mailleur/mailleur/ui"
)

// deskRuns is where the coordinator's pages of runs are.
const deskRuns = "/desk/runs/"

// deskRun is one run for the coordinator.
func (s *Server) deskRun(c *gin.Context) error {
	page, err := s.deskRunPage(c)
	if err != nil {
		return err
	}
	if page.Flash != nil {
		page.URL, _ = page.Flash.Text.Args["url"].(string)
	}
	return s.show(c, page)
}

func (s *Server) deskRunPage(c *gin.Context) (page ui.DeskRun, err error) {
	v, err := s.Delivery.Show(c.Request.Context(), fab.RunID(c.Param("id")))
	if err != nil {
		return page, err
	}
	err = s.read(c, func(r *reader) error {
		frame, err := s.deskFrame(c, r, ui.NavDeliveries)
		if err != nil {
			return err
		}
		page = ui.DeskRun{
			Frame: frame, ID: string(v.Run.ID), Code: v.Run.Code, Driver: v.Run.Driver, Mobile: v.Run.Phone, Vehicle: v.Run.Vehicle, Capacity: v.Run.Capacity,
			Day: s.localDay(v.Run.Day), Leave: s.leaves(v.Run), Back: s.local(v.Back), Km: v.Km, Home: way(v.Home), State: runState(v.Run), Ended: s.local(v.Run.FinishedAt),
		}
		if v.Run.ClosedBy != "" {
			by, err := r.tx.Account(v.Run.ClosedBy)
			if err != nil {
				return err
			}
			page.EndedBy = by.Name
		}
		if page.Loads, err = s.runLoads(r.tx, v); err != nil {
			return err
		}
		if page.Over() {
			return s.deskStops(r, v, &page)
		}
		hub, err := s.Delivery.Hub(c.Request.Context())
		if err != nil {
			return err
		}
		page.NoHub = !hub.Located() && hub.Town == ""
		if page.More, err = r.runChoice(); err != nil {
			return err
		}
		return s.deskStops(r, v, &page)
	})
	return page, err
}

// deskStops fills the stops, and counts the boxes aboard.
func (s *Server) deskStops(r *reader, v delivery.RunView, page *ui.DeskRun) error {
	first, last := -1, -1
	for i, stop := range v.Stops {
		one := ui.StopPage{Frame: page.Frame, RunStop: s.runStop(stop, i)}
		if err := s.stopGoods(r.tx, stop, &one); err != nil {
			return err
		}
		page.Stops = append(page.Stops, ui.DeskStop{RunStop: one.RunStop, Point: typedPoint(stop.Spot.LatE6, stop.Spot.LonE6), Loads: one.Loads, NoteNo: one.NoteNo, Said: stop.Stop.Said, Proofs: s.proofs(stop, true)})
		if stop.Stop.Status == fab.StopOpen {
			if first < 0 {
				first = i
			}
			last = i
		}
		for _, b := range stop.Boxes {
			if b.Status == fab.BoxLoaded {
				page.Aboard++
			}
		}
	}
	if first >= 0 {
		page.Stops[first].First, page.Stops[last].Last = true, true
	}
	return nil
}

// runChoice is what may go on a run.
func (r *reader) runChoice() (all ui.RunChoice, err error) {
	boxes, err := r.tx.Boxes(fab.BoxPacked)
	if err != nil {
		return all, err
	}
	slices.SortFunc(boxes, byCode)
	for _, b := range boxes {
		row, err := r.boxRow(b)
		if err != nil {
			return all, err
		}
		all.Boxes = append(all.Boxes, row)
	}
	all.Boxes = ui.Packed(all.Boxes)
	if _, all.Away, err = r.bags(); err != nil {
		return all, err
	}
	all.Away = slices.DeleteFunc(all.Away, ui.Bag.Under)
	if err := r.fetchChoice(&all); err != nil {
		return all, err
	}
	if err := r.giftChoice(&all); err != nil {
		return all, err
	}
	return all, r.spoolChoice(&all)
}

// fetchChoice lists what people who left still have, unless somebody fetches it already; their bags are not listed twice.
func (r *reader) fetchChoice(all *ui.RunChoice) error {
	open, err := r.tx.OpenFetches()
	if err != nil {
		return err
	}
	stops, err := r.tx.OpenStops()
	if err != nil {
		return err
	}
	for _, f := range open {
		name := r.makers[f.MakerID].Name
		all.Away = slices.DeleteFunc(all.Away, func(b ui.Bag) bool { return b.Who == name })
		if !slices.ContainsFunc(stops, func(s fab.Stop) bool { return s.FetchID == f.ID }) {
			all.Fetches = append(all.Fetches, ui.FetchRow{ID: string(f.ID), Name: f.Name, Place: f.Place})
		}
	}
	return nil
}

// giftChoice lists the pledged gifts that are to be fetched and that nobody fetches already.
func (r *reader) giftChoice(all *ui.RunChoice) error {
	gifts, err := r.tx.Pledges()
	if err != nil {
		return err
	}
	stops, err := r.tx.OpenStops()
	if err != nil {
		return err
	}
	for _, g := range gifts {
		if !g.Fetch || slices.ContainsFunc(stops, func(s fab.Stop) bool { return s.DonationID == g.ID }) {
			continue
		}
		m, err := r.tx.MaterialOf(g)
		if err != nil {
			return err
		}
		all.Gifts = append(all.Gifts, ui.PledgeRow{ID: string(g.ID), Stuff: giftStuff(g, m, r.lang, g.Rest()), Donor: g.Donor, Town: g.Town})
	}
	return nil
}

// spoolChoice lists the spools at the hub, and who may get one.
func (r *reader) spoolChoice(all *ui.RunChoice) error {
	here, err := r.tx.SpoolsAt(fab.TheHub)
	if err != nil {
		return err
	}
	for _, spool := range here {
		all.Spools = append(all.Spools, ui.Choice{Value: string(spool.ID), Label: spool.Code + " · " + spool.Filament + " " + spool.Colour})
	}
	for _, m := range r.makers {
		if m.Status == fab.MakerActive && m.LocationID != fab.TheHub {
			all.Makers = append(all.Makers, ui.Choice{Value: string(m.ID), Label: m.Name})
		}
	}
	slices.SortFunc(all.Makers, func(a, b ui.Choice) int { return cmp.Or(cmp.Compare(a.Label, b.Label), cmp.Compare(a.Value, b.Value)) })
	return nil
}

// lateMarks are the reports that contradict the books.
func (s *Server) lateMarks(c *gin.Context) (rows []ui.LateMark, err error) {
	list, err := s.Delivery.LateMarks(c.Request.Context())
	for _, l := range list {
		stop := s.runStop(l.Stop, int(l.Stop.Stop.Seq-1))
		rows = append(rows, ui.LateMark{
			Key: l.Mark.Key, Run: l.Run.Code, RunID: string(l.Run.ID), N: stop.N, Place: stop.Place, Act: l.Mark.Act, Receiver: l.Mark.Receiver, Why: l.Mark.Why,
			At: s.local(l.Mark.HappenedAt), Status: l.Stop.Stop.Status, Kind: l.Stop.Stop.Kind, Then: s.local(l.Stop.Stop.DoneAt), CanTrust: l.CanTrust,
		})
	}
	return rows, err
}
