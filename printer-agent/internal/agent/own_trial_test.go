package agent_test

import (
	"bufio"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/wire"
	"github.com/mailleur/mailleur/printer-agent/internal/agent"
	"github.com/mailleur/mailleur/printer-agent/internal/guard"
	"github.com/mailleur/mailleur/printer-agent/internal/port"
	"github.com/mailleur/mailleur/printer-agent/internal/printsim"
	"github.com/mailleur/mailleur/printer-agent/internal/spool"
)

// benchSpeed is how fast the machines on the bench live.
const benchSpeed = 20

// machineTime is a clock that such a machine lives by.
func machineTime() func() time.Time {
	began := time.Now()
	return func() time.Time { return began.Add(benchSpeed * time.Since(began)) }
}

// roomyBoard is a simulated printer that holds more lines than its dialect promises.
func roomyBoard(t *testing.T) board {
	t.Helper()
	dir := t.TempDir()
	b := board{path: filepath.Join(dir, "tty"), truth: filepath.Join(dir, "truth.jsonl")}
	cfg := printsim.Config{Firmware: "marlin", Baud: 250000, Slots: 8, Ring: 256, Bed: [3]float64{220, 220, 250}, Seed: 1}
	p, err := printsim.New(printsim.Options{Link: b.path, Truth: b.truth, Speed: benchSpeed, Board: cfg}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = p.Run(ctx) }()
	b.off = func() { cancel(); <-done }
	t.Cleanup(b.off)
	return b
}

// asks waits for a question of the test.
func (h *home) asks(code guard.Code) {
	h.t.Helper()
	require.Eventually(h.t, func() bool {
		v := h.view()
		require.True(h.t, v.Bench.Running, "%+v", v.Bench.Last)
		return v.Bench.Question.Code == code.Key()
	}, 2*patience, 20*time.Millisecond, string(code))
}

// tells answers the question that is asked.
func (h *home) tells(answer string) {
	h.t.Helper()
	code, page := h.press("bench_answer", "prompt", h.view().Bench.Question.Code, "answer", answer)
	require.Equal(h.t, http.StatusOK, code, page)
}

func (h *home) tried() {
	h.t.Helper()
	require.Eventually(h.t, func() bool { return !h.view().Bench.Running }, 2*patience, 20*time.Millisecond)
}

func factsOf(t *testing.T, dir string) (spool.Facts, guard.Result) {
	t.Helper()
	store, err := spool.Open(dir, spool.Limits{})
	require.NoError(t, err)
	facts, err := store.Facts("tortue")
	require.NoError(t, err)
	require.NoError(t, store.Close())
	var r guard.Result
	require.NoError(t, json.Unmarshal(facts.Bench, &r))
	return facts, r
}

// Ensure that a printer which has to be tested takes no print of the lab before, that its maker does the test on its page,
// beside it, and that what it showed is kept: the lab's prints begin, and the line is filled as far as the board holds.
func TestTheBenchTestOnThePage(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := roomyBoard(t)
	o := l.options(b, "marlin2")
	o.Machines[0].RequireBenchTest, o.BenchClock = true, machineTime()
	h := newHome(t, l.dir, o)
	l.reach("tortue", wire.StateNotNow)
	require.Equal(t, wire.ReasonUntested, l.order(start("c1", "a1", l.file(plate(5)))).Reason)
	require.Eventually(t, func() bool { return h.view().LabWaits.Code == guard.BenchNeeded.Key() }, patience, 20*time.Millisecond)
	require.False(t, h.view().Bench.May)
	code, page := h.press("bench")
	require.Equal(t, http.StatusConflict, code)
	require.Contains(t, page, "nothing heats without somebody")

	h.press("here", "until", time.Now().Add(2*time.Hour).Format("15:04"))
	require.True(t, h.view().Bench.May)
	_, page = h.press("bench")
	require.Contains(t, page, "Is the plate empty, and are you beside the printer?")
	require.Equal(t, "machine.no_start_bench", h.view().NoStart.Code)
	h.asks(guard.BenchAskStart)
	h.tells("yes")
	h.asks(guard.BenchAskMoved)
	h.tells("yes")
	h.tried()
	_, page = h.press("away")
	require.Contains(t, page, "Test passed.")
	h.end()
	facts, r := factsOf(t, l.dir)
	require.True(t, r.Passed)
	require.Equal(t, facts.Capacity.Firmware, r.Firmware)
	require.Equal(t, [3]any{int64(8), int64(256), "probe"}, [3]any{facts.Capacity.Slots, facts.Capacity.Ring, facts.Capacity.How})

	h = newHome(t, l.dir, o)
	l.reach("tortue", wire.StateReady)
	require.Eventually(t, func() bool { return h.view().Facts.Window == 8 }, patience, 20*time.Millisecond, "what was measured is used")
	h.end()
	b.off()
	require.Contains(t, executed(t, b), "G28")
	require.Zero(t, truthOf(t, b).Heat.HotendTarget)
}

