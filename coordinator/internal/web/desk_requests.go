package web

import (
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// maxListed is how many closed things a list shows, newest first.
const maxListed = 100

// deskRequests lists the requests, those that wait for an answer first.
func (s *Server) deskRequests(c *gin.Context) error {
	var page ui.Requests
	err := s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavRequests); err != nil {
			return err
		}
		open, err := r.tx.Requests(fab.RequestReceived, fab.RequestApproved)
		if err != nil {
			return err
		}
		show := c.Query("show")
		if page.Chips, err = r.requestChips(open, show); err != nil {
			return err
		}
		list, err := r.shownRequests(open, show)
		if err != nil {
			return err
		}
		for _, request := range list {
			item, err := r.requestItem(request)
			if err != nil {
				return err
			}
			page.Items = append(page.Items, item)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (r *reader) requestChips(open []fab.Request, show string) ([]ui.Chip, error) {
	n, err := r.tx.CountRequests()
	todo, all, moved := n[fab.RequestReceived], 0, 0
	for _, count := range n {
		all += count
	}
	for _, one := range open {
		if one.Status == fab.RequestApproved && r.slips(one) {
			moved++
		}
	}
	return chips("/desk/requests", show, "open", len(open), "todo", todo, "moved", moved, "done", all-len(open), "all", all), err
}

// slips reports whether the last forecast leaves what was told of a request.
func (r *reader) slips(one fab.Request) bool { return one.Slips(r.promised(one.ID)) }

// shownRequests picks and sorts: what waits for an answer first, then what will not be ready when it was said, then by the
// day it is needed; what is closed last, the newest first.
func (r *reader) shownRequests(open []fab.Request, show string) ([]fab.Request, error) {
	var received, moved, approved []fab.Request
	for _, one := range open {
		switch {
		case one.Status == fab.RequestReceived:
			received = append(received, one)
		case r.slips(one):
			moved = append(moved, one)
		default:
			approved = append(approved, one)
		}
	}
	for _, list := range [][]fab.Request{moved, approved} {
		slices.SortStableFunc(list, func(a, b fab.Request) int { return a.NeedBy.Compare(b.NeedBy) })
	}
	switch show {
	case "todo":
		return received, nil
	case "moved":
		return moved, nil
	case "done":
		return r.tx.ClosedRequests(maxListed)
	case "all":
		closed, err := r.tx.ClosedRequests(maxListed)
		return slices.Concat(received, moved, approved, closed), err
	}
	return slices.Concat(received, moved, approved), nil
}

// requestItem is one request in a list.
func (r *reader) requestItem(request fab.Request) (ui.RequestItem, error) {
	facility, err := r.tx.Facility(request.FacilityID)
	if err != nil {
		return ui.RequestItem{}, err
	}
	item := ui.RequestItem{
		ID: string(request.ID), Ref: request.Ref, Facility: facility.Name, Town: facility.Town, Kind: facility.Kind, Channel: request.Channel,
		NeedBy: r.localDay(request.NeedBy), Received: r.local(request.CreatedAt),
	}
	lines, err := r.tx.Progress(request.ID)
	if err != nil {
		return item, err
	}
	item.State = requestState(request, lines)
	for _, l := range lines {
		n := l.Asked
		if request.Status != fab.RequestReceived && l.Promised > 0 {
			n = l.Promised
		}
		goods, err := r.product(l.Product, n)
		if err != nil {
			return item, err
		}
		item.Goods = append(item.Goods, goods)
	}
	return item, r.requestOutlook(request, &item)
}

func requestState(request fab.Request, lines []fab.Progress) string {
	switch request.Status {
	case fab.RequestReceived:
		return ui.StateReceived
	case fab.RequestRefused:
		return ui.StateRefused
	case fab.RequestCancelled:
		return ui.StateCancelled
	case fab.RequestDelivered:
		return ui.StateDelivered
	}
	if slices.ContainsFunc(lines, func(l fab.Progress) bool { return l.InTransit > 0 }) {
		return ui.StateOnWay
	}
	return ui.StateApproved
}

// requestOutlook says when the goods will be made, whether that is too late, and what holds them up.
func (r *reader) requestOutlook(request fab.Request, item *ui.RequestItem) error {
	if request.Status != fab.RequestReceived && request.Status != fab.RequestApproved {
		return nil
	}
	batches, err := r.tx.BatchesOf(request.ID)
	if err != nil {
		return err
	}
	for _, b := range batches {
		if b.Status != fab.BatchOpen {
			continue
		}
		w, err := r.work(b)
		if err != nil {
			return err
		}
		if item.Wait.Code == "" {
			item.Wait = r.reason(w.wait())
		}
	}
	if item.Outlook, err = r.toldOf(r.tx, request, r.promised(request.ID)); err != nil {
		return err
	}
	if item.Wait.Code != "" {
		item.Outlook.Why = fab.Reason{}
	}
	item.Late = item.Outlook.Late || r.tx.Now().After(r.endOfDay(request.NeedBy))
	return nil
}
