package spool

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

	"github.com/mailleur/mailleur/coordinator/wire"
)

// Ensure that an agent that was upgraded between two lines finds everything that the older one wrote, and its print.
// The fixture was written by the last agent of format 1.
func TestAFolderOfFormat1IsBroughtForward(t *testing.T) {
	dir := t.TempDir()
	unpack(t, "testdata/format1.db.gz", filepath.Join(dir, "spool.db"))
	var outbox string
	for range 2 {
		s := open(t, dir)
		live, ok, err := s.Live("tortue")
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, Print{
			Printer: "tortue", Attempt: "a1", Owner: OwnerChain, File: wire.File{SHA256: shaOf("G28\n"), Bytes: 4, Lines: 1},
			Word: wire.StatePrinting, Lines: 40, Taken: at, Started: at.Add(time.Minute), Updated: at.Add(time.Hour),
		}, live)
		hot, ok, err := s.Live("zebre")
		require.NoError(t, err)
		require.True(t, ok && hot.Ended && hot.Owner == OwnerChain)
		clear, known, err := s.Clear("orange")
		require.NoError(t, err)
		require.True(t, clear && known)
		_, seen, err := s.Answered("c2")
		require.NoError(t, err)
		require.True(t, seen)
		events, err := s.From(1, 10)
		require.NoError(t, err)
		require.Len(t, events, 2)
		require.Equal(t, wire.EventStarted, events[0].Kind)
		require.NotEmpty(t, events[0].Outbox)
		if outbox != "" {
			require.Equal(t, outbox, events[0].Outbox, "the outbox keeps its identity")
		}
		outbox = events[0].Outbox
		require.NoError(t, s.SetFacts("tortue", func(f *Facts) { f.OffChain = true }))
		require.NoError(t, s.Close())
	}
}

func unpack(t *testing.T, from, to string) {
	t.Helper()
	f, err := os.Open(from)
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	raw, err := io.ReadAll(z)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(to, raw, 0o600))
}

func TestAFolderWithoutAUsableFormatIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	require.NoError(t, s.db.Update(func(tx *bolt.Tx) error { return tx.Bucket(bucketMeta).Put(keyFormat, []byte("0")) }))
	require.NoError(t, s.Close())
	_, err := Open(dir, Limits{})
	require.ErrorContains(t, err, "damaged")
}

// Ensure that an interrupted attempt is continued or ended, and told once whatever the number of kills: every step is
// followed by a restart, and repeated as an agent would that does not know whether it was done.
func TestAnInterruptedAttemptIsToldOnce(t *testing.T) {
	for _, way := range []struct {
		name      string
		continued int
		want      []wire.EventKind
	}{
		{"ended", 0, []wire.EventKind{wire.EventStarted, wire.EventFailed}},
		{"continued", 1, []wire.EventKind{wire.EventStarted, wire.EventResumed, wire.EventFinished}},
		{"continued twice", 2, []wire.EventKind{wire.EventStarted, wire.EventResumed, wire.EventResumed, wire.EventFinished}},
	} {
		t.Run(way.name, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, dir)
			restart := func() {
				require.NoError(t, s.Close())
				s = open(t, dir)
			}
			p := Print{
				Printer: "tortue", Attempt: "a1", Owner: OwnerChain, Name: "boat.gcode", Dialect: "marlin2", Taken: at,
				Attended: at.Add(2 * time.Hour),
			}
			require.NoError(t, s.Begin("", p))
			p.Started = at
			require.NoError(t, s.Update(p, wire.Event{Kind: wire.EventStarted}))
			restart()
			for n := range way.continued {
				again, err := s.Continue("tortue", "a1", at.Add(time.Minute), wire.Event{Kind: wire.EventResumed})
				require.NoError(t, err)
				require.Equal(t, int64(n+1), again.Continued)
				require.Equal(t, OwnerChain, again.Owner)
				require.Equal(t, at.Add(2*time.Hour), again.Attended)
				restart()
				require.NoError(t, s.Update(p), "an older copy of the entry")
			}
			last := way.want[len(way.want)-1]
			for range 2 {
				require.NoError(t, s.End("tortue", "a1", false, wire.Event{Kind: last}))
				restart()
				_, err := s.Continue("tortue", "a1", at, wire.Event{Kind: wire.EventResumed})
				require.ErrorIs(t, err, ErrNotLive)
			}
			events, err := s.From(1, 100)
			require.NoError(t, err)
			var kinds []wire.EventKind
			for _, ev := range events {
				kinds = append(kinds, ev.Kind)
			}
			require.Equal(t, way.want, kinds)
			list, err := s.Journal()
			require.NoError(t, err)
			require.Empty(t, list)
		})
	}
}

func TestTheJournalListsEveryPrinter(t *testing.T) {
	s := open(t, t.TempDir())
	for i, key := range []string{"zebre", "orange", "tortue"} {
		require.NoError(t, s.Begin("", Print{Printer: key, Attempt: key + "-1", Owner: OwnerMaker, Lines: int64(i)}))
	}
	require.NoError(t, s.Update(Print{Printer: "orange", Attempt: "orange-1", Lines: 7}))
	require.NoError(t, s.End("tortue", "tortue-1", true))
	list, err := s.Journal()
	require.NoError(t, err)
	require.Len(t, list, 3)
	require.Equal(t, "orange", list[0].Printer)
	require.Equal(t, int64(7), list[0].Lines)
	require.Equal(t, OwnerMaker, list[0].Owner, "the owner stays who began it")
	require.True(t, list[1].Ended)
	require.Equal(t, "zebre", list[2].Printer)
	_, err = s.Continue("tortue", "tortue-1", at)
	require.ErrorIs(t, err, ErrNotLive)
	_, err = s.Continue("nobody", "x", at)
	require.ErrorIs(t, err, ErrNotLive)
}

// Ensure that an own print tells no lab of itself, whatever happens in it.
func TestAnOwnPrintIsNobodysBusiness(t *testing.T) {
	s := open(t, t.TempDir())
	p := Print{Printer: "tortue", Attempt: "own-1", Owner: OwnerMaker}
	require.NoError(t, s.Begin("", p))
	require.NoError(t, s.Update(p, wire.Event{Kind: wire.EventStarted}))
	_, err := s.Continue("tortue", "own-1", time.Now(), wire.Event{Kind: wire.EventResumed})
	require.NoError(t, err)
	require.NoError(t, s.End("tortue", "own-1", false, wire.Event{Kind: wire.EventFinished}))
	events, err := s.From(1, 100)
	require.NoError(t, err)
	require.Empty(t, events)
}
