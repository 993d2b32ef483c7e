package agent_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/wire"
	"github.com/mailleur/mailleur/printer-agent/internal/agent"
	"github.com/mailleur/mailleur/printer-agent/internal/printsim"
)

// whole checks that an attempt was executed exactly once, line by line.
func whole(t *testing.T, b board, attempt string, lines int64) {
	t.Helper()
	b.off()
	truth := truthOf(t, b)
	require.Equal(t, 1, truth.Started(attempt))
	a := truth.Attempts[0]
	require.True(t, a.Ended)
	require.EqualValues(t, lines, a.Lines)
	require.Zero(t, a.Repeated, "no line twice")
	require.Zero(t, a.Skipped, "no line left out")
	require.Zero(t, truth.Heat.HotendTarget)
}

// executed are all the lines that a board has executed, in order.
func executed(t *testing.T, b board) (lines []string) {
	t.Helper()
	text, err := os.ReadFile(b.truth)
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		var r printsim.Record
		require.NoError(t, json.Unmarshal([]byte(line), &r))
		if r.Kind == "" && r.C != "" {
			lines = append(lines, r.C)
		}
	}
	return lines
}

// pause is the longest time between two executed lines, on the wall clock.
func pause(t *testing.T, b board, speed float64) time.Duration {
	t.Helper()
	f, err := os.Open(b.truth)
	require.NoError(t, err)
	defer f.Close() //nolint:errcheck // only read
	var last, most float64
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var r printsim.Record
		require.NoError(t, json.Unmarshal(lines.Bytes(), &r))
		if r.Kind != "" || r.C == "" {
			continue
		}
		if !strings.HasPrefix(r.C, "G1 X") { // no wait for heat
			continue
		}
		if last > 0 {
			most = max(most, r.T-last)
		}
		last = r.T
	}
	return time.Duration(most / speed * float64(time.Second))
}

// Ensure that an agent killed in a print goes on with it when it is back: every line is executed once, the attempt is the
// same, and what it told before the kill is neither lost nor doubled.
func TestAKilledAgentGoesOn(t *testing.T) { // not in parallel: a child inherits the ports that other tests have open
	for firmware, dialect := range map[string]string{"marlin": "marlin2", "repetier": "repetier"} {
		t.Run(firmware, func(t *testing.T) {
			l := newLab(t)
			b := newBoard(t, firmware, 200)
			o := l.options(b, dialect)
			first := l.spawn(o)
			l.reach("tortue", wire.StateReady)
			l.mu.Lock()
			l.deaf = true // so that the outbox holds something at the kill
			l.mu.Unlock()
			f := l.file(plate(900))
			require.Equal(t, wire.AnswerAccepted, l.order(start("c1", "a1", f)).Answer)
			l.reach("tortue", wire.StatePrinting)
			for range 2 {
				require.NoError(t, first.Process.Kill())
				require.Error(t, first.Wait())
				l.until("its last will", func() bool { return l.epoch() == "" })
				l.mu.Lock()
				l.deaf = false
				delete(l.states, "tortue")
				l.mu.Unlock()
				first = l.spawn(o)
				l.reach("tortue", wire.StatePrinting)
			}
			require.Equal(t, wire.AnswerDuplicate, l.order(start("c1", "a1", f)).Answer)
			require.Equal(t, wire.ReasonStartedBefore, l.order(start("c2", "a1", f)).Reason)
			list := l.ends("a1")
			require.Equal(t, []wire.EventKind{wire.EventStarted, wire.EventResumed, wire.EventResumed, wire.EventFinished}, kinds(list))
			require.Equal(t, wire.ReasonAgentDied, list[1].Reason)
			l.reach("tortue", wire.StateClear)
			l.mu.Lock()
			require.Len(t, l.stored, 1, "one outbox")
			l.mu.Unlock()
			whole(t, b, "a1", list[3].Lines)
		})
	}
}

