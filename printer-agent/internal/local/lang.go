package local

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/mailleur/mailleur/ui"
	"github.com/mailleur/mailleur/ui/locales"
)

const cookieLang = "mailleur-lang"

// langOf is the language that was asked for with the address, that was chosen before, or that the browser prefers.
func langOf(r *http.Request) string {
	if l := r.URL.Query().Get("lang"); locales.Known(l) {
		return l
	}
	if c, err := r.Cookie(cookieLang); err == nil && locales.Known(c.Value) {
		return c.Value
	}
	return preferred(r.Header.Get("Accept-Language"))
}

// preferred reads Accept-Language (RFC 9110, 12.5.4). French when it names no language of ours.
func preferred(header string) string {
	best, weight := locales.French, 0.0
	for part := range strings.SplitSeq(header, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		q := 1.0
		if v, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			var err error
			if q, err = strconv.ParseFloat(v, 64); err != nil {
				q = 0
			}
		}
		lang, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if locales.Known(lang) && q > weight {
			best, weight = lang, q
		}
	}
	return best
}

// chooseLang keeps the language in a cookie and goes back to where the link was.
func (s *Server) chooseLang(w http.ResponseWriter, r *http.Request) error {
	lang := r.PathValue("lang")
	if !locales.Known(lang) {
		return errNotFound
	}
	s.setCookie(w, cookieLang, lang, 365*24*time.Hour)
	http.Redirect(w, r, ownPath(r.URL.Query().Get("back")), http.StatusSeeOther)
	return nil
}

// ownPath is a path of this server without the language in it; the first page when it leads elsewhere.
func ownPath(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || !strings.HasPrefix(path, "/") ||
		strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return "/"
	}
	q := u.Query()
	q.Del("lang")
	u.RawQuery = q.Encode()
	return u.String()
}

// frame is what every page shares.
func (s *Server) frame(_ http.ResponseWriter, r *http.Request) ui.Frame {
	path := "/"
	if r.Method == http.MethodGet {
		path = r.URL.RequestURI()
	} else if key := r.PathValue("key"); key != "" {
		path = "/printer/" + key
	}
	return ui.Frame{Lang: langOf(r), Path: path, Now: s.now(), LabName: s.Lab}
}

// setCookie keeps a value in the browser; an age of zero forgets it. Plain HTTP on a private network has no Secure
// cookies.
func (s *Server) setCookie(w http.ResponseWriter, name, value string, age time.Duration) {
	seconds := int(age.Seconds())
	if age == 0 {
		seconds = -1
	}
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, SameSite: http.SameSiteStrictMode})
}
