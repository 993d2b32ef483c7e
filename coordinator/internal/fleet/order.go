package fleet

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/wire"
)

// sending is when and under which epoch an order was sent last.
type sending struct {
	epoch string
	at    time.Time
}

// sendOrders brings queued orders to their agents: when they are queued, when an agent comes back, and again every so
// often until they are answered or too old.
func (f *Fleet) sendOrders(ctx context.Context) {
	tick := time.NewTicker(f.Resend)
	defer tick.Stop()
	sent := map[fab.CommandID]sending{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.orders:
		case <-tick.C:
		}
		if err := f.sendDue(ctx, sent); err != nil && ctx.Err() == nil {
			f.Log.Error("send orders", "error", err)
		}
	}
}

// due is an order to send now, or one that is void.
type due struct {
	fab.Command
	agent   fab.Agent
	message wire.Command
	void    bool
}

func (f *Fleet) sendDue(ctx context.Context, sent map[fab.CommandID]sending) error {
	var list []due
	err := f.Store.View(ctx, func(tx *store.Tx) error {
		list = nil
		open, err := tx.OpenCommands()
		if err != nil {
			return err
		}
		for _, c := range open {
			d, err := prepare(tx, c)
			if err != nil {
				return err
			}
			list = append(list, d)
		}
		return nil
	})
	if err != nil {
		return err
	}
	forgetAnswered(sent, list)
	unclear := map[fab.WorkerID]bool{}
	for _, d := range list {
		switch start := d.message.Kind == wire.CommandStart; {
		case start && !d.void && unclear[d.WorkerID]:
			continue // its agent does not know yet that the bed is clear, and would refuse
		case d.message.Kind == wire.CommandClear && !d.void:
			unclear[d.WorkerID] = true
		}
		if err := f.handle(ctx, d, sent); err != nil {
			return err
		}
	}
	return nil
}

func forgetAnswered(sent map[fab.CommandID]sending, open []due) {
	waits := map[fab.CommandID]bool{}
	for _, d := range open {
		waits[d.ID] = true
	}
	for id := range sent {
		if !waits[id] {
			delete(sent, id)
		}
	}
}

// handle sends an order if it is its time, or ends it. The row is there before the message.
func (f *Fleet) handle(ctx context.Context, d due, sent map[fab.CommandID]sending) error {
	if d.void {
		return f.Store.Update(ctx, func(tx *store.Tx) error { return expire(tx, d.ID) })
	}
	last, before := sent[d.ID]
	if !d.agent.Online || before && last.epoch == d.agent.Epoch && time.Since(last.at) < f.Resend*9/10 {
		return nil
	}
	if err := f.publish(string(d.AgentID), wire.KindCommand, d.message); err != nil {
		f.Log.Debug("send order", "command", d.ID, "error", err)
		return nil // it is due again at the next look
	}
	sent[d.ID] = sending{epoch: d.agent.Epoch, at: time.Now()}
	return f.Store.Update(ctx, func(tx *store.Tx) error {
		c, err := tx.Command(d.ID)
		if err != nil || c.Status != fab.CommandQueued {
			return err
		}
		c.Sends++
		c.SentAt = tx.Now()
		return tx.SetCommand(&c)
	})
}

