package agent_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"
	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/wire"
	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/agent"
	"github.com/mailleur/mailleur/printer-agent/internal/link"
	"github.com/mailleur/mailleur/printer-agent/internal/port"
	"github.com/mailleur/mailleur/printer-agent/internal/printsim"
	"github.com/mailleur/mailleur/printer-agent/internal/spool"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
)

const (
	agentName = "agent-1"
	token     = "a token"
	patience  = 90 * time.Second
)

// lab is a coordinator that speaks the contract, with a real broker, around an agent with simulated printers.
type lab struct {
	t      *testing.T
	dir    string // of the agent
	host   string // of the broker
	broker *mochi.Server
	door   net.Listener // of the broker
	web    *httptest.Server
	client paho.Client
	blobs  atomic.Int64 // downloads
	down   atomic.Bool  // the coordinator's web side refuses

	mu     sync.Mutex
	files  map[string]string
	deaf   bool // events are not stored
	lossy  bool // every third event is lost, every command comes twice
	stored map[string][]wire.Event
	seen   int // events that came, repetitions included
	status wire.Status
	states map[string]wire.State
	tele   map[string]wire.Telemetry
	acks   map[string][]wire.CommandAck
}

func newLab(t *testing.T) *lab {
	t.Helper()
	l := &lab{
		t: t, dir: t.TempDir(), files: map[string]string{}, stored: map[string][]wire.Event{},
		states: map[string]wire.State{}, tele: map[string]wire.Telemetry{}, acks: map[string][]wire.CommandAck{},
	}
	l.web = httptest.NewServer(http.HandlerFunc(l.serve))
	t.Cleanup(l.web.Close)
	l.startBroker("127.0.0.1:0")
	l.connect()
	t.Cleanup(func() { l.client.Disconnect(0); l.stopBroker() })
	return l
}

func (l *lab) serve(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	text, ok := l.files[strings.TrimPrefix(r.URL.Path, "/api/v1/blobs/")]
	l.mu.Unlock()
	switch {
	case l.down.Load():
		http.Error(w, "away", http.StatusBadGateway)
	case r.Header.Get("Authorization") != "Bearer "+token:
		http.Error(w, "who are you", http.StatusUnauthorized)
	case !ok:
		http.NotFound(w, r)
	default:
		l.blobs.Add(1)
		_, _ = io.WriteString(w, text)
	}
}

// rules lets the coordinator do everything and the agent what the contract allows.
type rules struct{ mochi.HookBase }

func (*rules) ID() string { return "rules" }

func (*rules) Provides(b byte) bool { return b == mochi.OnConnectAuthenticate || b == mochi.OnACLCheck }

func (*rules) OnConnectAuthenticate(c *mochi.Client, p packets.Packet) bool {
	return c.ID == "coordinator" || c.ID == agentName && string(p.Connect.Username) == agentName && string(p.Connect.Password) == token
}

func (*rules) OnACLCheck(c *mochi.Client, topic string, write bool) bool {
	if c.ID != agentName {
		return true
	}
	return write && wire.MayPublish(agentName, topic) || !write && wire.MaySubscribe(agentName, topic)
}

func (l *lab) startBroker(address string) {
	l.t.Helper()
	l.broker = mochi.New(&mochi.Options{Logger: slog.New(slog.DiscardHandler)})
	require.NoError(l.t, l.broker.AddHook(new(rules), nil))
	listener, err := net.Listen("tcp", address)
	require.NoError(l.t, err)
	l.host, l.door = listener.Addr().String(), listener
	require.NoError(l.t, l.broker.AddListener(listeners.NewNet("t", listener)))
	require.NoError(l.t, l.broker.Serve())
}

// stopBroker ends the broker. Its clients are gone before: the library's Close can wait for ever for a client that leaves
// at the same moment (mochi-mqtt/server issue 488).
func (l *lab) stopBroker() {
	_ = l.door.Close() // nobody comes any more
	l.until("the broker to be empty", func() bool {
		for _, c := range l.broker.Clients.GetAll() {
			c.Stop(net.ErrClosed)
		}
		return l.broker.Clients.Len() == 0
	})
	_ = l.broker.Close()
}

// connect is the coordinator's own connection.
func (l *lab) connect() {
	l.t.Helper()
	o := paho.NewClientOptions().AddBroker("tcp://" + l.host).SetClientID("coordinator").SetAutoReconnect(false).
		SetDefaultPublishHandler(func(_ paho.Client, m paho.Message) { l.hear(m) })
	l.client = paho.NewClient(o)
	l.done(l.client.Connect())
	for _, f := range wire.CoordinatorFilters() {
		l.done(l.client.Subscribe(f, 1, nil))
	}
}

