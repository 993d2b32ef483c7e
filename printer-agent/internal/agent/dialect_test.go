package agent_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/wire"
	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/agent"
	"github.com/mailleur/mailleur/printer-agent/internal/link"
	"github.com/mailleur/mailleur/printer-agent/internal/spool"
)

// Ensure that a board which speaks another dialect than its printer's profile says is spoken to in its own, that its prints
// are noted in it, and that one is continued in it by the next agent, which takes the board for the profile's at first.
func TestABoardWithAnotherFirmware(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := newBoard(t, "marlin", 100)
	o := l.options(b, "marlin1")
	set, err := facts()
	require.NoError(t, err)
	o.Machines[0].Named = set.Dialect
	o.Machines[0].Link.Choose = func(id link.Identity) (profiles.Dialect, bool) {
		require.True(t, strings.HasPrefix(id.Firmware, "Marlin 2"), id.Firmware)
		return set.Dialect("marlin2")
	}
	first := l.run(o)
	l.reach("tortue", wire.StateReady)
	l.order(start("c1", "a1", l.file(plate(600))))
	l.until("the middle of it", func() bool { l.mu.Lock(); defer l.mu.Unlock(); return l.tele["tortue"].Line > 40 })
	first.stop(agent.ErrHandOver)
	require.NoError(t, <-first.done)
	first.once.Do(func() {})
	store, err := spool.Open(l.dir, spool.Limits{})
	require.NoError(t, err)
	live, ok, err := store.Live("tortue")
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, "marlin2", live.Dialect)
	require.NoError(t, store.Close())
	l.run(o)
	list := l.ends("a1")
	require.Equal(t, []wire.EventKind{wire.EventStarted, wire.EventResumed, wire.EventFinished}, kinds(list))
	whole(t, b, "a1", list[2].Lines)
}

// Ensure that a print in a dialect that nobody knows any more is ended and not continued in another.
func TestAPrintInAnUnknownDialect(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := newBoard(t, "marlin", 100)
	o := l.options(b, "marlin2")
	first := l.run(o)
	l.reach("tortue", wire.StateReady)
	l.order(start("c1", "a1", l.file(plate(600))))
	l.until("the middle of it", func() bool { l.mu.Lock(); defer l.mu.Unlock(); return l.tele["tortue"].Line > 40 })
	first.stop(agent.ErrHandOver)
	require.NoError(t, <-first.done)
	first.once.Do(func() {})
	l.run(l.options(b, "marlin1"))
	list := l.ends("a1")
	require.Equal(t, []wire.EventKind{wire.EventStarted, wire.EventFailed}, kinds(list))
	require.Equal(t, wire.ReasonAgentDied, list[1].Reason)
}
