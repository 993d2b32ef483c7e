package agent

import (
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/wire"
)

// Ensure that every state can be reached, that every state with an attempt ends with a bed that is not clear, and that
// printing begins from a confirmed bed alone.
func TestTransitions(t *testing.T) {
	table := transitions()
	reached := map[wire.StateWord]bool{wire.StateOffline: true}
	for range table {
		for from := range reached {
			for _, to := range table[from] {
				reached[to] = true
			}
		}
	}
	for word, steps := range table {
		require.True(t, reached[word], word)
		switch word {
		case wire.StateFetching, wire.StateHeating, wire.StatePrinting, wire.StatePaused, wire.StateStopping, wire.StateConnect:
			require.Equal(t, wire.StateClear, steps[stepEnd], word)
		default:
			require.Empty(t, steps[stepEnd], word)
		}
		require.Equal(t, word == wire.StateReady, steps[stepTake] != "", word)
		for _, to := range steps {
			require.Contains(t, table, to)
		}
	}
}

// Ensure that an order is held against the connection it came by, the present one, and its age here.
func TestStaleOrders(t *testing.T) {
	a := &Agent{log: slog.New(slog.DiscardHandler), tray: newTray()}
	fresh := func(epoch, by string, age time.Duration) order {
		return order{Command: wire.Command{Epoch: epoch, MaxAge: 10}, epoch: by, at: time.Now().Add(-age)}
	}
	require.True(t, a.stale(fresh("e1", "e1", 0)), "no connection")
	now := "e1"
	a.epoch.Store(&now)
	require.False(t, a.stale(fresh("e1", "e1", 0)))
	require.True(t, a.stale(fresh("e0", "e1", 0)), "meant for another connection")
	require.True(t, a.stale(fresh("e0", "e0", 0)), "came by another connection")
	require.True(t, a.stale(fresh("e1", "e1", 11*time.Second)), "too old")
	eternal := fresh("e1", "e1", time.Hour)
	eternal.MaxAge = 0
	require.False(t, a.stale(eternal))
}

func TestBackoffGrowsAndStaysWithinItsBounds(t *testing.T) {
	b := backoff{min: 250 * time.Millisecond, max: 30 * time.Second}
	require.LessOrEqual(t, b.next(), 375*time.Millisecond)
	for range 100 {
		require.LessOrEqual(t, b.next(), 30*time.Second)
	}
	require.GreaterOrEqual(t, b.next(), 15*time.Second)
	b.reset()
	require.LessOrEqual(t, b.next(), 375*time.Millisecond)
}

// Ensure that what waits for a connection stays bounded and keeps the latest.
func TestTheTrayKeepsTheLatest(t *testing.T) {
	tray := newTray()
	for i := range keptAcks + 5 {
		tray.putAck(wire.CommandAck{ID: string(rune(i))})
		tray.putState("tortue", wire.State{Line: int64(i)})
	}
	acks := tray.takeAcks()
	require.Len(t, acks, keptAcks)
	require.Equal(t, string(rune(keptAcks+4)), acks[keptAcks-1].ID)
	require.Equal(t, map[string]wire.State{"tortue": {Line: keptAcks + 4}}, tray.takeStates())
	require.Empty(t, tray.takeStates())
	tray.connected()
	require.Len(t, tray.takeStates(), 1, "a new connection gets every state again")
	tray.putAck(wire.CommandAck{ID: "later"})
	tray.returnAcks(acks[:1])
	require.Equal(t, []wire.CommandAck{acks[0], {ID: "later"}}, tray.takeAcks())
}

func TestSecondsLeftLearnsFromThePrint(t *testing.T) {
	now := time.Date(2020, 4, 3, 8, 0, 0, 0, time.UTC)
	j := &job{}
	j.File.Seconds = 1000
	require.EqualValues(t, 1000, j.secondsLeft(now))
	j.Started, j.bytes, j.done = now.Add(-1000*time.Second), 1000, 500
	require.EqualValues(t, 1000, j.secondsLeft(now), "half done in 1000 s, whatever was estimated")
}
