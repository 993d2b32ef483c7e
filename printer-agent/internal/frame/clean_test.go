package frame

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// seeds are what slicers, hosts and damaged cards have put into files.
var seeds = []string{
	"G1 X1 ; c", "N1 M117 *?*", "(a(b)c)G1", "M117 \\; x", "\x00\xff*", "N", "N1", "M1*1", "g1*", "M11(c)7 ?", "N1 N2 G1", "n12g1x1y2e3*4",
	"\xef\xbb\xbf\xc2\xa0(x) M117 “a;b” °C", "M118 \"a;b*c\" ; \"d", "G1 X1e-5", "g1 x1 e5", "M1100 S1", "M117 M110 M29", "G90 G1 X0 M117 G1",
	"G1 X28.283783783783782 Y-99.9999999 E.00000001 F0 X5", "M23 file*.gco", "SET_PIN PIN=\"fan;1\" VALUE={1*2}", "G53 G0 X1", "M486 A\"M110\"",
	"G1\x00 X1\x005\r", "M862.3 P \"MK3S\"", "\"\"\"", "((", "N-5 G1", "\xa0G1", "G\xe9 x1 (", "M0\xf6",
}

// Ensure that whatever firmwares stumble over is gone before a line is numbered (cases 84 to 92).
func TestCleanLeavesOnlyTheCommand(t *testing.T) {
	for in, want := range map[string]string{
		"":                              "",
		"\n":                            "",
		"; comment":                     "",
		"  ;TYPE:Outer":                 "",
		"(only a remark)":               "",
		"(never closed G1":              "",
		"G1 X1 ; move":                  "G1 X1",
		"G1 (fast) X1\r\n":              "G1  X1",
		"G1(fast)X1":                    "G1 X1",
		"(fast)G1 X1":                   "G1 X1",
		"(1) (2) M117 (3)":              "M117 (3)",
		"\tG28\t":                       "G28",
		"g1 x1 e5":                      "G1 X1 E5",
		"g1x1.5y2":                      "G1X1.5Y2",
		"G1 X1e-5":                      "G1 X1e-5",
		"N12 G1 X3*99":                  "G1 X3",
		"N123 M117 a:*98\r\n":           "M117 a:",
		"M117 a:*98":                    "M117 a:x98",
		"N1 M117 a*b*12":                "M117 axb",
		"EXCLUDE_OBJECT NAME=a_(2)*":    "EXCLUDE_OBJECT NAME=a_(2)x",
		"n12g1 X3":                      "G1 X3",
		"N4976G1 X1":                    "G1 X1",
		"N1 N2 G1":                      "G1",
		"N-1 M110*15":                   "M110",
		"\xef\xbb\xbfG28":               "G28",
		"\xef\xbb\xbf\xc2\xa0G28\xa0X1": "G28 X1",
		"G1\x00 X1":                     "G1 X1",
		"\x00\x00G28\x00\x00":           "G28",
		"G1 X1\x005":                    "G1 X1_5",
		"G1 X1\rG1 X2":                  "G1 X1 G1 X2",
		"M117 3*4 Done? (half)":         "M117 3x4 Done. (half)",
		"M117 caf\xc3\xa9":              "M117 cafe",
		"M117 caf\xe9 \xb0":             "M117 cafe deg",
		"M117 200°C – “prêt”…":          "M117 200degC - 'pret'...",
		"M117 Ægir œuf groß Þ":          "M117 AEgir oeuf gross Th",
		"M117 日本":                       "M117 __",
		"N5 M117 a*b":                   "M117 axb",
		"M117 a\\;b ; c":                "M117 a,b",
		"G1 X1 \\; c":                   "G1 X1",
		"M118 \"a;b*c?\" ; d":           "M118 \"a,bxc.\"",
		"M118 5\" nozzle ; d":           "M118 5\" nozzle",
		"M486 A\"part (1)*2\"":          "M486 A\"part (1)x2\"",
		"G1 X1 \xb0":                    "G1 X1 _",
		"G1 X−5":                        "G1 X-5",
		"SET_PIN PIN=fan":               "SET_PIN PIN=fan",
		"set_pin pin=fan":               "set_pin pin=fan",
		"M23 some_file.gco":             "M23 some_file.gco",
		"M104 S200 (not text) ; x * y":  "M104 S200",
		"m104 s200 t1":                  "M104 S200 T1",
	} {
		require.Equal(t, want, string(AppendClean(nil, []byte(in))), "%q", in)
	}
}

// Ensure that nothing but printable ASCII without line ending, comment or checksum comes out, and that it is settled.
func FuzzAppendClean(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		command := AppendClean(nil, line)
		for _, c := range command {
			if c < ' ' || c > '~' || c == '*' || c == ';' {
				t.Fatalf("%q became %q", line, command)
			}
		}
		require.Equal(t, string(command), string(AppendClean([]byte("kept"), command)[4:]), "%q", line)
	})
}

// Ensure that the command word is found, and nothing is taken for one.
func TestWord(t *testing.T) {
	for in, want := range map[string]string{"G1 X2": "G1", "M104S200": "M104", "T0": "T0", "G": "", "": "", "SET_PIN": "", "1G": "", "M117": "M117"} {
		require.Equal(t, want, string(Word([]byte(in))), in)
	}
}

// Ensure that a line of several commands is parted, and that nothing is that is one command (case 93).
func TestCutPartsCommands(t *testing.T) {
	for in, want := range map[string][]string{
		"G90 G1 X0":                {"G90", "G1 X0"},
		"G90G1X0":                  {"G90", "G1X0"},
		"M83 G92 E0 M117 G1 is up": {"M83", "G92 E0", "M117 G1 is up"},
		"G1 X0 Y1 E2":              {"G1 X0 Y1 E2"},
		"M104 S200 T1":             {"M104 S200 T1"},
		"M117 G1 M104":             {"M117 G1 M104"},
		"M23 G1.gco M1":            {"M23 G1.gco M1"},
		"M98 P\"0:/sys G28\"":      {"M98 P\"0:/sys G28\""},
		"PRINT_START G1=2 M104":    {"PRINT_START G1=2 M104"},
		"G53 G0 X0":                {"G53 G0 X0"},
		"M862.3 P \"MK3S\"":        {"M862.3 P \"MK3S\""},
		"G28":                      {"G28"},
	} {
		var got []string
		for first, rest := Cut([]byte(in)); len(first) > 0; first, rest = Cut(rest) {
			got = append(got, string(first))
		}
		require.Equal(t, want, got, in)
	}
}
