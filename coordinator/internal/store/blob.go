package store

import (
	"bytes"
	"compress/flate"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// chunkSize is how much of a blob one transaction writes: small, so that nobody waits for an upload.
const chunkSize = 256 << 10

type blobChunk struct {
	Hash string `bun:"hash,pk"`
	N    int64  `bun:"n,pk"`
	Data []byte `bun:"data"`
}

// PutBlob stores a file under its SHA-256, compressed in chunks, each in a transaction of its own. The row that makes
// the blob visible comes last, so a blob that can be seen is whole. Storing the same bytes again costs no space.
func (s *Store) PutBlob(ctx context.Context, data []byte, kind string) (fab.Blob, error) {
	return s.PutFile(ctx, bytes.NewReader(data), kind)
}

// PutFile stores what r holds from its beginning as PutBlob does, with one chunk in memory at a time. It reads r twice:
// a blob's name is known only at its end. A file that changes meanwhile is an error, and nothing becomes visible.
func (s *Store) PutFile(ctx context.Context, r io.ReadSeeker, kind string) (fab.Blob, error) {
	hash, size, err := measure(r)
	if err != nil {
		return fab.Blob{}, fmt.Errorf("read file to store: %w", err)
	}
	blob := fab.Blob{Hash: hash, Size: size, Kind: kind}
	if have, err := s.Blob(ctx, hash); err == nil {
		return have, nil
	} else if fab.ClassOf(err) != fab.NotFound {
		return blob, err
	}
	if err := s.putChunks(ctx, blob, r); err != nil {
		return blob, fmt.Errorf("store blob chunk: %w", err)
	}
	err = s.Update(ctx, func(tx *Tx) error {
		blob.CreatedAt = tx.now
		_, err := tx.db.NewInsert().Model(&blob).On("CONFLICT (hash) DO NOTHING").Exec(ctx)
		return err
	})
	if err != nil {
		return blob, fmt.Errorf("store blob: %w", err)
	}
	return blob, nil
}

// measure hashes r from its beginning, and turns it back there.
func measure(r io.ReadSeeker) (hash string, size int64, err error) {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return "", 0, err
	}
	sum := sha256.New()
	if size, err = io.Copy(sum, r); err != nil {
		return "", 0, err
	}
	_, err = r.Seek(0, io.SeekStart)
	return hex.EncodeToString(sum.Sum(nil)), size, err
}

var errFileChanged = errors.New("the file changed while it was stored")

func (s *Store) putChunks(ctx context.Context, blob fab.Blob, r io.Reader) error {
	sum, chunk := sha256.New(), make([]byte, chunkSize)
	for n := int64(0); n*chunkSize < blob.Size; n++ {
		size, err := io.ReadFull(r, chunk[:min(chunkSize, blob.Size-n*chunkSize)])
		if err != nil {
			return fmt.Errorf("%w: %w", errFileChanged, err)
		}
		sum.Write(chunk[:size])
		if n*chunkSize+int64(size) == blob.Size && hex.EncodeToString(sum.Sum(nil)) != blob.Hash {
			return errFileChanged
		}
		part, err := deflate(chunk[:size])
		if err != nil {
			return err
		}
		row := blobChunk{Hash: blob.Hash, N: n, Data: part}
		err = s.Update(ctx, func(tx *Tx) error {
			_, err := tx.db.NewInsert().Model(&row).On("CONFLICT (hash, n) DO UPDATE").Set("data = EXCLUDED.data").Exec(ctx)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Blob reads what is known of a blob.
func (s *Store) Blob(ctx context.Context, hash string) (fab.Blob, error) {
	var blob fab.Blob
	err := s.View(ctx, func(tx *Tx) error {
		var err error
		blob, err = one[fab.Blob](tx, "file", func(q query) query { return q.Where("hash = ?", hash) })
		return err
	})
	return blob, err
}

// GCodeFor reads what is known of a file that one of the agent's printers is to print now; NotFound for every other.
func (tx *Tx) GCodeFor(agent fab.AgentID, hash string) (fab.Blob, error) {
	under := []fab.AttemptStatus{fab.AttemptLeased, fab.AttemptPrinting}
	return one[fab.Blob](tx, "file", func(q query) query {
		return q.Where("hash = ?", hash).
			Where("EXISTS (SELECT 1 FROM attempts a JOIN plates p ON p.id = a.plate_id JOIN workers w ON w.id = a.worker_id "+
				"WHERE p.gcode_hash = ? AND w.agent_id = ? AND a.status IN (?))", hash, string(agent), in(under))
	})
}

// ReadBlob streams a blob to w, one chunk in memory at a time.
func (s *Store) ReadBlob(ctx context.Context, hash string, w io.Writer) error {
	blob, err := s.Blob(ctx, hash)
	if err != nil {
		return err
	}
	for n := int64(0); n*chunkSize < blob.Size; n++ {
		var row blobChunk
		err := s.read.NewSelect().Model(&row).Where("hash = ?", hash).Where("n = ?", n).Scan(ctx)
		if err != nil {
			return fmt.Errorf("read blob chunk %d: %w", n, err)
		}
		if _, err := io.Copy(w, flate.NewReader(bytes.NewReader(row.Data))); err != nil {
			return fmt.Errorf("send blob chunk %d: %w", n, err)
		}
	}
	return nil
}

func deflate(data []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.DefaultCompression)
	if err != nil {
		return nil, err
	}
	_, err = w.Write(data)
	if err := errors.Join(err, w.Close()); err != nil {
		return nil, fmt.Errorf("compress blob: %w", err)
	}
	return b.Bytes(), nil
}
