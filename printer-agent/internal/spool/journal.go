package spool

import (
	"cmp"
	"encoding/json"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/mailleur/mailleur/coordinator/wire"
)

// Owner says whose print an attempt is.
type Owner string

// The owners.
const (
	OwnerChain Owner = "chain" // the coordinator gave it: its token, its events
	OwnerMaker Owner = "maker" // an own print of the maker: no coordinator knows of it, and its events are left out
)

// Print is the journal entry of the attempt on a printer. It exists from the moment the attempt is taken until its last
// event is in the outbox, so that an entry found at start is an attempt that a kill or a power cut interrupted: it is
// either continued (Continue) or ended (End). When the board could not be reached at the end, the entry stays, marked
// Ended, until the heaters are off.
type Print struct {
	Printer string         `json:"printer"`
	Attempt string         `json:"attempt"` // token of the coordinator; for an own print, one that the agent made up
	Owner   Owner          `json:"owner"`
	File    wire.File      `json:"file"`
	Name    string         `json:"name,omitempty"` // of the maker's file
	Word    wire.StateWord `json:"word"`
	Lines   int64          `json:"lines"`   // file lines executed when the entry was written; more may have been since
	Resends int64          `json:"resends"` //
	Dialect string         `json:"dialect,omitempty"`

	Firmware string          `json:"firmware,omitempty"` // as the board named it
	Caps     map[string]bool `json:"caps,omitempty"`     // what it said that it can
	Device   json.RawMessage `json:"device,omitempty"`   // what it is plugged in by, as the port's package writes it

	Parked json.RawMessage `json:"parked,omitempty"` // how to bring a paused print back, as the agent writes it

	Taken   time.Time `json:"taken"`
	Started time.Time `json:"started,omitzero"` // of the first line; zero before
	Updated time.Time `json:"updated"`
	Ended   bool      `json:"ended,omitempty"` // told, but the heaters are not known to be off yet

	Attended  time.Time `json:"attended,omitzero"`   // somebody stays beside it until then; zero: nobody promised to
	Continued int64     `json:"continued,omitempty"` // how many times an interrupted print went on
}

// Begin takes an attempt: it enters the journal, counts as started for ever, the bed of the printer is no longer known
// to be clear, and the command that asked for it, if there is one, is remembered as accepted. All of it happens, or, with
// ErrStartedBefore, ErrBusy or ErrDiskFull, nothing. An attempt is not taken without room, on the disk itself, for what it
// will have to tell. An empty Owner stands for OwnerChain.
func (s *Spool) Begin(command string, p Print) error {
	err := s.growBeyond(reserve+share, 1, func(tx *bolt.Tx) error {
		if tx.Bucket(bucketAttempts).Get([]byte(p.Attempt)) != nil {
			return ErrStartedBefore
		}
		if tx.Bucket(bucketJournal).Get([]byte(p.Printer)) != nil {
			return ErrBusy
		}
		if err := tx.Bucket(bucketAttempts).Put([]byte(p.Attempt), []byte(p.Taken.UTC().Format(time.RFC3339))); err != nil {
			return err
		}
		if err := tx.Bucket(bucketClear).Put([]byte(p.Printer), nil); err != nil {
			return err
		}
		if err := putPrint(tx, p); err != nil {
			return err
		}
		return remember(tx, Seen{ID: command, Answer: wire.AnswerAccepted})
	})
	if err != nil {
		return fmt.Errorf("begin attempt: %w", err)
	}
	return nil
}

func putPrint(tx *bolt.Tx, p Print) error {
	p.Owner = cmp.Or(p.Owner, OwnerChain)
	raw, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return tx.Bucket(bucketJournal).Put([]byte(p.Printer), raw)
}

// Update rewrites the journal entry of an attempt that Begin took, and adds events of it to the outbox, both or neither.
// It does nothing once the attempt has ended. ErrDiskFull comes to signs of life first (EventProgress): room for what an
// attempt has to tell besides was set aside by Begin.
func (s *Spool) Update(p Print, events ...wire.Event) error {
	var shares int64
	if canWait(events) {
		shares = 1
	}
	err := s.growBeyond(0, shares, func(tx *bolt.Tx) error {
		live, ok, err := getPrint(tx, p.Printer)
		if err != nil || !ok || live.Attempt != p.Attempt || live.Ended {
			return err
		}
		p.Owner, p.Continued = live.Owner, max(p.Continued, live.Continued)
		if err := putPrint(tx, p); err != nil {
			return err
		}
		return tell(tx, live, events)
	})
	if err != nil {
		return fmt.Errorf("update journal: %w", err)
	}
	return nil
}

