package web

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// blobFor is how long a slow line may take to fetch a file.
const blobFor = 15 * time.Minute

// gcodeKind is the only kind of file that agents fetch.
const gcodeKind = "text/x.gcode"

type blobIn struct {
	caller
	Hash string `path:"sha256" minLength:"64" maxLength:"64" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 of the file, in hex"`
}

// apiBlob streams the file that an agent prints.
func (s *Server) apiBlob(ctx context.Context, in *blobIn) (*huma.StreamResponse, error) {
	if _, err := s.Identity.Agent(ctx, in.token()); err != nil {
		return nil, s.apiError(&in.caller, err)
	}
	blob, err := s.Store.Blob(ctx, in.Hash)
	if err == nil && blob.Kind != gcodeKind {
		err = fab.Refuse(fab.NotFound, "not_found", "", "what", "file")
	}
	if err != nil {
		return nil, s.apiError(&in.caller, err)
	}
	return &huma.StreamResponse{Body: func(huma.Context) {
		_ = http.NewResponseController(in.c.Writer).SetWriteDeadline(s.Now().Add(blobFor)) // a writer without deadlines needs none
		in.c.Header("Cache-Control", "private, max-age=31536000, immutable")
		_ = s.stream(in.c, blob) // it breaks the connection itself when it fails
	}}, nil
}
