package store

import "github.com/mailleur/mailleur/coordinator/fab"

// AddMaker stores a new maker.
func (tx *Tx) AddMaker(m *fab.Maker) error { return add(tx, "maker", m) }

// Maker reads one maker.
func (tx *Tx) Maker(id fab.MakerID) (fab.Maker, error) { return byID[fab.Maker](tx, "maker", id) }

// Makers reads all makers by name.
func (tx *Tx) Makers() ([]fab.Maker, error) {
	return many[fab.Maker](tx, "makers", func(q query) query { return q.Order("name") })
}

// AddWorker stores a new worker.
func (tx *Tx) AddWorker(w *fab.Worker) error { return add(tx, "worker", w) }

// Worker reads one worker.
func (tx *Tx) Worker(id fab.WorkerID) (fab.Worker, error) {
	return byID[fab.Worker](tx, "worker", id)
}

// WorkerByKey reads the printer of an agent by its name in topics.
func (tx *Tx) WorkerByKey(agent fab.AgentID, key string) (fab.Worker, error) {
	return one[fab.Worker](tx, "worker", func(q query) query {
		return q.Where("agent_id = ?", string(agent)).Where("key = ?", key)
	})
}

// Workers reads all workers, oldest first.
func (tx *Tx) Workers() ([]fab.Worker, error) { return many[fab.Worker](tx, "workers", all) }

// WorkersOf reads the workers of a maker.
func (tx *Tx) WorkersOf(id fab.MakerID) ([]fab.Worker, error) {
	return many[fab.Worker](tx, "workers", func(q query) query { return q.Where("maker_id = ?", string(id)).Order("id") })
}

// WorkersBehind reads the printers of an agent.
func (tx *Tx) WorkersBehind(id fab.AgentID) ([]fab.Worker, error) {
	return many[fab.Worker](tx, "workers", func(q query) query { return q.Where("agent_id = ?", string(id)).Order("id") })
}

// AddAgent stores a new agent.
func (tx *Tx) AddAgent(a *fab.Agent) error { return add(tx, "agent", a) }

// SetAgent stores a changed agent.
func (tx *Tx) SetAgent(a *fab.Agent) error { return set(tx, "agent", a) }

// Agent reads one agent.
func (tx *Tx) Agent(id fab.AgentID) (fab.Agent, error) { return byID[fab.Agent](tx, "agent", id) }

// Agents reads all agents.
func (tx *Tx) Agents() ([]fab.Agent, error) { return many[fab.Agent](tx, "agents", all) }

// AgentByToken reads the agent whose token has this hash, unless it is revoked.
func (tx *Tx) AgentByToken(hash string) (fab.Agent, error) {
	return one[fab.Agent](tx, "agent", func(q query) query {
		return q.Where("token_hash = ?", hash).Where("revoked = ?", false)
	})
}
