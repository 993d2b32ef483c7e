package identity

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Erase lets a maker leave: name, contacts, words and ways in are gone, also from what the lab noted about the work. Lots
// and counts stay, under a name that says nothing. Work in hand is handed in or given back first. Where spools or bags are
// still at his or her home, name, place and number are kept for the driver who fetches them, and go when that is done.
func (i *Identity) Erase(ctx context.Context, id, by fab.MakerID) error {
	return i.store.Update(ctx, func(tx *store.Tx) error {
		m, err := tx.Maker(id)
		if err != nil {
			return err
		}
		if by != "" && by != id {
			return fab.Refuse(fab.Forbidden, "not_yours", "")
		}
		if err := m.Status.Move(fab.MakerGone); err != nil || m.Status == fab.MakerGone {
			return err
		}
		neutral := neutralName(m.ID)
		if err := leaveWork(tx, m, neutral); err != nil {
			return err
		}
		if err := leaveThings(tx, m); err != nil {
			return err
		}
		if err := errors.Join(leaveAccounts(tx, m, neutral), leaveAgents(tx, m, neutral), tx.EndLinks(fab.LinkEnrol, string(m.ID))); err != nil {
			return err
		}
		place, err := tx.Location(m.LocationID)
		if err != nil {
			return err
		}
		if place.Kind == fab.LocationMaker {
			place.Name = neutral
			err = tx.SetLocation(&place)
		}
		gone := fab.Maker{ID: m.ID, Name: neutral, LocationID: m.LocationID, Status: fab.MakerGone, CreatedAt: m.CreatedAt}
		return errors.Join(err, tx.SetMaker(&gone), tx.ForgetName(m.Name, neutral), tx.Note(fab.Change{Code: "maker_gone", Subject: string(m.ID)}))
	})
}

// neutralName tells makers who left apart and nothing else.
func neutralName(id fab.MakerID) string {
	plain := strings.ReplaceAll(string(id), "-", "")
	return "M-" + strings.ToUpper(plain[max(0, len(plain)-5):])
}

// leaveThings asks for a driver when something of the lab's is still there.
func leaveThings(tx *store.Tx, m fab.Maker) error {
	at, err := tx.Balances(m.LocationID)
	if err != nil || m.LocationID == fab.TheHub || len(at) == 0 {
		return err
	}
	return tx.AddFetch(&fab.Fetch{ID: store.NewID[fab.FetchID](tx), MakerID: m.ID, Name: m.Name, Place: m.Where(), Phone: m.Phone, CreatedAt: tx.Now()})
}

func leaveWork(tx *store.Tx, m fab.Maker, neutral string) error {
	workers, err := tx.WorkersOf(m.ID)
	if err != nil {
		return err
	}
	for _, w := range workers {
		if w.AttemptID != "" {
			return fab.Refuse(fab.Conflict, "maker_busy", "")
		}
		if w.RetiredAt.IsZero() {
			w.RetiredAt = tx.Now()
		}
		if w.Kind == fab.WorkerHand {
			w.Name = neutral
		}
		w.PausedUntil, w.HeatHours, w.ClearHours, w.ModelSaid = time.Time{}, "", "", "" // hours tell when somebody is at home
		if ok, err := tx.SwapWorker(&w); err != nil || !ok {
			return fab.OrOvertaken(err)
		}
	}
	return nil
}

func leaveAccounts(tx *store.Tx, m fab.Maker, neutral string) error {
	accounts, err := tx.AccountsOf(m.ID)
	for _, a := range accounts {
		gone := fab.Account{ID: a.ID, Login: "gone-" + string(a.ID), Name: neutral, MakerID: a.MakerID, Disabled: true, CreatedAt: a.CreatedAt}
		if !onlyMaker(a) && len(a.Roles) > 0 { // a coordinator who no longer makes anything stays one
			if gone = a; gone.Has(fab.RoleCoordinator) {
				gone.MakerID = ""
			}
		}
		err = errors.Join(err, tx.SetAccount(&gone), tx.EndSessionsOf(a.ID), tx.EndLinks(fab.LinkEnter, string(a.ID)))
	}
	return err
}

func leaveAgents(tx *store.Tx, m fab.Maker, neutral string) error {
	agents, err := tx.Agents()
	for _, a := range agents {
		if a.MakerID == m.ID {
			a.Name, a.Words, a.Revoked, a.Online = neutral, "", true, false
			err = errors.Join(err, tx.SetAgent(&a))
		}
	}
	return err
}
