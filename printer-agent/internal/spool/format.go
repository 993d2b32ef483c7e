package spool

import (
	"encoding/json"
	"fmt"
	"strconv"

	bolt "go.etcd.io/bbolt"
)

// prepare checks the format number, makes what a new database or one of an older format lacks, and writes nothing when
// all is there: a folder on a full disk can be opened.
func (s *Spool) prepare() error {
	var from int
	if err := s.view(func(tx *bolt.Tx) (err error) {
		from, err = formatOf(tx)
		return err
	}); err != nil || from == Format {
		return err
	}
	return s.update(func(tx *bolt.Tx) error {
		if err := s.room(tx, reserve); err != nil && from == 0 {
			return err // an old database may have enough free pages
		}
		return migrate(tx, from)
	})
}

// formatOf returns the format of a database, 0 for a new one.
func formatOf(tx *bolt.Tx) (int, error) {
	meta := tx.Bucket(bucketMeta)
	if meta == nil || meta.Get(keyFormat) == nil {
		return 0, nil
	}
	v := string(meta.Get(keyFormat))
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("the database is damaged: format %q", v)
	}
	if n > Format {
		return 0, fmt.Errorf("%w: its format is %d, this one knows %d", ErrNewer, n, Format)
	}
	return n, nil
}

// migrate brings a database of an older format, or a new one, forward.
func migrate(tx *bolt.Tx, from int) error {
	for _, name := range [][]byte{
		bucketMeta, bucketEvents, bucketJournal, bucketAttempts, bucketCommands, bucketOrder, bucketClear, bucketLocal, bucketFacts,
	} {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	meta := tx.Bucket(bucketMeta)
	if from == 0 {
		if err := meta.Put(keyOutbox, newOutboxID()); err != nil {
			return err
		}
	}
	if from < 2 {
		if err := ownEntries(tx); err != nil {
			return err
		}
	}
	return meta.Put(keyFormat, []byte(strconv.Itoa(Format)))
}

// ownEntries gives journal entries the owner that all had in format 1.
func ownEntries(tx *bolt.Tx) error {
	var list []Print
	if err := tx.Bucket(bucketJournal).ForEach(func(_, raw []byte) error {
		p := Print{Owner: OwnerChain}
		list = append(list, p)
		return json.Unmarshal(raw, &list[len(list)-1])
	}); err != nil {
		return err
	}
	for _, p := range list {
		if err := putPrint(tx, p); err != nil {
			return err
		}
	}
	return nil
}
