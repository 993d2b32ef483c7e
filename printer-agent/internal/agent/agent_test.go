package agent_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/wire"
	"github.com/mailleur/mailleur/printer-agent/internal/agent"
	"github.com/mailleur/mailleur/printer-agent/internal/printsim"
)

func start(id, attempt string, f *wire.File) wire.Command {
	return wire.Command{ID: id, Kind: wire.CommandStart, Attempt: attempt, File: f, MaxAge: 60}
}

func truthOf(t *testing.T, b board) printsim.Truth {
	t.Helper()
	truth, err := printsim.ReadTruth(b.truth)
	require.NoError(t, err)
	return truth
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
			truth := truthOf(t, b)
			require.Equal(t, 1, truth.Started("a1"))
			require.EqualValues(t, list[1].Lines, truth.Attempts[0].Lines)
			l.reach("tortue", wire.StateClear)
			l.until("the firmware's name", func() bool {
				l.mu.Lock()
				defer l.mu.Unlock()
				return strings.HasPrefix(strings.ToLower(l.status.Printers[0].Firmware), firmware)
			})
			l.until("the final telemetry", func() bool {
				l.mu.Lock()
				defer l.mu.Unlock()
				return l.tele["tortue"].NozzleMC > 0
			})
		})
	}
}

// Ensure that a bed nobody confirmed is never printed on, and that a person's word on a page opens it.
func TestTheBedGate(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := newBoard(t, "marlin", 500)
	o := l.options(b, "marlin2")
	o.Config.AssumeClear = false
	l.run(o)
	l.reach("tortue", wire.StateClear)
	f := l.file(plate(2))
	require.Equal(t, wire.CommandAck{ID: "c1", Answer: wire.AnswerRefused, Reason: wire.ReasonNotClear}, l.order(start("c1", "a1", f)))
	require.Equal(t, wire.AnswerAccepted, l.order(wire.Command{ID: "c2", Kind: wire.CommandClear}).Answer)
	require.Equal(t, wire.AnswerAccepted, l.order(start("c3", "a1", f)).Answer)
	l.ends("a1")
	require.Equal(t, wire.ReasonNotClear, l.order(start("c4", "a2", f)).Reason)
	require.Equal(t, wire.AnswerAccepted, l.order(wire.Command{ID: "c5", Kind: wire.CommandClear}).Answer)
	l.reach("tortue", wire.StateReady)
	require.Equal(t, wire.ReasonStartedBefore, l.order(start("c6", "a1", f)).Reason)
	require.Equal(t, 1, truthOf(t, b).Started("a1"))
}

// Ensure that a command of another connection, a repeated one, and one for something else have no effect.
func TestOrdersThatMustNotBeObeyed(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := newBoard(t, "marlin", 60)
	l.run(l.options(b, "marlin2"))
	l.reach("tortue", wire.StateReady)
	f := l.file(plate(2000))
	old := start("c1", "a1", f)
	old.Epoch = "another"
	require.Equal(t, wire.AnswerStale, l.order(old).Answer)
	require.Equal(t, wire.ReasonFetch, l.order(start("c2", "a1", nil)).Reason)
	require.Equal(t, wire.ReasonUnknown, l.order(wire.Command{ID: "c3", Kind: wire.CommandClear, Printer: "nobody"}).Reason)
	require.Equal(t, wire.ReasonOtherAttempt, l.order(wire.Command{ID: "c4", Kind: wire.CommandCancel, Attempt: "a1"}).Reason)
	require.Equal(t, wire.AnswerAccepted, l.order(start("c5", "a1", f)).Answer)
	require.Equal(t, wire.AnswerDuplicate, l.order(start("c5", "a1", f)).Answer)
	require.Equal(t, wire.CommandAck{ID: "c2", Answer: wire.AnswerDuplicate, Reason: wire.ReasonFetch}, l.order(start("c2", "a1", f)))
	require.Equal(t, wire.ReasonStartedBefore, l.order(start("c6", "a1", f)).Reason)
	require.Equal(t, wire.ReasonBusy, l.order(start("c7", "a2", f)).Reason)
	require.Equal(t, wire.ReasonBusy, l.order(wire.Command{ID: "c8", Kind: wire.CommandClear}).Reason)
	require.Equal(t, wire.ReasonOtherAttempt, l.order(wire.Command{ID: "c9", Kind: wire.CommandStopNow, Attempt: "a0"}).Reason)
	require.Equal(t, wire.ReasonNoSuchCommand, l.order(wire.Command{ID: "c10", Kind: "dance", Attempt: "a1"}).Reason)
	l.client.Publish(wire.Topic{Agent: agentName, Kind: wire.KindCommand}.String(), 1, false, []byte("{"))
	require.Equal(t, wire.AnswerAccepted, l.order(wire.Command{ID: "c11", Kind: wire.CommandCancel, Attempt: "a1"}).Answer)
	list := l.ends("a1")
	require.Equal(t, wire.ReasonCancelled, list[len(list)-1].Reason)
	require.Equal(t, wire.EventStopped, list[len(list)-1].Kind)
	require.Equal(t, 1, truthOf(t, b).Started("a1"))
}

