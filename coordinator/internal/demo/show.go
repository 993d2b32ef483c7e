package demo

import (
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Addresses are where a coordinator serves.
type Addresses struct {
	URL      string `json:"url"`       // of the pages
	AgentURL string `json:"agent_url"` // of the API for agents
	Broker   string `json:"broker"`
	CA       string `json:"ca"`              // path of the lab's authority
	Setup    string `json:"setup,omitempty"` // of the first account, while there is none
}

// Config is what a Show needs.
type Config struct {
	Lab     Addresses
	Agent   string // path of the printer-agent program
	Dir     string // for logs, ports and agents' states; exists
	Speed   float64
	Tick    time.Duration // how often an actor looks at his pages
	Think   time.Duration // pause before an actor acts, so that a watcher can follow
	Hands   time.Duration // how long hand work takes
	Silence time.Duration // how long the lab bears silence; the frozen agent is silent for longer
	Order   Order
	Alone   bool // the visitor plays from the start, until he hands over
	Calm    bool // no agent falls silent
	Log     *slog.Logger
}

// Show is the sample lab with its people. The visitor may take the story over at any time; the programs go on.
type Show struct {
	Config
	hardware *hardware
	roots    *x509.CertPool

	mu        sync.Mutex
	mine      bool
	lastClick time.Time
	opened    time.Time // when the lab was set up and the story began
	tracks    []string  // tracking pages, in the order of the requests
	gifts     []string
	runs      []string // driver's links
	ready     chan struct{}
	delivered chan struct{}
}

// New builds a Show. Nothing runs yet.
func New(c Config) (*Show, error) {
	s := &Show{Config: c, mine: c.Alone, ready: make(chan struct{}), delivered: make(chan struct{})}
	s.hardware = &hardware{
		program: c.Agent, dir: c.Dir, speed: c.Speed, alive: max(200*time.Millisecond, c.Silence/8),
		crew: &crew{dir: c.Dir, log: c.Log}, agents: map[string]*child{}, boards: map[string]board{},
	}
	if _, err := os.Stat(c.Agent); err != nil {
		return nil, fmt.Errorf("the demo needs %s beside this program", filepath.Base(c.Agent))
	}
	if c.Lab.CA == "" {
		return s, nil
	}
	pem, err := os.ReadFile(c.Lab.CA)
	if err != nil {
		return nil, fmt.Errorf("read the lab's authority: %w", err)
	}
	s.roots = x509.NewCertPool()
	s.roots.AppendCertsFromPEM(pem)
	return s, nil
}

// Run sets the lab up and plays until ctx ends. All children have ended when it returns.
func (s *Show) Run(ctx context.Context) error {
	defer s.hardware.crew.stop()
	desk, err := s.prepare(ctx)
	if err != nil {
		return fmt.Errorf("set the sample lab up: %w", err)
	}
	s.open()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.coordinate(ctx, desk) })
	g.Go(func() error { return s.ask(ctx) })
	g.Go(func() error { return s.give(ctx) })
	g.Go(func() error { return s.drive(ctx) })
	g.Go(func() error { return s.silence(ctx) })
	g.Go(func() error { return s.receive(ctx) })
	for _, v := range volunteers() {
		g.Go(func() error { return s.make(ctx, v) })
	}
	return g.Wait()
}

// open lets the story begin.
func (s *Show) open() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opened = time.Now()
	close(s.ready)
}

// openedAt is when the story began; while the lab is set up, a time that is still to come.
func (s *Show) openedAt() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opened.IsZero() {
		return time.Now().Add(time.Hour)
	}
	return s.opened
}

// Ready is closed when the lab is set up: accounts, agents, stock.
func (s *Show) Ready() <-chan struct{} { return s.ready }

// Delivered is closed when the tracking pages show all that was asked as delivered.
func (s *Show) Delivered() <-chan struct{} { return s.delivered }

// patience is how long the actors wait after the visitor's last click before they play on.
const patience = 20 * time.Second

// Take hands the story to the visitor, or back to the actors.
func (s *Show) Take(_ context.Context, mine bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mine, s.lastClick = mine, time.Now()
	s.Alone = s.Alone && mine
	return nil
}

// Clicked notes that the visitor is there.
func (s *Show) Clicked() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastClick = time.Now()
}

// Mine reports whether the visitor plays: he said so, and clicked not long ago.
func (s *Show) Mine() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mine && (s.Alone || time.Since(s.lastClick) < patience)
}

// every calls act again and again until it says that it is done or ctx ends. While the visitor plays, nobody acts.
// What fails is logged and tried again: a page may be slow, or the coordinator may be restarting.
func (s *Show) every(ctx context.Context, who string, act func(context.Context) (done bool, err error)) error {
	tick := time.NewTicker(s.Tick)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if s.Mine() {
			continue
		}
		done, err := act(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			s.Log.Warn("actor", "who", who, "error", err)
		case done:
			return nil
		}
	}
}

// think pauses as a person does before the next act. While the lab is set up, nobody watches.
func (s *Show) think(ctx context.Context) {
	if s.Think == 0 || s.openedAt().After(time.Now()) {
		return
	}
	select {
	case <-ctx.Done():
	case <-time.After(s.Think):
	}
}

func (s *Show) person() (*browser, error) { return newBrowser(s.Lab.URL, s.roots) }

// silence freezes one agent in the middle of a print until its work has gone to another.
func (s *Show) silence(ctx context.Context) error {
	if s.Calm {
		return nil
	}
	printing := func() (bool, error) {
		for _, v := range volunteers() {
			if v.login == silentLogin {
				return s.hardware.printing(ctx, v.printers[0]), nil
			}
		}
		return false, nil
	}
	if err := waitFor(ctx, time.Hour, 2*s.Tick, printing); err != nil {
		return nil
	}
	if err := s.hardware.freeze(silentLogin); err != nil {
		return err
	}
	s.Log.Info("an agent falls silent", "who", silentLogin)
	select {
	case <-ctx.Done():
		return nil
	case <-time.After(3 * s.Silence):
	}
	s.Log.Info("the silent agent is back", "who", silentLogin)
	return s.hardware.thaw(silentLogin)
}
