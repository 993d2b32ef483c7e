package web

import (
	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// desk sends the coordinator to the first entry.
func (s *Server) desk(c *gin.Context) error { return to(c, "/desk/requests") }

// deskFrame is the frame of the coordinator's pages: each entry says how many things wait for a person in it.
func (s *Server) deskFrame(c *gin.Context, r *reader, current string) (ui.Frame, error) {
	f := s.frame(c)
	f.Live = "/desk/live"
	f.Nav = &ui.Nav{Current: current}
	requests, err := r.tx.CountRequests()
	if err != nil {
		return f, err
	}
	f.Nav.Requests = int64(requests[fab.RequestReceived])
	if f.Nav.Production, err = r.printersWaiting(); err != nil {
		return f, err
	}
	gifts, err := r.tx.Pledges()
	if err != nil {
		return f, err
	}
	blocked, err := r.tx.BlockedHere()
	if err != nil {
		return f, err
	}
	f.Nav.Materials = int64(len(gifts) + len(blocked))
	f.Nav.Deliveries, err = r.bagsWaiting()
	return f, err
}

// printersWaiting counts the printers that need a person.
func (r *reader) printersWaiting() (n int64, err error) {
	live, err := r.tx.LiveAttempts()
	if err != nil {
		return 0, err
	}
	for _, w := range r.workers {
		t := ui.Tile{State: tileState(r.lastWord(w), attemptOn(w, live), r.agents[w.AgentID])}
		if w.Kind == fab.WorkerPrinter && t.Wants() {
			n++
		}
	}
	return n, nil
}

// bagsWaiting counts the bags that left their makers and are not settled.
func (r *reader) bagsWaiting() (n int64, err error) {
	lots, away, err := r.uncounted()
	for _, l := range lots {
		if !away[l.ID] {
			n++
		}
	}
	return n, err
}

// chips builds the filters of a list: code, count, code, count, … The first is what the list shows unasked.
func chips(base, show string, pairs ...any) (list []ui.Chip) {
	for i := 0; i+1 < len(pairs); i += 2 {
		code, n := pairs[i].(string), pairs[i+1].(int)
		chip := ui.Chip{Code: code, N: int64(n), URL: base + "?show=" + code, Current: code == show}
		if i == 0 {
			chip.URL = base
			chip.Current = show == "" || show == code
		}
		list = append(list, chip)
	}
	return list
}
