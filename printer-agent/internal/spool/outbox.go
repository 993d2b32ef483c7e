package spool

import (
	"encoding/json"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"github.com/mailleur/mailleur/coordinator/wire"
)

// Append adds an event to the outbox and returns its number: 1, 2, 3 … without gaps. Outbox and Seq of the argument
// are ignored.
func (s *Spool) Append(ev wire.Event) (int64, error) {
	var seq int64
	err := s.grow(func(tx *bolt.Tx) (err error) {
		seq, err = appendEvent(tx, ev)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("append event: %w", err)
	}
	return seq, nil
}

func appendEvent(tx *bolt.Tx, ev wire.Event) (int64, error) {
	events := tx.Bucket(bucketEvents)
	next, err := events.NextSequence()
	if err != nil {
		return 0, err
	}
	return int64(next), putEvent(tx, int64(next), ev)
}

func putEvent(tx *bolt.Tx, seq int64, ev wire.Event) error {
	ev.Outbox, ev.Seq = string(tx.Bucket(bucketMeta).Get(keyOutbox)), seq
	raw, err := json.Marshal(ev)
	if err != nil {
		return err
	}
	return tx.Bucket(bucketEvents).Put(seqKey(seq), raw)
}

// From returns at most limit events, in order, beginning with number seq or the oldest kept one after it.
func (s *Spool) From(seq int64, limit int) ([]wire.Event, error) {
	var list []wire.Event
	err := s.view(func(tx *bolt.Tx) error {
		c := tx.Bucket(bucketEvents).Cursor()
		for k, v := c.Seek(seqKey(max(seq, 0))); k != nil && len(list) < limit; k, v = c.Next() {
			var ev wire.Event
			if err := json.Unmarshal(v, &ev); err != nil {
				return fmt.Errorf("event %d: %w", seqOf(k), err)
			}
			list = append(list, ev)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read outbox: %w", err)
	}
	return list, nil
}

// Forget removes every event of this outbox up to and including number upTo: the coordinator has stored them. An
// acknowledgement for another outbox changes nothing.
//
// One that is ahead of the outbox shows that this database was set back in time, as by a restored disk: numbers would
// be given twice and the coordinator would take new events for old ones. Then the outbox gets a new identity, what it
// still holds is numbered from 1, and renewed is true.
func (s *Spool) Forget(outbox string, upTo int64) (renewed bool, err error) {
	err = s.update(func(tx *bolt.Tx) error {
		if string(tx.Bucket(bucketMeta).Get(keyOutbox)) != outbox {
			return nil
		}
		if upTo > int64(tx.Bucket(bucketEvents).Sequence()) {
			renewed = true
			return renew(tx)
		}
		return deleteUpTo(tx.Bucket(bucketEvents), upTo)
	})
	if err != nil {
		return false, fmt.Errorf("forget events: %w", err)
	}
	return renewed, nil
}

// deleteUpTo looks for all keys before it deletes any: a cursor passes every page that was emptied, each time.
func deleteUpTo(events *bolt.Bucket, upTo int64) error {
	var keys [][]byte
	c := events.Cursor()
	for k, _ := c.First(); k != nil && seqOf(k) <= upTo; k, _ = c.Next() {
		keys = append(keys, k)
	}
	for _, k := range keys {
		if err := events.Delete(k); err != nil {
			return err
		}
	}
	return nil
}

func renew(tx *bolt.Tx) error {
	var kept []wire.Event
	if err := tx.Bucket(bucketEvents).ForEach(func(_, v []byte) error {
		var ev wire.Event
		kept = append(kept, ev)
		return json.Unmarshal(v, &kept[len(kept)-1])
	}); err != nil {
		return err
	}
	if err := tx.DeleteBucket(bucketEvents); err != nil {
		return err
	}
	if _, err := tx.CreateBucket(bucketEvents); err != nil {
		return err
	}
	if err := tx.Bucket(bucketMeta).Put(keyOutbox, newOutboxID()); err != nil {
		return err
	}
	for _, ev := range kept {
		if _, err := appendEvent(tx, ev); err != nil {
			return err
		}
	}
	return nil
}

// Outbox is the identity of the outbox: random, made with the database.
func (s *Spool) Outbox() (string, error) {
	var id string
	err := s.view(func(tx *bolt.Tx) error {
		id = string(tx.Bucket(bucketMeta).Get(keyOutbox))
		return nil
	})
	return id, err
}
