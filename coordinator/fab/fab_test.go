package fab_test

import (
	"bytes"
	"crypto/rand"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Ensure that identifiers are UUIDv7 in lower case and sort by age.
func TestIdentifiersSortByAge(t *testing.T) {
	now := time.Date(2020, 4, 3, 6, 0, 0, 0, time.UTC)
	first := fab.NewID[fab.JobID](now, rand.Reader)
	second := fab.NewID[fab.JobID](now.Add(time.Microsecond), rand.Reader)
	require.Less(t, string(first), string(second))
	require.Regexp(t, regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`), string(first))
	require.Equal(t, fab.NewID[fab.JobID](now, bytes.NewReader(make([]byte, 10))), fab.NewID[fab.JobID](now, bytes.NewReader(make([]byte, 10))))
}

// Ensure that a reference survives being read aloud, and that one wrong character or two swapped neighbours show.
func TestAReferenceSurvivesThePhone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ref := fab.NewReference(bytes.NewReader(rapid.SliceOfN(rapid.Byte(), 7, 7).Draw(t, "bytes")))
		spoken := strings.ToLower(fab.FormatReference(ref))
		back, ok := fab.ParseReference(strings.ReplaceAll(spoken, "0", "o"))
		require.True(t, ok, spoken)
		require.Equal(t, ref, back)
		i := rapid.IntRange(0, 6).Draw(t, "place")
		wrong := []byte(ref)
		wrong[i] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[(strings.IndexByte("0123456789ABCDEFGHJKMNPQRSTVWXYZ", wrong[i])+1)%32]
		_, ok = fab.ParseReference(string(wrong))
		require.False(t, ok, "one wrong character of %s", ref)
	})
}

// Ensure that a state table allows what it lists, staying put, and nothing else.
func TestStateTables(t *testing.T) {
	require.NoError(t, fab.JobTable.Move("job", fab.JobWaiting, fab.JobLeased))
	require.NoError(t, fab.JobTable.Move("job", fab.JobDone, fab.JobDone))
	require.Equal(t, fab.Conflict, fab.ClassOf(fab.JobTable.Move("job", fab.JobDone, fab.JobWaiting)))
	require.NoError(t, fab.AttemptTable.Move("attempt", fab.AttemptLost, fab.AttemptToCount), "a late result still counts")
}

func TestMovesThatCannotBeRightAreRefused(t *testing.T) {
	good := fab.StockMove{Item: fab.MaterialItem("film-a4"), From: fab.OutsideGiven, To: fab.TheHub, Quantity: 1, Why: "received"}
	require.NoError(t, fab.CheckMove(good))
	for name, change := range map[string]func(*fab.StockMove){
		"nothing":       func(m *fab.StockMove) { m.Quantity = 0 },
		"negative":      func(m *fab.StockMove) { m.Quantity = -1 },
		"no item":       func(m *fab.StockMove) { m.Item = "" },
		"to itself":     func(m *fab.StockMove) { m.To = m.From },
		"to nowhere":    func(m *fab.StockMove) { m.To = "" },
		"stays outside": func(m *fab.StockMove) { m.To = fab.OutsideUsed },
		"unheard of":    func(m *fab.StockMove) { m.Why = "wished" },
		"other way":     func(m *fab.StockMove) { m.From, m.To = m.To, m.From },
		"not of parts":  func(m *fab.StockMove) { m.Item = fab.PartItem("band") },
		"back of none":  func(m *fab.StockMove) { m.Why = fab.MoveUndone },
		"too much":      func(m *fab.StockMove) { m.Quantity = fab.MaxAmount + 1 },
	} {
		bad := good
		change(&bad)
		require.Equal(t, fab.Invalid, fab.ClassOf(fab.CheckMove(bad)), name)
	}
}

// Ensure that a slow printer is learned within a few jobs, and that one odd job cannot banish it.
func TestLearningIsQuickAndBounded(t *testing.T) {
	var w fab.Worker
	w.Learn(time.Hour, 2*time.Hour)
	require.EqualValues(t, 1700, w.TimeFactorPM)
	w.Learn(time.Hour, 100*time.Hour)
	require.LessOrEqual(t, w.TimeFactorPM, int64(4000))
	w.Learn(0, time.Hour)
	require.EqualValues(t, (7*4000+3*1700)/10, w.TimeFactorPM)
}

func TestRefusalsAreFoundInsideWrappedErrors(t *testing.T) {
	var errs fab.Errors
	require.NoError(t, errs.Or())
	errs = append(errs, fab.Refuse(fab.Invalid, "too_many", "quantity", "max", 5))
	found, ok := fab.RefusalsOf(errs.Or())
	require.True(t, ok)
	require.Equal(t, "quantity", found[0].Field)
	require.Empty(t, fab.ClassOf(bytes.ErrTooLarge))
}

// Ensure that plates stay whole, and that the last evening of hand work is as long as is missing.
func TestPortions(t *testing.T) {
	print, hands := fab.Part{How: fab.ByPrint, PerPlate: 4}, fab.Part{How: fab.ByHand}
	require.Equal(t, []int64{4, 4, 4}, print.Portions(9))
	require.Equal(t, []int64{1, 1}, fab.Part{How: fab.ByPrint}.Portions(2))
	require.Equal(t, []int64{25, 25, 3}, hands.Portions(53))
	require.Empty(t, hands.Portions(0))
	require.Empty(t, print.Portions(-1))
}