// Ensure that a board which was reset while the agent was dead ends the attempt: its heaters are turned off, that attempt
// is never started again, and the bed waits for a person.
func TestAKilledAgentAndABoardThatWasReset(t *testing.T) {
	l := newLab(t)
	b := newBoard(t, "marlin", 100)
	o := l.options(b, "marlin2")
	first := l.spawn(o)
	l.reach("tortue", wire.StateReady)
	f := l.file(plate(2500))
	require.Equal(t, wire.AnswerAccepted, l.order(start("c1", "a1", f)).Answer)
	l.reach("tortue", wire.StatePrinting)
	require.NoError(t, first.Process.Kill())
	require.Error(t, first.Wait())
	l.until("its last will", func() bool { return l.epoch() == "" })
	b.off()
	lines := truthOf(t, b).Attempts[0].Lines
	other := newBoard(t, "marlin", 100)
	require.NoError(t, os.Symlink(other.path, filepath.Join(filepath.Dir(b.path), "new")))
	require.NoError(t, os.Rename(filepath.Join(filepath.Dir(b.path), "new"), b.path))
	l.mu.Lock()
	delete(l.states, "tortue")
	l.mu.Unlock()
	l.spawn(o)
	list := l.ends("a1")
	require.Equal(t, []wire.EventKind{wire.EventStarted, wire.EventFailed}, kinds(list))
	require.Equal(t, wire.ReasonAgentDied, list[1].Reason)
	require.LessOrEqual(t, list[1].Lines, int64(lines), "no line is claimed that was not executed")
	l.reach("tortue", wire.StateClear)
	require.Equal(t, wire.ReasonStartedBefore, l.order(start("c2", "a1", f)).Reason)
	deadline := time.Now().Add(patience)
	for n := 3; l.order(start("c"+strconv.Itoa(n), "a2", f)).Reason != wire.ReasonNotClear; n++ {
		require.True(t, time.Now().Before(deadline), "the plate is asked for once the port is open again")
	}
	other.off()
	require.Zero(t, truthOf(t, other).Heat.HotendTarget)
}

// Ensure that a print goes on when the cable is back within its time, and that the state says meanwhile what is missing.
func TestAnUnpluggedCable(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := newBoard(t, "marlin", 200, "unplug:1,400,200")
	l.run(l.options(b, "marlin2"))
	l.reach("tortue", wire.StateReady)
	l.order(start("c1", "a1", l.file(plate(900))))
	l.until("to wait for the cable", func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		s := l.states["tortue"]
		return s.Word == wire.StateConnect && s.Reason == wire.ReasonUnplugged && s.Attempt == "a1"
	})
	list := l.ends("a1")
	require.Equal(t, []wire.EventKind{wire.EventStarted, wire.EventResumed, wire.EventFinished}, kinds(list))
	require.Equal(t, wire.ReasonUnplugged, list[1].Reason)
	whole(t, b, "a1", list[2].Lines)
}

// Ensure that a cable which stays out ends the attempt when its time is over, and that a person can end it before.
func TestACableThatStaysOut(t *testing.T) {
	for name, cancel := range map[string]bool{"patience": false, "cancel": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			b := newBoard(t, "marlin", 200, "unplug:1,100,20000")
			o := l.options(b, "marlin2")
			if !cancel {
				o.Patience = 500 * time.Millisecond
			}
			l.run(o)
			l.reach("tortue", wire.StateReady)
			l.order(start("c1", "a1", l.file(plate(900))))
			l.reach("tortue", wire.StateConnect)
			kind, reason := wire.EventFailed, wire.ReasonUnplugged
			if cancel {
				kind, reason = wire.EventStopped, wire.ReasonCancelled
				require.Equal(t, wire.ReasonOffline, l.order(wire.Command{ID: "c2", Kind: wire.CommandPause, Attempt: "a1"}).Reason)
				require.Equal(t, wire.AnswerAccepted, l.order(wire.Command{ID: "c3", Kind: wire.CommandCancel, Attempt: "a1"}).Answer)
			}
			list := l.ends("a1")
			require.Equal(t, []wire.EventKind{wire.EventStarted, kind}, kinds(list))
			require.Equal(t, reason, list[1].Reason)
			l.reach("tortue", wire.StateOffline)
		})
	}
}

