package store

import (
	"slices"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// AddCommand stores an order to an agent: the row first, then the message.
func (tx *Tx) AddCommand(c *fab.Command) error { return add(tx, "command", c) }

// SetCommand stores a changed order.
func (tx *Tx) SetCommand(c *fab.Command) error { return set(tx, "command", c) }

// Command reads one order.
func (tx *Tx) Command(id fab.CommandID) (fab.Command, error) {
	return byID[fab.Command](tx, "command", id)
}

// OpenCommands reads the orders that no agent answered yet, oldest first.
func (tx *Tx) OpenCommands() ([]fab.Command, error) {
	return many[fab.Command](tx, "commands", func(q query) query {
		return q.Where("status = ?", string(fab.CommandQueued)).Order("id")
	})
}

// Order queues a command to the agent behind a printer, and says so with a change "command_queued" that wakes whoever
// sends. It takes the place of the same command before it if that still waits for its answer: each that waits is sent again
// and again, and holds back a start behind it. It does nothing for a worker without an agent.
func (tx *Tx) Order(w fab.Worker, kind string, attempt fab.AttemptID) error {
	if !w.Streamed() {
		return nil
	}
	if err := tx.dropRepeated(w.ID, kind, attempt); err != nil {
		return err
	}
	c := fab.Command{
		ID: NewID[fab.CommandID](tx), AgentID: w.AgentID, WorkerID: w.ID, AttemptID: attempt, Kind: kind,
		Status: fab.CommandQueued, CreatedAt: tx.now, ExpiresAt: tx.now.Add(fab.CommandFor),
	}
	if err := tx.AddCommand(&c); err != nil {
		return err
	}
	return tx.Note(fab.Change{Code: "command_queued", Subject: string(c.ID), Worker: w.ID, Args: fab.Args{"kind": kind}})
}

// dropRepeated ends the last command that a printer waits for, if a new one says the same.
func (tx *Tx) dropRepeated(w fab.WorkerID, kind string, attempt fab.AttemptID) error {
	open, err := tx.OpenCommands()
	if err != nil {
		return err
	}
	for _, last := range slices.Backward(open) {
		if last.WorkerID != w {
			continue
		}
		if last.Kind != kind || last.AttemptID != attempt {
			return nil
		}
		last.Status = fab.CommandExpired
		return tx.SetCommand(&last)
	}
	return nil
}
