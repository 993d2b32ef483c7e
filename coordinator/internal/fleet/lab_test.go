package fleet_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/broker"
	"github.com/mailleur/mailleur/coordinator/internal/fleet"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/store/storetest"
	"github.com/mailleur/mailleur/coordinator/wire"
)

const patience = 5 * time.Second

var quiet = slog.New(slog.DiscardHandler)

// lab is a coordinator's fleet on a real broker, with one printer that has a job to start.
type lab struct {
	testing.TB
	store  *store.Store
	broker *broker.Broker
	fleet  *fleet.Fleet
	woken  chan struct{}
	hub    *hub
}

type hub struct {
	mu   sync.Mutex
	seen map[string]any
}

func (h *hub) Publish(topic string, v any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seen[topic] = v
}

func (h *hub) last(topic string) any {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.seen[topic]
}

type everybody struct{}

func (everybody) Authenticate(_ context.Context, agent, token string) (bool, error) {
	return agent == token, nil
}

func newLab(t *testing.T, c fleet.Config) *lab {
	t.Helper()
	t.Parallel()
	return newLabOn(t, storetest.SQLite(t), c)
}

func newLabOn(t testing.TB, dsn string, c fleet.Config) *lab {
	t.Helper()
	s, err := store.Open(t.Context(), dsn, quiet)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	l := &lab{TB: t, store: s, woken: make(chan struct{}, 100), hub: &hub{seen: map[string]any{}}}
	l.fill()
	l.broker, err = broker.New(broker.Config{Plain: "127.0.0.1:0", Agents: everybody{}, Log: quiet})
	require.NoError(t, err)
	run(t, l.broker.Run)
	c.Store, c.Log, c.Broker, c.Hub = s, quiet, "tcp://"+l.broker.Addr(), l.hub
	c.User, c.Password = l.broker.Credentials()
	c.Wake = func() {
		select {
		case l.woken <- struct{}{}:
		default:
		}
	}
	if c.Resend == 0 {
		c.Resend = 50 * time.Millisecond
	}
	l.fleet = fleet.New(c)
	run(t, l.fleet.Run)
	return l
}

// run starts a room and waits for its end with the test.
func run(t testing.TB, serve func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-ended)
	})
}

func (l *lab) fill() {
	l.update(func(tx *store.Tx) error {
		now := tx.Now()
		require.NoError(l, tx.AddLocation(&fab.Location{ID: "home", Kind: fab.LocationMaker, CreatedAt: now}))
		require.NoError(l, tx.AddMaker(&fab.Maker{ID: "maker", LocationID: "home", CreatedAt: now}))
		require.NoError(l, tx.AddAgent(&fab.Agent{ID: "agent", MakerID: "maker", Online: true, CreatedAt: now}))
		require.NoError(l, tx.AddDesign(&fab.DesignVersion{ID: "design", Hash: "h", Status: fab.DesignTrialled, CreatedAt: now}))
		require.NoError(l, tx.AddPlate(&fab.Plate{ID: "plate", DesignID: "design", Part: "band", Copies: 4, Filament: "pla", Status: fab.PlateReady,
			GCodeHash: "abc", GCodeBytes: 10, Lines: 5, Seconds: 60, CreatedAt: now}))
		require.NoError(l, tx.AddBatch(&fab.Batch{ID: "batch", DesignID: "design", Quantity: 4, Status: fab.BatchOpen, DueAt: now, CreatedAt: now}))
		for _, name := range []string{"p", "q"} {
			require.NoError(l, tx.AddWorker(&fab.Worker{ID: fab.WorkerID(name), Kind: fab.WorkerPrinter, Name: name, MakerID: "maker", AgentID: "agent", Key: name,
				PlateClear: true, State: "ready", Overlay: "arcs = true\n", CreatedAt: now, UpdatedAt: now}))
		}
		return nil
	})
	l.lease("a", "p")
}

// lease gives a new job to a printer as attempt id, with the order to start.
func (l *lab) lease(id fab.AttemptID, printer fab.WorkerID) {
	l.update(func(tx *store.Tx) error {
		j := fab.Job{ID: fab.JobID("job-" + id), BatchID: "batch", Part: "band", How: fab.ByPrint, Copies: 4, Status: fab.JobLeased, AttemptID: id, CreatedAt: tx.Now()}
		require.NoError(l, tx.AddJobs([]fab.Job{j}))
		require.NoError(l, tx.AddAttempt(&fab.Attempt{ID: id, JobID: j.ID, BatchID: "batch", WorkerID: printer, PlateID: "plate", Part: "band", Copies: 4, No: 1,
			Status: fab.AttemptLeased, LeaseUntil: tx.Now().Add(time.Hour), CreatedAt: tx.Now()}))
		w, err := tx.Worker(printer)
		require.NoError(l, err)
		w.AttemptID = id
		ok, err := tx.SwapWorker(&w)
		require.True(l, ok)
		require.NoError(l, err)
		return tx.Order(w, "start", id)
	})
}