func (l *lab) done(token paho.Token) {
	l.t.Helper()
	require.True(l.t, token.WaitTimeout(patience))
	require.NoError(l.t, token.Error())
}

func (l *lab) hear(m paho.Message) {
	topic, err := wire.ParseTopic(m.Topic())
	if err != nil || topic.Agent != agentName {
		l.t.Errorf("topic %s: %v", m.Topic(), err)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch topic.Kind {
	case wire.KindStatus:
		l.read(m, &l.status)
	case wire.KindState:
		var s wire.State
		l.read(m, &s)
		l.states[topic.Printer] = s
	case wire.KindTelemetry:
		var s wire.Telemetry
		l.read(m, &s)
		l.tele[topic.Printer] = s
	case wire.KindCommandAck:
		var a wire.CommandAck
		l.read(m, &a)
		l.acks[a.ID] = append(l.acks[a.ID], a)
	case wire.KindEvent:
		var ev wire.Event
		l.read(m, &ev)
		l.store(ev)
	}
}

func (l *lab) read(m paho.Message, into any) {
	if err := json.Unmarshal(m.Payload(), into); err != nil {
		l.t.Errorf("%s: %v", m.Topic(), err)
	}
}

// store keeps the next event of an outbox, once, and acknowledges what is kept without gaps.
func (l *lab) store(ev wire.Event) {
	l.seen++
	if l.deaf || l.lossy && l.seen%3 == 0 {
		return
	}
	if kept := l.stored[ev.Outbox]; ev.Seq == int64(len(kept)+1) {
		l.stored[ev.Outbox] = append(kept, ev)
	}
	l.publish(wire.KindEventAck, wire.EventAck{Outbox: ev.Outbox, Seq: int64(len(l.stored[ev.Outbox]))})
}

func (l *lab) publish(kind wire.Kind, payload any) {
	raw, err := json.Marshal(payload)
	if err != nil {
		l.t.Error(err)
	}
	l.client.Publish(wire.Topic{Agent: agentName, Kind: kind}.String(), 1, false, raw)
}

// events are the stored ones of an attempt, in order, without signs of life.
func (l *lab) events(attempt string) []wire.Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	var list []wire.Event
	for _, kept := range l.stored {
		for _, ev := range kept {
			if ev.Attempt == attempt && ev.Kind != wire.EventProgress {
				list = append(list, ev)
			}
		}
	}
	return list
}

func (l *lab) word(printer string) wire.StateWord {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.states[printer].Word
}

func (l *lab) epoch() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.status.Online {
		return ""
	}
	return l.status.Epoch
}

func (l *lab) answers(id string) []wire.CommandAck {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]wire.CommandAck(nil), l.acks[id]...)
}

// until waits for something to become true.
func (l *lab) until(what string, f func() bool) {
	l.t.Helper()
	require.Eventually(l.t, f, patience, 10*time.Millisecond, what)
}

func (l *lab) reach(printer string, w wire.StateWord) {
	l.t.Helper()
	l.until(fmt.Sprintf("%s to be %s", printer, w), func() bool { return l.word(printer) == w })
}

// ends waits for the last event of an attempt and returns all.
func (l *lab) ends(attempt string) []wire.Event {
	l.t.Helper()
	var list []wire.Event
	l.until("the end of "+attempt, func() bool {
		list = l.events(attempt)
		if len(list) == 0 {
			return false
		}
		switch list[len(list)-1].Kind {
		case wire.EventFinished, wire.EventFailed, wire.EventStopped:
			return true
		}
		return false
	})
	return list
}

func kinds(list []wire.Event) []wire.EventKind {
	var out []wire.EventKind
	for _, ev := range list {
		out = append(out, ev.Kind)
	}
	return out
}

// order sends a command of the present epoch and returns its first answer.
func (l *lab) order(c wire.Command) wire.CommandAck {
	l.t.Helper()
	if c.Epoch == "" {
		l.until("agent online", func() bool { return l.epoch() != "" })
		c.Epoch = l.epoch()
	}
	if c.Printer == "" {
		c.Printer = "tortue"
	}
	before := len(l.answers(c.ID))
	l.publish(wire.KindCommand, c)
	if l.lossy {
		l.publish(wire.KindCommand, c)
	}
	l.until("an answer to "+c.ID, func() bool { return len(l.answers(c.ID)) > before })
	return l.answers(c.ID)[before]
}

// file offers a print and returns what a start command says of it.
func (l *lab) file(text string) *wire.File {
	sum := sha256.Sum256([]byte(text))
	f := &wire.File{SHA256: hex.EncodeToString(sum[:]), Bytes: int64(len(text)), Lines: int64(strings.Count(text, "\n")), Seconds: 60}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.files[f.SHA256] = text
	return f
}

