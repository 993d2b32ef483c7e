// Package fleet is the coordinator's end of MQTT: it takes the agents' reports into the books exactly once, knows who is
// alive and what each printer shows, and brings orders to the agents until they answer. Broker messages may be lost,
// repeated or reordered without changing any outcome.
package fleet

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/wire"
)

// Publisher shows values to whoever looks at a topic now. Publish must not block: it is called from the reader of the
// broker's connection.
type Publisher interface {
	Publish(topic string, v any)
}

// Config is what a Fleet needs. Zero durations mean the defaults named beside them.
type Config struct {
	Store *store.Store
	Log   *slog.Logger

	Broker   string // tcp://host:port or ssl://host:port
	TLS      *tls.Config
	User     string
	Password string
	ClientID string // "" means the user's name

	Hub     Publisher     // nil: nobody looks
	Wake    func()        // called when a printer's readiness or an agent's presence changed; nil: nobody waits for it
	Silence time.Duration // 15 min: how long a sign of life holds a lease
	Resend  time.Duration // 5 s: an order without an answer is sent again
	Gap     time.Duration // 30 s: reports that lack an earlier one this long are taken without it
}

// Fleet serves one lab. Its methods are safe for concurrent use.
type Fleet struct {
	Config
	session atomic.Pointer[session]
	inbox   *inbox
	control chan message
	states  chan struct{} // something waits in board
	orders  chan struct{} // an order may have to be sent
	board   *board

	mu    sync.Mutex
	alive map[fab.AgentID]map[fab.AttemptID]struct{} // signs of life since the last renewal
}

// message is what an agent sent.
type message struct {
	wire.Topic
	payload  []byte
	retained bool // said before we listened: no sign of life
}

// New builds a Fleet.
func New(c Config) *Fleet {
	for _, d := range []struct {
		value    *time.Duration
		standard time.Duration
	}{{&c.Silence, 15 * time.Minute}, {&c.Resend, 5 * time.Second}, {&c.Gap, 30 * time.Second}} {
		if *d.value == 0 {
			*d.value = d.standard
		}
	}
	if c.ClientID == "" {
		c.ClientID = c.User
	}
	if c.Wake == nil {
		c.Wake = func() {}
	}
	return &Fleet{
		Config: c, inbox: newInbox(c.Gap), control: make(chan message, 1024), states: make(chan struct{}, 1),
		orders: make(chan struct{}, 1), board: newBoard(), alive: map[fab.AgentID]map[fab.AttemptID]struct{}{},
	}
}

// Run serves until ctx ends. It forgets first who was online: whoever is there says so again on connecting.
func (f *Fleet) Run(ctx context.Context) error {
	if err := f.Store.Update(ctx, func(tx *store.Tx) error { return tx.SetAgentsOffline() }); err != nil {
		return fmt.Errorf("start fleet: %w", err)
	}
	stop := f.Store.Watch(func(changes []fab.Change) {
		for _, c := range changes {
			if c.Code == "command_queued" {
				nudge(f.orders)
			}
		}
	})
	defer stop()
	g, ctx := errgroup.WithContext(ctx)
	for _, serve := range []func(context.Context){f.connect, f.readEvents, f.readControl, f.sendOrders, f.renewLeases} {
		g.Go(func() error {
			serve(ctx)
			return nil
		})
	}
	return g.Wait()
}

// receive runs in the library's reader: it must not block. What finds no room is dropped, and sent again by the agent.
func (f *Fleet) receive(m message) {
	switch m.Kind {
	case wire.KindTelemetry:
		f.telemetry(m)
	case wire.KindState:
		f.state(m)
	case wire.KindEvent:
		if !f.inbox.put(m) {
			f.Log.Warn("report dropped: too many wait", "agent", m.Agent)
		}
	case wire.KindStatus, wire.KindCommandAck:
		select {
		case f.control <- m:
		default:
			f.Log.Warn("message dropped: too many wait", "agent", m.Agent, "kind", m.Kind)
		}
	}
}

// readControl takes in presence, answers to orders and readiness, one after the other.
func (f *Fleet) readControl(ctx context.Context) {
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-f.states:
			err = f.keepStates(ctx)
		case m := <-f.control:
			if m.Kind == wire.KindStatus {
				err = f.keepStatus(ctx, m)
			} else {
				err = f.keepAnswer(ctx, m)
			}
		}
		if err != nil && ctx.Err() == nil {
			f.Log.Error("take in message", "error", err)
		}
	}
}

// mostPrinters is how many printers of one agent are followed. What it says of more is not kept: an agent stands in a
// home, and must not be able to fill this program's memory.
const mostPrinters = 128

// sign notes a sign of life of an attempt, as an agent claims it.
func (f *Fleet) sign(agent, attempt string) {
	if !wire.ValidName(attempt) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	of := f.alive[fab.AgentID(agent)]
	if of == nil {
		of = map[fab.AttemptID]struct{}{}
		f.alive[fab.AgentID(agent)] = of
	}
	if len(of) < mostPrinters {
		of[fab.AttemptID(attempt)] = struct{}{}
	}
}

// renewLeases turns signs of life into longer leases, several times within the time that a lease holds.
func (f *Fleet) renewLeases(ctx context.Context) {
	tick := time.NewTicker(min(f.Silence/4, 15*time.Second))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		f.mu.Lock()
		alive := f.alive
		f.alive = map[fab.AgentID]map[fab.AttemptID]struct{}{}
		f.mu.Unlock()
		if len(alive) == 0 {
			continue
		}
		err := f.Store.Update(ctx, func(tx *store.Tx) error {
			for agent, ids := range alive {
				if err := tx.RenewLeasesBehind(agent, slices.Collect(maps.Keys(ids)), tx.Now().Add(f.Silence)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil && ctx.Err() == nil {
			f.Log.Error("renew leases", "error", err)
		}
	}
}

func nudge(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
