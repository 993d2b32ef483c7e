package local

import (
	"bytes"
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/mailleur/mailleur/ui"
)

const cookieFlash = "mailleur-said"

// said is what the last action did, kept in the browser for the next page.
type said struct {
	Part string         `json:"p"`
	Kind string         `json:"k"`
	Code string         `json:"c"`
	Args map[string]any `json:"a,omitempty"`
}

// say keeps what an action did for the next page.
func (s *Server) say(w http.ResponseWriter, what said) {
	text, err := json.Marshal(what)
	if err != nil {
		s.Log.Error("keep what was done", "code", what.Code, "error", err)
		return
	}
	body := base64.RawURLEncoding.EncodeToString(text)
	s.setCookie(w, cookieFlash, body+"."+mac(s.door.seal, body), time.Minute)
}

// heard takes what the last action did, once. A cookie that is not ours says nothing.
func (s *Server) heard(w http.ResponseWriter, r *http.Request) (*ui.Flash, string) {
	c, err := r.Cookie(cookieFlash)
	if err != nil {
		return nil, ""
	}
	s.setCookie(w, cookieFlash, "", 0)
	body, seal, _ := strings.Cut(c.Value, ".")
	if !hmac.Equal([]byte(seal), []byte(mac(s.door.seal, body))) {
		return nil, ""
	}
	text, err := base64.RawURLEncoding.DecodeString(body)
	var what said
	d := json.NewDecoder(bytes.NewReader(text))
	if err != nil || d.Decode(&what) != nil {
		return nil, ""
	}
	return ui.Said(what.Kind, what.Code, what.Args), what.Part
}
