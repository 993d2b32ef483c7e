package web

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// The cookies there are. None follows anybody: each is needed for what the person does.
const (
	cookieSession = "session"
	cookieLang    = "lang"
	cookieFlash   = "flash" // what the last action did, for the next page
	cookieSent    = "sent"  // token of the request that this browser sent last
	cookieRole    = "role"  // of the demo
	cookieRun     = "run"   // token of the run whose driver opened its link here, for what he or she scans
	cookieTrack   = "track" // token of the request whose link was opened here, likewise
)

// cookieName binds a cookie to this host over HTTPS, where browsers keep that promise.
func (s *Server) cookieName(name string) string {
	if s.TLS {
		return "__Host-" + name
	}
	return "mailleur-" + name
}

// setCookie keeps a value in the browser; an age of zero forgets it.
func (s *Server) setCookie(c *gin.Context, name, value string, age time.Duration) {
	seconds := int(age.Seconds())
	if age == 0 {
		seconds = -1
	}
	http.SetCookie(c.Writer, &http.Cookie{
		Name: s.cookieName(name), Value: value, Path: "/", MaxAge: seconds,
		Secure: s.TLS, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

func (s *Server) readCookie(c *gin.Context, name string) string {
	cookie, err := c.Request.Cookie(s.cookieName(name))
	if err != nil {
		return ""
	}
	return cookie.Value
}

// flash says on the next page what an action did. Pairs are the arguments of the sentence.
func (s *Server) flash(c *gin.Context, kind, code string, pairs ...any) {
	text, err := json.Marshal(ui.Flash{Kind: kind, Text: fab.Because(code, pairs...)})
	if err != nil {
		s.Log.Error("write flash", "code", code, "error", err)
		return
	}
	s.setCookie(c, cookieFlash, s.sealed(text), time.Minute)
}

// takeFlash reads what the last action did, once. A cookie that we did not write says nothing.
func (s *Server) takeFlash(c *gin.Context) *ui.Flash {
	text, ok := s.opened(s.readCookie(c, cookieFlash))
	if !ok {
		return nil
	}
	s.setCookie(c, cookieFlash, "", 0)
	var f ui.Flash
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if d.Decode(&f) != nil {
		return nil
	}
	for name, v := range f.Text.Args {
		if n, ok := v.(json.Number); ok {
			whole, _ := n.Int64()
			f.Text.Args[name] = whole
		}
	}
	return &f
}

func (s *Server) sealed(text []byte) string {
	return base64.RawURLEncoding.EncodeToString(text) + "." + base64.RawURLEncoding.EncodeToString(s.mac(text))
}

func (s *Server) opened(value string) ([]byte, bool) {
	body, mac, ok := strings.Cut(value, ".")
	if !ok {
		return nil, false
	}
	text, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil {
		return nil, false
	}
	sum, err := base64.RawURLEncoding.DecodeString(mac)
	return text, err == nil && hmac.Equal(sum, s.mac(text))
}

func (s *Server) mac(text []byte) []byte {
	h := hmac.New(sha256.New, s.seal)
	h.Write(text)
	return h.Sum(nil)
}
