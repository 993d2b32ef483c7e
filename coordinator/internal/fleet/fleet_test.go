package fleet_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/fleet"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/store/storetest"
	"github.com/mailleur/mailleur/coordinator/wire"
)

// Ensure that an order reaches the agent with its epoch and file, and that the reports of the print end in pieces to
// count, a free printer and a bed to clear.
func TestAPrintFromOrderToCount(t *testing.T) { printOnce(t, newLab(t, fleet.Config{})) }

// Ensure that PostgreSQL takes the same.
func TestAPrintOnPostgres(t *testing.T) {
	printOnce(t, newLabOn(t, storetest.Postgres(t), fleet.Config{}))
}

func printOnce(t *testing.T, l *lab) {
	a := l.join("e1")
	c := a.command()
	require.Equal(t, wire.CommandStart, c.Kind)
	require.Equal(t, "e1", c.Epoch)
	require.Equal(t, "p", c.Printer)
	require.Equal(t, "a", c.Attempt)
	require.InDelta(t, fab.CommandFor.Seconds(), c.MaxAge, 10)
	require.Equal(t, &wire.File{SHA256: "abc", Bytes: 10, Lines: 5, Seconds: 60, Filament: "pla", Title: "band × 4"}, c.File)
	require.Equal(t, "arcs = true\n", c.Overlay, "what the machine has beside its model goes with the order")
	a.answer(c, wire.AnswerAccepted, "")
	l.eventually("accepted", func() bool { return l.command(c.ID).Status == fab.CommandAccepted })

	a.report(1, wire.EventStarted, nil)
	a.acked(1)
	require.Equal(t, fab.AttemptPrinting, l.attempt("a").Status)
	a.report(2, wire.EventFinished, func(e *wire.Event) { e.Lines, e.Resends, e.Seconds = 5, 2, 50 })
	a.acked(2)
	got := l.attempt("a")
	require.Equal(t, fab.AttemptToCount, got.Status)
	require.Equal(t, int64(5), got.Lines)
	require.Equal(t, int64(2), got.Resends)
	require.Equal(t, 50*time.Second, got.EndedAt.Sub(got.StartedAt))
	w := l.worker("p")
	require.Empty(t, w.AttemptID)
	require.False(t, w.PlateClear)
	a.report(3, wire.EventCleared, func(e *wire.Event) { e.Attempt = "" })
	a.acked(3)
	require.True(t, l.worker("p").PlateClear)
	require.Equal(t, fab.JobLeased, l.job("job-a").Status)
}

// Ensure that reports which are lost, repeated and reordered on their way have each their effect once and in order.
func TestReportsCountOnceWhateverTheBrokerDoes(t *testing.T) {
	l := newLab(t, fleet.Config{})
	a := l.join("e1")
	events := []wire.EventKind{wire.EventStarted}
	for range 30 {
		events = append(events, wire.EventPaused, wire.EventResumed)
	}
	events = append(events, wire.EventFinished)
	r := rand.New(rand.NewPCG(7, 7))
	for done := int64(0); done < int64(len(events)); {
		for _, i := range r.Perm(len(events)) {
			if seq := int64(i + 1); seq > done && seq <= done+10 && r.IntN(3) > 0 {
				for range 1 + r.IntN(2) {
					a.report(seq, events[i], nil)
				}
			}
		}
		select {
		case ack := <-a.acks:
			done = max(done, ack.Seq)
		case <-time.After(100 * time.Millisecond):
		}
	}
	require.Equal(t, fab.AttemptToCount, l.attempt("a").Status)
	l.view(func(tx *store.Tx) error {
		seq, err := tx.EventsUpTo("agent", "box")
		require.Equal(t, int64(len(events)), seq)
		changes, err2 := tx.ChangesAfter(0, 1000)
		require.NoError(t, err2)
		var told []string
		for _, c := range changes {
			if c.Subject == "a" {
				told = append(told, c.Code)
			}
		}
		want := []string{"attempt_started"}
		for range 30 {
			want = append(want, "attempt_paused", "attempt_resumed")
		}
		require.Equal(t, append(want, "attempt_finished"), told)
		return err
	})
}

