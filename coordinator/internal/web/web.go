// Package web is the coordinator's face: it maps requests of browsers and agents to the use-case rooms, and what the
// rooms answer to pages and to the HTTP API. routes.go is the whole table; it holds no rule of the lab itself.
package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/delivery"
	"github.com/mailleur/mailleur/coordinator/internal/identity"
	"github.com/mailleur/mailleur/coordinator/internal/imports"
	"github.com/mailleur/mailleur/coordinator/internal/intake"
	"github.com/mailleur/mailleur/coordinator/internal/partner"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/coordinator/internal/report"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/supply"
	"github.com/mailleur/mailleur/ui"
)

// Lab is what pages say of the lab.
type Lab struct {
	Name  string
	Phone string
	// PhoneFrom and PhoneTo are the hours when someone answers, 0–24; both zero hides them.
	PhoneFrom, PhoneTo int
	Zone               *time.Location // nil is UTC
	// AnswerWithin is how long a requester may have to wait for an answer, as the receipt says. Zero is one day.
	AnswerWithin time.Duration
}

// Live streams changes to browsers.
type Live interface {
	Publish(topic string, message any)
	Serve(w http.ResponseWriter, r *http.Request, topics ...string)
}

// Telemetry is what a printer last said of itself, for display only. Temperatures are thousandths of a degree Celsius.
type Telemetry struct {
	State                 string // as the agent words it
	Percent               int
	Left                  time.Duration // of the print; zero when it is not known
	NozzleMilli, NozzleTo int64
	BedMilli, BedTo       int64
	Why                   fab.Reason
	At                    time.Time
}

// Planner tells what the last plan expects, for display only.
type Planner interface {
	// Outlook is when a batch will be made; the zero Outlook of one that is not being made.
	Outlook(fab.BatchID) fab.Outlook
	// Promised is when everything that a request waits for will be made, as far as it is known already.
	Promised(fab.RequestID) fab.Outlook
	// Promise is the same, worked out now where that is worth it; not to be called inside a transaction.
	Promise(context.Context, fab.Request) (fab.Outlook, error)
	// Idle is why a worker has nothing to do; the zero Reason when it has.
	Idle(fab.WorkerID) fab.Reason
}

// Demo plays a story on this lab, in which one browser can be each person in turn.
type Demo interface {
	// Bar is the strip at the top of the page that r asks for, seen through the eyes of role ("" when none was chosen).
	Bar(r *http.Request, role string) ui.DemoBar
	// Enter says who the browser signs in as, "" for nobody, and which page to show.
	Enter(ctx context.Context, role string) (account fab.AccountID, page string, err error)
	// Take hands the story to the visitor (mine), or back to the actors.
	Take(ctx context.Context, mine bool) error
	// Story fills the first screen.
	Story(ctx context.Context, frame ui.Frame) (ui.Story, error)
}

// Config is what a Server is built from. Planner, Demo, Telemetry and Now may be nil.
type Config struct {
	Store      *store.Store
	Identity   *identity.Identity
	Intake     *intake.Intake
	Production *production.Production
	Partner    *partner.Partner
	Supply     *supply.Supply
	Delivery   *delivery.Delivery
	Report     *report.Report
	Planner    Planner
	Live       Live
	UI         *ui.Renderer
	Lab        Lab
	Log        *slog.Logger

	TLS     bool   // pages come over HTTPS: cookies are bound to it and browsers are told to stay
	Proxy   bool   // a reverse proxy on this machine hands them on: it says who asks
	Version string // of the program, for the API description
	Public  string // address that codes on papers lead to, https://lab.example; "": the one under which a paper is asked for

	// KnownModel reports whether there is a printer profile of this name.
	KnownModel func(model string) bool
	// ModelName is how the maker of a printer model writes its name; nil leaves models as their profiles are called.
	ModelName func(model string) string
	// Models and Filaments are what printers and filaments there are profiles of, as makers choose them.
	Models, Filaments []ui.Choice
	// EnrolCode words the secret of an enrolment together with the fingerprint of the lab's CA.
	EnrolCode func(secret [identity.SecretBytes]byte) string
	// EnrolWords are what an agent and the desk both show of an enrolment, in French and in English; nil shows none.
	EnrolWords func(nonce, token string) (french, english string)
	Broker     string // where agents connect: "tls://lab.example:8883"
	CA         string // PEM of the lab's CA; "" on loopback without TLS
	// Telemetry is what a printer last said; false when nothing is known.
	Telemetry func(fab.WorkerID) (Telemetry, bool)
	// MaxModel and MaxGCode are the largest files that forms take, in bytes; zero is 64 and 256 MiB.
	MaxModel, MaxGCode int64
	// PostsPerMinute is how many forms one address may send, zero is 120.
	PostsPerMinute int
	Demo           Demo
	Now            func() time.Time
}

