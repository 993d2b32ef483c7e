package store

import (
	"context"
	"fmt"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// EventsUpTo is the number of the last stored event of an outbox, 0 when there is none. Events are stored without gaps,
// so everything before it is stored too.
func (tx *Tx) EventsUpTo(agent fab.AgentID, outbox string) (int64, error) {
	var seq int64
	err := tx.db.NewRaw(`SELECT COALESCE(MAX(seq), 0) FROM agent_events WHERE agent_id = ? AND outbox = ?`,
		string(agent), outbox).Scan(context.Background(), &seq)
	if err != nil {
		return 0, fmt.Errorf("count events of an agent: %w", err)
	}
	return seq, nil
}

// AddEvents stores reports of agents.
func (tx *Tx) AddEvents(events []fab.AgentEvent) error {
	if len(events) == 0 {
		return nil
	}
	return add(tx, "events", &events)
}
