package local

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/mailleur/mailleur/ui"
)

const (
	maxForm  = 64 << 10         // bytes; more than any form of ours needs
	formTime = 10 * time.Second // for a form to come in
)

// quick gives a small body a short time. The deadline is lifted when all of the body is there: the connection is watched
// for its end while the request is answered, and that must not end with it. It stays on a body that did not come, of which
// the server reads the rest.
func quick(w http.ResponseWriter, r *http.Request, read func(io.Reader) error) error {
	control := http.NewResponseController(w)
	if err := control.SetReadDeadline(time.Now().Add(formTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("set deadline: %w", err)
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := read(r.Body); err != nil {
		return err
	}
	if lifted := control.SetReadDeadline(time.Time{}); lifted != nil && !errors.Is(lifted, http.ErrNotSupported) {
		return fmt.Errorf("lift deadline: %w", lifted)
	}
	return nil
}

// parsed reads the fields of a form into the request.
func parsed(w http.ResponseWriter, r *http.Request) error {
	return quick(w, r, func(io.Reader) error { return r.ParseForm() })
}

// enterPage takes the key from the link that the command line showed, or asks for it. The link is left at once, so that
// the key does not stand in the address of any page.
func (s *Server) enterPage(w http.ResponseWriter, r *http.Request) error {
	if key := r.URL.Query().Get("key"); key != "" {
		return s.admit(w, r, key)
	}
	s.render(w, http.StatusOK, ui.MachineEnter{Frame: s.frame(w, r)})
	return nil
}

func (s *Server) enter(w http.ResponseWriter, r *http.Request) error {
	if err := parsed(w, r); err != nil {
		return Refuse(codeKeyMissing, "")
	}
	return s.admit(w, r, r.PostForm.Get(ui.FieldSecret))
}

func (s *Server) admit(w http.ResponseWriter, r *http.Request, key string) error {
	if err := s.door.try(r, key); err != nil {
		refusal := refusalOf(err)
		s.Log.Warn("refuse key", "from", r.RemoteAddr, "code", refusal.Code)
		frame := s.frame(w, r)
		frame.Path = "/enter" // never the address with a key in it
		form := ui.Form{Values: url.Values{}}.Refused(refusal.Field, refusal.Code, refusal.Args)
		s.render(w, refusal.status(), ui.MachineEnter{Frame: frame, Form: form})
		return nil
	}
	s.setCookie(w, s.door.cookie, s.door.pass(), stay)
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}
