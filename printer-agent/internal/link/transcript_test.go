package link

import (
	"bufio"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// exchange is one recorded event: what was sent (">") or what came (one line, "<").
type exchange struct{ direction, text string }

var recorded = regexp.MustCompile(`^\s*[\d.]+ ([<>!]) b(['"])(.*)['"]$`)

// readTranscript reads a recording; its bytes are written as Python does.
func readTranscript(t *testing.T, name string) []exchange {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "..", "firmware-profiles", "transcripts", name))
	require.NoError(t, err)
	defer f.Close()
	var all []exchange
	for s := bufio.NewScanner(f); s.Scan(); {
		m := recorded.FindStringSubmatch(s.Text())
		if m == nil {
			continue
		}
		body := strings.ReplaceAll(m[3], `\'`, `'`)
		if m[2] == "'" {
			body = strings.ReplaceAll(body, `"`, `\"`)
		}
		text, err := strconv.Unquote(`"` + body + `"`)
		require.NoError(t, err, s.Text())
		all = append(all, exchange{m[1], strings.TrimRight(text, "\r\n")})
	}
	require.NotEmpty(t, all)
	return all
}

var recordings = map[string]string{
	"marlin-2.1.2.txt":                 "marlin2",
	"marlin-2.1.2-stress.txt":          "marlin2",
	"marlin-2.1.2-advanced.txt":        "marlin2",
	"marlin-2.1.2-advanced-stress.txt": "marlin2",
	"repetier-1.0.4.txt":               "repetier",
	"klipper.txt":                      "klipper",
	"klipper-mcu-shutdown.txt":         "klipper",
}

// Ensure that the dialects understand every line that real firmware was recorded saying: nothing is taken for noise, and
// as many lines of each kind are found as a person counts.
func TestDialectsUnderstandTheRecordings(t *testing.T) {
	set, err := shipped()
	require.NoError(t, err)
	for name, dialect := range recordings {
		t.Run(name, func(t *testing.T) {
			d, ok := set.Dialect(dialect)
			require.True(t, ok)
			count := map[class]int{}
			for _, e := range readTranscript(t, name) {
				if e.direction != "<" {
					continue
				}
				r := classify(&d.Replies, []byte(e.text))
				require.NotEqual(t, damaged, r.class, "%q", e.text)
				count[r.class]++
				if r.class == resendReply {
					require.NotEqual(t, none, r.number, "%q", e.text)
				}
			}
			oks := 0
			for _, e := range readTranscript(t, name) {
				if e.direction == "<" && (e.text == "ok" || strings.HasPrefix(e.text, "ok ")) {
					oks++
				}
			}
			require.Equal(t, oks, count[okReply])
			switch name {
			case "marlin-2.1.2.txt":
				require.Equal(t, map[string]int{"start": 2, "resend": 4, "refused": 4, "busy": 7, "unknown": 2, "cold": 2, "fatal": 1, "stopped": 1, "reports": 4},
					map[string]int{"start": count[startReply], "resend": count[resendReply], "refused": count[lineErrorReply], "busy": count[busyReply],
						"unknown": count[unknownReply], "cold": count[coldReply], "fatal": count[fatalReply], "stopped": count[stoppedReply], "reports": count[temperatureReply]})
			case "repetier-1.0.4.txt":
				require.Equal(t, 4, count[skipReply])
				require.Equal(t, 3, count[startReply])
				require.Positive(t, count[waitReply])
			case "marlin-2.1.2-stress.txt":
				require.Equal(t, 1, count[thermalReply])
			}
		})
	}
}

// Ensure that a firmware recorded telling who it is is told apart from the others.
func TestRecordedFirmwareIsIdentified(t *testing.T) {
	set, err := shipped()
	require.NoError(t, err)
	for name, dialect := range recordings {
		id := Identity{}
		for _, e := range readTranscript(t, name) {
			if e.direction == "<" {
				id.Read([]byte(e.text))
			}
		}
		if id.Firmware == "" {
			continue // the stress recordings never ask
		}
		best, priority := "", -1
		for _, d := range set.Dialects() {
			if d.Identify.Firmware.Match([]byte(id.Firmware)) && d.Identify.Priority > priority {
				best, priority = d.Name, d.Identify.Priority
			}
		}
		require.Equal(t, dialect, best, name)
	}
}