// Continue notes that an interrupted attempt goes on, adds the events that tell of it, both or neither, and returns the
// entry as it is now. Call it when the board was found to be where the record says, and before the next line goes out: a
// kill after it is one more interruption. ErrNotLive means that the attempt has ended, or was never begun: then nothing
// may be sent.
func (s *Spool) Continue(printer, attempt string, at time.Time, events ...wire.Event) (Print, error) {
	var p Print
	err := s.growBeyond(0, 0, func(tx *bolt.Tx) error {
		live, ok, err := getPrint(tx, printer)
		if err != nil {
			return err
		}
		if !ok || live.Attempt != attempt || live.Ended {
			return ErrNotLive
		}
		live.Continued++
		live.Updated = at.UTC()
		if err := putPrint(tx, live); err != nil {
			return err
		}
		p = live
		return tell(tx, live, events)
	})
	if err != nil {
		return Print{}, fmt.Errorf("continue attempt: %w", err)
	}
	return p, nil
}

// End closes the journal entry of an attempt and adds the events that tell of its end, both or neither. With hot the
// heaters may still be on: the entry stays, marked, until Cooled. End does nothing when the attempt is not in the
// journal or has ended: an attempt ends once.
func (s *Spool) End(printer, attempt string, hot bool, last ...wire.Event) error {
	err := s.update(func(tx *bolt.Tx) error {
		live, ok, err := getPrint(tx, printer)
		if err != nil || !ok || live.Attempt != attempt || live.Ended {
			return err
		}
		if err := shut(tx, live, hot); err != nil {
			return err
		}
		return tell(tx, live, last)
	})
	if err != nil {
		return fmt.Errorf("end attempt: %w", err)
	}
	return nil
}

func shut(tx *bolt.Tx, p Print, hot bool) error {
	if !hot {
		return tx.Bucket(bucketJournal).Delete([]byte(p.Printer))
	}
	p.Ended = true
	return putPrint(tx, p)
}

// Cooled removes the entry of an ended attempt: the heaters are off.
func (s *Spool) Cooled(printer string) error {
	err := s.update(func(tx *bolt.Tx) error {
		if live, ok, err := getPrint(tx, printer); err != nil || !ok || !live.Ended {
			return err
		}
		return tx.Bucket(bucketJournal).Delete([]byte(printer))
	})
	if err != nil {
		return fmt.Errorf("note cold printer: %w", err)
	}
	return nil
}

// tell adds the events of an attempt to the outbox; those of an own print are nobody's.
func tell(tx *bolt.Tx, p Print, events []wire.Event) error {
	if p.Owner == OwnerMaker {
		return nil
	}
	return appendAll(tx, events)
}

func appendAll(tx *bolt.Tx, events []wire.Event) error {
	for _, ev := range events {
		if _, err := appendEvent(tx, ev); err != nil {
			return err
		}
	}
	return nil
}

// Live returns the journal entry of a printer, if an attempt is on it.
func (s *Spool) Live(printer string) (Print, bool, error) {
	var p Print
	var ok bool
	err := s.view(func(tx *bolt.Tx) (err error) {
		p, ok, err = getPrint(tx, printer)
		return err
	})
	if err != nil {
		return Print{}, false, fmt.Errorf("read journal: %w", err)
	}
	return p, ok, nil
}

// Journal returns the entries of all printers, by their keys, those of printers that are no longer configured included.
func (s *Spool) Journal() ([]Print, error) {
	var list []Print
	err := s.view(func(tx *bolt.Tx) error {
		return tx.Bucket(bucketJournal).ForEach(func(printer, _ []byte) error {
			p, _, err := getPrint(tx, string(printer))
			list = append(list, p)
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read journal: %w", err)
	}
	return list, nil
}

func getPrint(tx *bolt.Tx, printer string) (Print, bool, error) {
	raw := tx.Bucket(bucketJournal).Get([]byte(printer))
	if raw == nil {
		return Print{}, false, nil
	}
	var p Print
	if err := json.Unmarshal(raw, &p); err != nil {
		return Print{}, false, fmt.Errorf("journal of %s: %w", printer, err)
	}
	return p, true, nil
}

// Clear says whether somebody confirmed that the bed of a printer is clear, since the last attempt on it. Known is false
// as long as this folder has seen neither an attempt on the printer nor a confirmation.
func (s *Spool) Clear(printer string) (clear, known bool, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		at := tx.Bucket(bucketClear).Get([]byte(printer))
		clear, known = len(at) > 0, at != nil
		return nil
	})
	return clear, known, err
}

// SetClear notes that the bed is clear, together with the events that tell of it, if any.
func (s *Spool) SetClear(printer string, at time.Time, events ...wire.Event) error {
	err := s.grow(func(tx *bolt.Tx) error {
		if err := tx.Bucket(bucketClear).Put([]byte(printer), []byte(at.UTC().Format(time.RFC3339))); err != nil {
			return err
		}
		return appendAll(tx, events)
	})
	if err != nil {
		return fmt.Errorf("note clear bed: %w", err)
	}
	return nil
}
