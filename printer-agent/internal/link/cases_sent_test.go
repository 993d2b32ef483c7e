package link

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// sends ensures that a file becomes these commands, numbered from 10, each once, and that the board takes every one.
func sends(t *testing.T, dialect, file string, commands ...string) {
	t.Helper()
	script := ""
	for i, command := range commands {
		script += fmt.Sprintf("> N%d %s\n< ok\n", 10+i, command)
	}
	if dialect == "repetier" {
		for i := range commands {
			script = strings.Replace(script, "< ok\n", fmt.Sprintf("< ok %d\n", 10+i), 1)
		}
	}
	wireCase{
		dialect: dialect, inFlight: 1, first: 10, file: file, wire: script, executed: commands,
		then: func(w *wire, r Result) {
			require.EqualValues(w, len(commands), r.LinesAcked)
			require.EqualValues(w, len(commands), r.LinesTotal)
			for _, line := range w.writes {
				require.Equal(w, -1, strings.IndexFunc(line, func(c rune) bool { return c != '\n' && (c < ' ' || c > '~') }), "%q", line)
				require.LessOrEqual(w, len(strings.TrimLeft(line, "\n")), w.dialect.Lines.MaxBytes+1, "%q", line)
			}
		},
	}.check(t)
}

// says ensures what becomes of a command that a person sends in the middle of a print.
func says(t *testing.T, dialect, command, want string) {
	t.Helper()
	onWire(t, dialect, Options{Capacity: Capacity{Slots: 2}}, nil, func(w *wire) {
		w.number(10)
		w.begin("G1 X1\nG1 X2\n")
		w.play("> N10 G1 X1")
		sent := make(chan error, 1)
		go func() { _, err := w.Send(w.Context(), command); sent <- err }()
		w.pass(time.Millisecond)
		w.answer("G1 X1")
		w.play("> N11 " + want)
		w.answer(want)
		w.play("> N12 G1 X2")
		require.NoError(w, <-sent)
		w.answer("G1 X2")
		w.serve()
		require.Equal(w, Done, w.end().Reason)
	})
}

// Case 84: comments and remarks never reach a firmware, where they would cut the checksum off; text keeps its brackets.
func TestCase84CommentsAreNotSent(t *testing.T) {
	file := "; a comment\nG1 X1 ; go 3*4\nG1 (fast (very)) X2\n(only a remark)\nM118 a \\; b (c) ; d\nG1 X3 %\n:*\n"
	sends(t, "marlin2", strings.ReplaceAll(file, " %\n:*", ""), "G1 X1", "G1  X2", "M118 a , b (c)", "G1 X3")
	sends(t, "repetier", "M118 50% (half)\n", "M118 50_ [half)")
	says(t, "marlin2", "M117 a\\;b (c) ; d", "M117 a,b (c)")
	says(t, "repetier", "M117 50% (half)", "M117 50_ [half)")
}

// Case 85: an asterisk within a text would be taken for the beginning of the checksum.
func TestCase85AsteriskInAText(t *testing.T) {
	for _, dialect := range []string{"marlin1", "marlin2", "prusa-mk3", "repetier"} {
		sends(t, dialect, "M118 3*4\nG1 X1 * 5\nM118 \"a*b\"\n", "M118 3x4", "G1 X1", `M118 "axb"`)
		says(t, dialect, "M117 3*4", "M117 3x4")
	}
}

// Case 86: a question mark, and what else Smoothieware takes out of the stream as it arrives, is not sent.
func TestCase86QuestionMarkInAText(t *testing.T) {
	sends(t, "smoothieware", "M118 Done?\nM118 !x~\x18\x19\n", "M118 Done.", "M118 _x_")
	says(t, "smoothieware", "M117 Done? yes!", "M117 Done. yes_")
}

// Case 87: a line too long for the firmware's buffer is shortened so that it says the same, in one line with its
// checksum; what cannot be shortened ends the print before half of it is sent, and a person's command is refused.
func TestCase87LongLinesAreShortened(t *testing.T) {
	const long = "G1 X28.283783783783782 Y-28.283783783783782 Z5.283783783783782 E0.028378378378378 F9000.0000000"
	text := "M117 " + strings.Repeat("Wort ", 40)
	for dialect, longest := range map[string]int{"marlin1": 95, "marlin2": 95, "prusa-mk3": 95, "prusa-buddy": 95, "repetier": 94} {
		sends(t, dialect, long+"\nG1 X1\n", "G1 X28.28378 Y-28.28378 Z5.28378 E0.02838 F9000", "G1 X1")
		says(t, dialect, text, text[:longest-len("N11 *255")])
	}
	endless := "M900 K" + strings.Repeat("9", 100)
	wireCase{
		dialect: "marlin2", inFlight: 1, first: 10, file: "G1 X1\n" + endless + "\nG1 X2\n", reason: BadFile,
		executed: []string{"G1 X1", "M104 S0", "M140 S0", "M107"}, wire: "> N10 G1 X1\n< ok",
	}.check(t)
	onWire(t, "marlin2", Options{}, nil, func(w *wire) {
		w.serve()
		_, err := w.Send(w.Context(), endless)
		require.Equal(w, Refused, reasonOf(err))
		require.Empty(w, w.executed)
	})
}

// Case 88: what is not ASCII is spelled out before the checksum is made, and a mark at the beginning of the file is none
// of the first command.
func TestCase88NothingBeyondASCII(t *testing.T) {
	for _, dialect := range []string{"prusa-mk3", "marlin2", "smoothieware"} {
		sends(t, dialect, "\xef\xbb\xbfG28\nM118 200°C “prêt” Ärger\nM118 caf\xe9 \xb0\n\xa0G1\xa0X1\n",
			"G28", "M118 200degC 'pret' Arger", "M118 cafe deg", "G1 X1")
	}
	says(t, "prusa-mk3", "M117 Étage 2°", "M117 Etage 2deg")
}

