package store

import (
	"context"
	"fmt"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// AddRelay stores a new relay with its parts.
func (tx *Tx) AddRelay(r *fab.Relay, parts []fab.RelayPart) error {
	if err := add(tx, "relay", r); err != nil {
		return err
	}
	return add(tx, "relay parts", &parts)
}

// SetRelay stores a changed relay.
func (tx *Tx) SetRelay(r *fab.Relay) error { return set(tx, "relay", r) }

// Relay reads one relay.
func (tx *Tx) Relay(id fab.RelayID) (fab.Relay, error) { return byID[fab.Relay](tx, "relay", id) }

// Relays reads the relays in these statuses, or all when none is given, oldest first.
func (tx *Tx) Relays(statuses ...fab.RelayStatus) ([]fab.Relay, error) {
	return many[fab.Relay](tx, "relays", func(q query) query {
		if len(statuses) > 0 {
			q = q.Where("status IN (?)", in(statuses))
		}
		return q.Order("id")
	})
}

// RelaysOf reads the relays of a batch, oldest first.
func (tx *Tx) RelaysOf(id fab.BatchID) ([]fab.Relay, error) {
	return many[fab.Relay](tx, "relays", func(q query) query { return q.Where("batch_id = ?", string(id)).Order("id") })
}

// RelayParts reads how far each part of a relay is, in the order of their codes.
func (tx *Tx) RelayParts(id fab.RelayID) ([]fab.RelayPart, error) {
	return many[fab.RelayPart](tx, "relay parts", func(q query) query { return q.Where("relay_id = ?", string(id)).Order("part") })
}

// SetRelayPart stores a changed part of a relay.
func (tx *Tx) SetRelayPart(p *fab.RelayPart) error { return set(tx, "relay part", p) }

// AddRelayLot stores what a partner says of a lot.
func (tx *Tx) AddRelayLot(l *fab.RelayLot) error { return add(tx, "relay lot", l) }

// RelayLots reads what was sent for a relay, oldest first.
func (tx *Tx) RelayLots(id fab.RelayID) ([]fab.RelayLot, error) {
	return many[fab.RelayLot](tx, "relay lots", func(q query) query { return q.Where("relay_id = ?", string(id)).Order("lot_id") })
}

// RelayLotByKey reads the lot that a form or call told of; NotFound when it told of none yet.
func (tx *Tx) RelayLotByKey(id fab.RelayID, key string) (fab.RelayLot, error) {
	return one[fab.RelayLot](tx, "relay lot", func(q query) query { return q.Where("relay_id = ?", string(id)).Where("key = ?", key) })
}

// PartnerCalled reads the partner of this name among the makers; NotFound when there is none.
func (tx *Tx) PartnerCalled(name string) (fab.Maker, error) {
	return one[fab.Maker](tx, "maker", func(q query) query { return q.Where("partner = ?", true).Where("name = ?", name).Order("id") })
}

// HoldFor keeps the job that stands for what a partner owes of one part in step: it waits for as long as the partner owes
// something, and for as many pieces. It is given to nobody, and the attempts of what the partner sends hang on it.
func (tx *Tx) HoldFor(r fab.Relay, p fab.RelayPart, how string) (fab.Job, error) {
	held, err := many[fab.Job](tx, "jobs", func(q query) query {
		return q.Where("relay_id = ?", string(r.ID)).Where("part = ?", p.Part).Order("id")
	})
	if err != nil {
		return fab.Job{}, err
	}
	want := fab.Job{BatchID: r.BatchID, Part: p.Part, How: how, Status: fab.JobCancelled, Copies: max(1, p.Owed()), CreatedAt: tx.now, RelayID: r.ID}
	switch {
	case r.Status == fab.RelayAccepted && p.Owed() > 0:
		want.Status, want.Wait = fab.JobWaiting, fab.Because(fab.WaitWithPartner, "partner", r.Partner, "until", r.DueAt)
	case p.Sent > 0:
		want.Status, want.Copies = fab.JobDone, p.Sent
	}
	if len(held) == 0 {
		want.ID = NewID[fab.JobID](tx)
		return want, tx.AddJobs([]fab.Job{want})
	}
	have := held[0]
	if have.Status == want.Status && have.Copies == want.Copies && sameWait(have.Wait, want.Wait) {
		return have, nil
	}
	have.Status, have.Copies, have.Wait = want.Status, want.Copies, want.Wait
	if ok, err := tx.SwapJob(&have); err != nil || !ok {
		return have, fab.OrOvertaken(err)
	}
	return have, nil
}

// sameWait compares a stored reason of WaitWithPartner with a fresh one.
func sameWait(stored, fresh fab.Reason) bool {
	if stored.Code != fresh.Code || fresh.Code == "" {
		return stored.Code == fresh.Code
	}
	was, err := time.Parse(time.RFC3339, fmt.Sprint(stored.Args["until"]))
	until, _ := fresh.Args["until"].(time.Time)
	return err == nil && was.Equal(until) && fmt.Sprint(stored.Args["partner"]) == fmt.Sprint(fresh.Args["partner"])
}

// HoldAll keeps the held jobs of a relay in step.
func (tx *Tx) HoldAll(r fab.Relay) error {
	parts, err := tx.RelayParts(r.ID)
	if err != nil {
		return err
	}
	design, err := tx.Design(r.DesignID)
	if err != nil {
		return err
	}
	for _, p := range parts {
		part, _ := design.BOM.Part(p.Part)
		if _, err := tx.HoldFor(r, p, part.How); err != nil {
			return err
		}
	}
	return nil
}

// EndRelay ends a relay: what the partner still owes is the lab's again.
func (tx *Tx) EndRelay(r *fab.Relay, to fab.RelayStatus) error {
	if err := fab.RelayTable.Move("relay", r.Status, to); err != nil {
		return err
	}
	held := r.Status == fab.RelayAccepted
	r.Status, r.EndedAt = to, tx.now
	if err := tx.SetRelay(r); err != nil || !held {
		return err
	}
	return tx.HoldAll(*r)
}

// ExtendLinks lets the capabilities of this kind on a subject serve until another time.
func (tx *Tx) ExtendLinks(kind, subject string, until time.Time) error {
	_, err := tx.db.NewUpdate().Model((*fab.Link)(nil)).Set("expires_at = ?", until).Where("kind = ?", kind).Where("subject = ?", subject).
		Exec(context.Background())
	if err != nil {
		return fmt.Errorf("extend links: %w", err)
	}
	return nil
}
