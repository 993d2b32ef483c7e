package fleet

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/wire"
)

// keepStatus notes who is there, and under which epoch. The goodbye of an earlier connection says nothing about the
// present one.
func (f *Fleet) keepStatus(ctx context.Context, m message) error {
	var s wire.Status
	if len(m.payload) == 0 {
		return nil // the broker forgot a revoked agent
	}
	if err := json.Unmarshal(m.payload, &s); err != nil {
		f.Log.Warn("status ignored: it cannot be read", "agent", m.Agent, "error", err)
		return nil
	}
	online := s.Online && slices.Contains(s.Wires, wire.Version)
	if s.Online && !online {
		f.Log.Warn("agent speaks no version of the contract that is spoken here", "agent", m.Agent, "wires", s.Wires)
	}
	var known, changed bool
	err := f.Store.Update(ctx, func(tx *store.Tx) (err error) {
		known, changed, err = keepPresence(tx, fab.AgentID(m.Agent), s, online)
		return err
	})
	if err != nil || !known {
		return err
	}
	f.show(f.board.present(m.Agent, online))
	if changed {
		nudge(f.orders)
		f.Wake()
	}
	return nil
}

// keepPresence stores a status. Known is false when it has no bearing, changed true when presence or epoch are new.
func keepPresence(tx *store.Tx, id fab.AgentID, s wire.Status, online bool) (known, changed bool, err error) {
	a, err := tx.Agent(id)
	if fab.ClassOf(err) == fab.NotFound || err == nil && (a.Revoked || !s.Online && a.Online && a.Epoch != s.Epoch) {
		return false, false, nil
	} else if err != nil {
		return false, false, err
	}
	was := a.Online
	changed = a.Online != online || a.Epoch != s.Epoch
	a.Online, a.Epoch, a.Version, a.SeenAt = online, s.Epoch, s.Version, tx.Now()
	if err := tx.SetAgent(&a); err != nil || was == online {
		return true, changed, err
	}
	code := "agent_offline"
	if online {
		code = "agent_online"
	}
	return true, changed, tx.Note(fab.Change{Code: code, Subject: string(a.ID), Args: fab.Args{"agent": a.Name}})
}

// state takes what a printer says about itself.
func (f *Fleet) state(m message) {
	var s wire.State
	if len(m.payload) == 0 {
		return
	}
	if err := json.Unmarshal(m.payload, &s); err != nil || !wire.ValidName(string(s.Word)) {
		f.Log.Warn("state ignored: it cannot be read", "agent", m.Agent, "error", err)
		return
	}
	if !f.board.admits(m.Topic) {
		return
	}
	if !m.retained {
		f.sign(m.Agent, s.Attempt)
	}
	live, news := f.board.state(m.Topic, s)
	f.show(live)
	if news {
		nudge(f.states)
	}
}

// telemetry takes what a printer measures.
func (f *Fleet) telemetry(m message) {
	var t wire.Telemetry
	if err := json.Unmarshal(m.payload, &t); err != nil {
		f.Log.Warn("telemetry ignored: it cannot be read", "agent", m.Agent, "error", err)
		return
	}
	if !f.board.admits(m.Topic) {
		return
	}
	f.sign(m.Agent, t.Attempt)
	live, news := f.board.telemetry(m.Topic, t)
	f.show(live)
	if news {
		nudge(f.states)
	}
}

// keepStates stores the words that changed, and learns which worker a new printer is.
func (f *Fleet) keepStates(ctx context.Context) error {
	changed := f.board.takeChanged()
	if len(changed) == 0 {
		return nil
	}
	found := map[place]fab.WorkerID{}
	var news bool
	err := f.Store.Update(ctx, func(tx *store.Tx) error {
		news = false
		for at, word := range changed {
			w, err := tx.WorkerByKey(fab.AgentID(at.agent), at.printer)
			if fab.ClassOf(err) == fab.NotFound {
				continue
			} else if err != nil {
				return err
			}
			found[at] = w.ID
			if word == "" || w.State == word {
				continue
			}
			news = true
			if err := tx.SetWorkerState(w.ID, word); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		f.board.putBack(changed)
		return err
	}
	f.show(f.board.found(found))
	if news {
		f.Wake()
	}
	return nil
}
