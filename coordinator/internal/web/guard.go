package web

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// maxBody is more than any form or API call of ours needs.
const maxBody = 64 << 10

// guard refuses what another site sends with this browser's cookies. Calls that prove themselves with a bearer token or
// a one-time code carry no cookie, so that nothing can be stolen through them.
func (s *Server) guard(next http.Handler) http.Handler {
	p := http.NewCrossOriginProtection()
	p.AddInsecureBypassPattern("POST " + apiPrefix + "/enrol")
	p.SetDenyHandler(http.HandlerFunc(s.crossOrigin))
	return s.headed(s.oldBrowsers(p.Handler(next)))
}

// oldBrowsers holds the referrer against this site where a browser says of a form neither where it comes from nor what
// kind of request it is. Our referrer policy makes every such browser send one with a form of ours; who acts with a
// session and sends none is refused too.
func (s *Server) oldBrowsers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from := r.Referer()
		_, err := r.Cookie(s.cookieName(cookieSession))
		mute := r.Method == http.MethodPost && r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == ""
		if mute && (from != "" || err == nil) {
			if u, err := url.Parse(from); err != nil || u.Host != r.Host {
				s.crossOrigin(w, r)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) crossOrigin(w http.ResponseWriter, r *http.Request) {
	s.Log.Warn("refuse cross-origin request", "method", r.Method, "origin", r.Header.Get("Origin"))
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusForbidden)
	frame := ui.Frame{Lang: languageAsked(r), Path: "/", Now: s.local(s.now()), LabName: s.Lab.Name, Phone: s.Lab.Phone}
	if err := s.UI.Render(w, ui.Problem{Frame: frame, Status: http.StatusForbidden}); err != nil {
		s.Log.Error("render page", "error", err)
	}
}

// headed sets the headers that every answer carries. Pages load nothing from elsewhere, run one script of ours, and are
// framed by nobody. The referrer policy keeps links with tokens from other sites, but leaves browsers an Origin to send.
func (s *Server) headed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		h.Set("Content-Security-Policy", policy("'none'"))
		h.Set("Cache-Control", "no-store")
		if s.TLS {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

func policy(script string) string {
	return "default-src 'none'; script-src " + script + "; style-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}

// logged writes one line for each request: the route and not the path, which may hold a token. What only reads, and
// well, is for those who look closer, and so is what a slicing machine says every second.
func (s *Server) logged(c *gin.Context) {
	start := time.Now()
	c.Next()
	level := slog.LevelDebug
	if c.Request.Method == http.MethodPost && c.FullPath() != progressFull || c.Writer.Status() >= http.StatusInternalServerError {
		level = slog.LevelInfo
	}
	s.Log.Log(c.Request.Context(), level, "answer", "method", c.Request.Method, "route", c.FullPath(), "status", c.Writer.Status(),
		"bytes", c.Writer.Size(), "took", time.Since(start).Round(time.Microsecond))
}

// recovered turns a panic into an apology with a reference that is in the log too.
func (s *Server) recovered(c *gin.Context) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if v == http.ErrAbortHandler { //nolint:errorlint // a panic value, compared as net/http does
			panic(v)
		}
		ref := s.fault(c, fmt.Errorf("panic: %v", v), "stack", string(debug.Stack()))
		if !c.Writer.Written() {
			s.problem(c, http.StatusInternalServerError, ref)
		}
		c.Abort()
	}()
	c.Next()
}

// fault logs what went wrong inside and returns the reference to say on the phone.
func (s *Server) fault(c *gin.Context, err error, more ...any) string {
	ref := fab.FormatReference(fab.NewReference(rand.Reader))
	s.Log.Error("answer request", append([]any{"method", c.Request.Method, "route", c.FullPath(), "reference", ref, "error", err}, more...)...)
	return ref
}

// capped bounds what a request may carry. It bounds a copy: net/http looks at the body of its own request to learn whether
// it was closed before its end, and takes what is left of a body in other clothes for the next request.
func (s *Server) capped(c *gin.Context) {
	limit := max(maxBody, s.takesFiles(c))
	c.Request = c.Request.WithContext(c.Request.Context())
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, limit)
	c.Next()
}

// parseForm reads the fields of a form into the request. A form with files is read by its own handler.
func (s *Server) parseForm(c *gin.Context) error {
	if s.takesFiles(c) > 0 && !strings.EqualFold(c.ContentType(), "application/x-www-form-urlencoded") {
		return nil
	}
	if kind := c.ContentType(); c.Request.Method == http.MethodPost && kind != "" && !strings.EqualFold(kind, "application/x-www-form-urlencoded") {
		return statusError{http.StatusUnsupportedMediaType}
	}
	if err := c.Request.ParseForm(); err != nil {
		return badBody(err)
	}
	return nil
}
