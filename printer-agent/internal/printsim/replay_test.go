package printsim

import (
	"bufio"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// moment is one line of a recording.
type moment struct {
	at   time.Duration
	mark byte // '>' to the printer, '<' from it, '!' port event
	text string
	note string // the section it stands in
}

func readRecording(t *testing.T, name string) []moment {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	require.NoError(t, err)
	defer f.Close()
	var all []moment
	note := ""
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if rest, ok := strings.CutPrefix(line, "#"); ok {
			note = strings.TrimSpace(rest)
			continue
		}
		fields := strings.SplitN(line, " ", 3)
		require.Len(t, fields, 3, line)
		if fields[1] == "!" {
			note = ""
		}
		at, err := strconv.ParseFloat(fields[0], 64)
		require.NoError(t, err)
		all = append(all, moment{at: seconds(at), mark: fields[1][0], text: unliteral(t, fields[2]), note: note})
	}
	require.NoError(t, lines.Err())
	return all
}

// without leaves sections out.
func without(recording []moment, notes ...string) []moment {
	return slices.DeleteFunc(recording, func(m moment) bool {
		return slices.ContainsFunc(notes, func(n string) bool { return n != "" && strings.HasPrefix(m.note, n) })
	})
}

// unliteral reads a Python bytes literal.
func unliteral(t *testing.T, s string) string {
	t.Helper()
	body := s[2 : len(s)-1]
	if s[1] == '\'' {
		body = strings.ReplaceAll(strings.ReplaceAll(body, `\'`, `'`), `"`, `\"`)
	}
	text, err := strconv.Unquote(`"` + body + `"`)
	require.NoError(t, err, s)
	return text
}

// replay plays the host's part of a recording to a board at the recorded times
// and returns what the board answered, and what the real firmware had. Whoever
// opened the recorded port reset the board; halt is when its processor failed,
// if it did.
func replay(t *testing.T, cfg Config, recording []moment, halt time.Duration) (got, want []string) {
	t.Helper()
	b, err := NewBoard(cfg)
	require.NoError(t, err)
	var heard strings.Builder
	for i, m := range recording {
		if halt > 0 && m.at >= halt {
			b.Advance(halt)
			b.halt(string(FaultHalt))
			halt = 0
		}
		b.Advance(m.at)
		heard.Write(b.Output(m.at))
		switch m.mark {
		case '>':
			b.Receive([]byte(m.text))
		case '<':
			want = append(want, m.text)
		case '!':
			if i > 0 && m.text != "close\n" {
				b.Restart()
			}
		}
	}
	got = strings.SplitAfter(heard.String(), "\n")
	got = got[:len(got)-1]
	if len(got) < len(want) {
		b.Advance(b.Now() + time.Millisecond)
		got = append(got, strings.TrimSuffix(string(b.Output(b.Now())), "\n")+"\n")
	}
	return got, want
}

// vary holds what no two runs have in common: measured temperatures.
var vary = regexp.MustCompile(`\b([TB]0?:)\d+\.\d+`)

// repetierE is Repetier's extruder position, which counts motor steps and
// comes out short of what was asked.
var repetierE = regexp.MustCompile(`E:0\.4980|E:0\.5000`)

// stopped is where M410 caught a move at 10 mm/s; the real head also brakes.
var stopped = regexp.MustCompile(`X:1[35]\.\d\d (Y:0.00 Z:0.00 E:0.00 Count) X:1[12]\d\d`)

// shape takes out of a dialogue what depends on the moment it took place:
// temperatures, the place of a stop, keep-alive and idle lines, and all but the first of a
// request repeated every 200 ms.
func shape(lines []string) []string {
	var out []string
	for _, l := range lines {
		switch strings.TrimSpace(l) {
		case "echo:busy: processing", "echo:busy: paused for user", "busy:processing", "wait":
			continue
		}
		l = strings.Replace(l, "Y:300.000 Z:0.000", "Y:0.000 Z:0.000", 1) // where Klipper's homing was interrupted
		l = stopped.ReplaceAllString(l, "X:# $1 X:#")
		l = repetierE.ReplaceAllString(vary.ReplaceAllString(l, "${1}#"), "E:#")
		out = append(out, l)
		n := len(out)
		if n >= 6 && strings.HasPrefix(l, "ok") && cmp.Equal(out[n-3:], out[n-6:n-3]) {
			out = out[:n-3]
		}
	}
	return out
}

func count(lines []string, text string) (n int) {
	for _, l := range lines {
		if strings.TrimSpace(l) == text {
			n++
		}
	}
	return n
}

// The recordings are compared in order and to the byte, but for what shape
// takes out. Marlin's were made on a build without a bed, Repetier's with debug
// echo. Two sections of the stress recording are left out, because there the
// person recording acted on the board itself and not through the port: the
// thermistor was pulled, the reset button pressed. Faults do the same here, see
// TestHaltsLookAsRecorded.
func TestBoardAnswersAsTheRecordedFirmware(t *testing.T) {
	tests := []struct {
		file     string
		config   Config
		left     []string
		repeated []string
		halt     time.Duration
	}{
		{"marlin-2.1.2.txt", Config{Firmware: "marlin", Baud: 250000, NoBedHeat: true}, nil, []string{"echo:busy: processing"}, 0},
		{"marlin-2.1.2-stress.txt", Config{Firmware: "marlin", Baud: 250000, NoBedHeat: true},
			[]string{"hotend thermistor", "MCU reset"}, []string{"echo:busy: processing"}, 0},
		{"marlin-2.1.2-advanced.txt", Config{Firmware: "marlin-advanced", Baud: 250000, Bed: [3]float64{200, 200, 200}}, nil, []string{"echo:busy: processing"}, 0},
		{"marlin-2.1.2-advanced-stress.txt", Config{Firmware: "marlin-advanced", Baud: 250000, Bed: [3]float64{200, 200, 200}},
			[]string{"hotend thermistor", "MCU reset"}, []string{"echo:busy: processing", "echo:busy: paused for user"}, 0},
		{"klipper.txt", Config{Firmware: "klipper", Baud: 2000000}, nil, nil, 0},
		{"klipper-mcu-shutdown.txt", Config{Firmware: "klipper", Baud: 2000000}, nil, nil, seconds(11.974)},
		{"repetier-1.0.4.txt", Config{Firmware: "repetier", Baud: 250000, NoBedHeat: true, Echo: true}, nil, []string{"busy:processing", "wait", "Resend:7", "Resend:11"}, 0},
	}
	for _, test := range tests {
		t.Run(test.file, func(t *testing.T) {
			got, want := replay(t, test.config, without(readRecording(t, test.file), test.left...), test.halt)
			if diff := cmp.Diff(shape(want), shape(got)); diff != "" {
				t.Errorf("the board differs from the firmware (-recorded +simulated):\n%s", diff)
			}
			for _, text := range test.repeated {
				require.InDelta(t, count(want, text), count(got, text), 2, text)
			}
		})
	}
}
