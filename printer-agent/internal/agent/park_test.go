package agent_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/wire"
	"github.com/mailleur/mailleur/printer-agent/internal/agent"
)

// inOrder checks that every move of a file was executed once, in its order, whatever came between.
func inOrder(t *testing.T, b board, text string) {
	t.Helper()
	var want []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "G1 X") {
			want = append(want, line)
		}
	}
	var got []string
	for _, line := range executed(t, b) {
		if slices.Contains(want, line) {
			got = append(got, line)
		}
	}
	require.Equal(t, want, got)
}

// Ensure that a paused print rests beside the part and comes back to where it was, with the same heat and in the same
// modes, also when another agent has taken over meanwhile.
func TestAPausedPrintRestsBesideThePart(t *testing.T) {
	for name, handOver := range map[string]bool{"plain": false, "handed over": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			b := newBoard(t, "marlin", 200)
			o := l.options(b, "marlin2")
			first := l.run(o)
			l.reach("tortue", wire.StateReady)
			text := plate(1200)
			l.order(start("c1", "a1", l.file(text)))
			l.reach("tortue", wire.StatePrinting)
			l.until("a part to rest beside", func() bool { return len(executed(t, b)) > 30 })
			require.Equal(t, wire.AnswerAccepted, l.order(wire.Command{ID: "c2", Kind: wire.CommandPause, Attempt: "a1"}).Answer)
			l.until("the rest", func() bool { return slices.Contains(executed(t, b), "G1 X0.000 Y220.000 F6000") })
			at := executed(t, b)
			require.Contains(t, at, "G1 Z10.200 F600")
			require.Contains(t, at, "G1 E-1.00 F1800")
			if handOver {
				first.stop(agent.ErrHandOver)
				require.NoError(t, <-first.done)
				first.once.Do(func() {})
				l.mu.Lock()
				delete(l.states, "tortue")
				l.mu.Unlock()
				l.run(o)
				l.reach("tortue", wire.StatePaused)
			}
			l.until("resume", func() bool {
				return l.order(wire.Command{ID: "r" + time.Now().String(), Kind: wire.CommandResume, Attempt: "a1"}).Answer == wire.AnswerAccepted
			})
			list := l.ends("a1")
			require.Equal(t, wire.EventFinished, list[len(list)-1].Kind)
			b.off()
			inOrder(t, b, text)
			said := executed(t, b)
			for _, line := range []string{"M104 S200", "M109 S200", "M140 S60", "M190 S60"} {
				require.GreaterOrEqual(t, strings.Count(strings.Join(said, "\n"), line), 2, line)
			}
			back := slices.Index(said, "G1 Z0.200 F600")
			require.Positive(t, back)
			require.True(t, strings.HasPrefix(said[back-3], "G1 X"), "over the part first: %v", said[back-4:back+5])
			require.Equal(t, "G1 E1.00 F300", said[back-1])
			require.True(t, strings.HasPrefix(said[back+1], "G92 E"))
			require.Equal(t, "M82", said[back+2])
			require.Equal(t, "G1 F2400", said[back+3])
		})
	}
}