func TestPauseResumeAndCancel(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := newBoard(t, "marlin", 200)
	l.run(l.options(b, "marlin2"))
	l.reach("tortue", wire.StateReady)
	require.Equal(t, wire.AnswerAccepted, l.order(start("c1", "a1", l.file(plate(2500)))).Answer)
	l.reach("tortue", wire.StatePrinting)
	require.Equal(t, wire.AnswerAccepted, l.order(wire.Command{ID: "c2", Kind: wire.CommandPause, Attempt: "a1"}).Answer)
	l.reach("tortue", wire.StatePaused)
	require.Equal(t, wire.AnswerAccepted, l.order(wire.Command{ID: "c3", Kind: wire.CommandResume, Attempt: "a1"}).Answer)
	l.reach("tortue", wire.StatePrinting)
	require.Equal(t, wire.AnswerAccepted, l.order(wire.Command{ID: "c4", Kind: wire.CommandCancel, Attempt: "a1"}).Answer)
	list := l.ends("a1")
	require.Equal(t, []wire.EventKind{wire.EventStarted, wire.EventPaused, wire.EventResumed, wire.EventStopped}, kinds(list))
	l.reach("tortue", wire.StateClear)
	b.off()
	heat := truthOf(t, b).Heat
	require.Zero(t, heat.HotendTarget, "the heaters are off after a cancel")
	require.Zero(t, heat.BedTarget)
}

// Ensure that an emergency stop halts the board at once, and that only a person brings it back.
func TestStopNow(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := newBoard(t, "marlin", 100)
	l.run(l.options(b, "marlin2"))
	l.reach("tortue", wire.StateReady)
	l.order(start("c1", "a1", l.file(plate(2500))))
	l.reach("tortue", wire.StatePrinting)
	require.Equal(t, wire.CommandAck{ID: "c2", Answer: wire.AnswerAccepted}, l.order(wire.Command{ID: "c2", Kind: wire.CommandStopNow, Attempt: "a1"}))
	list := l.ends("a1")
	require.Equal(t, wire.EventStopped, list[len(list)-1].Kind)
	require.Equal(t, wire.ReasonStopNow, list[len(list)-1].Reason)
	l.reach("tortue", wire.StateError)
	require.True(t, truthOf(t, b).Attempts[0].Halted)
	require.Equal(t, wire.ReasonHalted, l.order(start("c3", "a2", l.file(plate(2)))).Reason)
	require.Equal(t, wire.AnswerAccepted, l.order(wire.Command{ID: "c4", Kind: wire.CommandClear}).Answer)
	l.reach("tortue", wire.StateReady)
	require.Equal(t, wire.AnswerAccepted, l.order(start("c5", "a3", l.file(plate(2)))).Answer)
	require.Equal(t, wire.EventFinished, l.ends("a3")[1].Kind)
}