// Ensure that what a printer never got is not believed, whoever says it, and yet is acknowledged.
func TestReportsOfOthersWorkHaveNoEffect(t *testing.T) {
	l := newLab(t, fleet.Config{})
	a := l.join("e1")
	a.report(1, wire.EventFinished, func(e *wire.Event) { e.Printer = "q" })
	a.report(2, wire.EventFinished, func(e *wire.Event) { e.Attempt = "nothing" })
	a.report(3, wire.EventFinished, func(e *wire.Event) { e.Printer = "nobody" })
	a.report(4, wire.EventKind("of-later"), nil)
	a.acked(4)
	require.Equal(t, fab.AttemptLeased, l.attempt("a").Status)
}

// Ensure that what a database cannot hold as text is left out before it holds up the reports of everybody.
func TestReportsThatCannotBeStoredHoldNobodyUp(t *testing.T) {
	l := newLabOn(t, storetest.Postgres(t), fleet.Config{Silence: 400 * time.Millisecond, Gap: 200 * time.Millisecond})
	a := l.join("e1")
	for _, spoil := range []func(*wire.Event){
		func(e *wire.Event) { e.Outbox = "b\x00x" },
		func(e *wire.Event) { e.Kind = "st\x00arted" },
		func(e *wire.Event) { e.Printer = "p\x00" },
		func(e *wire.Event) { e.Attempt = "a\x00" },
	} {
		a.report(1, wire.EventStarted, spoil)
	}
	a.say(wire.KindState, "q", wire.State{Word: "ready\x00"})
	a.say(wire.KindState, "p", wire.State{Word: wire.StatePrinting, Attempt: "a\x00"})
	a.report(1, wire.EventStarted, nil)
	a.acked(1)
	l.eventually("the state of another printer", func() bool { return l.worker("p").State == string(wire.StatePrinting) })
	began := l.attempt("a").LeaseUntil
	l.eventually("a longer lease", func() bool {
		a.say(wire.KindState, "p", wire.State{Word: wire.StatePrinting, Attempt: "a"})
		return l.attempt("a").LeaseUntil.After(began)
	})
}

// Ensure that a database older than the agent's outbox does not block it for ever.
func TestAnOlderDatabaseCatchesUp(t *testing.T) {
	l := newLab(t, fleet.Config{Gap: 200 * time.Millisecond})
	a := l.join("e1")
	a.report(501, wire.EventStarted, nil)
	a.report(500, wire.EventCleared, nil)
	require.Never(t, func() bool { return l.attempt("a").Status != fab.AttemptLeased }, 100*time.Millisecond, 10*time.Millisecond)
	l.eventually("started", func() bool { return l.attempt("a").Status == fab.AttemptPrinting })
	a.report(501, wire.EventStarted, nil)
	a.acked(501)
}

// Ensure that a refused start gives the job back, with the agent's reason.
func TestARefusedStartGivesTheJobBack(t *testing.T) {
	l := newLab(t, fleet.Config{})
	a := l.join("e1")
	a.answer(a.command(), wire.AnswerRefused, wire.ReasonBusy)
	l.eventually("failed", func() bool { return l.attempt("a").Status == fab.AttemptFailed })
	require.Equal(t, "ended_busy", l.attempt("a").End.Code)
	require.Equal(t, fab.JobWaiting, l.job("job-a").Status)
	require.Empty(t, l.worker("p").AttemptID)
	require.True(t, l.worker("p").PlateClear)
}

// Ensure that a start which found something on the bed is no failure of anybody: the job waits, and so does the printer
// until somebody has looked.
func TestAStartOnABedThatIsNotClearWaits(t *testing.T) {
	l := newLab(t, fleet.Config{})
	a := l.join("e1")
	a.answer(a.command(), wire.AnswerRefused, wire.ReasonNotClear)
	l.eventually("taken back", func() bool { return l.attempt("a").Status == fab.AttemptStopped })
	require.Equal(t, fab.EndedNotClear, l.attempt("a").End.Code)
	require.Equal(t, fab.JobWaiting, l.job("job-a").Status)
	require.Empty(t, l.worker("p").AttemptID)
	require.False(t, l.worker("p").PlateClear)
	l.view(func(tx *store.Tx) error {
		changes, err := tx.LatestChanges(1)
		require.Equal(t, "start_not_clear", changes[0].Code)
		return err
	})
}

