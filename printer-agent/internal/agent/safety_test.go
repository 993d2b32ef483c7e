package agent_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/wire"
	"github.com/mailleur/mailleur/printer-agent/internal/spool"
)

// Ensure that a printer prints nothing of the lab's outside its hours, says so before it is asked and when it is, and
// takes work while somebody is there.
func TestAPrinterInAHome(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := newBoard(t, "marlin", 400)
	o := l.options(b, "marlin2")
	o.Machines[0].Home = true
	first := l.run(o)
	l.reach("tortue", wire.StateNotNow)
	l.mu.Lock()
	require.Equal(t, "nobody_here", l.states["tortue"].Reason)
	l.mu.Unlock()
	f := l.file(plate(2))
	require.Equal(t, wire.ReasonNotNow, l.order(start("c1", "a1", f)).Reason)
	first.end(t)
	store, err := spool.Open(l.dir, spool.Limits{})
	require.NoError(t, err)
	require.NoError(t, store.SetFacts("tortue", func(f *spool.Facts) { f.Here = time.Now().Add(time.Hour) }))
	require.NoError(t, store.Close())
	l.run(o)
	l.reach("tortue", wire.StateReady)
	require.Equal(t, wire.AnswerAccepted, l.order(start("c2", "a2", f)).Answer)
	require.Equal(t, wire.EventFinished, l.ends("a2")[1].Kind)
}

// Ensure that a refusal for the hours says from when the answer is another, and that a longer print than the hours hold
// is refused.
func TestHoursAreTold(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := newBoard(t, "marlin", 400)
	o := l.options(b, "marlin2")
	o.Config.Zone = "UTC"
	now := time.Now().UTC()
	open := now.Add(3 * time.Hour)
	o.Machines[0].MayHeat = []string{"daily " + open.Format("15:04") + "-" + open.Add(2*time.Hour).Format("15:04")}
	l.run(o)
	l.reach("tortue", wire.StateNotNow)
	ack := l.order(start("c1", "a1", l.file(plate(2))))
	require.Equal(t, wire.ReasonNotNow, ack.Reason)
	require.WithinDuration(t, open.Truncate(time.Minute), ack.NotBefore, time.Minute)
	long := l.file(plate(3))
	long.Seconds = 3 * 3600
	require.True(t, l.order(start("c2", "a2", long)).NotBefore.IsZero(), "no time is ever right for it")
}

// Ensure that a printer whose test is required and was never passed takes no work that nobody attends.
func TestAnUntestedPrinter(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	o := l.options(newBoard(t, "marlin", 400), "marlin2")
	o.Machines[0].RequireBenchTest = true
	l.run(o)
	l.reach("tortue", wire.StateNotNow)
	require.Equal(t, wire.ReasonUntested, l.order(start("c1", "a1", l.file(plate(2)))).Reason)
}

// Ensure that a nozzle which gets hotter than the machine bears stops the board, and that the attempt tells why.
func TestTooHot(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := newBoard(t, "marlin", 100)
	o := l.options(b, "marlin2")
	o.Machines[0].Kind.Heat.NozzleMax = 120
	l.run(o)
	l.reach("tortue", wire.StateReady)
	require.Equal(t, wire.AnswerAccepted, l.order(start("c1", "a1", l.file(plate(2000)))).Answer)
	list := l.ends("a1")
	require.Equal(t, wire.EventFailed, list[len(list)-1].Kind)
	require.Equal(t, wire.ReasonThermal, list[len(list)-1].Reason)
	l.reach("tortue", wire.StateError)
	l.mu.Lock()
	require.Equal(t, "too_hot", l.states["tortue"].Notice)
	l.mu.Unlock()
	b.off()
	require.True(t, truthOf(t, b).Attempts[0].Halted)
}

// Ensure that what a file leaves on is turned off after it, and that the firmware's own watch is disarmed.
func TestWhatAFileLeavesOn(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := newBoard(t, "marlin", 400)
	l.run(l.options(b, "marlin2"))
	l.reach("tortue", wire.StateReady)
	text := strings.Replace(plate(20), "M104 S0\nM140 S0\n", "", 1)
	require.Equal(t, wire.AnswerAccepted, l.order(start("c1", "a1", l.file(text))).Answer)
	require.Equal(t, wire.EventFinished, l.ends("a1")[1].Kind)
	l.until("the heaters to be off", func() bool {
		said := executed(t, b)
		return slices.Contains(said, "M85 S0") && said[len(said)-1] == "M107"
	})
	b.off()
	require.Zero(t, truthOf(t, b).Heat.HotendTarget)
	require.Zero(t, truthOf(t, b).Heat.BedTarget)
	said := executed(t, b)
	require.Contains(t, said, "M85 S900")
	require.Contains(t, said[len(said)-6:], "M85 S0")
}

// Ensure that printers on one breaker heat up one after the other.
func TestPrintersOnOneBreaker(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	o := l.options(newBoard(t, "marlin", 100), "marlin2")
	other := l.options(newBoard(t, "marlin", 100), "marlin2").Machines[0]
	other.Key = "orange"
	o.Machines = append(o.Machines, other)
	for i := range o.Machines {
		o.Machines[i].Breaker = "kitchen"
	}
	l.run(o)
	f := l.file(plate(300))
	for _, key := range []string{"tortue", "orange"} {
		l.reach(key, wire.StateReady)
		c := start("c-"+key, "a-"+key, f)
		c.Printer = key
		require.Equal(t, wire.AnswerAccepted, l.order(c).Answer)
	}
	l.until("one to wait for the other", func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		a, b := l.states["tortue"], l.states["orange"]
		return strings.HasPrefix(a.Reason, "breaker_") != strings.HasPrefix(b.Reason, "breaker_")
	})
	require.Equal(t, wire.EventFinished, l.ends("a-tortue")[1].Kind)
	require.Equal(t, wire.EventFinished, l.ends("a-orange")[1].Kind)
}

// Ensure that a nozzle which gets too hot is stopped also while the agent waits for a disk that writes nothing.
func TestTooHotWhileTheDiskIsHeld(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := newBoard(t, "marlin", 4)
	o := l.options(b, "marlin2")
	o.Machines[0].Kind.Heat.NozzleMax = 120
	r := l.run(o)
	l.reach("tortue", wire.StateReady)
	require.Equal(t, wire.AnswerAccepted, l.order(start("c1", "a1", l.file(strings.Replace(plate(2000), "M140 S60\n", "", 1)))).Answer)
	l.reach("tortue", wire.StateHeating)
	free := make(chan struct{})
	release := sync.OnceFunc(func() { close(free) })
	t.Cleanup(release)
	held := make(chan error, 1)
	go func() { held <- r.store.SetFacts("tortue", func(*spool.Facts) { <-free }) }()
	l.until("the stop", func() bool { a := truthOf(t, b).Attempts; return len(a) == 1 && a[0].Halted })
	require.Empty(t, held, "the disk is held still")
	release()
	require.NoError(t, <-held)
	list := l.ends("a1")
	require.NotEqual(t, wire.EventFinished, list[len(list)-1].Kind)
	l.reach("tortue", wire.StateError)
}