// Ensure that a file is printed only when it is the right one and asks for nothing unsafe.
func TestFilesThatMustNotBePrinted(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := newBoard(t, "marlin", 500)
	l.run(l.options(b, "marlin2"))
	l.reach("tortue", wire.StateReady)
	wrong := l.file(plate(2))
	l.mu.Lock()
	l.files[wrong.SHA256] = strings.Replace(plate(2), "S200", "S201", 1)
	l.mu.Unlock()
	gone := l.file(plate(3))
	l.mu.Lock()
	delete(l.files, gone.SHA256)
	l.mu.Unlock()
	for i, c := range []struct {
		attempt, reason string
		file            *wire.File
	}{
		{"hash", wire.ReasonHash, wrong},
		{"gone", wire.ReasonFetch, gone},
		{"hot", wire.ReasonUnsafe, l.file(strings.ReplaceAll(plate(4), "M109 S200", "M109 S400"))},
		{"off-bed", wire.ReasonUnsafe, l.file(strings.Replace(plate(5), "X120", "X900", 1))},
	} {
		require.Equal(t, wire.AnswerAccepted, l.order(start("s"+c.attempt, c.attempt, c.file)).Answer, "case %d", i)
		list := l.ends(c.attempt)
		require.Equal(t, []wire.EventKind{wire.EventFailed}, kinds(list), c.attempt)
		require.Equal(t, c.reason, list[0].Reason, c.attempt)
		require.Equal(t, wire.AnswerAccepted, l.order(wire.Command{ID: "k" + c.attempt, Kind: wire.CommandClear}).Answer)
		l.reach("tortue", wire.StateReady)
	}
	require.Zero(t, truthOf(t, b).LinesExecuted, "nothing of them reached the board")
}

// Ensure that a coordinator that comes back within its time is waited for, and that a fetch can be cancelled.
func TestTheCoordinatorIsAwayWhileAFileIsFetched(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := newBoard(t, "marlin", 500)
	l.run(l.options(b, "marlin2"))
	l.reach("tortue", wire.StateReady)
	l.down.Store(true)
	l.order(start("c1", "a1", l.file(plate(2))))
	l.reach("tortue", wire.StateFetching)
	require.Equal(t, wire.ReasonBusy, l.order(wire.Command{ID: "c2", Kind: wire.CommandPause, Attempt: "a1"}).Reason)
	l.order(wire.Command{ID: "c3", Kind: wire.CommandCancel, Attempt: "a1"})
	require.Equal(t, wire.EventStopped, l.ends("a1")[0].Kind)
	l.order(wire.Command{ID: "c4", Kind: wire.CommandClear})
	l.order(start("c5", "a2", l.file(plate(2))))
	l.reach("tortue", wire.StateFetching)
	l.down.Store(false)
	require.Equal(t, wire.EventFinished, l.ends("a2")[1].Kind)
}

// Ensure that events wait for the coordinator and arrive once, in order, however often they were sent.
func TestEventsSurviveADeafCoordinator(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := newBoard(t, "marlin", 300)
	o := l.options(b, "marlin2")
	o.ResendAfter = 200 * time.Millisecond
	l.mu.Lock()
	l.deaf = true
	l.mu.Unlock()
	l.run(o)
	l.reach("tortue", wire.StateReady)
	l.order(start("c1", "a1", l.file(plate(300))))
	l.reach("tortue", wire.StateClear)
	l.mu.Lock()
	before := l.seen
	l.mu.Unlock()
	l.until("a repetition", func() bool { l.mu.Lock(); defer l.mu.Unlock(); return l.seen > before })
	l.mu.Lock()
	l.deaf = false
	l.mu.Unlock()
	require.Equal(t, []wire.EventKind{wire.EventStarted, wire.EventFinished}, kinds(l.ends("a1")))
	l.mu.Lock()
	defer l.mu.Unlock()
	require.Len(t, l.stored, 1, "one outbox")
}

// Ensure that a broker that loses events and repeats commands changes no outcome.
func TestABrokerThatLosesAndRepeats(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.lossy = true
	b := newBoard(t, "marlin", 300)
	o := l.options(b, "marlin2")
	o.ResendAfter = 50 * time.Millisecond
	l.run(o)
	l.reach("tortue", wire.StateReady)
	require.Equal(t, wire.AnswerAccepted, l.order(start("c1", "a1", l.file(plate(200)))).Answer)
	l.until("the answer to its repetition", func() bool { return len(l.answers("c1")) == 2 })
	require.Equal(t, wire.CommandAck{ID: "c1", Answer: wire.AnswerDuplicate}, l.answers("c1")[1])
	require.Equal(t, []wire.EventKind{wire.EventStarted, wire.EventFinished}, kinds(l.ends("a1")))
	require.Equal(t, 1, truthOf(t, b).Started("a1"))
}

