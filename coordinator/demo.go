package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/config"
	"github.com/mailleur/mailleur/coordinator/internal/demo"
	"github.com/mailleur/mailleur/coordinator/internal/web"
)

// The speeds of the demo: one for people who watch, one for whoever waits for the end.
const (
	watchSpeed = 60
	hurrySpeed = 3000
)

// demoCmd plays the sample lab.
type demoCmd struct {
	Until  string  `enum:"forever,delivered" default:"forever" help:"When to end: ${enum}."`
	JSON   bool    `name:"json" help:"End with one JSON object on standard output."`
	Listen string  `default:"127.0.0.1:0" help:"Address of the pages, on loopback."`
	Speed  float64 `help:"How many times faster than the clock the printers live; by default 60, or 3000 with --until delivered."`
	Visors int     `default:"24" help:"Visors that the care home asks for."`
	Hooks  int     `default:"10" help:"Hooks that it asks for."`
	Masks  int     `default:"6" help:"Masks that the town hall asks for."`
	Mine   bool    `help:"You play: the actors wait until you let them."`
	Keep   string  `placeholder:"DIR" help:"Keep all data and logs in this folder."`
}

// Validate refuses an order that no actor could place.
func (c *demoCmd) Validate() error {
	for _, n := range []struct {
		flag  string
		asked int
	}{{"--visors", c.Visors}, {"--hooks", c.Hooks}, {"--masks", c.Masks}} {
		if n.asked < 0 || n.asked > fab.MaxAsked {
			return fmt.Errorf("%s must be 0 to %d", n.flag, fab.MaxAsked)
		}
	}
	if c.Visors+c.Hooks+c.Masks == 0 {
		return errors.New("ask for something: --visors, --hooks or --masks")
	}
	return nil
}

// Run plays until interrupted, or until all is delivered.
func (c *demoCmd) Run(ctx context.Context, log *slog.Logger, stdout io.Writer) (err error) {
	began := time.Now()
	dir, tidy, err := c.folder()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, tidy()) }()
	quiet, closeLog, err := logInto(filepath.Join(dir, "coordinator.log"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeLog()) }()
	p := c.pace()
	a, err := newApp(ctx, c.config(dir, p), p.pace, quiet)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	show, err := c.show(ctx, a, dir, p, log)
	if err != nil {
		return err
	}
	return c.play(ctx, a, show, began, stdout)
}

// play runs the coordinator and the show beside each other, and ends both.
func (c *demoCmd) play(ctx context.Context, a *app, show *demo.Show, began time.Time, stdout io.Writer) error {
	ctx, end := context.WithCancel(ctx)
	defer end()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		return a.run(ctx, func(w *web.Config) { w.Demo = demo.NewStage(show, a.store, c.speed()) })
	})
	g.Go(func() error { return show.Run(ctx) })
	g.Go(func() error { return c.invite(ctx, a, show, stdout) })
	if c.Until == "delivered" {
		g.Go(func() error {
			defer end()
			select {
			case <-ctx.Done():
				return nil
			case <-show.Delivered():
			}
			return c.tell(ctx, show, began, stdout)
		})
	}
	return g.Wait()
}

// invite prints the address once the lab is set up: before that there is nobody to be.
func (c *demoCmd) invite(ctx context.Context, a *app, show *demo.Show, stdout io.Writer) error {
	select {
	case <-ctx.Done():
		return nil
	case <-show.Ready():
	}
	if c.JSON {
		return nil
	}
	_, err := fmt.Fprintf(stdout, "%s\n\n  %s/demo\n\nCtrl-C ends it. Logs: %s\n", a.config.Lab.Name, a.url(), a.config.Data)
	return err
}

// tell ends the show: it fails unless all was delivered and the books add up.
func (c *demoCmd) tell(ctx context.Context, show *demo.Show, began time.Time, stdout io.Writer) error {
	r, err := show.Finish(ctx, began)
	if err != nil {
		return err
	}
	if c.JSON {
		err = json.NewEncoder(stdout).Encode(r)
	} else {
		_, err = fmt.Fprintf(stdout, "%d of %d delivered; %d pieces good, %d lost and printed again; audit: %s; %.0f s\n",
			r.Delivered, r.Requested, r.PrintedGood, r.PrintedBad, r.Audit, r.Seconds)
	}
	return errors.Join(err, r.Failure())
}

func (c *demoCmd) show(ctx context.Context, a *app, dir string, p demoPace, log *slog.Logger) (*demo.Show, error) {
	setup, err := a.identity.SetupLink(ctx)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	return demo.New(demo.Config{
		Lab: demo.Addresses{
			URL: a.url(), AgentURL: a.agentURL(), Broker: a.agentBroker(), CA: filepath.Join(dir, "ca.pem"), Setup: a.url() + "/setup/" + setup,
		},
		Agent: filepath.Join(filepath.Dir(self), "printer-agent"), Dir: dir, Speed: c.speed(), Tick: p.tick, Think: p.think, Hands: p.hands, Silence: p.silence,
		Order: demo.Order{Visors: c.Visors, Hooks: c.Hooks, Masks: c.Masks}, Alone: c.Mine, Log: log,
	})
}

func (c *demoCmd) speed() float64 {
	switch {
	case c.Speed > 0:
		return c.Speed
	case c.Until == "delivered":
		return hurrySpeed
	}
	return watchSpeed
}

// wireSpeed is about where the wire and the processors, not the printers' motion, begin to set the pace.
const wireSpeed = 400

// demoPace is how quickly the lab and its people live.
type demoPace struct {
	pace
	tick, think, hands, silence time.Duration
}

func (c *demoCmd) pace() (p demoPace) {
	defer func() { p.speedup = min(c.speed(), wireSpeed) }()
	if c.Until == "delivered" {
		return demoPace{pace: quickened(200 * time.Millisecond), tick: 250 * time.Millisecond, hands: 20 * time.Second, silence: 8 * time.Second}
	}
	return demoPace{pace: quickened(time.Second), tick: time.Second, think: 1500 * time.Millisecond, hands: time.Minute, silence: 20 * time.Second}
}

func (c *demoCmd) config(dir string, p demoPace) config.Config {
	cfg := config.Default()
	cfg.Data = dir
	cfg.Lab = config.Lab{Name: demo.LabName, Phone: demo.LabPhone, PhoneFrom: 8, PhoneTo: 18, Zone: "Europe/Paris"}
	cfg.Web = config.Web{Listen: c.Listen, ListenTLS: "127.0.0.1:0"}
	cfg.MQTT = config.MQTT{Listen: "127.0.0.1:0", ListenTLS: "127.0.0.1:0"}
	cfg.Slicer.Slots = 2
	cfg.Dispatch.Silence, cfg.Dispatch.Offer = p.silence, time.Hour
	return cfg
}

// folder is where everything goes: kept on request, else gone at the end.
func (c *demoCmd) folder() (dir string, tidy func() error, err error) {
	if c.Keep != "" {
		return c.Keep, func() error { return nil }, os.MkdirAll(c.Keep, 0o700)
	}
	dir, err = os.MkdirTemp("", "mailleur-demo-")
	if err != nil {
		return "", nil, fmt.Errorf("make demo folder: %w", err)
	}
	return dir, func() error { return os.RemoveAll(dir) }, nil
}

// logInto keeps the coordinator's log out of the way of whoever watches.
func logInto(path string) (*slog.Logger, func() error, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("open log: %w", err)
	}
	return slog.New(slog.NewTextHandler(f, nil)), f.Close, nil
}
