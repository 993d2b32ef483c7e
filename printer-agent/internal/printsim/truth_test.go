package printsim

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func writeTruth(t *testing.T, path string, records ...Record) {
	t.Helper()
	log, err := OpenTruth(path)
	require.NoError(t, err)
	for _, r := range records {
		require.NoError(t, log.Write(r))
	}
	require.NoError(t, log.Close())
}

func executed(n int, cmd string) Record { return Record{N: &n, C: cmd} }

// A log goes on after its writer was killed in the middle of a line, and only
// that line is lost.
func TestTruthSurvivesACutLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "truth.jsonl")
	writeTruth(t, path, Record{Kind: recordStart, Why: string(startBoot)}, Record{Kind: recordAttempt, ID: "a"},
		executed(2, "G28"), executed(3, "G1 X1"), Record{Kind: recordHeat, Heat: &Heat{HotendSeconds: 10}})
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteString(`{"t":4,"n":4,"c":"G1`)
	require.NoError(t, err)
	require.NoError(t, f.Close())

	cut, err := ReadTruth(path)
	require.NoError(t, err)
	require.Equal(t, 2, cut.LinesExecuted)

	writeTruth(t, path, Record{Kind: recordStart, Why: string(startBoot)}, Record{Kind: recordAttempt, ID: "b"},
		executed(2, "G28"), executed(3, "M105"), Record{Kind: recordEnd, ID: "b"}, executed(4, "M107"),
		Record{Kind: recordHeat, Heat: &Heat{HotendSeconds: 5, BedSeconds: 1}})
	truth, err := ReadTruth(path)
	require.NoError(t, err)
	require.Equal(t, []Attempt{
		{ID: "a", Lines: 2, Restarted: true, SHA256: ExecutedSHA256([]string{"G28", "G1 X1"})},
		{ID: "b", Lines: 1, Ended: true, SHA256: ExecutedSHA256([]string{"N2 G28*1 ; home", "M105"})},
	}, truth.Attempts)
	require.Equal(t, 3, truth.LinesExecuted)
	require.Equal(t, 2, truth.Starts)
	require.Equal(t, Heat{HotendSeconds: 15, BedSeconds: 1}, truth.Heat)
}

// A line executed twice and a line passed over both show, and so does a token
// that was started twice.
func TestTruthShowsWhatAnExactPrintNeverHas(t *testing.T) {
	path := filepath.Join(t.TempDir(), "truth.jsonl")
	writeTruth(t, path, executed(0, "M110 N0"), executed(1, "M117 mailleur a"), Record{Kind: recordAttempt, ID: "a"},
		executed(2, "G1 X1"), executed(3, "G1 X2"), executed(3, "G1 X2"), executed(6, "G1 X3"),
		executed(0, "M110 N0"), executed(1, "G1 X4"),
		Record{Kind: recordAttempt, ID: "a"}, Record{Kind: recordHalt, Why: "halt"})
	truth, err := ReadTruth(path)
	require.NoError(t, err)
	require.Equal(t, 2, truth.Started("a"))
	require.Equal(t, 1, truth.Attempts[0].Repeated)
	require.Equal(t, 2, truth.Attempts[0].Skipped)
	require.True(t, truth.Attempts[1].Halted)
	_, err = ReadTruth(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
}
