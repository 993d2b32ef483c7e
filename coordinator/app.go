package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/broker"
	"github.com/mailleur/mailleur/coordinator/internal/config"
	"github.com/mailleur/mailleur/coordinator/internal/delivery"
	"github.com/mailleur/mailleur/coordinator/internal/dispatch"
	"github.com/mailleur/mailleur/coordinator/internal/fleet"
	"github.com/mailleur/mailleur/coordinator/internal/identity"
	"github.com/mailleur/mailleur/coordinator/internal/intake"
	"github.com/mailleur/mailleur/coordinator/internal/live"
	"github.com/mailleur/mailleur/coordinator/internal/partner"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/coordinator/internal/report"
	"github.com/mailleur/mailleur/coordinator/internal/schedule"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/supply"
	"github.com/mailleur/mailleur/coordinator/internal/web"
	"github.com/mailleur/mailleur/coordinator/wire"
	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
	"github.com/mailleur/mailleur/ui"
)

// pace is how quickly the lab's clockwork turns; the zero value is that of a real lab.
type pace struct {
	times          *schedule.Settings
	every          time.Duration // of the loops
	rest, handRest time.Duration
	posts          int           // forms a minute from one address
	speedup        float64       // of the printers' clock
	lease          time.Duration // of a plate to a slicing worker
}

// app is the coordinator: every room, wired.
type app struct {
	config config.Config
	log    *slog.Logger
	lock   *os.File

	authority *identity.Authority
	store     *store.Store
	hub       *live.Hub
	broker    *broker.Broker
	fleet     *fleet.Fleet
	dispatch  *dispatch.Loop

	identity   *identity.Identity
	intake     *intake.Intake
	production *production.Production
	partner    *partner.Partner
	supply     *supply.Supply
	delivery   *delivery.Delivery
	report     *report.Report

	profiles *profiles.Set
	pages    *ui.Renderer
	site     atomic.Pointer[web.Server] // that tells open browsers; nil until it runs
	plain    net.Listener
	secure   net.Listener // nil: no TLS
	tls      *tls.Config
	pace     pace
}

// newApp opens everything that can fail, in the order in which a person would want to hear of it. close undoes it.
func newApp(ctx context.Context, c config.Config, p pace, log *slog.Logger) (a *app, err error) {
	a = &app{config: c, log: log, pace: p}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.close())
		}
	}()
	if a.lock, err = lockFolder(c.Data); err != nil {
		return a, err
	}
	if a.profiles, err = profiles.Load(); err != nil {
		return a, err
	}
	if a.pages, err = ui.New(); err != nil {
		return a, err
	}
	var slicer *slicing.Slicer // nil where all slicing is left to other machines
	if c.Slicer.Slots > 0 {
		slicer, err = slicing.New(slicing.Config{Profiles: a.profiles, CacheDir: filepath.Join(c.Data, "plates"), Slicer: c.Slicer.Path, Log: log})
		if err != nil {
			return a, slicerMissing(err)
		}
	}
	if err := a.listen(); err != nil {
		return a, err
	}
	if err := a.openBroker(); err != nil {
		return a, err
	}
	if a.store, err = store.Open(ctx, c.DSN(), log); err != nil {
		return a, err
	}
	a.rooms(slicer)
	a.openFleet()
	return a, a.adoptCatalogue(ctx)
}

// slicerMissing says in one line what to install.
func slicerMissing(err error) error {
	var p *slicing.Problem
	if errors.As(err, &p) && p.Code == slicing.CodeSlicerMissing {
		return errors.New("no slicer: install the package prusa-slicer, set slicer.path, or set slicer.slots to 0 and slice on other machines")
	}
	return err
}

// lockFolder makes the data folder and holds it for this process: two coordinators with one database would both send the
// printers to work. The lock goes with the process, however it ends. A folder that others may write to is refused, for
// they could put an authority of their own into it.
func lockFolder(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	if info.Mode().Perm()&0o022 != 0 {
		return nil, fmt.Errorf("others may write to the data folder: give it a folder of its own, or run chmod go-w %s", dir)
	}
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock data folder: %w", err)
	}
	switch err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); {
	case errors.Is(err, syscall.EWOULDBLOCK):
		return nil, errors.Join(fmt.Errorf("another coordinator serves %s already", dir), f.Close())
	case err != nil:
		return nil, errors.Join(fmt.Errorf("lock data folder: %w", err), f.Close())
	}
	return f, nil
}

