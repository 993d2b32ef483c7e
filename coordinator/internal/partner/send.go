package partner

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// maxSent is how many times what was accepted a partner may send: more is a slip of the hand.
const maxSent = 2

// Sending is one bag that a partner sent.
type Sending struct {
	Key      string // of the form or call; the same again counts once
	Part     string
	Good     int64  // pieces in the bag
	Code     string // the partner's own code of the lot; may be empty
	Material string // and spool, in the partner's words; may be empty
}

// Send takes note of a bag that is on its way, as a lot of the batch that was made by the partner: it counts from now on
// as a maker's bag does, until the hub counts it. The lab's code goes on the bag. What comes after the relay ended counts
// too, and what is too much goes to stock.
func (p *Partner) Send(ctx context.Context, token string, s Sending) (sent Sent, err error) {
	s.Key, s.Code, s.Material = strings.TrimSpace(s.Key), strings.TrimSpace(s.Code), strings.TrimSpace(s.Material)
	err = p.answer(ctx, token, func(tx *store.Tx, r *fab.Relay) error {
		if sent.Theirs, err = tx.RelayLotByKey(r.ID, s.Key); err == nil {
			sent.Lot, err = tx.Lot(sent.Theirs.LotID)
			return err
		} else if fab.ClassOf(err) != fab.NotFound {
			return err
		}
		part, err := checkSending(tx, *r, s)
		if err != nil {
			return err
		}
		sent, err = send(tx, r, part, s)
		return err
	})
	return sent, err
}

func checkSending(tx *store.Tx, r fab.Relay, s Sending) (fab.RelayPart, error) {
	parts, err := tx.RelayParts(r.ID)
	if err != nil {
		return fab.RelayPart{}, err
	}
	v := View{Parts: parts}
	part, known := v.Part(s.Part)
	var errs fab.Errors
	switch {
	case !r.Answered():
		return part, fab.Refuse(fab.Conflict, "relay_not_accepted", "")
	case s.Key == "" || len(s.Key) > 80:
		return part, fab.Refuse(fab.Invalid, "form_expired", "key")
	case !known:
		errs = append(errs, fab.Refuse(fab.Invalid, "relay_part", "part"))
	case s.Good < 1:
		errs = append(errs, fab.Refuse(fab.Invalid, "quantity_not_positive", "count", "quantity", s.Good))
	case s.Good > maxSent*part.Pieces-part.Sent:
		errs = append(errs, fab.Refuse(fab.Invalid, "relay_sent_too_many", "count", "accepted", part.Pieces, "sent", part.Sent))
	}
	if utf8.RuneCountInString(s.Code) > 40 {
		errs = append(errs, fab.Refuse(fab.Invalid, "too_long", "code", "max", 40))
	}
	if utf8.RuneCountInString(s.Material) > 120 {
		errs = append(errs, fab.Refuse(fab.Invalid, "too_long", "material", "max", 120))
	}
	return part, errs.Or()
}

func send(tx *store.Tx, r *fab.Relay, part fab.RelayPart, s Sending) (sent Sent, err error) {
	if sent.Lot, err = addLot(tx, *r, part, s.Good); err != nil {
		return sent, err
	}
	sent.Theirs = fab.RelayLot{LotID: sent.ID, RelayID: r.ID, Key: s.Key, Code: s.Code, Material: s.Material, At: tx.Now()}
	if err := tx.AddRelayLot(&sent.Theirs); err != nil {
		return sent, err
	}
	part.Sent += s.Good
	if err := tx.SetRelayPart(&part); err != nil {
		return sent, err
	}
	if r.Status == fab.RelayAccepted {
		if err := settleRelay(tx, r); err != nil {
			return sent, err
		}
	}
	if err := tx.HoldAll(*r); err != nil {
		return sent, err
	}
	code := "relay_sent"
	if sent.Status == fab.LotBlocked {
		code = "relay_sent_blocked"
	}
	return sent, note(tx, *r, code, "lot", sent.Lot.Code, "part", part.Part, "good", s.Good)
}

// settleRelay ends a relay of which everything was sent.
func settleRelay(tx *store.Tx, r *fab.Relay) error {
	parts, err := tx.RelayParts(r.ID)
	if err != nil {
		return err
	}
	for _, p := range parts {
		if p.Owed() > 0 {
			return nil
		}
	}
	return tx.EndRelay(r, fab.RelayDone)
}

// addLot enters good pieces into the books: an attempt of the partner that ended well, its lot, and the pieces at the
// partner's place.
func addLot(tx *store.Tx, r fab.Relay, part fab.RelayPart, good int64) (lot fab.Lot, err error) {
	design, err := tx.Design(r.DesignID)
	if err != nil {
		return lot, err
	}
	made, _ := design.BOM.Part(part.Part)
	job, err := tx.HoldFor(r, part, made.How)
	if err != nil {
		return lot, err
	}
	a := fab.Attempt{ID: store.NewID[fab.AttemptID](tx), JobID: job.ID, BatchID: r.BatchID, WorkerID: r.WorkerID, Part: part.Part, Copies: good, No: 1,
		Status: fab.AttemptDone, LeaseUntil: tx.Now(), EndedAt: tx.Now(), CreatedAt: tx.Now()}
	if err := tx.AddAttempt(&a); err != nil {
		return lot, err
	}
	maker, err := tx.Maker(r.MakerID)
	if err != nil {
		return lot, err
	}
	lot = fab.Lot{ID: store.NewID[fab.LotID](tx), AttemptID: a.ID, BatchID: r.BatchID, DesignID: r.DesignID, Part: part.Part, WorkerID: r.WorkerID,
		MakerID: r.MakerID, Declared: good, Status: fab.LotMade, CreatedAt: tx.Now()}
	if design.Dangerous {
		lot.Status = fab.LotBlocked
	}
	if lot.Code, err = tx.NextLotCode(design.Product); err != nil {
		return lot, err
	}
	if err := tx.AddLot(&lot); err != nil {
		return lot, err
	}
	return lot, tx.Post(fab.StockMove{Item: fab.PartItem(part.Part), Source: string(lot.ID), From: fab.OutsideMade, To: maker.LocationID, Quantity: good,
		Why: "made", Subject: string(a.ID)})
}