// Ensure that an agent hands a running print to the next one without a line lost or doubled, in less than two seconds.
func TestAPrintIsHandedOver(t *testing.T) {
	t.Parallel()
	const speed = 60
	l := newLab(t)
	b := newBoard(t, "marlin", speed)
	o := l.options(b, "marlin2")
	first := l.run(o)
	l.reach("tortue", wire.StateReady)
	l.order(start("c1", "a1", l.file(plate(320))))
	l.until("the middle of it", func() bool { l.mu.Lock(); defer l.mu.Unlock(); return l.tele["tortue"].Line > 40 })
	first.stop(agent.ErrHandOver)
	require.NoError(t, <-first.done)
	first.once.Do(func() {})
	l.run(o)
	list := l.ends("a1")
	require.Equal(t, []wire.EventKind{wire.EventStarted, wire.EventResumed, wire.EventFinished}, kinds(list))
	whole(t, b, "a1", list[2].Lines)
	t.Logf("between two lines the printer waited at most %s, of which %s are its own motion", pause(t, b, speed), 500*time.Millisecond/speed)
}

// Ensure that a paused print is paused still after a hand-over, and goes on when it is told to.
func TestAPausedPrintIsHandedOver(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := newBoard(t, "marlin", 200)
	o := l.options(b, "marlin2")
	first := l.run(o)
	l.reach("tortue", wire.StateReady)
	text := plate(900)
	l.order(start("c1", "a1", l.file(text)))
	l.reach("tortue", wire.StatePrinting)
	l.order(wire.Command{ID: "c2", Kind: wire.CommandPause, Attempt: "a1"})
	l.reach("tortue", wire.StatePaused)
	first.stop(agent.ErrHandOver)
	require.NoError(t, <-first.done)
	first.once.Do(func() {})
	l.mu.Lock()
	delete(l.states, "tortue")
	l.mu.Unlock()
	l.run(o)
	l.reach("tortue", wire.StatePaused)
	deadline := time.Now().Add(patience)
	for n := 0; l.order(wire.Command{ID: "r" + strconv.Itoa(n), Kind: wire.CommandResume, Attempt: "a1"}).Answer != wire.AnswerAccepted; n++ {
		require.True(t, time.Now().Before(deadline), "resume")
	}
	list := l.ends("a1")
	require.Equal(t, []wire.EventKind{
		wire.EventStarted, wire.EventPaused, wire.EventPaused, wire.EventResumed, wire.EventFinished,
	}, kinds(list))
	b.off()
	inOrder(t, b, text)
}

// Ensure that a broker that is away while the agent is killed and comes back loses and doubles nothing.
func TestAKillWhileTheBrokerIsAway(t *testing.T) { // not in parallel: a child inherits the ports that other tests have open
	l := newLab(t)
	b := newBoard(t, "marlin", 400)
	o := l.options(b, "marlin2")
	first := l.spawn(o)
	l.reach("tortue", wire.StateReady)
	l.order(start("c1", "a1", l.file(plate(1000))))
	l.reach("tortue", wire.StatePrinting)
	l.client.Disconnect(0)
	l.stopBroker()
	require.NoError(t, first.Process.Kill())
	require.Error(t, first.Wait())
	l.spawn(o)
	l.until("the end of it", func() bool { a := truthOf(t, b).Attempts; return len(a) == 1 && a[0].Ended })
	l.startBroker(l.host)
	l.connect()
	list := l.ends("a1")
	require.Equal(t, []wire.EventKind{wire.EventStarted, wire.EventResumed, wire.EventFinished}, kinds(list))
	l.mu.Lock()
	require.Len(t, l.stored, 1, "one outbox")
	l.mu.Unlock()
	whole(t, b, "a1", list[2].Lines)
}
