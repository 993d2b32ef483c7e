package demo

import (
	"context"
	"slices"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/ui"
)

// linkFor is how long a link lasts that a visitor follows as requester, donor or driver.
const linkFor = 24 * time.Hour

// Enter says who the visitor becomes and where that person begins. Who has no account comes by a new link to what
// happened last, whether an actor or the visitor brought it about; the donor and the requester begin with their forms
// when nothing was given or asked yet, and the driver with the story while there is no run.
func (s *Stage) Enter(ctx context.Context, role string) (account fab.AccountID, page string, err error) {
	err = s.store.Update(ctx, func(tx *store.Tx) (err error) {
		switch role {
		case ui.DemoCoordinator:
			page = "/desk/requests"
			account, err = accountOf(tx, deskLogin)
		case ui.DemoMaker:
			page = "/maker"
			account, err = busiestMaker(tx)
		case ui.DemoHands:
			page = "/maker"
			account, err = accountOf(tx, sewerLogin)
		case ui.DemoRequester:
			page, err = lastRequest(tx)
		case ui.DemoDonor:
			page, err = s.lastGift(tx)
		case ui.DemoDriver:
			page, err = lastRun(tx)
		default:
			page = "/demo"
		}
		return err
	})
	return account, page, err
}

func accountOf(tx *store.Tx, login string) (fab.AccountID, error) {
	a, err := tx.AccountByLogin(login)
	return a.ID, err
}

// busiestMaker is who prints and has most to answer and to count; else who has most under way, else the first.
func busiestMaker(tx *store.Tx) (fab.AccountID, error) {
	login, most := carelessLogin, 0
	for _, v := range volunteers() {
		if len(v.printers) == 0 && !slices.Contains(v.steps, "print") {
			continue
		}
		n, err := waitsFor(tx, v.login)
		if err != nil {
			return "", err
		}
		if n > most {
			login, most = v.login, n
		}
	}
	return accountOf(tx, login)
}

// waitsFor weighs what there is to do at a maker's: what waits for a person is worth more than all prints together.
func waitsFor(tx *store.Tx, login string) (n int, err error) {
	a, err := tx.AccountByLogin(login)
	if err != nil {
		return 0, err
	}
	workers, err := tx.WorkersOf(a.MakerID)
	if err != nil {
		return 0, err
	}
	live, err := tx.LiveAttempts()
	for _, attempt := range live {
		if !slices.ContainsFunc(workers, func(w fab.Worker) bool { return w.ID == attempt.WorkerID }) {
			continue
		}
		n++
		if attempt.Status == fab.AttemptToCount || attempt.Status == fab.AttemptOffered {
			n += 100
		}
	}
	return n, err
}

// lastRequest is the tracking page of the newest request for visors, which the story follows, else of the newest.
func lastRequest(tx *store.Tx) (string, error) {
	requests, err := tx.Requests()
	if err != nil || len(requests) == 0 {
		return "/ask", err
	}
	last := slices.MaxFunc(requests, func(a, b fab.Request) int { return a.CreatedAt.Compare(b.CreatedAt) })
	var visors time.Time
	for _, r := range requests {
		lines, err := tx.RequestLines(r.ID)
		if err != nil {
			return "", err
		}
		if r.CreatedAt.After(visors) && slices.ContainsFunc(lines, func(l fab.RequestLine) bool { return l.Product == "visor" }) {
			last, visors = r, r.CreatedAt
		}
	}
	return link(tx, fab.LinkRequest, string(last.ID), "/track/")
}

// lastGift is the page of the newest gift since the lab opened.
func (s *Stage) lastGift(tx *store.Tx) (string, error) {
	gifts, err := tx.Donations()
	if err != nil {
		return "", err
	}
	opened := s.show.openedAt()
	gifts = slices.DeleteFunc(gifts, func(d fab.Donation) bool { return d.CreatedAt.Before(opened) })
	if len(gifts) == 0 {
		return "/give", nil
	}
	last := slices.MaxFunc(gifts, func(a, b fab.Donation) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return link(tx, fab.LinkDonation, string(last.ID), "/gift/")
}

// lastRun is the page of the newest run that is not over, else of the newest.
func lastRun(tx *store.Tx) (string, error) {
	runs, err := tx.Runs()
	if err != nil || len(runs) == 0 {
		return "/demo", err
	}
	last := slices.MaxFunc(runs, func(a, b fab.Run) int {
		if over := a.Status == fab.RunDone; over != (b.Status == fab.RunDone) {
			return map[bool]int{true: -1, false: 1}[over]
		}
		return a.CreatedAt.Compare(b.CreatedAt)
	})
	return link(tx, fab.LinkRun, string(last.ID), "/run/")
}

func link(tx *store.Tx, kind, subject, below string) (string, error) {
	token, err := tx.NewLink(kind, subject, tx.Now().Add(linkFor))
	return below + token, err
}
