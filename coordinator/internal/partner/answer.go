package partner

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// View is everything that the holder of a relay's link, or the coordinator, may see of it.
type View struct {
	Relay  fab.Relay
	Design fab.DesignVersion
	Parts  []fab.RelayPart
	Lots   []Sent
	Left   int64 // products that may be accepted now, at most what was offered; 0 once it was answered
}

// Stop reports whether the version proved dangerous: nothing more of it may be made or sent.
func (v View) Stop() bool { return v.Design.Dangerous }

// Part is the part of the relay with this code.
func (v View) Part(code string) (fab.RelayPart, bool) {
	for _, p := range v.Parts {
		if p.Part == code {
			return p, true
		}
	}
	return fab.RelayPart{}, false
}

// Sent is a lot that the partner sent: the lab's row, and the partner's words.
type Sent struct {
	fab.Lot
	Theirs fab.RelayLot
}

// Follow reads the relay that a link gives; NotFound when there is none, or none any more.
func (p *Partner) Follow(ctx context.Context, token string) (v View, err error) {
	err = p.store.View(ctx, func(tx *store.Tx) error {
		r, err := follow(tx, token)
		if err != nil {
			return err
		}
		v, err = view(tx, r)
		return err
	})
	return v, err
}

// Show reads a relay for the coordinator.
func (p *Partner) Show(ctx context.Context, id fab.RelayID) (v View, err error) {
	err = p.store.View(ctx, func(tx *store.Tx) error {
		r, err := tx.Relay(id)
		if err != nil {
			return err
		}
		v, err = view(tx, r)
		return err
	})
	return v, err
}

func follow(tx *store.Tx, token string) (fab.Relay, error) {
	link, err := tx.FollowLink(fab.LinkRelay, token)
	if err != nil {
		return fab.Relay{}, err
	}
	return tx.Relay(fab.RelayID(link.Subject))
}

func view(tx *store.Tx, r fab.Relay) (v View, err error) {
	v.Relay = r
	if v.Design, err = tx.Design(r.DesignID); err != nil {
		return v, err
	}
	if v.Parts, err = tx.RelayParts(r.ID); err != nil {
		return v, err
	}
	lots, err := tx.RelayLots(r.ID)
	if err != nil {
		return v, err
	}
	for _, l := range lots {
		lot, err := tx.Lot(l.LotID)
		if err != nil {
			return v, err
		}
		v.Lots = append(v.Lots, Sent{lot, l})
	}
	if r.Status == fab.RelayOffered {
		v.Left, err = left(tx, r, v.Design, v.Parts)
	}
	return v, err
}

// left is how many products of an offer may be accepted: meanwhile the lab makes some itself, or another partner does.
func left(tx *store.Tx, r fab.Relay, design fab.DesignVersion, parts []fab.RelayPart) (int64, error) {
	b, err := tx.Batch(r.BatchID)
	if err != nil || b.DesignID != r.DesignID || b.Status != fab.BatchOpen && b.Status != fab.BatchPaused {
		return 0, err
	}
	codes := make([]string, len(parts))
	for i, part := range parts {
		codes[i] = part.Part
	}
	n, err := spare(tx, b, design, codes)
	return min(n, r.Quantity), err
}

// Accept takes a number of products on, and names whom to call. Said twice, it has one effect.
func (p *Partner) Accept(ctx context.Context, token string, quantity int64, contact string) error {
	contact = strings.TrimSpace(contact)
	return p.answer(ctx, token, func(tx *store.Tx, r *fab.Relay) error {
		if r.Status == fab.RelayAccepted && r.Accepted == quantity {
			return nil
		}
		if err := fab.RelayTable.Move("relay", r.Status, fab.RelayAccepted); err != nil || r.Status != fab.RelayOffered {
			return fab.OrConflict(nil, "relay_answered")
		}
		if err := checkAccept(tx, *r, quantity, contact); err != nil {
			return err
		}
		r.Status, r.Accepted, r.Contact, r.AnsweredAt = fab.RelayAccepted, quantity, contact, tx.Now()
		if err := adopt(tx, r); err != nil {
			return err
		}
		if err := tx.SetRelay(r); err != nil {
			return err
		}
		parts, err := tx.RelayParts(r.ID)
		if err != nil {
			return err
		}
		for _, part := range parts {
			part.Pieces = quantity * part.PerUnit
			if err := tx.SetRelayPart(&part); err != nil {
				return err
			}
		}
		if err := tx.HoldAll(*r); err != nil {
			return err
		}
		return note(tx, *r, "relay_accepted", "quantity", quantity, "offered", r.Quantity)
	})
}