func (l *lab) update(fn func(tx *store.Tx) error) {
	l.Helper()
	require.NoError(l, l.store.Update(context.Background(), fn))
}

func (l *lab) view(fn func(tx *store.Tx) error) {
	l.Helper()
	require.NoError(l, l.store.View(context.Background(), fn))
}

func (l *lab) attempt(id fab.AttemptID) (a fab.Attempt) {
	l.view(func(tx *store.Tx) (err error) { a, err = tx.Attempt(id); return err })
	return a
}

func (l *lab) worker(id fab.WorkerID) (w fab.Worker) {
	l.view(func(tx *store.Tx) (err error) { w, err = tx.Worker(id); return err })
	return w
}

func (l *lab) job(id fab.JobID) (j fab.Job) {
	l.view(func(tx *store.Tx) (err error) { j, err = tx.Job(id); return err })
	return j
}

func (l *lab) agentRow() (a fab.Agent) {
	l.view(func(tx *store.Tx) (err error) { a, err = tx.Agent("agent"); return err })
	return a
}

func (l *lab) command(id string) (c fab.Command) {
	l.view(func(tx *store.Tx) (err error) { c, err = tx.Command(fab.CommandID(id)); return err })
	return c
}

func (l *lab) eventually(what string, ok func() bool) {
	l.Helper()
	require.Eventually(l, ok, patience, 5*time.Millisecond, what)
}

// agent is the other end of the contract.
type agent struct {
	*lab
	client   paho.Client
	epoch    string
	commands chan wire.Command
	acks     chan wire.EventAck
}

// join connects as the agent, says that it is online and that printer p is ready.
func (l *lab) join(epoch string) *agent {
	l.Helper()
	a := &agent{lab: l, epoch: epoch, commands: make(chan wire.Command, 100), acks: make(chan wire.EventAck, 1000)}
	will, err := json.Marshal(wire.Status{Epoch: epoch, Wires: []int{wire.Version}})
	require.NoError(l, err)
	o := paho.NewClientOptions().AddBroker("tcp://"+l.broker.Addr()).SetClientID("agent").SetUsername("agent").SetPassword("agent").
		SetAutoReconnect(false).SetBinaryWill(wire.Topic{Agent: "agent", Kind: wire.KindStatus}.String(), will, 1, true)
	a.client = paho.NewClient(o)
	l.settle(a.client.Connect())
	l.Cleanup(func() { a.client.Disconnect(0) })
	l.settle(a.client.Subscribe(wire.AgentFilter("agent")[0], 1, func(_ paho.Client, m paho.Message) {
		var c wire.Command
		require.NoError(l, json.Unmarshal(m.Payload(), &c))
		a.commands <- c
	}))
	l.settle(a.client.Subscribe(wire.AgentFilter("agent")[1], 1, func(_ paho.Client, m paho.Message) {
		var ack wire.EventAck
		require.NoError(l, json.Unmarshal(m.Payload(), &ack))
		a.acks <- ack
	}))
	a.say(wire.KindStatus, "", wire.Status{Online: true, Epoch: epoch, Version: "1", Wires: []int{wire.Version}})
	l.eventually("present", func() bool { row := l.agentRow(); return row.Online && row.Epoch == epoch })
	return a
}

func (l *lab) settle(token paho.Token) {
	l.Helper()
	require.True(l, token.WaitTimeout(patience))
	require.NoError(l, token.Error())
}

func (a *agent) say(kind wire.Kind, printer string, payload any) {
	a.Helper()
	raw, err := json.Marshal(payload)
	require.NoError(a, err)
	rule := wire.RuleOf(kind)
	a.settle(a.client.Publish(wire.Topic{Agent: "agent", Printer: printer, Kind: kind}.String(), rule.QoS, rule.Retained, raw))
}

func (a *agent) report(seq int64, kind wire.EventKind, change func(*wire.Event)) {
	a.Helper()
	e := wire.Event{Outbox: "box", Seq: seq, At: time.Now(), Kind: kind, Printer: "p", Attempt: "a"}
	if change != nil {
		change(&e)
	}
	a.say(wire.KindEvent, "", e)
}

func (a *agent) command() wire.Command {
	a.Helper()
	select {
	case c := <-a.commands:
		return c
	case <-time.After(patience):
		a.Fatal("no command")
		return wire.Command{}
	}
}

func (a *agent) answer(c wire.Command, answer wire.Answer, reason string) {
	a.Helper()
	a.say(wire.KindCommandAck, "", wire.CommandAck{ID: c.ID, Answer: answer, Reason: reason})
}

// acked waits until the coordinator has acknowledged up to seq.
func (a *agent) acked(seq int64) {
	a.Helper()
	for deadline := time.After(patience); ; {
		select {
		case ack := <-a.acks:
			require.LessOrEqual(a, ack.Seq, seq)
			if ack.Seq == seq {
				return
			}
		case <-deadline:
			a.Fatalf("event %d is not acknowledged", seq)
		}
	}
}