// Server answers browsers and agents. It is safe for concurrent use.
type Server struct {
	Config
	engine   *gin.Engine
	api      huma.API
	handler  http.Handler
	limits   limits
	pictures pictures
	words    words
	totals   totals
	models   models
	imports  *imports.Imports
	uploads  chan struct{} // places for who sends files
	gifts    chan struct{} // the same for who gives something
	drawing  chan struct{} // places for PDFs that are drawn
	seal     []byte        // key of what a browser keeps for us; a restart forgets it
}

// New builds a Server.
func New(c Config) (*Server, error) {
	if c.Lab.Zone == nil {
		c.Lab.Zone = time.UTC
	}
	if c.Lab.AnswerWithin == 0 {
		c.Lab.AnswerWithin = 24 * time.Hour
	}
	if c.Telemetry == nil {
		c.Telemetry = func(fab.WorkerID) (Telemetry, bool) { return Telemetry{}, false }
	}
	c.MaxModel, c.MaxGCode = cmp.Or(c.MaxModel, defaultModel), cmp.Or(c.MaxGCode, defaultGCode)
	if c.PostsPerMinute == 0 {
		c.PostsPerMinute = 120
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	s := &Server{
		Config: c, limits: newLimits(c.PostsPerMinute), seal: make([]byte, 32), models: models{store: c.Store, room: c.Production},
		imports: imports.New(c.Store),
		uploads: make(chan struct{}, uploadsAtOnce), gifts: make(chan struct{}, uploadsAtOnce), drawing: make(chan struct{}, drawnAtOnce),
	}
	s.imports.Hours = func(typed string) fab.Hours { return hoursTyped(fab.Line(typed)) }
	if _, err := rand.Read(s.seal); err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	s.engine = s.newEngine()
	s.mount()
	s.handler = s.guard(s.engine)
	return s, nil
}

// Handler answers every request of the lab's web server.
func (s *Server) Handler() http.Handler { return s.handler }

// HTTP is a server for Handler with deadlines. Whoever calls it listens and shuts down.
func (s *Server) HTTP() *http.Server {
	return &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
}

func (s *Server) newEngine() *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	var proxies []string // nobody's word on who asks is taken
	if s.Proxy {
		proxies = []string{"127.0.0.1", "::1"}
	}
	_ = e.SetTrustedProxies(proxies) // these cannot be wrong
	e.ContextWithFallback = true
	e.HandleMethodNotAllowed = true
	e.RedirectTrailingSlash = false
	e.Use(s.logged, s.recovered, s.capped, s.readBrowser)
	e.NoRoute(s.page(func(*gin.Context) error { return fab.Refuse(fab.NotFound, "not_found", "", "what", "page") }))
	e.NoMethod(func(c *gin.Context) { s.problem(c, http.StatusMethodNotAllowed, "") })
	return e
}

func (s *Server) now() time.Time { return fab.Now(s.Now()) }

// local is a time as the lab's clock shows it; the zero time stays zero.
func (s *Server) local(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(s.Lab.Zone)
}

// localDay is the midnight of a day that is stored as midnight UTC.
func (s *Server) localDay(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	y, m, d := t.UTC().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, s.Lab.Zone)
}
