package web

import (
	"cmp"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// Where the tiles of printers stand.
const (
	deskPrinters  = "/desk/printers"
	makerPrinters = "/maker/printers"
)

// deskWall shows the printers, those that need a person first.
func (s *Server) deskWall(c *gin.Context) error {
	page, err := s.wallPage(c)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) wallPage(c *gin.Context) (page ui.Wall, err error) {
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavProduction); err != nil {
			return err
		}
		page.Live, page.Waiting = "/desk/live?on="+topicWall, page.Nav.Production
		tiles, err := r.tiles(deskPrinters, func(fab.Worker) bool { return true })
		if err != nil {
			return err
		}
		show := c.Query("show")
		page.Chips = chips(deskPrinters, show, "all", len(tiles), "todo", len(shownTiles(tiles, "todo")),
			"printing", len(shownTiles(tiles, "printing")), "ready", len(shownTiles(tiles, "ready")), "offline", len(shownTiles(tiles, "offline")))
		page.Tiles = shownTiles(tiles, show)
		return r.pressing(&page)
	})
	return page, err
}

// shownTiles picks the tiles of a chip.
func shownTiles(tiles []ui.Tile, show string) (list []ui.Tile) {
	for _, t := range tiles {
		ok := true
		switch show {
		case "todo":
			ok = t.Wants()
		case "printing":
			ok = t.State == ui.StatePrinting || t.State == ui.StateHeating || t.State == ui.StatePaused
		case "ready":
			ok = t.State == ui.StateReady
		case "offline":
			ok = t.State == ui.StateOffline
		}
		if ok {
			list = append(list, t)
		}
	}
	return list
}

// pressing tells of the request that is needed first: what it asks for and when that will be made.
func (r *reader) pressing(page *ui.Wall) error {
	requests, err := r.tx.Requests(fab.RequestApproved)
	if err != nil || len(requests) == 0 {
		return err
	}
	first := slices.MinFunc(requests, func(a, b fab.Request) int { return a.NeedBy.Compare(b.NeedBy) })
	item, err := r.requestItem(first)
	page.Goods, page.NeedBy, page.Ends = item.Goods, item.NeedBy, item.Outlook.To
	return err
}

// tiles are the printers of which mine approves, those that need a person first.
func (r *reader) tiles(base string, mine func(fab.Worker) bool) ([]ui.Tile, error) {
	live, err := r.tx.LiveAttempts()
	if err != nil {
		return nil, err
	}
	spools, err := r.spools()
	if err != nil {
		return nil, err
	}
	var list []ui.Tile
	for _, w := range r.workers {
		if w.Kind != fab.WorkerPrinter || w.Retired() || !mine(w) {
			continue
		}
		t, err := r.tile(w, attemptOn(w, live))
		if err != nil {
			return nil, err
		}
		t.Base = base
		r.offerSpools(&t, w, spools)
		if base == deskPrinters {
			t.Phone = r.makers[w.MakerID].Phone
		}
		list = append(list, t)
	}
	slices.SortStableFunc(list, func(a, b ui.Tile) int {
		return cmp.Or(cmp.Compare(urgency(a), urgency(b)), cmp.Compare(a.Name, b.Name))
	})
	return list, nil
}

// modelName is what people call a printer model.
func (s *Server) modelName(model string) string {
	if s.ModelName != nil {
		if name := s.ModelName(model); name != "" {
			return name
		}
	}
	return model
}

// urgency sorts tiles: what needs a person, what works, what is free.
func urgency(t ui.Tile) int {
	switch {
	case t.Wants():
		return 0
	case t.State == ui.StatePaused:
		return 1
	case t.State == ui.StatePrinting || t.State == ui.StateHeating || t.State == ui.StateWaiting:
		return 2
	}
	return 3
}

// attemptOn is what is on a printer: the attempt that it holds, or else the one that ended well and is not counted.
func attemptOn(w fab.Worker, live []fab.Attempt) (on fab.Attempt) {
	for _, a := range live {
		if a.WorkerID != w.ID {
			continue
		}
		if a.Status == fab.AttemptToCount {
			return a
		}
		on = a
	}
	return on
}

