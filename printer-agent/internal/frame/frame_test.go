package frame

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Ensure that lines are framed as recorded on the wire.
func TestAppendMatchesTheWire(t *testing.T) {
	require.Equal(t, "N7 G1 X30 Y20*47\n", string(Append(nil, 7, []byte("G1 X30 Y20"))))
	require.Equal(t, "N0 M110 N0*125\n", string(Append(nil, 0, []byte("M110 N0"))))
	require.Equal(t, "xN10 M105*22\n", string(Append([]byte("x"), 10, []byte("M105"))))
}

// Ensure that the size is never below what is framed, and within the digits of the checksum.
func TestSizeBoundsTheLine(t *testing.T) {
	for _, n := range []int64{0, 9, 10, 123456789} {
		got := len(Append(nil, n, []byte("G28"))) - 1
		require.GreaterOrEqual(t, Size(n, []byte("G28")), got)
		require.LessOrEqual(t, Size(n, []byte("G28")), got+2)
	}
}

// Ensure that whatever firmwares stumble over is gone before a line is numbered.
func TestCleanLeavesOnlyTheCommand(t *testing.T) {
	for in, want := range map[string]string{
		"":                             "",
		"\n":                           "",
		"; comment":                    "",
		"  ;TYPE:Outer":                "",
		"(only a remark)":              "",
		"G1 X1 ; move":                 "G1 X1",
		"G1 (fast) X1\r\n":             "G1  X1",
		"\tG28\t":                      "G28",
		"g1 x1":                        "G1 x1",
		"N12 G1 X3*99":                 "G1 X3",
		"n12g1 X3":                     "G1 X3",
		"\xef\xbb\xbfG28":              "G28",
		"G1\x00 X1":                    "G1 X1",
		"M117 3*4 Done? (half)":        "M117 3x4 Done. (half)",
		"M117 caf\xc3\xa9":             "M117 caf__",
		"N5 M117 a*b":                  "M117 axb",
		"G1 X1 \xb0":                   "G1 X1 _",
		"SET_PIN PIN=fan":              "SET_PIN PIN=fan",
		"M104 S200 (not text) ; x * y": "M104 S200",
	} {
		require.Equal(t, want, string(AppendClean(nil, []byte(in))), "%q", in)
	}
}

// Ensure that a line too long for the firmware loses digits it cannot use, and keeps its meaning.
func TestShortKeepsTheMeaning(t *testing.T) {
	require.Equal(t, "G1X28.2837Y-0.1234E.5F1200", string(AppendShort(nil, []byte("G1 X28.283783783783782 Y-0.12345 E.5 F1200"), 96)))
	require.Equal(t, "M117 long", string(AppendShort(nil, []byte("M117 long text"), 9)))
}

// Ensure that the command word is found, and nothing is taken for one.
func TestWord(t *testing.T) {
	for in, want := range map[string]string{"G1 X2": "G1", "M104S200": "M104", "T0": "T0", "G": "", "": "", "SET_PIN": "", "1G": "", "M117": "M117"} {
		require.Equal(t, want, string(Word([]byte(in))), in)
	}
}

// Ensure that the hot path leaves the heap alone.
func TestNoAllocationPerLine(t *testing.T) {
	dst, clean := make([]byte, 0, 128), make([]byte, 0, 128)
	line := []byte("G1 X100.123 Y20.456 E0.01234 ; outer wall\n")
	require.Zero(t, testing.AllocsPerRun(100, func() {
		clean = AppendClean(clean[:0], line)
		dst = Append(dst[:0], 123456, clean)
	}))
}

// Ensure that no input makes a frame that a firmware would misread: one line, one asterisk, a checksum that holds.
func FuzzCleanAndAppend(f *testing.F) {
	for _, s := range []string{"G1 X1 ; c", "N1 M117 *?*", "(a(b)c)G1", "M117 \\; x", "\x00\xff*", "N", "N1", "M1*1", "g1*"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		command := AppendClean(nil, line)
		for _, c := range command {
			if c < ' ' || c > '~' || c == '*' {
				t.Fatalf("%q became %q", line, command)
			}
		}
		framed := string(Append(nil, 5, command))
		body, _, found := strings.Cut(framed, "*")
		require.True(t, found)
		require.Equal(t, 1, strings.Count(framed, "\n"))
		require.Equal(t, Checksum([]byte(body)), checksumIn(t, framed))
	})
}

func checksumIn(t *testing.T, framed string) byte {
	var v int
	for _, c := range strings.TrimSuffix(framed[strings.IndexByte(framed, '*')+1:], "\n") {
		require.True(t, c >= '0' && c <= '9')
		v = v*10 + int(c-'0')
	}
	require.Less(t, v, 256)
	return byte(v)
}
