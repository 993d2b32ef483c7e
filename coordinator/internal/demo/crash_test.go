package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/testkit"
)

// coordinator is the program as a child that can be killed and comes back on the same addresses.
type coordinator struct {
	t        *testing.T
	program  string
	dir      string
	announce string
	crew     *crew
	child    *child
}

const crashSilence = 6 * time.Second

func startCoordinator(t *testing.T, bin, dir, database string) *coordinator {
	c := &coordinator{t: t, program: filepath.Join(bin, "coordinator"), dir: dir, announce: filepath.Join(dir, "addresses.json"), crew: &crew{dir: dir, log: slog.New(slog.DiscardHandler)}}
	t.Cleanup(c.crew.stop)
	config := fmt.Sprintf("data = %q\ndatabase = %q\n[lab]\nname = %q\n[web]\nlisten = %q\nlisten_tls = %q\n[mqtt]\nlisten = %q\nlisten_tls = %q\n[slicer]\nslots = 2\n[dispatch]\nsilence = %q\noffer = \"1h\"\n",
		filepath.Join(dir, "data"), database, LabName, freePort(t), freePort(t), freePort(t), freePort(t), crashSilence)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "coordinator.toml"), []byte(config), 0o600))
	c.start()
	return c
}

// freePort asks the system for an address that is free now, so that a restarted coordinator can have the same again.
func freePort(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close() //nolint:errcheck // only its number matters
	return l.Addr().String()
}

// start runs the program and waits until it says that it is ready.
func (c *coordinator) start() {
	c.t.Helper()
	require.NoError(c.t, os.RemoveAll(c.announce))
	var err error
	c.child, err = c.crew.start("coordinator", c.program, "serve", "--config", filepath.Join(c.dir, "coordinator.toml"), "--announce", c.announce, "--pace", "200ms")
	require.NoError(c.t, err)
	testkit.Eventually(c.t, 30*time.Second, func() bool {
		_, err := os.Stat(c.announce)
		return err == nil
	})
}

func (c *coordinator) kill() {
	c.t.Helper()
	require.NoError(c.t, c.child.signal(9))
	<-c.child.ended
}

func (c *coordinator) addresses() (a Addresses) {
	c.t.Helper()
	text, err := os.ReadFile(c.announce)
	require.NoError(c.t, err)
	require.NoError(c.t, json.Unmarshal(text, &a))
	return a
}

func (c *coordinator) audit() string {
	c.t.Helper()
	out, err := exec.CommandContext(c.t.Context(), c.program, "audit", "--config", filepath.Join(c.dir, "coordinator.toml")).CombinedOutput()
	require.NoError(c.t, err, string(out))
	return strings.TrimSpace(string(out))
}

// crash plays a small order on a database ("": an SQLite file) while the coordinator and the agents are killed at random moments, and checks that nothing
// acknowledged was lost and nothing was started twice.
func crash(t *testing.T, seed uint64, database string) {
	bin, dir := testkit.Programs(t), t.TempDir()
	if database == "" {
		database = filepath.Join(dir, "lab.db")
	}
	c := startCoordinator(t, bin, dir, database)
	show, err := New(Config{
		Lab: c.addresses(), Agent: filepath.Join(bin, "printer-agent"), Dir: dir, Speed: 3000, Tick: 250 * time.Millisecond, Hands: 10 * time.Second, Silence: crashSilence,
		Order: Order{Visors: 4, Hooks: 5, Masks: 2}, Calm: true, Log: slog.New(slog.NewTextHandler(testWriter{t}, nil)),
	})
	require.NoError(t, err)
	ctx, end := context.WithTimeout(t.Context(), 3*time.Minute)
	defer end()
	played := make(chan error, 1)
	go func() { played <- show.Run(ctx) }()
	defer func() { end(); require.NoError(t, <-played) }()
	select {
	case <-show.Ready():
	case err := <-played:
		played <- err
		t.Fatalf("the lab was not set up: %v", err)
	}
	survivor, maker := killWhilePrinting(t, show, false)
	handOverAnAgent(t, show, maker)
	victim, _ := killWhilePrinting(t, show, true, survivor)
	kills := 2 + mayhem(t, ctx, show, c, rand.New(rand.NewPCG(seed, 1)))
	select {
	case <-show.Delivered():
	case <-ctx.Done():
		t.Fatalf("seed %d: not delivered in time after %d kills", seed, kills)
	}
	require.Equal(t, "audit: ok", c.audit())
	truth, err := show.hardware.sum(ctx)
	require.NoError(t, err)
	started := map[string]int{}
	for _, a := range truth.Attempts {
		started[a.ID]++
		require.Equal(t, 1, started[a.ID], "seed %d: attempt %s was started twice", seed, a.ID)
		require.Zero(t, a.Repeated+a.Skipped, "seed %d: attempt %s was not executed line by line", seed, a.ID)
		require.True(t, a.ID != survivor || a.Ended, "seed %d: attempt %s was executed to its end", seed, a.ID)
	}
	wentOn(t, database, survivor)
	plannedAgain(t, database, victim)
	t.Logf("seed %d: %d kills, %d attempts, %d lines", seed, kills, len(truth.Attempts), truth.LinesExecuted)
}