// tile is one printer with what is on it.
func (r *reader) tile(w fab.Worker, a fab.Attempt) (ui.Tile, error) {
	agent := r.agents[w.AgentID]
	t := ui.Tile{
		ID: string(w.ID), Name: w.Name, Model: r.modelName(w.Model), Place: r.makers[w.MakerID].Around(), Seen: r.local(w.SeenAt), Chosen: r.reason(a.Why),
	}
	t.Held = ui.Held{Why: r.reason(w.Hold), Since: r.local(w.HeldAt), Trial: w.Hold.Code == fab.HoldTrial}
	if a.ID != "" {
		b, err := r.tx.Batch(a.BatchID)
		if err != nil {
			return t, err
		}
		part, _ := r.designs[b.DesignID].BOM.Part(a.Part)
		if t.Gone, err = r.gone(b); err != nil {
			return t, err
		}
		t.Code, t.Picture, t.Job = b.Product, part.Picture, r.part(b.DesignID, a.Part, a.Copies)
	}
	if card(w) {
		r.cardTile(&t, w, a)
		return t, nil
	}
	now, known := r.Telemetry(w.ID)
	if known {
		t.Seen = r.local(later(w.SeenAt, now.At))
		t.Hot, t.NozzleMilli, t.NozzleTo, t.BedMilli, t.BedTo = true, now.NozzleMilli, now.NozzleTo, now.BedMilli, now.BedTo
	}
	w = r.lastWord(w)
	t.State = tileState(w, a, agent)
	r.tileProgress(&t, w, a, now)
	return t, nil
}

// lastWord is a printer with the word that it said last: what is stored follows a moment later.
func (s *Server) lastWord(w fab.Worker) fab.Worker {
	if now, known := s.Telemetry(w.ID); known && now.State != "" {
		w.State = now.State
	}
	return w
}

// tileState is the word for what a printer does. Pieces that wait to be counted come before everything else; then what
// the machine itself says.
func tileState(w fab.Worker, a fab.Attempt, agent fab.Agent) string {
	switch {
	case a.Status == fab.AttemptToCount:
		return ui.StatePlate
	case w.AgentID != "" && (!agent.Online || agent.Revoked) || w.State == "offline":
		return ui.StateOffline
	}
	switch w.State {
	case "error":
		return ui.StateError
	case "paused":
		return ui.StatePaused
	case "heating", "fetching":
		return ui.StateHeating
	case "printing":
		return ui.StatePrinting
	case "connecting":
		return ui.StateConnecting
	case "stopping", "own_print":
		return ui.StateWaiting
	case "not_now":
		return ui.StateResting
	}
	switch {
	case a.Status == fab.AttemptPrinting:
		return ui.StatePrinting
	case a.ID != "":
		return ui.StateWaiting
	case !w.PlateClear:
		return ui.StatePlate
	case w.Paused:
		return ui.StateResting
	}
	return ui.StateReady
}

// tileProgress says how far the print is, when it ends, or why nothing happens.
func (r *reader) tileProgress(t *ui.Tile, w fab.Worker, a fab.Attempt, now Telemetry) {
	switch t.State {
	case ui.StatePlate:
		t.Percent, t.Ended = 0, r.local(a.EndedAt)
		if a.ID != "" {
			t.Percent = 100
		}
	case ui.StatePrinting, ui.StateHeating, ui.StatePaused, ui.StateWaiting:
		t.Percent, t.Left = now.Percent, now.Left
		if now.Left > 0 {
			t.Ends = r.local(r.tx.Now().Add(now.Left))
		} else if ends := r.argumentTime(a.Why, "finish"); ends.After(r.tx.Now()) {
			t.Ends, t.Left = ends, ends.Sub(r.tx.Now()).Round(time.Minute)
		}
		t.Why = r.reason(now.Why)
		if t.State == ui.StateWaiting && a.ID != "" && w.State != "stopping" {
			t.Why = fab.Because("wall.line_start")
		}
	case ui.StateOffline:
		t.Lost = r.local(later(w.SeenAt, now.At))
		if a.ID != "" {
			t.Again = r.local(a.LeaseUntil)
		}
	case ui.StateError:
		t.Why = r.reason(now.Why)
	}
	if t.Why.Code == "" {
		t.Why = r.idle(w.ID)
	}
}

// spools are the reels in use that may be used, by id.
func (r *reader) spools() ([]ui.SpoolChoice, error) {
	left, err := r.left()
	if err != nil {
		return nil, err
	}
	all, err := r.tx.SpoolsIn(r.inUse(left))
	if err != nil {
		return nil, err
	}
	var list []ui.SpoolChoice
	for _, s := range all {
		if !s.Recalled {
			list = append(list, ui.SpoolChoice{ID: string(s.ID), Code: s.Code, Filament: s.Filament, LeftMG: left[s.ID]})
		}
	}
	return list, nil
}

// left is what the ledger knows to be on each spool, in milligrams.
func (r *reader) left() (map[fab.SpoolID]int64, error) { return r.tx.SpoolsLeft() }

// offerSpools shows which reel is on a printer, and which others may be put on while nothing runs.
func (r *reader) offerSpools(t *ui.Tile, w fab.Worker, all []ui.SpoolChoice) {
	for _, s := range all {
		if s.ID == string(w.SpoolID) {
			t.Spool = s.Code
		}
	}
	if w.AttemptID == "" {
		t.Spools = all
	}
}
