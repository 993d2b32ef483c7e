package web

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// blobFor is how long a slow line may take to fetch a file.
const blobFor = 15 * time.Minute

type blobIn struct {
	caller
	Hash string `path:"sha256" minLength:"64" maxLength:"64" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 of the file, in hex"`
}

// apiBlob streams the file that an agent prints. A file that none of its printers holds a lease for is not there for it:
// an agent stands in a home, and what is in the lab is not all its own.
func (s *Server) apiBlob(ctx context.Context, in *blobIn) (*huma.StreamResponse, error) {
	agent, err := s.Identity.Agent(ctx, in.token())
	if err != nil {
		return nil, s.apiError(&in.caller, err)
	}
	var blob fab.Blob
	err = s.Store.View(ctx, func(tx *store.Tx) error {
		blob, err = tx.GCodeFor(agent.ID, in.Hash)
		return err
	})
	if err != nil {
		return nil, s.apiError(&in.caller, err)
	}
	return &huma.StreamResponse{Body: func(huma.Context) {
		_ = http.NewResponseController(in.c.Writer).SetWriteDeadline(s.Now().Add(blobFor)) // a writer without deadlines needs none
		in.c.Header("Cache-Control", "private, max-age=31536000, immutable")
		_ = s.stream(in.c, blob) // it breaks the connection itself when it fails
	}}, nil
}