func checkAccept(tx *store.Tx, r fab.Relay, quantity int64, contact string) error {
	design, err := tx.Design(r.DesignID)
	if err != nil {
		return err
	}
	parts, err := tx.RelayParts(r.ID)
	if err != nil {
		return err
	}
	most, err := left(tx, r, design, parts)
	switch {
	case err != nil:
		return err
	case design.Dangerous:
		return fab.Refuse(fab.Conflict, "design_dangerous", "")
	case quantity < 1:
		return fab.Refuse(fab.Invalid, "quantity_not_positive", "quantity", "quantity", quantity)
	case quantity > most:
		return fab.Refuse(fab.Conflict, "relay_too_many", "quantity", "max", most)
	case contact == "":
		return fab.Refuse(fab.Invalid, "relay_contact", "contact")
	case utf8.RuneCountInString(contact) > 200:
		return fab.Refuse(fab.Invalid, "too_long", "contact", "max", 200)
	}
	return nil
}

// adopt makes the partner a maker and a worker of the lab, unless it is one from an earlier time. It is no worker to give
// anything to: its lots need somebody who made them.
func adopt(tx *store.Tx, r *fab.Relay) error {
	m, err := tx.PartnerCalled(r.Partner)
	if err == nil {
		workers, err := tx.WorkersOf(m.ID)
		if err != nil || len(workers) == 0 {
			return fab.OrConflict(err, "changed_meanwhile")
		}
		r.MakerID, r.WorkerID = m.ID, workers[0].ID
		return nil
	}
	if fab.ClassOf(err) != fab.NotFound {
		return err
	}
	m = fab.Maker{ID: store.NewID[fab.MakerID](tx), Name: r.Partner, Partner: true, CreatedAt: tx.Now()}
	m.LocationID = fab.PlaceOf(fab.LocationMaker, string(m.ID))
	w := fab.Worker{ID: store.NewID[fab.WorkerID](tx), Kind: fab.WorkerHand, Name: r.Partner, MakerID: m.ID, RetiredAt: tx.Now(), CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
	w.Key = string(w.ID)
	if err := tx.AddLocation(&fab.Location{ID: m.LocationID, Kind: fab.LocationMaker, Name: m.Name, CreatedAt: tx.Now()}); err != nil {
		return err
	}
	if err := tx.AddMaker(&m); err != nil {
		return err
	}
	r.MakerID, r.WorkerID = m.ID, w.ID
	return tx.AddWorker(&w)
}

// Decline says no to an offer; word may say why.
func (p *Partner) Decline(ctx context.Context, token, word string) error {
	return p.say(ctx, token, word, func(tx *store.Tx, r *fab.Relay) error {
		if r.Status == fab.RelayDeclined {
			return nil
		}
		if r.Status != fab.RelayOffered {
			return fab.Refuse(fab.Conflict, "relay_answered", "")
		}
		r.AnsweredAt = tx.Now()
		if err := tx.EndRelay(r, fab.RelayDeclined); err != nil {
			return err
		}
		return note(tx, *r, "relay_declined")
	})
}

// GiveUp returns what is not sent yet: the lab makes it itself. What was sent stays sent.
func (p *Partner) GiveUp(ctx context.Context, token, word string) error {
	return p.say(ctx, token, word, func(tx *store.Tx, r *fab.Relay) error {
		if r.Status == fab.RelayReturned {
			return nil
		}
		if r.Status != fab.RelayAccepted {
			return fab.Refuse(fab.Conflict, "relay_ended", "")
		}
		if err := tx.EndRelay(r, fab.RelayReturned); err != nil {
			return err
		}
		return note(tx, *r, "relay_returned")
	})
}

func (p *Partner) say(ctx context.Context, token, word string, do func(*store.Tx, *fab.Relay) error) error {
	word = strings.TrimSpace(word)
	if utf8.RuneCountInString(word) > fab.MaxRelayNote {
		return fab.Refuse(fab.Invalid, "too_long", "note", "max", fab.MaxRelayNote)
	}
	return p.answer(ctx, token, func(tx *store.Tx, r *fab.Relay) error {
		r.Word = word
		return do(tx, r)
	})
}

func (p *Partner) answer(ctx context.Context, token string, do func(*store.Tx, *fab.Relay) error) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		r, err := follow(tx, token)
		if err != nil {
			return err
		}
		return do(tx, &r)
	})
}
