package local

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/mailleur/mailleur/ui"
)

// patience is how long an action on a printer may take before the page says that it did not answer.
const patience = 20 * time.Second

// answer handles one request; an error becomes a page, or a line of text for programs.
type answer func(w http.ResponseWriter, r *http.Request) error

// onMachine handles one request about a printer.
type onMachine func(w http.ResponseWriter, r *http.Request, m Machine) error

// routes is the table of everything there is to ask for.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET "+ui.StaticPrefix, s.pages.Assets())
	mux.Handle("GET /lang/{lang}", s.open(s.chooseLang))
	mux.Handle("GET /enter", s.open(s.enterPage))
	mux.Handle("POST /enter", s.open(s.enter))
	mux.Handle("GET /{$}", s.inside(s.list))
	mux.Handle("GET /printer/{key}", s.inside(s.one(s.page)))
	mux.Handle("GET /printer/{key}/live", s.inside(s.one(s.live)))
	mux.Handle("GET /printer/{key}/camera.jpg", s.inside(s.one(s.picture)))
	mux.Handle("GET /printer/{key}/picture/{file}", s.inside(s.one(s.thumbnail)))
	mux.Handle("POST /printer/{key}/add", s.inside(s.one(s.add)))
	for name, do := range s.actions() {
		mux.Handle("POST /printer/{key}/"+name, s.inside(s.one(s.act(name, do))))
	}
	for pattern, call := range s.octoprint() {
		method, path, _ := cut(pattern)
		mux.Handle(method+" "+path, s.program(s.first(call)))
		mux.Handle(method+" /printer/{key}"+path, s.program(s.one(call)))
	}
	mux.Handle("/", s.inside(func(http.ResponseWriter, *http.Request) error { return errNotFound }))
	return s.recovered(s.headed(s.hosts(s.sameSite(mux))))
}

var errNotFound = errors.New("no such page")

// one finds the printer that the path names.
func (s *Server) one(do onMachine) answer {
	return func(w http.ResponseWriter, r *http.Request) error {
		m, ok := s.Fleet.Machine(r.PathValue("key"))
		if !ok {
			return Refuse(codeMachine, "")
		}
		return do(w, r, m)
	}
}

// first takes the first printer.
func (s *Server) first(do onMachine) answer {
	return func(w http.ResponseWriter, r *http.Request) error {
		all := s.Fleet.Machines()
		if len(all) == 0 {
			return Refuse(codeMachine, "")
		}
		return do(w, r, all[0])
	}
}

// open answers anybody.
func (s *Server) open(do answer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := do(w, r); err != nil {
			s.fail(w, r, err)
		}
	})
}

// fail shows what went wrong as a page.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil && errors.Is(err, context.Canceled) {
		return // the browser left
	}
	note := ui.MachineNote{Frame: s.frame(w, r), Status: http.StatusInternalServerError}
	refusal := refusalOf(timed(err))
	switch {
	case errors.Is(err, errNotFound):
		note.Status = http.StatusNotFound
	case refusal != nil:
		note.Status, note.Why = refusal.status(), ui.Because("error."+refusal.Code, refusal.Args)
	default:
		note.Reference = s.fault(r, err)
	}
	s.render(w, note.Status, note)
}

// timed turns the end of an action's time into a refusal.
func timed(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return Refuse(CodeSilent, "")
	}
	return err
}

// fault logs what went wrong inside, and returns a reference to it.
func (s *Server) fault(r *http.Request, err error, more ...any) string {
	var b [4]byte
	_, _ = rand.Read(b[:])
	ref := hex.EncodeToString(b[:])
	s.Log.Error("answer request", append([]any{"method", r.Method, "route", r.Pattern, "reference", ref, "error", err}, more...)...)
	return ref
}

// recovered turns a panic into an apology.
func (s *Server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if v == http.ErrAbortHandler { //nolint:errorlint // a panic value, compared as net/http does
				panic(v)
			}
			ref := s.fault(r, fmt.Errorf("panic: %v", v), "stack", string(debug.Stack()))
			http.Error(w, ref, http.StatusInternalServerError)
		}()
		next.ServeHTTP(w, r)
	})
}

// render writes a page.
func (s *Server) render(w http.ResponseWriter, status int, page ui.Page) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Vary", "Cookie, Accept-Language")
	w.WriteHeader(status)
	if err := s.pages.Render(w, page); err != nil {
		s.Log.Error("draw page", "error", err)
	}
}
