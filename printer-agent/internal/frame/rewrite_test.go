package frame

import (
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Ensure that what can never pass is rewritten so that it does (cases 14, 20 and 84 to 92), and that the rest is left alone.
func TestRewriteMakesLinesPass(t *testing.T) {
	for _, tc := range []struct {
		in        string
		limit     int
		forbidden string
		want      string
	}{
		{"G1 X1 Y2", 80, "*?", "G1 X1 Y2"},
		{"G1 X28.283783783783782 Y-0.1234567 E.5 F1200", 40, "", "G1 X28.28378 Y-0.12346 E.5 F1200"},
		{"G1 X28.283783783783782 Y-0.1234567 E.5 F1200", 30, "", "G1 X28.2838 Y-0.1235 E.5 F1200"},
		{"G1 X28.283783783783782 Y-0.1234567 E.5 F1200", 28, "", "G1 X28.284 Y-0.123 E.5 F1200"},
		{"G1 X28.283783783783782 Y-0.1234567 E.5 F1200", 25, "", "G1X28.284Y-0.123 E.5F1200"},
		{"G1 X9.9999999999 Y-.00000001 F0 X5 E1.00000000", 28, "", "G1 X10 Y-.0 F0 X5 E1"},
		{"G1 X9.9999999999 Y-.00000001 F0 X5 E1.00000000", 18, "", "G1X10Y-.0F0 X5 E1"},
		{"M117 a long message", 10, "", "M117 a lon"},
		{"M118 \"quoted message\"", 12, "", "M118 \"quote\""},
		{"M117 Done? 3*4 (50%)", 80, "*?(%", "M117 Done. 3x4 [50_)"},
		{"M117 M110 and M29 M104", 80, "", "M117 m110 and m29 M104"},
		{"M117 12:30 {x}", 80, "*:{}", "M117 12.30 _x_"},
		{"M117 PRUSA", 80, "", "M117 pRUSA"},
		{"M486 A\"M110\"", 80, "", "M486 A\"m110\""},
		{"M290 Z0.1", 80, "", "M290 Z0.1"},
		{"M110 N5", 80, "", "M110 N5"},
		{"RESPOND MSG=\"M110?\"", 80, "", "RESPOND MSG=\"M110.\""},
		{"N7g1 x1\r\n", 80, "", "G1 X1"},
		{"; nothing", 80, "", ""},
	} {
		out, changed, ok := Rewrite(nil, []byte(tc.in), tc.limit, tc.forbidden)
		require.True(t, ok, "%q", tc.in)
		require.Equal(t, tc.want, string(out), "%q", tc.in)
		require.Equal(t, tc.in != tc.want, changed, "%q", tc.in)
	}
}

// Ensure that what cannot be made to pass is said to be so.
func TestRewriteSaysWhatCannotPass(t *testing.T) {
	for _, in := range []string{
		"M1100 S1", "SET_SOMETHING VALUE=1.23456789012345678901234567890", "M23 a_name_that_is_far_too_long_to_be_cut.gco",
		"G1 X1 Y2 Z3 E4 F5 A6 B7 C8 D9 H10 I11 J12 K13 L14 M15",
	} {
		_, _, ok := Rewrite(nil, []byte(in), 32, "*?")
		require.False(t, ok, in)
	}
	_, _, ok := Rewrite(nil, []byte("M117 x"), 2, "")
	require.False(t, ok, "a command word is never cut")
}

// short is a command shortened behind what dst holds.
func short(dst, command []byte, limit int) []byte {
	return shorten(append(dst, command...), len(dst), kindOf(command), limit)
}

// Ensure that the shorter form of a line that would be too long keeps its meaning.
func TestShortKeepsTheMeaning(t *testing.T) {
	require.Equal(t, "G1 X28.2838 Y-0.1235 E.5 F1200", string(short(nil, []byte("G1 X28.283783783783782 Y-0.12345 E.5 F1200"), 31)))
	require.Equal(t, "M117 long", string(short(nil, []byte("M117 long text"), 9)))
	require.Equal(t, "keptG28", string(short([]byte("kept"), []byte("G28"), 9)))
}

var words = regexp.MustCompile(`([A-Z])(-?[\d.]*)`)

// Ensure that the words of a command stay and their values move by less than a micrometre, whatever the limit.
func TestRewriteKeepsWordsAndValues(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		var b strings.Builder
		b.WriteString([]string{"G1", "G0", "G2", "M204", "g1"}[random.IntN(5)])
		letters := "XYZEFIJPS"
		for _, c := range letters[:1+random.IntN(len(letters))] {
			if random.IntN(2) == 0 {
				fmt.Fprintf(&b, " %c%.*f", c, random.IntN(17), (random.Float64()-.5)*math.Pow(10, float64(random.IntN(4))))
			}
		}
		in := b.String()
		limit := 20 + random.IntN(80)
		out, _, ok := Rewrite(nil, []byte(in), limit, "*?")
		require.Equal(t, len(out) <= limit, ok, "%s became %s", in, out)
		before, after := words.FindAllStringSubmatch(strings.ToUpper(in), -1), words.FindAllStringSubmatch(string(out), -1)
		require.Len(t, after, len(before), "%s became %s", in, out)
		for i := range before {
			require.Equal(t, before[i][1], after[i][1], "%s became %s", in, out)
			was, _ := strconv.ParseFloat(before[i][2], 64)
			is, err := strconv.ParseFloat(after[i][2], 64)
			require.NoError(t, err, "%s became %s", in, out)
			require.InDelta(t, was, is, 0.0005000001, "%s became %s", in, out)
		}
	}
}

// Ensure that a rewritten line is printable ASCII within the limit, without forbidden bytes, and settled.
func FuzzRewrite(f *testing.F) {
	for i, s := range seeds {
		f.Add([]byte(s), uint8(i*3), "*?;%(")
	}
	f.Fuzz(func(t *testing.T, command []byte, limit uint8, forbidden string) {
		out, _, ok := Rewrite(nil, command, int(limit), forbidden)
		for _, c := range out {
			syntax := strings.IndexByte(" \"-._", c) < 0 && !isDigit(c) && !isLetter(c)
			if c < ' ' || c > '~' || c == '*' || c == ';' || syntax && strings.IndexByte(forbidden, c) >= 0 {
				t.Fatalf("%q became %q", command, out)
			}
		}
		if ok {
			require.LessOrEqual(t, len(out), int(limit), "%q", command)
		}
		if kindOf(out) != macro && len(out) > 0 {
			require.NotContains(t, string(out[1:]), "M110", "%q", command)
		}
		again, changed, still := Rewrite([]byte("kept"), out, int(limit), forbidden)
		require.Equal(t, string(out), string(again[4:]), "%q", command)
		require.False(t, changed, "%q", command)
		require.Equal(t, ok, still)
	})
}
