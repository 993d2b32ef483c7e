package delivery

import (
	"context"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// pictures stores the pictures of a report anew: small, and without what the telephone wrote into them.
func (d *Delivery) pictures(ctx context.Context, r Report) (signature, photo string, err error) {
	if signature, err = d.store.PutPhoto(ctx, r.Signature, signatureSide, signatureMost, "signature"); err != nil {
		return "", "", err
	}
	photo, err = d.store.PutPhoto(ctx, r.Photo, photoSide, photoBytes, "photo")
	return signature, photo, err
}

// prove stores what shows a delivery: the name always, and the pictures that came with it.
func prove(tx *store.Tx, m fab.Mark) error {
	for _, p := range []fab.Proof{
		{Kind: fab.ProofName, Name: m.Receiver, Reservations: m.Reservations},
		{Kind: fab.ProofSignature, Name: m.Receiver, Blob: m.Signature},
		{Kind: fab.ProofPhoto, Name: m.Receiver, Blob: m.Photo},
	} {
		if p.Kind != fab.ProofName && p.Blob == "" {
			continue
		}
		p.ID, p.StopID, p.At = store.NewID[fab.ProofID](tx), m.StopID, m.HappenedAt
		if err := tx.AddProof(&p); err != nil {
			return err
		}
	}
	return nil
}