// Ensure that a printer is not told to start before its agent has answered that it knows of the clear bed, however long
// that word is on its way, and that it is told at once then.
func TestAStartComesAfterTheWordThatTheBedIsClear(t *testing.T) {
	l := newLab(t, fleet.Config{})
	l.update(func(tx *store.Tx) error {
		w, err := tx.Worker("q")
		require.NoError(t, err)
		return tx.Order(w, "clear", "")
	})
	l.lease("b", "q")
	a := l.join("e1")
	next := func() wire.Command {
		c := a.command()
		for c.Printer != "q" {
			c = a.command()
		}
		return c
	}
	for range 12 {
		require.Equal(t, wire.CommandClear, next().Kind)
	}
	clear := next()
	a.answer(clear, wire.AnswerStale, "")
	require.Equal(t, wire.CommandClear, next().Kind)
	a.answer(clear, wire.AnswerAccepted, "")
	c := next()
	for ; c.ID == clear.ID; c = next() { // those that were on their way
	}
	require.Equal(t, wire.CommandStart, c.Kind)
	require.Equal(t, "b", c.Attempt)
}

// Ensure that a stop does not wait for anything.
func TestAStopOvertakesTheWordThatTheBedIsClear(t *testing.T) {
	l := newLab(t, fleet.Config{})
	l.update(func(tx *store.Tx) error {
		w, err := tx.Worker("q")
		require.NoError(t, err)
		require.NoError(t, tx.Order(w, "clear", ""))
		return tx.Order(w, string(wire.CommandStopNow), "")
	})
	a := l.join("e1")
	for c := a.command(); c.Kind != wire.CommandStopNow; c = a.command() {
		require.NotEqual(t, wire.CommandCancel, c.Kind)
	}
}

// Ensure that an order is sent again with the same id until it is answered, and then no more; that a stale answer
// changes nothing; and that a new connection gets it under its own epoch.
func TestOrdersAreSentUntilAnswered(t *testing.T) {
	l := newLab(t, fleet.Config{})
	a := l.join("e1")
	first := a.command()
	require.Equal(t, first.ID, a.command().ID)
	a.answer(first, wire.AnswerStale, "")
	require.Equal(t, first.ID, a.command().ID)
	require.Equal(t, fab.AttemptLeased, l.attempt("a").Status)

	b := l.join("e2")
	again := b.command()
	for again.Epoch != "e2" {
		again = b.command()
	}
	require.Equal(t, first.ID, again.ID)
	b.answer(again, wire.AnswerDuplicate, "")
	l.eventually("accepted", func() bool { return l.command(first.ID).Status == fab.CommandAccepted })
	sends := l.command(first.ID).Sends
	require.GreaterOrEqual(t, sends, int64(3))
	require.Never(t, func() bool { return l.command(first.ID).Sends > sends+1 }, 200*time.Millisecond, 20*time.Millisecond)
}

// Ensure that a repeated order whose first answer was lost keeps that answer: a refusal stays one.
func TestARepeatedRefusalIsARefusal(t *testing.T) {
	l := newLab(t, fleet.Config{})
	a := l.join("e1")
	a.answer(a.command(), wire.AnswerDuplicate, wire.ReasonBusy)
	l.eventually("failed", func() bool { return l.attempt("a").Status == fab.AttemptFailed })
}

// Ensure that an order which nobody answered in time is given up, that its attempt is lost rather than failed, and that
// the print counts should it have been made after all.
func TestAnUnansweredStartIsLost(t *testing.T) {
	l := newLab(t, fleet.Config{})
	l.update(func(tx *store.Tx) error {
		open, err := tx.OpenCommands()
		require.NoError(t, err)
		open[0].ExpiresAt = tx.Now().Add(-time.Second)
		return tx.SetCommand(&open[0])
	})
	l.eventually("lost", func() bool { return l.attempt("a").Status == fab.AttemptLost })
	require.Equal(t, fab.EndedStartExpired, l.attempt("a").End.Code)
	require.Equal(t, fab.JobWaiting, l.job("job-a").Status)
	a := l.join("e1")
	a.report(1, wire.EventStarted, nil)
	a.report(2, wire.EventFinished, nil)
	a.acked(2)
	require.Equal(t, fab.AttemptToCount, l.attempt("a").Status)
	require.Equal(t, fab.AttemptID("a"), l.job("job-a").AttemptID)
}

