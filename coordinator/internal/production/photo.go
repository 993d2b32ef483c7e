package production

import (
	"context"

	"github.com/mailleur/mailleur/coordinator/fab"
)

const (
	photoSide  = 1280    // pixels kept along the longer side
	photoBytes = 2 << 20 // kept at most
	fieldPhoto = "photo"
)

// keepPhoto stores a photo anew: smaller, and without what the telephone wrote into it about place, time and owner.
func (p *Production) keepPhoto(ctx context.Context, sent []byte) (hash string, err error) {
	if len(sent) == 0 {
		return "", nil
	}
	data, err := fab.CleanPhoto(sent, photoSide, photoBytes, fieldPhoto)
	if err != nil {
		return "", err
	}
	blob, err := p.store.PutBlob(ctx, data, fab.PhotoKind)
	return blob.Hash, err
}
