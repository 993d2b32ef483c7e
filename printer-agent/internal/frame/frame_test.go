package frame

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Ensure that lines are framed as recorded on the wire.
func TestAppendMatchesTheWire(t *testing.T) {
	require.Equal(t, "N7 G1 X30 Y20*47\n", string(Append(nil, 7, []byte("G1 X30 Y20"))))
	require.Equal(t, "N0 M110 N0*125\n", string(Append(nil, 0, []byte("M110 N0"))))
	require.Equal(t, "xN10 M105*22\n", string(Append([]byte("x"), 10, []byte("M105"))))
	require.Equal(t, "N-1 M110*15\n", string(Append(nil, -1, []byte("M110"))))
}

// Ensure that the CRC is the one RepRapFirmware computes (the check value of CRC-16/XMODEM is 0x31C3), always in five digits.
func TestCRCIsTheOneOfRepRapFirmware(t *testing.T) {
	require.Equal(t, uint16(0x31c3), crc16([]byte("123456789")))
	line := string(CRC16.Append(nil, 7, []byte("G1 X30 Y20")))
	require.Regexp(t, `^N7 G1 X30 Y20\*\d{5}\n$`, line)
	short := 0
	for n := range int64(2000) {
		line := string(CRC16.Append(nil, n, []byte("G28")))
		require.Regexp(t, `\*\d{5}\n$`, line)
		if strings.Contains(line, "*00") {
			short++
		}
	}
	require.Positive(t, short, "some CRCs need zeros in front")
}

// Ensure that a firmware without checksums gets the bare command.
func TestBareIsTheCommandAlone(t *testing.T) {
	require.Equal(t, "G28\n", string(Bare.Append(nil, 7, []byte("G28"))))
	require.Equal(t, 3, Bare.Size(7, []byte("G28")))
}

// Ensure that the size is never below what is framed, within the digits of the checksum, and that room is its inverse.
func TestSizeBoundsTheLine(t *testing.T) {
	for _, f := range []Format{Bare, XOR, CRC16} {
		for _, n := range []int64{-12, 0, 9, 10, 123456789} {
			got := len(f.Append(nil, n, []byte("G28"))) - 1
			require.GreaterOrEqual(t, f.Size(n, []byte("G28")), got)
			require.LessOrEqual(t, f.Size(n, []byte("G28")), got+2)
			require.Equal(t, 3, f.Room(n, f.Size(n, []byte("G28"))))
		}
	}
}

// Ensure that the words dialects use for checksums are understood, and no other.
func TestParseFormat(t *testing.T) {
	for word, want := range map[string]Format{"none": Bare, "xor": XOR, "crc16": CRC16} {
		f, err := ParseFormat(word)
		require.NoError(t, err)
		require.Equal(t, want, f)
	}
	_, err := ParseFormat("md5")
	require.ErrorContains(t, err, `checksum "md5"`)
}

// Ensure that the hot path leaves the heap alone.
func TestNoAllocationPerLine(t *testing.T) {
	dst, clean, out := make([]byte, 0, 256), make([]byte, 0, 256), make([]byte, 0, 256)
	line := []byte("G1 X100.123 Y20.456 E0.01234 ; outer wall\n")
	require.Zero(t, testing.AllocsPerRun(100, func() {
		clean = AppendClean(clean[:0], line)
		dst = XOR.Append(dst[:0], 123456, clean)
		dst = CRC16.Append(dst[:0], 123456, clean)
	}))
	for _, bad := range []string{"G1 X100.1234567 Y99.9999999 E0.0123456789 F1200", "M117 Fin prévue à 12h30 “déjà” M110 ?", "G90 G1 X0"} {
		bad := []byte(bad)
		require.Zero(t, testing.AllocsPerRun(100, func() {
			out, _, _ = Rewrite(out[:0], bad, 30, "*?")
			for first, rest := Cut(bad); len(first) > 0; first, rest = Cut(rest) {
				dst = XOR.Append(dst[:0], 7, first)
			}
		}), "%s", bad)
	}
}

// Ensure that no command makes a frame that a firmware would misread: one line, one asterisk, a checksum that holds.
func FuzzFrame(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s), int64(5))
	}
	f.Fuzz(func(t *testing.T, line []byte, number int64) {
		command := AppendClean(nil, line)
		framed := string(XOR.Append(nil, number, command))
		body, sum, found := strings.Cut(framed, "*")
		require.True(t, found)
		require.Equal(t, 1, strings.Count(framed, "\n"))
		require.Equal(t, strconv.Itoa(int(Checksum([]byte(body))))+"\n", sum)
		body, sum, _ = strings.Cut(string(CRC16.Append(nil, number, command)), "*")
		require.Len(t, sum, 6)
		v, err := strconv.Atoi(sum[:5])
		require.NoError(t, err)
		require.Equal(t, int(crc16([]byte(body))), v)
	})
}

func BenchmarkCleanAndAppend(b *testing.B) {
	line, clean, dst := []byte("G1 X100.123 Y20.456 E0.01234 ; outer wall\n"), make([]byte, 0, 128), make([]byte, 0, 128)
	b.ReportAllocs()
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		clean = AppendClean(clean[:0], line)
		dst = XOR.Append(dst[:0], 123456, clean)
	}
}

func BenchmarkRewritePassable(b *testing.B) { benchmarkRewrite(b, "G1 X100.123 Y20.456 E0.01234") }

func BenchmarkRewriteLong(b *testing.B) {
	benchmarkRewrite(b, "G1 X28.283783783783782 Y-0.1234567890123 Z0.2999999999999 E0.0299999999999 F1200")
}

func benchmarkRewrite(b *testing.B, command string) {
	line, dst := []byte(command), make([]byte, 0, 128)
	b.ReportAllocs()
	for b.Loop() {
		dst, _, _ = Rewrite(dst[:0], line, 60, "*?")
	}
}