// Ensure that an attempt which was ended here but goes on there is told to stop.
func TestAnUnwantedPrintIsStopped(t *testing.T) {
	l := newLab(t, fleet.Config{})
	a := l.join("e1")
	a.answer(a.command(), wire.AnswerRefused, wire.ReasonBusy)
	l.eventually("failed", func() bool { return l.attempt("a").Status == fab.AttemptFailed })
	a.report(1, wire.EventStarted, nil)
	a.report(2, wire.EventProgress, nil)
	c := a.command()
	for c.Kind == wire.CommandStart {
		c = a.command()
	}
	require.Equal(t, wire.CommandCancel, c.Kind)
	require.Equal(t, "a", c.Attempt)
}

// Ensure that presence follows the status: online, gone by last will; the late goodbye of an earlier connection does not
// count, and a new coordinator believes nobody present before they say so.
func TestPresenceFollowsTheStatus(t *testing.T) {
	l := newLab(t, fleet.Config{})
	l.eventually("unknown at first", func() bool { return !l.agentRow().Online })
	a := l.join("e1")
	l.eventually("online", func() bool { return l.agentRow().Online && l.agentRow().Epoch == "e1" })
	b := l.join("e2") // takes the connection over; the will of e1 follows
	l.eventually("online again", func() bool { return l.agentRow().Epoch == "e2" })
	b.say(wire.KindStatus, "", wire.Status{Epoch: "e1", Wires: []int{1}})
	b.say(wire.KindState, "p", wire.State{Word: wire.StateClear})
	l.eventually("state behind it", func() bool { return l.worker("p").State == "to_clear" })
	require.True(t, l.agentRow().Online)
	require.False(t, a.client.IsConnectionOpen())
	b.say(wire.KindStatus, "", wire.Status{Epoch: "e2", Wires: []int{1}})
	l.eventually("gone", func() bool { return !l.agentRow().Online })
	<-l.woken
}

// Ensure that a printer's words are shown live with the newest values, stored when they change, and that signs of life
// hold the lease.
func TestWhatAPrinterShows(t *testing.T) {
	l := newLab(t, fleet.Config{Silence: 400 * time.Millisecond})
	a := l.join("e1")
	a.report(1, wire.EventStarted, nil)
	a.acked(1)
	before := l.attempt("a").LeaseUntil
	a.say(wire.KindState, "p", wire.State{Word: wire.StatePrinting, Attempt: "a", Line: 1, Lines: 5})
	l.eventually("stored", func() bool { return l.worker("p").State == "printing" })
	a.say(wire.KindTelemetry, "p", wire.Telemetry{Attempt: "a", NozzleMC: 200_000, NozzleSet: 215_000, BedMC: 60_000, Line: 2, Lines: 5, Progress: 400})
	l.eventually("shown", func() bool {
		live, ok := l.hub.last(fleet.LiveTopic("p")).(fleet.Live)
		return ok && live.NozzleMC == 200_000
	})
	live, ok := l.fleet.Live("p")
	require.True(t, ok)
	require.True(t, live.Online)
	require.Equal(t, "printing", live.State)
	require.Equal(t, fab.AttemptID("a"), live.Attempt)
	require.Equal(t, int64(400), live.ProgressPM)
	_, ok = l.fleet.Live("q")
	require.False(t, ok)
	l.eventually("lease renewed", func() bool { return l.attempt("a").LeaseUntil.After(before) })
}

// BenchmarkReports is one report from an agent through the broker into the books and acknowledged, with a full window
// under way.
func BenchmarkReports(b *testing.B) {
	l := newLabOn(b, storetest.SQLite(b), fleet.Config{})
	a := l.join("e1")
	b.ResetTimer()
	for sent, acked := int64(0), int64(0); acked < int64(b.N); {
		for ; sent < int64(b.N) && sent < acked+500; sent++ {
			a.report(sent+1, wire.EventProgress, nil)
		}
		select {
		case ack := <-a.acks:
			acked = ack.Seq
		case <-time.After(patience):
			b.Fatal("no acknowledgement")
		}
	}
}
