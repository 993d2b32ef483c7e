// Package agent joins the commands of a coordinator to prints: one connection to the broker, one state machine for each
// printer, and an outbox between them, so that neither ever waits for the other. A print goes on while broker and
// coordinator are away, and what happened in the meantime is told once when they are back.
package agent

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mailleur/mailleur/coordinator/wire"
	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/link"
	"github.com/mailleur/mailleur/printer-agent/internal/local"
	"github.com/mailleur/mailleur/printer-agent/internal/port"
	"github.com/mailleur/mailleur/printer-agent/internal/spool"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
)

// Machine is a configured printer with what is known of its kind.
type Machine struct {
	Printer
	Link link.Options // dialect and timing
	// Limits are what a file for it may ask, with this filament and with what the machine has beside its model. The error
	// names the key of an overlay that does not suit the model.
	Limits func(filament string, own profiles.Overlay) (gcode.Limits, error)
	// Open opens its port. With before it takes none but that device: a print is to go on there.
	Open func(before *port.Identity) (Conn, error)
	// Named finds a dialect that the board may turn out to speak, or that a print of the journal was sent in; nil: there is
	// none beside Link.Dialect.
	Named func(name string) (profiles.Dialect, bool)

	// For the local page.
	Kind    profiles.Printer // zero: nothing is known of it, and nothing heats or moves by hand
	Rate    int              // of the port, in baud
	Presets []local.Preset
}

// Conn is an open port, as port.Port is one.
type Conn interface {
	io.ReadWriteCloser
	Identity() port.Identity
}

// Options are what an Agent is made of.
type Options struct {
	Config   Config
	Secrets  Secrets
	Version  string // of the program
	Machines []Machine
	Spool    *spool.Spool // open; the caller closes it after Run
	Log      *slog.Logger

	ReconnectMin  time.Duration    // first wait after a lost broker; default 250 ms
	ReconnectMax  time.Duration    // longest; default 30 s
	ResendAfter   time.Duration    // first wait before events are sent again that the coordinator did not acknowledge; default 5 s
	FetchPatience time.Duration    // how long a file is asked for while the coordinator is away; default 2 min
	EndPatience   time.Duration    // how long a print may take to end when the agent is told to; default 20 s
	JournalEvery  time.Duration    // between journal entries of a print; default 5 s
	BenchClock    func() time.Time // that a machine on the bench lives by; default time.Now
	Patience      time.Duration    // how long a board may stay away in a print before that has failed; default 60 s
}

func (o Options) orDefault() Options {
	for _, f := range []struct {
		v   *time.Duration
		def time.Duration
	}{
		{&o.ReconnectMin, 250 * time.Millisecond}, {&o.ReconnectMax, 30 * time.Second}, {&o.FetchPatience, 2 * time.Minute},
		{&o.ResendAfter, 5 * time.Second}, {&o.Patience, time.Minute},
		{&o.EndPatience, 20 * time.Second}, {&o.JournalEvery, 5 * time.Second}, {&o.Config.ProgressEvery, time.Minute},
	} {
		if *f.v == 0 {
			*f.v = f.def
		}
	}
	return o
}

// message came from the broker.
type message struct {
	kind    wire.Kind
	payload []byte
	epoch   string
	at      time.Time
}

// steady is how long a connection must have held for the next to be tried at once. Two agents with one name throw each
// other out sooner than that.
const steady = 5 * time.Second

// mailbox bounds what waits to be read. The coordinator re-sends what it hears nothing of.
const mailbox = 256

// Agent is one process with many printers.
type Agent struct {
	config   Config
	secrets  Secrets
	options  Options
	spool    *spool.Spool
	fetch    *fetcher
	log      *slog.Logger
	tray     *tray
	shelf    *shelf
	printers map[string]*printer
	orders   chan message
	acks     chan message
	epoch    atomic.Pointer[string] // of the connection; commands of another are stale
	heard    atomic.Bool            // the coordinator acknowledged something, old or new
	stops    sync.WaitGroup         // emergency stops under way
	circuits map[string]*circuit    // by name; New's alone
}

