package web

import (
	"mime/multipart"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// readPictures reads a form that may bring pictures, by the names of their fields, and leaves its other fields where other
// forms have theirs. A form without files was read before.
func (s *Server) readPictures(c *gin.Context) (map[string][]byte, error) {
	if !strings.EqualFold(c.ContentType(), "multipart/form-data") {
		return nil, nil
	}
	if err := s.oneUpload(c); err != nil {
		return nil, err
	}
	defer s.uploaded(c)
	files := map[string][]byte{}
	err := eachFile(c, func(part *multipart.Part) (err error) {
		files[part.FormName()], err = readUpTo(part, fab.MaxPhoto)
		return err
	})
	return files, err
}
