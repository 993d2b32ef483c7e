package spool

import (
	"encoding/json"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/mailleur/mailleur/coordinator/wire"
)

// Print is the journal entry of the attempt on a printer. It exists from the moment the attempt is taken until its last
// event is in the outbox, so that an entry found at start is an attempt that a kill or a power cut interrupted.
type Print struct {
	Printer string         `json:"printer"`
	Attempt string         `json:"attempt"`
	File    wire.File      `json:"file"`
	Word    wire.StateWord `json:"word"`
	Lines   int64          `json:"lines"`   // file lines executed when the entry was written; more may have been since
	Resends int64          `json:"resends"` //
	Taken   time.Time      `json:"taken"`
	Started time.Time      `json:"started,omitzero"` // of the first line; zero before
	Updated time.Time      `json:"updated"`
}

// Begin takes an attempt: it enters the journal, counts as started for ever, the bed of the printer is no longer known
// to be clear, and the command that asked for it is remembered as accepted. All of it happens, or, with
// ErrStartedBefore, ErrBusy or ErrDiskFull, nothing.
func (s *Spool) Begin(command string, p Print) error {
	err := s.update(func(tx *bolt.Tx) error {
		if tx.Bucket(bucketAttempts).Get([]byte(p.Attempt)) != nil {
			return ErrStartedBefore
		}
		if tx.Bucket(bucketJournal).Get([]byte(p.Printer)) != nil {
			return ErrBusy
		}
		if err := tx.Bucket(bucketAttempts).Put([]byte(p.Attempt), []byte(p.Taken.UTC().Format(time.RFC3339))); err != nil {
			return err
		}
		if err := tx.Bucket(bucketClear).Delete([]byte(p.Printer)); err != nil {
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
	raw, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return tx.Bucket(bucketJournal).Put([]byte(p.Printer), raw)
}

// Update rewrites the journal entry of an attempt that Begin took. It does nothing once the attempt has ended.
func (s *Spool) Update(p Print, events ...wire.Event) error {
	err := s.update(func(tx *bolt.Tx) error {
		if live, ok, err := getPrint(tx, p.Printer); err != nil || !ok || live.Attempt != p.Attempt {
			return err
		}
		if err := putPrint(tx, p); err != nil {
			return err
		}
		return appendAll(tx, events)
	})
	if err != nil {
		return fmt.Errorf("update journal: %w", err)
	}
	return nil
}

// End removes the journal entry of an attempt and adds the event that tells of its end, both or neither.
// It does nothing when the attempt is not in the journal: an attempt ends once.
func (s *Spool) End(printer, attempt string, last wire.Event) error {
	err := s.update(func(tx *bolt.Tx) error {
		if live, ok, err := getPrint(tx, printer); err != nil || !ok || live.Attempt != attempt {
			return err
		}
		if err := tx.Bucket(bucketJournal).Delete([]byte(printer)); err != nil {
			return err
		}
		return appendAll(tx, []wire.Event{last})
	})
	if err != nil {
		return fmt.Errorf("end attempt: %w", err)
	}
	return nil
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

// Clear says whether somebody confirmed that the bed of a printer is clear, since the last attempt on it.
func (s *Spool) Clear(printer string) (clear bool, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		clear = tx.Bucket(bucketClear).Get([]byte(printer)) != nil
		return nil
	})
	return clear, err
}

// SetClear notes that the bed is clear, together with the events that tell of it, if any.
func (s *Spool) SetClear(printer string, at time.Time, events ...wire.Event) error {
	err := s.update(func(tx *bolt.Tx) error {
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
