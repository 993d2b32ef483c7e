package agent_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
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
	"github.com/mailleur/mailleur/printer-agent/internal/spool"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
)

// childEnv tells the test program to be an agent instead.
const childEnv = "AGENT_TEST_CHILD"

// child is what such an agent is told.
type child struct {
	Dir     string
	Config  agent.Config
	Dialect string
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
	dialect, _ := set.Dialect(c.Dialect)
	model, _ := set.Printer("ender-3")
	p := c.Config.Printers[0]
	a, err := agent.New(agent.Options{
		Config: c.Config, Secrets: agent.Secrets{Token: token}, Spool: store, Log: log,
		ReconnectMin: 20 * time.Millisecond, JournalEvery: 20 * time.Millisecond,
		Machines: []agent.Machine{{
			Printer: p, Kind: model, Link: link.Options{Dialect: dialect, Log: log},
			Limits: func(_ string, own profiles.Overlay) (gcode.Limits, error) {
				m, err := model.With(own)
				return gcode.LimitsFor(m, profiles.Filament{}), err
			},
			Open: opener(p.Port),
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
	text, err := json.Marshal(child{Dir: l.dir, Config: o.Config, Dialect: o.Machines[0].Link.Dialect.Name})
	require.NoError(l.t, err)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(text))
	cmd.Stderr = os.Stderr
	require.NoError(l.t, cmd.Start())
	l.t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return cmd
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
