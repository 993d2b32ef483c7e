package web

import (
	"errors"
	"io"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/ui"
)

// readPhoto reads a form that may bring one photo, and leaves its fields where other forms have theirs. A form without
// files was read before.
func (s *Server) readPhoto(c *gin.Context) (photo []byte, err error) {
	if !strings.EqualFold(c.ContentType(), "multipart/form-data") {
		return nil, nil
	}
	if err := s.oneUpload(c); err != nil {
		return nil, err
	}
	defer s.uploaded()
	parts, err := multipartOf(c)
	if err != nil {
		return nil, err
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return photo, nil
		}
		if err != nil {
			return nil, badBody(err)
		}
		if part.FileName() == "" {
			if part.FormName() != ui.FieldPhoto { // a field for a file that nobody chose
				err = readField(c, part)
			}
		} else if photo, err = io.ReadAll(io.LimitReader(part, production.MaxPhoto+1)); err != nil {
			err = badBody(err)
		}
		if err != nil {
			return nil, err
		}
	}
}
