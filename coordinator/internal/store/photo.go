package store

import (
	"context"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// PutPhoto stores a picture drawn anew: smaller, and without what the telephone wrote into it about place, time and owner.
// Its longer side has at most so many pixels, and its file at most so many bytes. No picture has no hash; field names where
// a refusal is shown.
func (s *Store) PutPhoto(ctx context.Context, sent []byte, side, most int, field string) (hash string, err error) {
	if len(sent) == 0 {
		return "", nil
	}
	data, err := fab.CleanPhoto(sent, side, most, field)
	if err != nil {
		return "", err
	}
	blob, err := s.PutBlob(ctx, data, fab.PhotoKind)
	return blob.Hash, err
}
