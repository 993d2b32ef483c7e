package local

import (
	"net/http"
	"strconv"

	"github.com/mailleur/mailleur/ui"
)

// add keeps a file that was chosen on the page.
func (s *Server) add(w http.ResponseWriter, r *http.Request, m Machine) error {
	mine := func(fields map[string]string) error { return s.mine(r, fields[ui.FieldToken]) }
	got, err := s.receive(w, r, m, mine)
	if err != nil {
		w.Header().Set("Connection", "close") // the rest of the body is not waited for
		return s.refused(w, r, m, ui.PartAdd, err)
	}
	s.Log.Info("keep file", "printer", m.Key, "bytes", got.file.Bytes)
	s.done(w, r, m, ui.PartAdd, "add", said{Kind: ui.FlashDone, Code: "machine.done_add", Args: map[string]any{"name": got.file.Name}})
	return nil
}

// thumbnail gives the picture that the slicer put into a file.
func (s *Server) thumbnail(w http.ResponseWriter, r *http.Request, m Machine) error {
	png, ok := m.Files.Picture(r.PathValue("file"))
	if !ok || http.DetectContentType(png) != "image/png" {
		return errNotFound
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Content-Length", strconv.Itoa(len(png)))
	_, err := w.Write(png)
	return ignoreGone(err)
}

// ignoreGone drops the error of a write to a browser that left: there is nobody to tell.
func ignoreGone(error) error { return nil }