// killWhilePrinting kills an agent while a printer of its is in the middle of an attempt, but for some attempts, cuts the
// printer's power as well if asked to, and returns the attempt and whose agent it was.
func killWhilePrinting(t *testing.T, show *Show, powerCut bool, not ...string) (attempt string, v volunteer) {
	t.Helper()
	var p printer
	testkit.Eventually(t, time.Minute, func() bool {
		for _, v = range volunteers() {
			for _, p = range v.printers {
				if attempt = underWay(t, show, p); attempt != "" && !slices.Contains(not, attempt) {
					return true
				}
			}
		}
		return false
	})
	require.NoError(t, show.hardware.kill(v.login))
	if powerCut {
		require.NoError(t, show.hardware.powerCut(t.Context(), p))
	}
	require.NoError(t, show.hardware.run(v))
	return attempt, v
}

// underWay is the attempt that a printer is in the middle of; empty when it is in none.
func underWay(t *testing.T, show *Show, p printer) string {
	t.Helper()
	truth, err := show.hardware.read(t.Context(), show.hardware.truth(p))
	if err != nil || len(truth.Attempts) == 0 {
		return ""
	}
	last := truth.Attempts[len(truth.Attempts)-1]
	if last.Ended || last.Halted || last.Lines == 0 {
		return ""
	}
	return last.ID
}

// handOverAnAgent has an agent become the program in its place, in the same process, as an upgrade does.
func handOverAnAgent(t *testing.T, show *Show, v volunteer) {
	t.Helper()
	show.hardware.mu.Lock()
	agent := show.hardware.agents[v.login]
	show.hardware.mu.Unlock()
	said := func(what string) int {
		text, err := os.ReadFile(agent.log)
		require.NoError(t, err)
		return strings.Count(string(text), what)
	}
	testkit.Eventually(t, 20*time.Second, func() bool { return said("the print goes on") > 0 }) // after the kill before
	before := said("msg=connected")
	for said("handing over") == 0 {
		require.NoError(t, agent.signal(syscall.SIGUSR2))
		select {
		case <-agent.ended:
			t.Fatal("the agent has ended instead of being handed over")
		case <-time.After(500 * time.Millisecond):
		}
	}
	testkit.Eventually(t, 20*time.Second, func() bool { return said("msg=connected") > before })
	select {
	case <-agent.ended:
		t.Fatal("it is another process")
	default:
	}
}

// wentOn checks that a killed agent's attempt was done for all that.
func wentOn(t *testing.T, database, attempt string) {
	t.Helper()
	s, err := store.Open(t.Context(), database, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	require.NoError(t, s.View(t.Context(), func(tx *store.Tx) error {
		a, err := tx.Attempt(fab.AttemptID(attempt))
		require.NoError(t, err)
		require.Equal(t, fab.AttemptDone, a.Status, a.End.Code)
		return nil
	}))
}

// plannedAgain checks that the attempt of a killed agent whose board had lost its place ended as failed, and that its job
// went to a new attempt and got done.
func plannedAgain(t *testing.T, database, attempt string) {
	t.Helper()
	s, err := store.Open(t.Context(), database, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	require.NoError(t, s.View(t.Context(), func(tx *store.Tx) error {
		dead, err := tx.Attempt(fab.AttemptID(attempt))
		require.NoError(t, err)
		require.Equal(t, fab.AttemptFailed, dead.Status)
		require.Equal(t, "ended_agent_restarted", dead.End.Code)
		tries, err := tx.AttemptsAt(dead.JobID)
		require.NoError(t, err)
		require.Greater(t, len(tries), 1)
		require.Equal(t, fab.AttemptDone, tries[len(tries)-1].Status)
		return nil
	}))
}

// mayhem kills the coordinator or an agent every few seconds, several times, and brings it back.
func mayhem(t *testing.T, ctx context.Context, show *Show, c *coordinator, random *rand.Rand) (kills int) {
	var agents []volunteer
	for _, v := range volunteers() {
		if len(v.printers) > 0 {
			agents = append(agents, v)
		}
	}
	for range 6 {
		select {
		case <-ctx.Done():
			return kills
		case <-show.Delivered():
			return kills
		case <-time.After(time.Duration(500+random.IntN(2500)) * time.Millisecond):
		}
		kills++
		if victim := random.IntN(len(agents) + 1); victim < len(agents) {
			require.NoError(t, show.hardware.kill(agents[victim].login))
			require.NoError(t, show.hardware.run(agents[victim]))
		} else {
			c.kill()
			c.start()
		}
	}
	return kills
}

// testWriter puts the actors' log beside the test's own.
type testWriter struct{ t *testing.T }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

// Ensure that kills of the coordinator and of agents at random moments lose nothing that was acknowledged: all is
// delivered, the books add up, and no printer ever starts one attempt twice.
func TestKillsLoseNothing(t *testing.T) { crash(t, 1, "") }
