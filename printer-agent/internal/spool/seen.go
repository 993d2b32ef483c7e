package spool

import (
	"encoding/json"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"github.com/mailleur/mailleur/coordinator/wire"
)

// keptCommands is how many command ids are remembered. The coordinator re-sends within minutes and one command at a
// time per printer, so that a thousand is days.
const keptCommands = 1000

// Seen is a command that was answered.
type Seen struct {
	ID     string      `json:"id"`
	Answer wire.Answer `json:"answer"`
	Reason string      `json:"reason,omitempty"`
}

// Remember notes the answer to a command.
func (s *Spool) Remember(c Seen) error {
	if err := s.grow(func(tx *bolt.Tx) error { return remember(tx, c) }); err != nil {
		return fmt.Errorf("remember command: %w", err)
	}
	return nil
}

func remember(tx *bolt.Tx, c Seen) error {
	if c.ID == "" || tx.Bucket(bucketCommands).Get([]byte(c.ID)) != nil {
		return nil
	}
	raw, err := json.Marshal(c)
	if err != nil {
		return err
	}
	if err := tx.Bucket(bucketCommands).Put([]byte(c.ID), raw); err != nil {
		return err
	}
	order := tx.Bucket(bucketOrder)
	n, err := order.NextSequence()
	if err != nil {
		return err
	}
	if err := order.Put(seqKey(int64(n)), []byte(c.ID)); err != nil {
		return err
	}
	return forgetCommands(tx, int64(n)-keptCommands)
}

func forgetCommands(tx *bolt.Tx, upTo int64) error {
	c := tx.Bucket(bucketOrder).Cursor()
	for k, id := c.First(); k != nil && seqOf(k) <= upTo; k, id = c.First() {
		if err := tx.Bucket(bucketCommands).Delete(id); err != nil {
			return err
		}
		if err := c.Delete(); err != nil {
			return err
		}
	}
	return nil
}

// Answered returns what was answered to a command, if it was seen before.
func (s *Spool) Answered(id string) (Seen, bool, error) {
	var c Seen
	var ok bool
	err := s.view(func(tx *bolt.Tx) error {
		raw := tx.Bucket(bucketCommands).Get([]byte(id))
		if ok = raw != nil; !ok {
			return nil
		}
		return json.Unmarshal(raw, &c)
	})
	if err != nil {
		return Seen{}, false, fmt.Errorf("read command: %w", err)
	}
	return c, ok, nil
}

// StartedBefore says whether the attempt was ever taken by this agent.
func (s *Spool) StartedBefore(attempt string) (before bool, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		before = tx.Bucket(bucketAttempts).Get([]byte(attempt)) != nil
		return nil
	})
	return before, err
}
