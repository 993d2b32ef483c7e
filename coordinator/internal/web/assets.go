package web

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

const forEver = "public, max-age=31536000, immutable"

// static gives a file whose name holds its hash.
func (s *Server) static(c *gin.Context) error {
	if _, ok := s.UI.Assets().File(c.Param("name")); !ok {
		return fab.Refuse(fab.NotFound, "not_found", "", "what", "file")
	}
	s.UI.Assets().ServeHTTP(c.Writer, c.Request)
	return nil
}

// pictures are the hashes of the pictures that anybody may see: those of parts. Other blobs are files of the lab.
type pictures struct {
	mu    sync.RWMutex
	known map[string]bool
}

func (p *pictures) has(hash string) bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.known[hash]
}

func (p *pictures) set(designs []fab.DesignVersion) {
	known := map[string]bool{}
	for _, d := range designs {
		for _, part := range d.BOM.Parts {
			if part.Picture != "" {
				known[part.Picture] = true
			}
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known = known
}

// picture gives the picture of a part.
func (s *Server) picture(c *gin.Context) error {
	hash, png := strings.CutSuffix(c.Param("name"), ".png")
	if !png {
		return fab.Refuse(fab.NotFound, "not_found", "", "what", "file")
	}
	if !s.pictures.has(hash) {
		err := s.Store.View(c.Request.Context(), func(tx *store.Tx) error {
			designs, err := tx.Designs()
			s.pictures.set(designs)
			return err
		})
		if err != nil {
			return err
		}
	}
	if !s.pictures.has(hash) {
		return fab.Refuse(fab.NotFound, "not_found", "", "what", "file")
	}
	blob, err := s.Store.Blob(c.Request.Context(), hash)
	if err != nil {
		return err
	}
	c.Header("Cache-Control", forEver)
	return s.stream(c, blob)
}

// stream sends a blob. Its hash is its entity tag. A blob that breaks off breaks the connection, so that half a file
// never looks like a whole one.
func (s *Server) stream(c *gin.Context, blob fab.Blob) error {
	tag := `"` + blob.Hash + `"`
	c.Header("ETag", tag)
	if slices.Contains(strings.Fields(strings.ReplaceAll(c.GetHeader("If-None-Match"), ",", " ")), tag) {
		c.Status(http.StatusNotModified)
		return nil
	}
	c.Header("Content-Type", blob.Kind)
	c.Header("Content-Length", strconv.FormatInt(blob.Size, 10))
	c.Status(http.StatusOK)
	if err := s.Store.ReadBlob(c.Request.Context(), blob.Hash, c.Writer); err != nil {
		s.Log.Warn("send blob", "hash", blob.Hash, "error", fmt.Errorf("stream: %w", err))
		panic(http.ErrAbortHandler)
	}
	return nil
}
