package local

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/mailleur/mailleur/ui"
)

// DefaultAddress is where the page is when nothing else is configured: on this machine alone.
const DefaultAddress = "127.0.0.1:8082"

// DefaultMaxUpload is the largest file that is taken when nothing else is configured, in bytes.
const DefaultMaxUpload = 256 << 20

const (
	readHeader = 5 * time.Second
	readAll    = 30 * time.Second // a request; longer than an action may take, uploads and open pages lift it
	idle       = 2 * time.Minute
	endingTime = 3 * time.Second
	maxHeader  = 16 << 10
)

// Options are what a Server is made of. Fleet, Key and Log are needed.
type Options struct {
	Address   string   // host:port to listen at; "" stands for DefaultAddress, another host is seen from the network
	Names     []string // further host names by which browsers may call this server
	Key       string   // as NewKey makes it
	Fleet     Fleet
	Cameras   map[string]Camera // by Machine.Key
	Lab       string            // name of the lab, at the foot of the pages; "" before enrolment
	Version   string            // of the program
	MaxUpload int64             // bytes; 0 stands for DefaultMaxUpload
	Zone      *time.Location    // for the times that people read; nil stands for the machine's
	Now       func() time.Time  // nil stands for time.Now
	Log       *slog.Logger
}

// Server is the local page and API. It is safe for concurrent use.
type Server struct {
	Options
	pages   *ui.Renderer
	door    *door
	talks   *talks
	cameras map[string]*camera
	uploads chan struct{} // a place for each upload under way
	streams chan struct{} // and for each open page
	handler http.Handler
}

// New builds a Server. It listens to nothing yet.
func New(o Options) (*Server, error) {
	if o.Fleet == nil || o.Log == nil {
		return nil, errors.New("local page: the fleet and the log are missing")
	}
	if len(o.Key) < minKey {
		return nil, fmt.Errorf("local page: the key has %d characters, it needs %d: remove its file, and a new one is made", len(o.Key), minKey)
	}
	pages, err := ui.New("machine", "machines", "machine_enter", "machine_note")
	if err != nil {
		return nil, fmt.Errorf("local page: %w", err)
	}
	return build(o, pages)
}

// build is New for options that were checked.
func build(o Options, pages *ui.Renderer) (*Server, error) {
	o.defaults()
	s := &Server{
		Options: o, pages: pages, talks: newTalks(), cameras: map[string]*camera{},
		uploads: make(chan struct{}, maxUploads), streams: make(chan struct{}, maxStreams),
	}
	s.door = newDoor(o)
	for key, c := range o.Cameras {
		one, err := newCamera(c, o.Now)
		if err != nil {
			return nil, fmt.Errorf("camera of %s: %w", key, err)
		}
		s.cameras[key] = one
	}
	s.handler = s.routes()
	return s, nil
}

func (o *Options) defaults() {
	if o.Address == "" {
		o.Address = DefaultAddress
	}
	if o.MaxUpload <= 0 {
		o.MaxUpload = DefaultMaxUpload
	}
	if o.Zone == nil {
		o.Zone = time.Local
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Lab == "" {
		o.Lab = "Mailleur"
	}
}

// Run serves at Options.Address until ctx ends.
func (s *Server) Run(ctx context.Context) error {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", s.Address)
	if err != nil {
		return fmt.Errorf("open local page at %s: %w", s.Address, err)
	}
	return s.Serve(ctx, l)
}

// Serve serves on a listener, which it closes, until ctx ends. Open pages are let go at once, uploads have a few seconds.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler: s.handler, ReadHeaderTimeout: readHeader, ReadTimeout: readAll, IdleTimeout: idle, MaxHeaderBytes: maxHeader,
		ErrorLog:    slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve local page: %w", err)
	case <-ctx.Done():
	}
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), endingTime)
	defer cancel()
	if err := server.Shutdown(patience); err != nil {
		_ = server.Close()
	}
	<-ended
	return nil
}

// Handler answers requests as Run does, for tests and for those who listen themselves.
func (s *Server) Handler() http.Handler { return s.handler }

func (s *Server) now() time.Time { return s.Now().In(s.Zone) }

// derived is a secret for one purpose, made from the key.
func derived(key, purpose string) []byte {
	sum := sha256.Sum256([]byte(purpose + "\x00" + key))
	return sum[:]
}
