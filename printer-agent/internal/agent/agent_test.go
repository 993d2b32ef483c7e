package agent_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/wire"
	"github.com/mailleur/mailleur/printer-agent/internal/printsim"
)

func start(id, attempt string, f *wire.File) wire.Command {
	return wire.Command{ID: id, Kind: wire.CommandStart, Attempt: attempt, File: f, MaxAge: 60}
}

// Ensure that a start command becomes an exact print, told from beginning to end, on each dialect.
func TestAStartBecomesAPrint(t *testing.T) {
	for firmware, dialect := range map[string]string{"marlin": "marlin2", "repetier": "repetier"} {
		t.Run(firmware, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			b := newBoard(t, firmware, 300)
			l.run(l.options(b, dialect))
			l.reach("tortue", wire.StateReady)
			require.Equal(t, wire.AnswerAccepted, l.order(start("c1", "a1", l.file(plate(300)))).Answer)
			list := l.ends("a1")
			require.Equal(t, []wire.EventKind{wire.EventStarted, wire.EventFinished}, kinds(list))
			truth, err := printsim.ReadTruth(b.truth)
			require.NoError(t, err)
			require.Equal(t, 1, truth.Started("a1"))
			require.EqualValues(t, list[1].Lines, truth.Attempts[0].Lines)
			l.reach("tortue", wire.StateClear)
			require.Equal(t, wire.ReasonNotClear, l.order(start("c2", "a2", l.file(plate(2)))).Reason)
			require.Equal(t, wire.AnswerAccepted, l.order(wire.Command{ID: "c3", Kind: wire.CommandClear}).Answer)
			l.reach("tortue", wire.StateReady)
		})
	}
}
