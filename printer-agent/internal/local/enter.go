package local

import (
	"net/http"
	"net/url"

	"github.com/mailleur/mailleur/ui"
)

const maxForm = 64 << 10 // bytes; more than any form of ours needs

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
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
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