// New prepares an agent; nothing happens before Run.
func New(o Options) (*Agent, error) {
	o = o.orDefault()
	fetch, err := newFetcher(o.Config, o.Secrets, o)
	if err != nil {
		return nil, err
	}
	a := &Agent{
		config: o.Config, secrets: o.Secrets, options: o, spool: o.Spool, fetch: fetch, log: o.Log, tray: newTray(),
		printers: map[string]*printer{}, circuits: map[string]*circuit{}, orders: make(chan message, mailbox), acks: make(chan message, mailbox),
	}
	if a.shelf, err = newShelf(o.Spool, o.Log); err != nil {
		return nil, fmt.Errorf("own files: %w", err)
	}
	for _, m := range o.Machines {
		p, err := a.newPrinter(m)
		if err != nil {
			return nil, err
		}
		a.printers[m.Key] = p
	}
	return a, nil
}

// ErrHandOver is the cause to end Run's context with when another process is about to serve the same state folder.
var ErrHandOver = errors.New("handed over to another process")

// Run serves until ctx ends. Then prints are ended and cooled, their events written and, when there is a connection,
// sent. Where the cause is ErrHandOver, prints are left as they are at once, for the next agent on the state folder to
// continue. It returns after everything it started has ended.
func (a *Agent) Run(ctx context.Context) error {
	outer, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stop(nil)
	var outside, inside sync.WaitGroup
	if !a.alone() {
		outside.Go(func() { a.serveBroker(outer) })
	}
	outside.Go(func() { a.shelf.run(outer, a.printers) })
	outside.Go(func() { a.readAcks(outer) })
	outside.Go(func() { a.readOrders(outer) })
	for _, p := range a.printers {
		inside.Go(func() { p.run(ctx) })
	}
	inside.Wait()
	stop(context.Cause(ctx))
	outside.Wait()
	a.stops.Wait()
	a.fetch.client.CloseIdleConnections()
	return nil
}

// Held names the printers with an attempt that another process could not continue.
func (a *Agent) Held() []string {
	var held []string
	for _, m := range a.options.Machines {
		if p := a.printers[m.Key]; p.onMachine.Load() != nil && p.again.Load() == nil {
			held = append(held, m.Key)
		}
	}
	return held
}

// serveBroker keeps a connection, a new one for each that is lost.
func (a *Agent) serveBroker(ctx context.Context) {
	wait := backoff{min: a.options.ReconnectMin, max: a.options.ReconnectMax}
	told := ""
	for ctx.Err() == nil {
		began := time.Now()
		s, err := a.newSession(newEpoch())
		if err == nil {
			err = s.run(ctx)
		}
		a.epoch.Store(nil)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > steady {
			wait.reset()
			told = ""
		}
		if text := err.Error(); text != told { // once for each cause, however often it is tried
			a.log.Warn("no connection to the broker", "err", err)
			told = text
		}
		_ = sleep(ctx, wait.next()) // the loop sees ctx
	}
}

func newEpoch() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the process instead
	return hex.EncodeToString(b[:])
}

// status is the agent's word about itself.
func (a *Agent) status(epoch string, online bool) wire.Status {
	s := wire.Status{Online: online, Version: a.options.Version, Wires: []int{wire.Version}, Epoch: epoch}
	for _, m := range a.options.Machines {
		s.Printers = append(s.Printers, wire.Unit{
			Key: m.Key, Name: m.Name, Model: m.Model, Firmware: *a.printers[m.Key].firmware.Load(),
		})
	}
	return s
}

// tlsConfig trusts the lab's own authority alone, where there is one.
func (s Secrets) tlsConfig() (*tls.Config, error) {
	pool, err := s.pool()
	if err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool}, nil
}

// sweep removes files that no printer needs when they take too much room.
func (a *Agent) sweep() {
	if err := a.spool.Sweep(a.onMachines()...); err != nil {
		a.log.Warn("sweep files", "err", err)
	}
}

// readAcks lets the outbox forget what the coordinator has stored.
func (a *Agent) readAcks(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case m := <-a.acks:
			if err := a.forget(m.payload); err != nil {
				a.log.Error("event acknowledgement", "err", err)
			}
		}
	}
}

func (a *Agent) forget(payload []byte) error {
	var ack wire.EventAck
	if err := unmarshal(payload, &ack); err != nil {
		return err
	}
	a.heard.Store(true)
	renewed, err := a.spool.Forget(ack.Outbox, ack.Seq)
	if renewed {
		a.log.Warn("the state folder was set back in time: the outbox has a new identity")
	}
	a.tray.nudge()
	return err
}

// record writes to the spool and wakes the sender. A full disk is for the caller to try again.
func (a *Agent) record(what string, write func() error) error {
	if err := write(); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	a.tray.nudge()
	return nil
}

var errPayload = errors.New("message cannot be read")
