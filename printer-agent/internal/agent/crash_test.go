package agent_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/wire"
	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/agent"
	"github.com/mailleur/mailleur/printer-agent/internal/link"
	"github.com/mailleur/mailleur/printer-agent/internal/port"
	"github.com/mailleur/mailleur/printer-agent/internal/spool"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
)

// childEnv tells the test program to be an agent instead.
const childEnv = "AGENT_TEST_CHILD"

// child is what such an agent is told.
type child struct {
	Dir    string
	Config agent.Config
}

func TestMain(m *testing.M) {
	if text := os.Getenv(childEnv); text != "" {
		if err := beAgent([]byte(text)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	flag.Parse()
	// These tests wait far more than they work.
	if err := flag.Set("test.parallel", "8"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func beAgent(text []byte) error {
	var c child
	if err := json.Unmarshal(text, &c); err != nil {
		return err
	}
	store, err := spool.Open(c.Dir, spool.Limits{})
	if err != nil {
		return err
	}
	set, err := profiles.Load()
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	dialect, _ := set.Dialect("marlin2")
	model, _ := set.Printer("ender-3")
	p := c.Config.Printers[0]
	a, err := agent.New(agent.Options{
		Config: c.Config, Secrets: agent.Secrets{Token: token}, Spool: store, Log: log,
		ReconnectMin: 20 * time.Millisecond, JournalEvery: 20 * time.Millisecond,
		Machines: []agent.Machine{{
			Printer: p, Link: link.Options{Dialect: dialect, Log: log},
			Limits: func(string) gcode.Limits { return gcode.LimitsFor(model, profiles.Filament{}) },
			Open:   func() (io.ReadWriteCloser, error) { return port.Open(p.Port, 250000) },
		}},
	})
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return a.Run(ctx)
}

// spawn runs an agent in a process of its own.
func (l *lab) spawn(o agent.Options) *exec.Cmd {
	l.t.Helper()
	text, err := json.Marshal(child{Dir: l.dir, Config: o.Config})
	require.NoError(l.t, err)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(text))
	cmd.Stderr = os.Stderr
	require.NoError(l.t, cmd.Start())
	l.t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return cmd
}

// Ensure that an agent killed in a print tells that the attempt has failed, turns the heaters off, never starts that
// attempt again, and waits for a person to clear the bed. What it told before the kill is neither lost nor doubled.
func TestAKilledAgent(t *testing.T) { // not in parallel: a child inherits the ports that other tests have open
	l := newLab(t)
	b := newBoard(t, "marlin", 100)
	o := l.options(b, "marlin2")
	first := l.spawn(o)
	l.reach("tortue", wire.StateReady)
	l.mu.Lock()
	l.deaf = true // so that the outbox holds something at the kill
	l.mu.Unlock()
	f := l.file(plate(2500))
	require.Equal(t, wire.AnswerAccepted, l.order(start("c1", "a1", f)).Answer)
	l.reach("tortue", wire.StatePrinting)
	require.NoError(t, first.Process.Kill())
	require.Error(t, first.Wait())
	l.until("its last will", func() bool { return l.epoch() == "" })
	l.mu.Lock()
	l.deaf = false
	delete(l.states, "tortue")
	l.mu.Unlock()

	l.spawn(o)
	list := l.ends("a1")
	require.Equal(t, []wire.EventKind{wire.EventStarted, wire.EventFailed}, kinds(list))
	require.Equal(t, wire.ReasonAgentDied, list[1].Reason)
	require.Positive(t, list[1].Lines)
	l.reach("tortue", wire.StateClear)
	require.Equal(t, wire.AnswerDuplicate, l.order(start("c1", "a1", f)).Answer)
	require.Equal(t, wire.ReasonStartedBefore, l.order(start("c2", "a1", f)).Reason)
	require.Equal(t, wire.ReasonNotClear, l.order(start("c3", "a2", f)).Reason)
	l.mu.Lock()
	require.Len(t, l.stored, 1, "one outbox")
	l.mu.Unlock()
	b.off()
	truth := truthOf(t, b)
	require.Equal(t, 1, truth.Started("a1"))
	require.Zero(t, truth.Heat.HotendTarget)
	require.Zero(t, truth.Heat.BedTarget)
	require.LessOrEqual(t, list[1].Lines, int64(truth.Attempts[0].Lines), "no line is claimed that was not executed")
}

// Ensure that a full disk refuses new work with its reason, and that room made by the coordinator's word heals it.
func TestAFullDisk(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.deaf = true
	limits := spool.Limits{Database: 256 << 10}
	store, err := spool.Open(l.dir, limits)
	require.NoError(t, err)
	require.NoError(t, store.SetClear("tortue", time.Now()))
	for _, size := range []int{1000, 0} {
		for err = nil; err == nil; {
			_, err = store.Append(wire.Event{Kind: wire.EventProgress, Reason: string(bytes.Repeat([]byte("x"), size))})
		}
		require.ErrorIs(t, err, spool.ErrDiskFull)
	}
	f := l.file(plate(2))
	require.NoError(t, store.Close())

	o := l.options(newBoard(t, "marlin", 500), "marlin2")
	o.ResendAfter = 100 * time.Millisecond
	l.runLimited(o, limits)
	l.reach("tortue", wire.StateReady)
	require.Equal(t, wire.ReasonDiskFull, l.order(start("c1", "a1", f)).Reason)
	l.mu.Lock()
	l.deaf = false
	l.mu.Unlock()
	for i := 0; l.order(start(fmt.Sprintf("again-%d", i), "a1", f)).Answer != wire.AnswerAccepted; i++ {
		require.Less(t, i, 1000, "there is never room again")
	}
	require.Equal(t, wire.EventFinished, l.ends("a1")[1].Kind)
}
