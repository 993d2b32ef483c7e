package profiles

import (
	"bufio"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// all is every pattern with its key in the file.
func (r Replies) all() map[string]Pattern {
	all := map[string]Pattern{}
	v := reflect.ValueOf(r)
	for i := range v.NumField() {
		if p, ok := v.Field(i).Interface().(Pattern); ok {
			all[v.Type().Field(i).Tag.Get("toml")] = p
		}
	}
	return all
}

// order is that in which a reader must ask, as patterns may shadow one another.
var order = []string{
	"ok", "start", "resend", "line_error", "skip", "wait", "paused_for_user", "busy", "power_fail", "power_back", "overflow", "thermal", "fatal",
	"stopped", "unknown", "cold_extrusion", "action", "line_is", "temperature_line", "position", "heating", "error", "info",
}

// classOf is the first class that a line belongs to, "" for none.
func classOf(d Dialect, line string) string {
	all := d.Replies.all()
	for _, key := range order {
		if all[key].Match([]byte(line)) {
			return key
		}
	}
	return ""
}

var recorded = regexp.MustCompile(`^\s*[\d.]+ < b(['"])(.*)['"]$`)

// recordings names the dialect of each recorded firmware by the beginning of the file's name.
var recordings = map[string]string{"marlin-2": "marlin2", "repetier-": "repetier", "klipper": "klipper"}

// recordedLines is every different line that was recorded.
func recordedLines(t testing.TB) (lines []string) {
	for _, all := range readRecordings(t) {
		lines = append(lines, all...)
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

// readRecordings is what each recorded firmware said, by the name of the file.
func readRecordings(t testing.TB) map[string][]string {
	files, err := filepath.Glob("transcripts/*-*.txt")
	require.NoError(t, err)
	files = append(files, "transcripts/klipper.txt")
	byFile := map[string][]string{}
	for _, file := range files {
		f, err := os.Open(file)
		require.NoError(t, err)
		defer f.Close()
		for s := bufio.NewScanner(f); s.Scan(); {
			if m := recorded.FindStringSubmatch(s.Text()); m != nil {
				body := strings.ReplaceAll(m[2], `\'`, `'`)
				if m[1] == "'" {
					body = strings.ReplaceAll(body, `"`, `\"`)
				}
				text, err := strconv.Unquote(`"` + body + `"`)
				require.NoError(t, err, s.Text())
				byFile[filepath.Base(file)] = append(byFile[filepath.Base(file)], strings.Trim(text, "\r\n\x00"))
			}
		}
		require.NotEmpty(t, byFile[filepath.Base(file)], file)
	}
	return byFile
}

// Ensure that every line a real firmware was recorded saying is known to its dialect.
func TestEveryRecordedLineIsKnown(t *testing.T) {
	set, err := Load()
	require.NoError(t, err)
	for file, lines := range readRecordings(t) {
		found := false
		for prefix, name := range recordings {
			if !strings.HasPrefix(file, prefix) {
				continue
			}
			found = true
			d, _ := set.Dialect(name)
			for _, line := range lines {
				require.NotEmpty(t, classOf(d, line), "%s: %q", file, line)
			}
		}
		require.True(t, found, "%s: no dialect is said to be proved by it", file)
	}
}

// Ensure that the order of the test holds every class there is.
func TestEveryClassIsAskedFor(t *testing.T) {
	keys := slices.Sorted(maps.Keys(Replies{}.all()))
	want := slices.Sorted(slices.Values(append([]string{"temperature"}, order...)))
	require.Equal(t, want, keys)
}
