package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"
	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/wire"
	"github.com/mailleur/mailleur/printer-agent/internal/printsim"
)

// anyone lets every client do everything.
type anyone struct{ mochi.HookBase }

func (*anyone) ID() string { return "anyone" }

func (*anyone) Provides(b byte) bool {
	return b == mochi.OnConnectAuthenticate || b == mochi.OnACLCheck
}

func (*anyone) OnConnectAuthenticate(*mochi.Client, packets.Packet) bool { return true }

func (*anyone) OnACLCheck(*mochi.Client, string, bool) bool { return true }

// office is a coordinator with its broker: it enrols one agent, hands out one file, and keeps what the agent says.
type office struct {
	broker *mochi.Server
	web    *httptest.Server
	addr   string
	gcode  []byte

	mu     sync.Mutex
	status wire.Status
	state  wire.State
	events []wire.Event
	acks   []wire.CommandAck
}

func newOffice(t *testing.T, gcode []byte) *office {
	t.Helper()
	o := &office{gcode: gcode, broker: mochi.New(&mochi.Options{InlineClient: true, Logger: slog.New(slog.DiscardHandler)})}
	require.NoError(t, o.broker.AddHook(new(anyone), nil))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	o.addr = l.Addr().String()
	require.NoError(t, o.broker.AddListener(listeners.NewNet("t", l)))
	require.NoError(t, o.broker.Serve())
	t.Cleanup(func() {
		_ = l.Close() // the library's Close can wait for ever for a client that leaves meanwhile (mochi-mqtt/server issue 488)
		require.Eventually(t, func() bool { return o.broker.Clients.Len() <= 1 }, 30*time.Second, 5*time.Millisecond, "but the broker's own")
		_ = o.broker.Close()
	})
	for i, f := range wire.CoordinatorFilters() {
		require.NoError(t, o.broker.Subscribe(f, i+1, func(_ *mochi.Client, _ packets.Subscription, p packets.Packet) { o.hear(t, p) }))
	}
	o.web = httptest.NewServer(http.HandlerFunc(o.serve))
	t.Cleanup(o.web.Close)
	return o
}

func (o *office) serve(w http.ResponseWriter, r *http.Request) {
	var req wire.EnrolRequest
	switch {
	case r.URL.Path != "/api/v1/enrol":
		_, _ = w.Write(o.gcode)
	case json.NewDecoder(r.Body).Decode(&req) != nil || req.Code != enrolCode().SecretText() || len(req.Printers) != 1:
		http.Error(w, "", http.StatusForbidden)
	default:
		_ = json.NewEncoder(w).Encode(wire.EnrolAnswer{Agent: "agent-1", Token: "secret", Broker: "tcp://" + o.addr, Lab: "Lab"})
	}
}

func enrolCode() wire.EnrolCode { return wire.EnrolCode{Secret: [10]byte{9, 8, 7}} }

func (o *office) hear(t *testing.T, p packets.Packet) {
	topic, err := wire.ParseTopic(p.TopicName)
	if err != nil {
		t.Error(err)
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	switch topic.Kind {
	case wire.KindStatus:
		err = json.Unmarshal(p.Payload, &o.status)
	case wire.KindState:
		err = json.Unmarshal(p.Payload, &o.state)
	case wire.KindCommandAck:
		o.acks = append(o.acks, wire.CommandAck{})
		err = json.Unmarshal(p.Payload, &o.acks[len(o.acks)-1])
	case wire.KindEvent:
		o.events = append(o.events, wire.Event{})
		err = json.Unmarshal(p.Payload, &o.events[len(o.events)-1])
	}
	if err != nil {
		t.Error(err)
	}
}

func (o *office) send(t *testing.T, kind wire.Kind, payload any) {
	t.Helper()
	raw, err := json.Marshal(payload)
	require.NoError(t, err)
	require.NoError(t, o.broker.Publish(wire.Topic{Agent: "agent-1", Kind: kind}.String(), raw, false, 1))
}

func (o *office) until(t *testing.T, what string, f func() bool) {
	t.Helper()
	require.Eventually(t, func() bool { o.mu.Lock(); defer o.mu.Unlock(); return f() }, 20*time.Second, 5*time.Millisecond, what)
}

// Ensure that the program joins a lab with a code, serves a printer for it, and ends when it is interrupted.
func TestEnrolThenRun(t *testing.T) {
	gcode := []byte("M104 S200\nG28\nG90\nM82\nM109 S200\nG92 E0\nG1 Z0.2 F3000\nG1 X100 Y100 E1 F2400\nG1 X120 Y100 E2\nM104 S0\nM140 S0\nM107\nM84\n")
	o := newOffice(t, gcode)
	link, truth := simulate(t, "marlin")
	state := filepath.Join(t.TempDir(), "state")
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"enrol", o.web.URL, enrolCode().String(), "--state", state, "--assume-clear", "--progress-every", "200ms", "--listen", "off",
		"--printer", "key=tortue,name=La Tortue,model=ender-3,port=" + link + ",baud=250000,allow_pty=true"}, &out, &errs)
	require.Zero(t, code, errs.String())
	require.Contains(t, out.String(), "enrolled as agent-1 in Lab")
	require.Regexp(t, `read these words to the lab, which must see the same: \S+ \S+ \S+ \(\S+ \S+ \S+\)`, out.String())

	ctx, interrupt := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	var log bytes.Buffer
	go func() { ended <- run(ctx, []string{"run", "--state", state}, io.Discard, &log) }()
	o.until(t, "ready", func() bool { return o.state.Word == wire.StateReady && o.status.Online })
	sum := sha256.Sum256(gcode)
	o.mu.Lock()
	epoch := o.status.Epoch
	o.mu.Unlock()
	o.send(t, wire.KindCommand, wire.Command{ID: "c1", Epoch: epoch, MaxAge: 60, Kind: wire.CommandStart, Printer: "tortue", Attempt: "a1",
		File: &wire.File{SHA256: hex.EncodeToString(sum[:]), Bytes: int64(len(gcode)), Lines: 13, Filament: "pla"}})
	o.until(t, "finished", func() bool { return len(o.events) > 0 && o.events[len(o.events)-1].Kind == wire.EventFinished })
	interrupt()
	require.Zero(t, <-ended, log.String())
	o.until(t, "offline", func() bool { return !o.status.Online })
	seen, err := printsim.ReadTruth(truth)
	require.NoError(t, err)
	require.Equal(t, 1, seen.Started("a1"))
	require.Equal(t, 13, seen.Attempts[0].Lines)
	require.Equal(t, []wire.CommandAck{{ID: "c1", Answer: wire.AnswerAccepted}}, o.acks)
}