// listen takes the ports before the database is touched: a second coordinator on one machine stops here.
func (a *app) listen() (err error) {
	if a.authority, err = identity.OpenAuthority(a.config.Data, a.config.Lab.Name, time.Now()); err != nil {
		return err
	}
	if a.plain, err = net.Listen("tcp", a.config.Web.Listen); err != nil {
		return fmt.Errorf("listen for pages: %w", err)
	}
	if a.config.Web.ListenTLS == "" && a.config.MQTT.ListenTLS == "" {
		return nil
	}
	certificate, err := a.authority.Server(a.hosts(), time.Now())
	if err != nil {
		return err
	}
	a.tls = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	if a.config.Web.ListenTLS == "" {
		return nil
	}
	pages := a.tls.Clone()
	pages.NextProtos = []string{"h2", "http/1.1"}
	if a.secure, err = tls.Listen("tcp", a.config.Web.ListenTLS, pages); err != nil {
		return fmt.Errorf("listen for pages over TLS: %w", err)
	}
	return nil
}

func (a *app) rooms(slicer *slicing.Slicer) {
	a.hub = live.New(a.log)
	a.identity = identity.New(a.store, a.log)
	a.intake = intake.New(a.store)
	a.partner = partner.New(partner.Config{Store: a.store, Log: a.log, Every: a.pace.every})
	a.supply = supply.New(a.store)
	a.delivery = delivery.New(a.store, a.zone())
	a.report = report.New(a.store)
	checker := slicing.NewChecker(a.profiles)
	c := production.Config{
		Store: a.store, Checker: checker, MaxCopies: checker.MaxCopies, Log: a.log, Every: a.pace.every, Slicers: a.config.Slicer.Slots,
		Speedup: a.pace.speedup, Lease: a.pace.lease, CheckOverlay: a.checkOverlay, SettingsSheet: checker.SettingsSheet,
	}
	if slicer != nil {
		c.Slicer = slicer
	}
	a.production = production.New(c)
	a.dispatch = dispatch.New(dispatch.Config{
		Store: a.store, Log: a.log, Times: a.pace.times, Silence: a.config.Dispatch.Silence, Answer: a.config.Dispatch.Offer,
		Every: a.pace.every, Rest: a.pace.rest, HandRest: a.pace.handRest, Zone: a.zone(), Awake: a.awake(),
	})
}