// prepare writes the message of an order. An order is void when it is too old, when its agent is revoked, or when it
// would start an attempt that is no longer waiting for its start.
func prepare(tx *store.Tx, c fab.Command) (due, error) {
	d := due{Command: c}
	agent, err := tx.Agent(c.AgentID)
	if err != nil {
		return d, err
	}
	w, err := tx.Worker(c.WorkerID)
	if err != nil {
		return d, err
	}
	left := c.ExpiresAt.Sub(tx.Now())
	d.agent, d.void = agent, left <= 0 || agent.Revoked
	d.message = wire.Command{
		ID: string(c.ID), Epoch: agent.Epoch, MaxAge: int64((left + time.Second - 1) / time.Second), SentAt: tx.Now(),
		Kind: wire.CommandKind(c.Kind), Printer: w.Key, Attempt: string(c.AttemptID),
	}
	if d.message.Kind != wire.CommandStart {
		return d, nil
	}
	a, err := tx.Attempt(c.AttemptID)
	if err != nil {
		return d, err
	}
	d.void = d.void || a.Status != fab.AttemptLeased
	d.message.Overlay = w.Overlay
	plate, err := tx.Plate(a.PlateID)
	if err != nil {
		return d, err
	}
	d.message.File = &wire.File{
		SHA256: plate.GCodeHash, Bytes: plate.GCodeBytes, Lines: plate.Lines, Seconds: plate.Seconds, Filament: plate.Filament,
		Title: fmt.Sprintf("%s × %d", plate.Part, plate.Copies),
	}
	return d, nil
}

// expire ends an order that was not answered. Whether the agent got it is not known, so an attempt that it should have
// started is lost rather than failed: should it be printed after all, it counts.
func expire(tx *store.Tx, id fab.CommandID) error {
	c, err := tx.Command(id)
	if err != nil || c.Status != fab.CommandQueued {
		return err
	}
	c.Status = fab.CommandExpired
	if err := tx.SetCommand(&c); err != nil {
		return err
	}
	return endStart(tx, c, "", func(a *fab.Attempt, j *fab.Job, w *fab.Worker) string {
		a.Lose(fab.EndedStartExpired, j, w, tx.Now())
		return "attempt_lost"
	})
}

// endStart ends the attempt of a start order by a rule that gives the change to note, while the attempt still waits for its
// start.
func endStart(tx *store.Tx, c fab.Command, reason string, rule func(*fab.Attempt, *fab.Job, *fab.Worker) string) error {
	if c.Kind != string(wire.CommandStart) {
		return nil
	}
	a, err := tx.Attempt(c.AttemptID)
	if err != nil || a.Status != fab.AttemptLeased {
		return err
	}
	var worker fab.Worker
	var code string
	err = tx.ChangeAttempt(a, func(a *fab.Attempt, j *fab.Job, w *fab.Worker) {
		code = rule(a, j, w)
		worker = *w
	})
	if err != nil {
		return err
	}
	return tx.NoteAttempt(code, a, worker, "reason", reason)
}

// keepAnswer takes an agent's answer to an order.
func (f *Fleet) keepAnswer(ctx context.Context, m message) error {
	var ack wire.CommandAck
	if err := json.Unmarshal(m.payload, &ack); err != nil {
		f.Log.Warn("answer ignored: it cannot be read", "agent", m.Agent, "error", err)
		return nil
	}
	defer nudge(f.orders) // another may have waited for this answer
	return f.Store.Update(ctx, func(tx *store.Tx) error {
		c, err := tx.Command(fab.CommandID(ack.ID))
		if fab.ClassOf(err) == fab.NotFound || err == nil && (string(c.AgentID) != m.Agent || c.Status != fab.CommandQueued) {
			return nil
		} else if err != nil {
			return err
		}
		return answer(tx, c, ack)
	})
}

// answer notes what became of an order. Stale means that this sending came to nothing: it is sent again under the
// agent's present epoch until it is too old. A repeated order is answered with the reason it had the first time.
func answer(tx *store.Tx, c fab.Command, ack wire.CommandAck) error {
	c.Why = ack.Reason
	switch {
	case ack.Answer == wire.AnswerStale:
		c.Why = string(wire.AnswerStale)
	case ack.Reason == "" || ack.Reason == wire.ReasonStartedBefore:
		c.Status = fab.CommandAccepted
	default:
		c.Status = fab.CommandRefused
	}
	if err := tx.SetCommand(&c); err != nil || c.Status != fab.CommandRefused {
		return err
	}
	return endStart(tx, c, ack.Reason, func(a *fab.Attempt, j *fab.Job, w *fab.Worker) string { return a.Refuse(ack.Reason, j, w, tx.Now()) })
}