// Ensure that a capacity which was measured with another firmware is forgotten.
func TestACapacityOfAnotherFirmware(t *testing.T) {
	t.Parallel()
	dir, b := t.TempDir(), newBoard(t, "marlin", 100)
	store, err := spool.Open(dir, spool.Limits{})
	require.NoError(t, err)
	require.NoError(t, store.SetFacts("tortue", func(f *spool.Facts) {
		f.Capacity = spool.Capacity{Slots: 32, Ring: 1024, How: "probe", Firmware: "Marlin 2.0.1"}
	}))
	require.NoError(t, store.Close())
	h := newHome(t, dir, alone(t, b))
	require.Eventually(t, func() bool { v := h.view(); return v.Can.Start && v.Facts.Window > 0 && v.Facts.Window < 32 }, patience, 20*time.Millisecond)
	h.end()
	store, err = spool.Open(dir, spool.Limits{})
	require.NoError(t, err)
	facts, err := store.Facts("tortue")
	require.NoError(t, err)
	require.NoError(t, store.Close())
	require.Zero(t, facts.Capacity)
}

// coldNozzle is a port to a printer whose nozzle shows the same temperature for ever.
type coldNozzle struct {
	agent.Conn
	lines *bufio.Reader
	rest  []byte
}

var nozzleShows = regexp.MustCompile(`T:[0-9.]+ /`)

func (c *coldNozzle) Read(p []byte) (int, error) {
	if len(c.rest) == 0 {
		line, err := c.lines.ReadBytes('\n')
		if err != nil && len(line) == 0 {
			return 0, err
		}
		c.rest = nozzleShows.ReplaceAll(line, []byte("T:21.00 /"))
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

// Ensure that a heater which does not heat fails the test, which says so and turns it off, and that a test can be stopped.
func TestTheBenchTestFindsAColdNozzle(t *testing.T) {
	t.Parallel()
	dir, b := t.TempDir(), newBoard(t, "marlin", benchSpeed)
	o := alone(t, b)
	o.BenchClock = machineTime()
	open := opener(b.path)
	o.Machines[0].Open = func(before *port.Identity) (agent.Conn, error) {
		conn, err := open(before)
		if err != nil {
			return nil, err
		}
		return &coldNozzle{Conn: conn, lines: bufio.NewReader(conn)}, nil
	}
	h := newHome(t, dir, o)
	h.reach("ready")
	h.press("here", "until", time.Now().Add(2*time.Hour).Format("15:04"))
	h.press("bench")
	h.asks(guard.BenchAskStart)
	h.press("bench_abort")
	h.tried()
	require.Equal(t, guard.BenchInterrupted.Key(), h.view().Bench.Last.Code)
	h.press("bench")
	h.asks(guard.BenchAskStart)
	h.tells("yes")
	h.tried()
	_, page := h.press("cool")
	require.Contains(t, page, "it does not get warm. Check its heater and sensor.")
	h.end()
	_, r := factsOf(t, dir)
	require.False(t, r.Passed)
	require.Equal(t, [3]any{guard.BenchNoRise, "nozzle", 2}, [3]any{r.Code, r.Part, r.Step})
	b.off()
	require.Zero(t, truthOf(t, b).Heat.HotendTarget)
}
