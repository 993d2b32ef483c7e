package fab

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// Ensure that the code on a label is found however it is typed or scanned, and that nothing else is taken for one.
func TestLabelCodes(t *testing.T) {
	for typed, want := range map[string][]string{
		"V-118": {"V-118"}, " v118 ": {"V-118"}, "v 118": {"V-118"}, "V–118": {"V-118"}, "V-1l8": {"V-118"}, "V-18": {"V-018"}, "V-O18": {"V-018", "VO-018"},
		"v-0118": {"V-118"}, "V-1234": {"V-1234"}, "LB-012": {"LB-012"}, "lb12": {"LB-012"}, "0-118": {"O-118"}, "VO18": {"V-018", "VO-018"},
		"https://atelier.example/q/V-118": {"V-118"}, "/Q/V-118?x=1": {"V-118"}, "V\u00a0118": {"V-118"}, "V_118.": {"V-118"}, "I-007": {"I-007"},
		"": nil, "V": nil, "118": nil, "0118": nil, "V-": nil, "visor": nil, "V-1x8": nil, "V-1234567890123456": nil, "É-118": nil, "V-１１８": nil, "’; DROP": nil, "VM7K-3T9X": nil,
	} {
		require.Equal(t, want, LabelCodes(typed), typed)
	}
}

// Ensure that a count as labelled needs no word, that every other needs one, and that what cannot be is refused.
func TestBagCounts(t *testing.T) {
	refused := func(label, good, bad int64, reason, code string) {
		t.Helper()
		errs, ok := RefusalsOf(BagCount{label, good, bad}.Check(reason))
		require.True(t, ok)
		require.Equal(t, code, errs[0].Code)
	}
	require.NoError(t, BagCount{8, 8, 0}.Check("ok"))
	require.NoError(t, BagCount{8, 7, 0}.Check("miscounted"))
	require.NoError(t, BagCount{8, 7, 1}.Check("broken"))
	require.NoError(t, BagCount{8, 9, 0}.Check("extra"))
	require.NoError(t, BagCount{8, 0, 0}.Check("other"))
	refused(8, 7, 0, "ok", "reason_missing")
	refused(8, 7, 1, "ok", "reason_missing")
	refused(8, 8, 1, "ok", "reason_missing")
	refused(8, 9, 0, "", "reason_missing")
	refused(8, 7, 0, "moonlight", "reason_missing")
	refused(8, -1, 0, "miscounted", "count_negative")
	refused(8, 8, -1, "miscounted", "count_negative")
	refused(8, 88, 0, "extra", "bag_too_many")
	refused(8, 1, math.MaxInt64, "extra", "bag_too_many")
	refused(math.MaxInt32, math.MaxInt64, 1, "extra", "bag_too_many")
	require.EqualValues(t, 1, BagCount{8, 6, 1}.Missing())
	require.EqualValues(t, 1, BagCount{8, 7, 2}.Over())
}

// Ensure that a label says who made what is in a bag without the whole name.
func TestShortNames(t *testing.T) {
	for name, want := range map[string]string{"": "", "Tortue": "Tortue", "Żaneta O’Brien": "Żaneta\u00a0O.", "  Anne  Marie Œuf ": "Anne\u00a0Œ."} {
		require.Equal(t, want, ShortName(name))
	}
}