// Case 89: zeros of a damaged card are not sent, and no two numbers grow together where they were.
func TestCase89ZerosAreNotSent(t *testing.T) {
	sends(t, "marlin2", "\x00\x00\x00\x00\nG1 X1\x005\nN451091 G1 X113.\x00\x00", "G1 X1_5", "G1 X113.")
}

// Case 90: carriage returns are no part of a command, and a last line without an end counts.
func TestCase90LineEndings(t *testing.T) {
	for _, dialect := range []string{"marlin2", "repetier", "prusa-mk3"} {
		sends(t, dialect, "G1 X1\r\nG1 X2\r\n\r\nG1 X3", "G1 X1", "G1 X2", "G1 X3")
	}
	wireCase{dialect: "klipper", inFlight: 1, file: "G1 X1\r\n\r\nG1 X2", executed: []string{"G1 X1", "G1 X2"}, wire: "> G1 X1\n< ok\n> G1 X2\n< ok"}.check(t)
}

// Case 92: commands are sent in capitals behind their number and one space, whatever number and blanks they had.
func TestCase92CanonicalForm(t *testing.T) {
	sends(t, "marlin1", "N4976G1 X1\n\t g1 x2 e.5\nn12 g1x3y4*99\nm104 s200\nM118 keep this Case\n",
		"G1 X1", "G1 X2 E.5", "G1X3Y4", "M104 S200", "M118 keep this Case")
	says(t, "marlin1", "  m104 s210 ", "M104 S210")
}

// Case 93: several commands on one line are sent one by one: some firmware runs the first of them only.
func TestCase93CommandsOnOneLineAreParted(t *testing.T) {
	for _, dialect := range []string{"marlin2", "smoothieware"} {
		sends(t, dialect, "G90 G1 X0\nM83 G92 E0 M118 G1 is up\nM104S200M105\n", "G90", "G1 X0", "M83", "G92 E0", "M118 G1 is up", "M104S200")
	}
}

// Case 94: a person's command goes out between the lines of a print with a number and a checksum, and damaged on its way
// it is asked for again like any other.
func TestCase94CommandsDuringAPrintAreNumbered(t *testing.T) {
	onWire(t, "prusa-mk3", Options{Capacity: Capacity{Slots: 2}}, nil, func(w *wire) {
		w.number(10)
		w.begin("G1 X1\nG1 X2\n")
		w.play("> N10 G1 X1")
		type answer struct {
			lines []string
			err   error
		}
		answers := make(chan answer, 1)
		go func() { lines, err := w.Send(w.Context(), "M114"); answers <- answer{lines, err} }()
		w.pass(time.Millisecond)
		w.play(`
			< ok
			x N11 M114
			< Error:checksum mismatch, Last Line: 10
			< Resend: 11
			< ok
			> N11 M114
			< X:10.00 Y:20.00 Z:0.30 E:1.50 Count X:800
			< ok
			> N12 G1 X2
			< ok`)
		w.serve()
		r := w.end()
		require.Equal(w, Done, r.Reason, r.Detail)
		require.EqualValues(w, 1, r.Injected)
		require.EqualValues(w, 2, r.LinesAcked)
		require.Equal(w, []string{"G1 X1", "M114", "G1 X2"}, w.executed)
		got := <-answers
		require.NoError(w, got.err)
		require.Contains(w, got.lines, "X:10.00 Y:20.00 Z:0.30 E:1.50 Count X:800")
	})
}

// Case 95: beside the file's lines nothing takes up the wire but two markers, the end, and a question every few seconds
// that settles the count: what the file shows on the display is left out, and no progress is sent.
func TestCase95FewLinesAreAdded(t *testing.T) {
	onWire(t, "marlin2", Options{}, nil, func(w *wire) {
		const lines = 3000
		file := strings.Repeat("G1 X1\nM117 Layer 1\nM105\n", lines)
		before := len(w.writes)
		began := time.Now()
		w.serve()
		r := w.Print(w.Context(), Job{Source: gcode(w.T, file), Token: "t"})
		require.Equal(w, Done, r.Reason, r.Detail)
		require.Len(w, w.executed, lines)
		added := map[string]int{}
		for _, line := range strings.Split(strings.TrimSpace(strings.Join(w.writes[before:], "")), "\n") {
			_, command, _ := numbered(line)
			command, _, _ = strings.Cut(command, "*")
			added[command]++
		}
		delete(added, "G1 X1")
		questions := int(time.Since(began)/DefaultTiming().Anchor) + 2
		require.LessOrEqual(w, added["M105"], questions)
		delete(added, "M105")
		require.Equal(w, map[string]int{"M117 mailleur t": 1, "M117 mailleur end t": 1, "M400": 1}, added)
	})
}

// Case 96: a firmware that announces flow control by two bytes gets the same lines, and neither byte, as any other.
func TestCase96NoBytesOfFlowControl(t *testing.T) {
	var sent []string
	for _, caps := range [][]string{nil, {"SERIAL_XON_XOFF"}} {
		onWire(t, "marlin2", Options{}, caps, func(w *wire) {
			w.serve()
			file, _ := moves(200)
			r := w.Print(w.Context(), Job{Source: gcode(w.T, file)})
			require.Equal(w, Done, r.Reason, r.Detail)
			sent = append(sent, strings.Join(w.writes, ""))
		})
	}
	require.Equal(t, sent[0], sent[1])
	require.False(t, bytes.ContainsAny([]byte(sent[0]), "\x11\x13"))
	require.True(t, slices.Contains(strings.Split(sent[0], "\n"), "N0 M110 N0*125"))
}