// zone is the lab's.
func (a *app) zone() *time.Location {
	zone, err := time.LoadLocation(a.config.Lab.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// awake is when people are expected to read their messages; always, where the lab lives faster than the clock.
func (a *app) awake() dispatch.Waking {
	if a.pace.every > 0 {
		return dispatch.Waking{}
	}
	return dispatch.Waking{From: 8, To: 21, Zone: a.zone()}
}

// checkOverlay holds a machine's own settings against its model.
func (a *app) checkOverlay(model, text string) error {
	o, err := profiles.ParseOverlay([]byte(text))
	if err != nil {
		return err
	}
	p, ok := a.profiles.Printer(model)
	if !ok {
		return fmt.Errorf("no printer model is called %q", model)
	}
	_, err = p.With(o)
	return err
}

// agents lets the broker ask who an agent is.
type agents struct{ app *app }

// Authenticate reports whether the token is the agent's own.
func (a agents) Authenticate(ctx context.Context, agent, token string) (bool, error) {
	found, err := a.app.identity.Agent(ctx, token)
	if fab.ClassOf(err) == fab.Unauthorised {
		return false, nil
	}
	return err == nil && string(found.ID) == agent, err
}

// openBroker takes the broker's ports, for the same reason; it serves nobody before run.
func (a *app) openBroker() (err error) {
	c := broker.Config{Plain: a.config.MQTT.Listen, Agents: agents{a}, Log: a.log}
	if a.config.MQTT.ListenTLS != "" {
		c.TLS, c.Certificates = a.config.MQTT.ListenTLS, a.tls
	}
	a.broker, err = broker.New(c)
	return err
}

func (a *app) openFleet() {
	user, password := a.broker.Credentials()
	a.fleet = fleet.New(fleet.Config{
		Store: a.store, Log: a.log, Broker: "tcp://" + a.broker.Addr(), User: user, Password: password,
		Hub: telemetryFeed{a}, Wake: a.dispatch.Wake, Silence: a.config.Dispatch.Silence,
	})
}

// choices are profiles as a maker picks one, by name.
func choices[P interface{ ProfileName() string }](list []P, name func(P) string) []ui.Choice {
	all := make([]ui.Choice, len(list))
	for i, p := range list {
		all[i] = ui.Choice{Value: p.ProfileName(), Label: name(p)}
	}
	slices.SortFunc(all, func(a, b ui.Choice) int { return strings.Compare(strings.ToLower(a.Label), strings.ToLower(b.Label)) })
	return all
}

func (a *app) webConfig(secure bool) web.Config {
	c := web.Config{
		Store: a.store, Identity: a.identity, Intake: a.intake, Production: a.production, Partner: a.partner, Supply: a.supply, Delivery: a.delivery,
		Report: a.report, Planner: a.dispatch, Live: a.hub, UI: a.pages, Log: a.log, TLS: secure, Version: version(),
		Lab:        web.Lab{Name: a.config.Lab.Name, Phone: a.config.Lab.Phone, PhoneFrom: a.config.Lab.PhoneFrom, PhoneTo: a.config.Lab.PhoneTo, Zone: a.zone()},
		KnownModel: func(model string) bool { _, ok := a.profiles.Printer(model); return ok },
		ModelName:  func(model string) string { p, _ := a.profiles.Printer(model); return p.Name },
		Models:     choices(a.profiles.Printers(), func(p profiles.Printer) string { return p.Name }),
		Filaments:  choices(a.profiles.Filaments(), func(f profiles.Filament) string { return f.Name }),
		EnrolCode:  a.enrolCode, EnrolWords: wire.Words, Broker: a.agentBroker(), Public: a.config.Web.Public, Telemetry: a.telemetry, PostsPerMinute: a.pace.posts,
	}
	if a.tls != nil {
		c.CA = a.authority.PEM()
	}
	return c
}

// run serves until ctx ends.
func (a *app) run(ctx context.Context, configure func(*web.Config)) error {
	plain, err := a.newSite(false, configure)
	if err != nil {
		return err
	}
	a.site.Store(plain)
	defer a.store.Watch(plain.Changed)()
	g, ctx := errgroup.WithContext(ctx)
	for _, loop := range []func(context.Context) error{a.hub.Run, a.broker.Run, a.fleet.Run, a.dispatch.Run, a.production.Run, a.partner.Run} {
		g.Go(func() error { return loop(ctx) })
	}
	serve(g, ctx, plain.HTTP(), a.plain)
	if a.secure != nil {
		secure, err := a.newSite(true, configure)
		if err != nil {
			return err
		}
		serve(g, ctx, secure.HTTP(), a.secure)
	}
	return g.Wait()
}

func (a *app) newSite(secure bool, configure func(*web.Config)) (*web.Server, error) {
	proxied := !secure && strings.HasPrefix(a.config.Web.Public, "https://") // what people see is what the proxy serves
	c := a.webConfig(secure || proxied)
	c.Proxy = proxied
	if configure != nil {
		configure(&c)
	}
	return web.New(c)
}

// serve answers on l until ctx ends, then lets what is under way finish for a moment.
func serve(g *errgroup.Group, ctx context.Context, s *http.Server, l net.Listener) {
	s.BaseContext = func(net.Listener) context.Context { return ctx }
	g.Go(func() error {
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve pages: %w", err)
		}
		return nil
	})
	g.Go(func() error {
		<-ctx.Done()
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
		defer cancel()
		if err := s.Shutdown(last); err != nil {
			return s.Close()
		}
		return nil
	})
}

// close gives back what newApp took. It is for an app that was not run, or whose run has ended.
func (a *app) close() error {
	var errs []error
	for _, l := range []net.Listener{a.plain, a.secure} {
		if l != nil {
			if err := l.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
				errs = append(errs, err)
			}
		}
	}
	if a.store != nil {
		errs = append(errs, a.store.Close())
	}
	if a.lock != nil {
		errs = append(errs, a.lock.Close())
	}
	return errors.Join(errs...)
}