// plate is a print of n moves, each of which takes half a second of the printer's time.
func plate(n int) string {
	var b strings.Builder
	b.WriteString("M140 S60\nM104 S200\nG28\nG90\nM82\nM190 S60\nM109 S200\nG92 E0\nG1 Z0.2 F3000\n")
	for i := range n {
		fmt.Fprintf(&b, "G1 X%d Y%d E%.3f F2400\n", 100+20*(i%2), 100+i%7, float64(i+1)*0.05)
	}
	b.WriteString("M104 S0\nM140 S0\nM107\nG28 X0\nM84\n")
	return b.String()
}

// board is a simulated printer.
type board struct {
	path  string
	truth string
	off   func() // ends the simulator and its log
}

func newBoard(t *testing.T, firmware string, speed float64, faults ...string) board {
	t.Helper()
	dir := t.TempDir()
	b := board{path: filepath.Join(dir, "tty"), truth: filepath.Join(dir, "truth.jsonl")}
	cfg := printsim.Config{Firmware: firmware, Baud: 250000, Bed: [3]float64{220, 220, 250}, Seed: 1}
	for _, text := range faults {
		f, err := printsim.ParseFault(text)
		require.NoError(t, err)
		cfg.Faults = append(cfg.Faults, f)
	}
	p, err := printsim.New(printsim.Options{Link: b.path, Truth: b.truth, Speed: speed, Board: cfg}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = p.Run(ctx) }()
	b.off = func() { cancel(); <-done }
	t.Cleanup(b.off)
	return b
}

// running is an agent that serves a lab.
type running struct {
	stop context.CancelCauseFunc
	done chan error
	once sync.Once

	store *spool.Spool
}

func (r *running) end(t *testing.T) {
	t.Helper()
	r.once.Do(func() {
		r.stop(nil)
		require.NoError(t, <-r.done)
	})
}

// facts reads the profiles once for all tests.
var facts = sync.OnceValues(profiles.Load)

// options are an agent's for one printer, tortue, on this board.
func (l *lab) options(b board, dialect string) agent.Options {
	set, err := facts()
	require.NoError(l.t, err)
	d, ok := set.Dialect(dialect)
	require.True(l.t, ok)
	model, ok := set.Printer("ender-3")
	require.True(l.t, ok)
	p := agent.Printer{Key: "tortue", Name: "Tortue", Model: "ender-3", Port: b.path, AllowPTY: true}
	log := slog.New(slog.DiscardHandler)
	if testing.Verbose() {
		log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	return agent.Options{
		Config: agent.Config{
			Coordinator: l.web.URL, Broker: "tcp://" + l.host, Agent: agentName, Lab: "Lab", AssumeClear: true,
			ProgressEvery: 100 * time.Millisecond, Printers: []agent.Printer{p},
		},
		Secrets: agent.Secrets{Token: token}, Version: "test", Log: log,
		Machines: []agent.Machine{{
			Printer: p, Kind: model, Link: link.Options{Dialect: d, Log: log},
			Limits: func(_ string, own profiles.Overlay) (gcode.Limits, error) {
				m, err := model.With(own)
				return gcode.LimitsFor(m, profiles.Filament{}), err
			},
			Open: opener(b.path),
		}},
		ReconnectMin: 20 * time.Millisecond, ReconnectMax: 200 * time.Millisecond, FetchPatience: 5 * time.Second,
		EndPatience: 5 * time.Second, JournalEvery: 100 * time.Millisecond,
	}
}

// run starts an agent on the lab's state folder.
func (l *lab) run(o agent.Options) *running { return l.runLimited(o, spool.Limits{}) }

func (l *lab) runLimited(o agent.Options, limits spool.Limits) *running {
	l.t.Helper()
	store, err := spool.Open(l.dir, limits)
	require.NoError(l.t, err)
	o.Spool = store
	a, err := agent.New(o)
	require.NoError(l.t, err)
	ctx, stop := context.WithCancelCause(context.Background())
	r := &running{stop: stop, done: make(chan error, 1), store: store}
	go func() {
		err := a.Run(ctx)
		if e := store.Close(); err == nil {
			err = e
		}
		r.done <- err
	}()
	l.t.Cleanup(func() { r.end(l.t) })
	return r
}

// opener opens the port at path.
func opener(path string) func(*port.Identity) (agent.Conn, error) {
	return func(before *port.Identity) (agent.Conn, error) {
		if before != nil {
			return port.OpenSame(*before, 250000)
		}
		return port.Open(path, 250000)
	}
}
