package spool

import (
	"encoding/json"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Facts is what the agent has learned about one machine, or was told of it, and that outlives any print. The zero value
// means that nothing is known.
type Facts struct {
	Capacity Capacity        `json:"capacity,omitzero"`
	Bench    json.RawMessage `json:"bench,omitempty"`    // result of the bench test, as its package writes it
	Here     time.Time       `json:"here,omitzero"`      // somebody stays beside the machine until then
	OffChain bool            `json:"offChain,omitempty"` // its maker keeps it for own prints
	EtaRatio float64         `json:"etaRatio,omitempty"` // true time over estimated time of the last prints; 0: none yet
	Acks     AckStats        `json:"acks,omitzero"`
}

// Capacity is how much a board takes before it answers.
type Capacity struct {
	Slots    int64     `json:"slots"` // commands its buffer holds
	Ring     int64     `json:"ring"`  // bytes its receive buffer holds; 0: not known
	How      string    `json:"how"`   // where that comes from, as the link names it: profile, advanced-ok, probe, …
	Found    time.Time `json:"found"`
	Firmware string    `json:"firmware"` // as the board named it then: another one has to be asked again
}

// AckStats is how long the board took to acknowledge a line in the last print.
type AckStats struct {
	Lines int64 `json:"lines"`
	P50   int64 `json:"p50"` // µs
	P99   int64 `json:"p99"` // µs
}

// Facts returns what is known of the printer with this key.
func (s *Spool) Facts(printer string) (Facts, error) {
	var f Facts
	err := s.view(func(tx *bolt.Tx) (err error) {
		f, err = getFacts(tx, printer)
		return err
	})
	if err != nil {
		return Facts{}, fmt.Errorf("read machine facts: %w", err)
	}
	return f, nil
}

// SetFacts changes what is known of a printer. change sees the latest facts, and no other change comes between; it must
// not call the spool.
func (s *Spool) SetFacts(printer string, change func(*Facts)) error {
	err := s.grow(func(tx *bolt.Tx) error {
		f, err := getFacts(tx, printer)
		if err != nil {
			return err
		}
		change(&f)
		raw, err := json.Marshal(f)
		if err != nil {
			return err
		}
		return tx.Bucket(bucketFacts).Put([]byte(printer), raw)
	})
	if err != nil {
		return fmt.Errorf("write machine facts: %w", err)
	}
	return nil
}

func getFacts(tx *bolt.Tx, printer string) (f Facts, err error) {
	raw := tx.Bucket(bucketFacts).Get([]byte(printer))
	if raw == nil {
		return f, nil
	}
	if err := json.Unmarshal(raw, &f); err != nil {
		return Facts{}, fmt.Errorf("facts of %s: %w", printer, err)
	}
	return f, nil
}