// Ensure that what is wrong is said in one line, with a status that is not zero.
func TestRunSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	newer := filepath.Join(dir, "broken")
	require.NoError(t, os.MkdirAll(newer, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(newer, "agent.toml"), []byte("colour = 1\n"), 0o600))
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	printer := "key=tortue,name=Tortue,model=ender-3,port=/dev/null"
	for want, args := range map[string][]string{
		"not enrolled":           {"run", "--state", filepath.Join(dir, "empty")},
		"unknown key colour":     {"run", "--state", newer},
		"does not answer":        {"enrol", closed.URL, enrolCode().String(), "--state", dir, "--printer", printer},
		"not an enrolment code":  {"enrol", closed.URL, "hello", "--state", dir, "--printer", printer},
		"no model":               {"enrol", closed.URL, enrolCode().String(), "--state", dir, "--printer", "key=t,name=T,model=m,port=/p"},
		"name, model and port":   {"enrol", closed.URL, enrolCode().String(), "--state", dir, "--printer", "key=t"},
		"belongs to an enrolled": {"enrol", closed.URL, enrolCode().String(), "--state", newer, "--printer", printer},
		"make state folder":      {"enrol", closed.URL, enrolCode().String(), "--state", filepath.Join(newer, "agent.toml", "x"), "--printer", printer},
		"no dialect \"smalltalk": {"enrol", closed.URL, enrolCode().String(), "--state", dir, "--printer", printer + ",firmware=smalltalk"},
	} {
		var errs bytes.Buffer
		require.Equal(t, 1, run(t.Context(), args, io.Discard, &errs), want)
		require.Contains(t, errs.String(), want)
		require.Equal(t, 1, bytes.Count(errs.Bytes(), []byte("\n")), errs.String())
	}
}

// Ensure that a printer is served by the machine's own page without any lab, that its key lets a slicer in, and that the
// program shows the link again.
func TestAPageWithoutALab(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	require.NoError(t, l.Close())
	port, _ := simulate(t, "marlin")
	state := filepath.Join(t.TempDir(), "state")
	var none bytes.Buffer
	require.Equal(t, 1, run(t.Context(), []string{"local", "--state", state}, io.Discard, &none))
	require.Contains(t, none.String(), "give a --printer")
	printer := "key=tortue,name=Tortue,model=ender-3,port=" + port + ",baud=250000,allow_pty=true"
	ctx, interrupt := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	var out, log bytes.Buffer
	go func() {
		ended <- run(ctx, []string{"local", "--state", state, "--listen", address, "--printer", printer}, &out, &log)
	}()
	var key string
	require.Eventually(t, func() bool {
		text, err := os.ReadFile(filepath.Join(state, keyName))
		key = strings.TrimSpace(string(text))
		return err == nil && key != ""
	}, 10*time.Second, 5*time.Millisecond)
	ask := func(key string) int {
		req, err := http.NewRequest(http.MethodGet, "http://"+address+"/api/printer", nil)
		require.NoError(t, err)
		req.Header.Set("X-Api-Key", key)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return 0
		}
		require.NoError(t, resp.Body.Close())
		return resp.StatusCode
	}
	require.Eventually(t, func() bool { return ask(key) == http.StatusOK }, 10*time.Second, 20*time.Millisecond)
	require.Equal(t, http.StatusForbidden, ask(strings.Repeat("x", len(key))))
	var again bytes.Buffer
	require.Zero(t, run(t.Context(), []string{"key", "--state", state}, &again, io.Discard))
	interrupt()
	require.Zero(t, <-ended, log.String())
	require.Equal(t, again.String(), out.String())
	require.Contains(t, out.String(), "http://"+address+"/enter?key="+key)
	var refused bytes.Buffer
	require.Equal(t, 1, run(t.Context(), []string{"local", "--state", state, "--printer", printer}, io.Discard, &refused))
	require.Contains(t, refused.String(), "has its configuration already")
}
