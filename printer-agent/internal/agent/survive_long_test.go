//go:build long

package agent_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/wire"
)

// Ensure that kills at any moment of a print, again and again, leave it executed once, line by line, or end it honestly:
// what could not go on is never told as finished.
func TestLongKillsAtAnyMoment(t *testing.T) { // not in parallel: a child inherits the ports that other tests have open
	random := rand.New(rand.NewPCG(1, 2))
	lost := 0
	const prints = 24
	boards := [][2]string{
		{"marlin", "marlin2"}, {"repetier", "repetier"}, {"marlin-advanced", "marlin2"}, {"marlin1", "marlin1"},
		{"prusa-mk3", "prusa-mk3"}, {"smoothie", "smoothieware"},
	}
	for i := range prints {
		board := boards[i%len(boards)]
		firmware, dialect := board[0], board[1]
		t.Run(fmt.Sprintf("%d %s", i, firmware), func(t *testing.T) {
			l := newLab(t)
			b := newBoard(t, firmware, 200)
			o := l.options(b, dialect)
			child := l.spawn(o)
			l.reach("tortue", wire.StateReady)
			text := plate(500)
			require.Equal(t, wire.AnswerAccepted, l.order(start("c1", "a1", l.file(text))).Answer)
			l.until("the first lines", func() bool { a := truthOf(t, b).Attempts; return len(a) == 1 && a[0].Lines > 0 })
			for range 4 {
				select {
				case <-time.After(time.Duration(random.IntN(700)) * time.Millisecond):
				case <-t.Context().Done():
				}
				require.NoError(t, child.Process.Kill())
				require.Error(t, child.Wait())
				child = l.spawn(o)
			}
			list := l.ends("a1")
			if list[len(list)-1].Kind != wire.EventFinished {
				t.Logf("lost: %+v", list[len(list)-1])
				lost++
				return
			}
			whole(t, b, "a1", list[len(list)-1].Lines)
			inOrder(t, b, text)
		})
	}
	t.Logf("%d of %d prints could not go on", lost, prints)
	require.LessOrEqual(t, lost, prints/10)
}