// Ensure that a broker that goes away, and comes back knowing nothing, changes nothing of a print and of what is told.
func TestAPrintOutlivesItsBroker(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := newBoard(t, "marlin", 300)
	l.run(l.options(b, "marlin2"))
	l.reach("tortue", wire.StateReady)
	first := l.epoch()
	l.order(start("c1", "a1", l.file(plate(800))))
	l.reach("tortue", wire.StatePrinting)
	l.client.Disconnect(0)
	l.stopBroker()
	l.mu.Lock()
	l.states, l.status = map[string]wire.State{}, wire.Status{}
	l.mu.Unlock()
	l.startBroker(l.host)
	l.connect()
	l.until("a new epoch", func() bool { e := l.epoch(); return e != "" && e != first })
	l.until("its state again", func() bool { return l.word("tortue") != "" })
	stale := wire.Command{ID: "c2", Kind: wire.CommandCancel, Attempt: "a1", Epoch: first}
	require.Equal(t, wire.AnswerStale, l.order(stale).Answer)
	list := l.ends("a1")
	require.Equal(t, []wire.EventKind{wire.EventStarted, wire.EventFinished}, kinds(list))
	require.EqualValues(t, list[1].Lines, truthOf(t, b).Attempts[0].Lines)
}

// Ensure that what a board does to itself is named, ends the attempt and keeps the bed closed.
func TestWhatABoardDoesToItself(t *testing.T) {
	for fault, want := range map[string]struct {
		reason string
		word   wire.StateWord
	}{
		"halt:1,100":    {wire.ReasonHalted, wire.StateError},
		"thermal:1,100": {wire.ReasonThermal, wire.StateError},
		"reset:1,100":   {wire.ReasonReset, wire.StateClear},
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			b := newBoard(t, "marlin", 300, fault)
			l.run(l.options(b, "marlin2"))
			l.reach("tortue", wire.StateReady)
			l.order(start("c1", "a1", l.file(plate(300))))
			list := l.ends("a1")
			require.Equal(t, wire.EventFailed, list[len(list)-1].Kind)
			require.Equal(t, want.reason, list[len(list)-1].Reason)
			l.reach("tortue", want.word)
		})
	}
}

// Ensure that an agent that is told to end brings its print to a safe end first and says so.
func TestAnAgentEndsItsPrintFirst(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := newBoard(t, "marlin", 100)
	r := l.run(l.options(b, "marlin2"))
	l.reach("tortue", wire.StateReady)
	l.order(start("c1", "a1", l.file(plate(2500))))
	l.reach("tortue", wire.StatePrinting)
	r.end(t)
	list := l.ends("a1")
	require.Equal(t, wire.EventFailed, list[len(list)-1].Kind)
	require.Equal(t, wire.ReasonAgentDied, list[len(list)-1].Reason)
	l.until("offline", func() bool { l.mu.Lock(); defer l.mu.Unlock(); return !l.status.Online })
	require.Equal(t, wire.StateOffline, l.word("tortue"))
	b.off()
	require.Zero(t, truthOf(t, b).Heat.HotendTarget)
}

// Ensure that printers of one agent print side by side.
func TestManyPrintersInOneAgent(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	o := l.options(newBoard(t, "marlin", 300), "marlin2")
	keys := []string{"tortue", "orange", "eclair", "quatre"}
	boards := map[string]board{}
	base := o.Machines[0]
	o.Machines, o.Config.Printers = nil, nil
	for _, key := range keys {
		boards[key] = newBoard(t, "marlin", 300)
		m := l.options(boards[key], "marlin2").Machines[0]
		m.Key, m.Link = key, base.Link
		o.Machines = append(o.Machines, m)
		o.Config.Printers = append(o.Config.Printers, agent.Printer{Key: key})
	}
	l.run(o)
	f := l.file(plate(200))
	for _, key := range keys {
		l.reach(key, wire.StateReady)
	}
	for _, key := range keys {
		c := start("c-"+key, "a-"+key, f)
		c.Printer = key
		require.Equal(t, wire.AnswerAccepted, l.order(c).Answer)
	}
	for _, key := range keys {
		require.Equal(t, []wire.EventKind{wire.EventStarted, wire.EventFinished}, kinds(l.ends("a-"+key)))
		require.Equal(t, 1, truthOf(t, boards[key]).Started("a-"+key))
	}
	require.LessOrEqual(t, l.blobs.Load(), int64(len(keys)), "a file that is here is not fetched again")
}
