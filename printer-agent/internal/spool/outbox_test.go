package spool

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/wire"
)

// Ensure that hours of events that nobody acknowledged go out in order, each once, a page at a time.
func TestTenThousandEventsWaitInOrder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	s.db.NoSync = true // the number matters here, not the disk
	const all = 10_000
	p := Print{Printer: "tortue", Attempt: "a1"}
	require.NoError(t, s.Begin("", p))
	for n := int64(1); n <= all; n += 50 {
		var events []wire.Event
		for lines := n + 1; lines < n+50; lines++ {
			events = append(events, wire.Event{Kind: wire.EventProgress, Printer: "tortue", Attempt: "a1", Lines: lines})
		}
		_, err := s.Append(wire.Event{Kind: wire.EventCleared, Printer: "orange", Lines: n})
		require.NoError(t, err)
		require.NoError(t, s.Update(p, events...))
	}
	require.NoError(t, s.db.Sync())
	require.NoError(t, s.Close())

	s = open(t, dir)
	s.db.NoSync = true
	id, err := s.Outbox()
	require.NoError(t, err)
	next := int64(1)
	for next <= all {
		page, err := s.From(next, 64)
		require.NoError(t, err)
		require.NotEmpty(t, page)
		require.LessOrEqual(t, len(page), 64)
		for _, ev := range page {
			require.Equal(t, next, ev.Seq)
			require.Equal(t, next, ev.Lines)
			next++
		}
		if next%640 == 1 { // acknowledgements come late and many at once
			_, err = s.Forget(id, next-1)
			require.NoError(t, err)
		}
	}
	_, err = s.Forget(id, all)
	require.NoError(t, err)
	rest, err := s.From(1, 10)
	require.NoError(t, err)
	require.Empty(t, rest)
}

func TestTenThousandEventsAreForgottenAtOnce(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	s.db.NoSync = true
	id, err := s.Outbox()
	require.NoError(t, err)
	require.NoError(t, s.Begin("", Print{Printer: "tortue", Attempt: "a1"}))
	require.NoError(t, s.Update(Print{Printer: "tortue", Attempt: "a1"}, make([]wire.Event, 10_000)...))
	_, err = s.Forget(id, 9_999)
	require.NoError(t, err)
	rest, err := s.From(1, 10)
	require.NoError(t, err)
	require.Len(t, rest, 1)
	require.Equal(t, int64(10_000), rest[0].Seq)
}

func BenchmarkAppend(b *testing.B) {
	s, err := Open(b.TempDir(), Limits{})
	require.NoError(b, err)
	defer func() { require.NoError(b, s.Close()) }()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Append(wire.Event{Kind: wire.EventProgress, Printer: "tortue", Attempt: "a1"}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFrom(b *testing.B) {
	s, err := Open(b.TempDir(), Limits{})
	require.NoError(b, err)
	defer func() { require.NoError(b, s.Close()) }()
	require.NoError(b, s.Begin("", Print{Printer: "tortue", Attempt: "a1"}))
	require.NoError(b, s.Update(Print{Printer: "tortue", Attempt: "a1"}, make([]wire.Event, 10_000)...))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.From(1, 64); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkForget is an acknowledgement of ten thousand events at once.
func BenchmarkForget(b *testing.B) {
	s, err := Open(b.TempDir(), Limits{})
	require.NoError(b, err)
	defer func() { require.NoError(b, s.Close()) }()
	id, err := s.Outbox()
	require.NoError(b, err)
	require.NoError(b, s.Begin("", Print{Printer: "tortue", Attempt: "a1"}))
	told := int64(0)
	for b.Loop() {
		b.StopTimer()
		require.NoError(b, s.Update(Print{Printer: "tortue", Attempt: "a1"}, make([]wire.Event, 10_000)...))
		told += 10_000
		b.StartTimer()
		_, err := s.Forget(id, told)
		require.NoError(b, err)
	}
}
