package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/slicer-bridge/internal/corpus"
	"github.com/mailleur/mailleur/slicer-bridge/mesh"
)

// outcome is what one call of the built program did.
type outcome struct {
	Exit     int
	Out, Err string
	PeakMiB  int64
	CPU      time.Duration
}

// The bounds of one look at a file: ordinary ones, and those of a million triangles. The time is the processor's, so
// that a busy machine does not count.
const (
	peakMiB, largePeakMiB = 256, 400
	cpuTime, largeCPUTime = 5 * time.Second, 10 * time.Second
)

// measuredCalls is set for the process that TestMeasuredCalls is for: a file with a JSON list of command lines.
const measuredCalls = "MAILLEUR_MEASURED_CALLS"

// TestMeasuredCalls does nothing but for measured, as a process of its own: the peak that Linux tells of a child is at
// least that of the process which started it, and the tests' own is large.
func TestMeasuredCalls(t *testing.T) {
	path := os.Getenv(measuredCalls)
	if path == "" {
		return
	}
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	var calls [][]string
	require.NoError(t, json.Unmarshal(data, &calls))
	var all []outcome
	for _, c := range calls {
		var out, msg bytes.Buffer
		cmd := exec.Command(c[0], c[1:]...)
		cmd.Stdout, cmd.Stderr = &out, &msg
		err := cmd.Run()
		require.NotNil(t, cmd.ProcessState, "%v: %v", c, err)
		used, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
		require.True(t, ok)
		all = append(all, outcome{
			Exit: cmd.ProcessState.ExitCode(), Out: out.String(), Err: msg.String(), PeakMiB: used.Maxrss >> 10,
			CPU: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(),
		})
	}
	answer, err := json.Marshal(all)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, answer, 0o600))
}

// measured runs the command lines one after the other.
func measured(t testing.TB, calls [][]string) (all []outcome) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "calls")
	data, err := json.Marshal(calls)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, data, 0o600))
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestMeasuredCalls$")
	cmd.Env = append(os.Environ(), measuredCalls+"="+path)
	said, err := cmd.CombinedOutput()
	require.NoError(t, err, string(said))
	data, err = os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &all))
	return all
}

// built gives the program as people run it, without the race detector.
func built(t testing.TB) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "slicer-bridge")
	said, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".").CombinedOutput()
	require.NoError(t, err, string(said))
	return program
}

// Ensure that `slicer-bridge inspect` tells the facts of every file of the corpus, or refuses it in one sentence that
// is worded, within bounds of memory and time, and that it never panics.
func TestCorpusIsInspectedWithinBounds(t *testing.T) {
	t.Parallel()
	program, dir := built(t), t.TempDir()
	files := slices.DeleteFunc(corpus.Files(), func(f corpus.File) bool { return f.Large && f.Name != "million_torus" })
	inspectAll(t, program, dir, files)
}

func inspectAll(t *testing.T, program, dir string, files []corpus.File) {
	t.Helper()
	var calls [][]string
	for _, f := range files {
		path := filepath.Join(dir, f.Name+".stl")
		require.NoError(t, os.WriteFile(path, f.Make(), 0o600))
		calls = append(calls, []string{program, "inspect", path, "--json"})
	}
	for i, got := range measured(t, calls) {
		f := files[i]
		t.Run(f.Name, func(t *testing.T) {
			peak, cpu := int64(peakMiB), cpuTime
			if f.Large {
				peak, cpu = largePeakMiB, largeCPUTime
				t.Logf("%d MiB, %v", got.PeakMiB, got.CPU)
			}
			assert.Less(t, got.PeakMiB, peak)
			assert.Less(t, got.CPU, cpu)
			if f.Refusal != "" {
				refusedInASentence(t, f.Refusal, got)
				return
			}
			require.Zero(t, got.Exit, got.Err)
			require.Empty(t, got.Err)
			factsHold(t, f, got.Out)
		})
	}
}

func refusedInASentence(t *testing.T, code string, got outcome) {
	t.Helper()
	require.Equal(t, 1, got.Exit, got.Err)
	require.Empty(t, got.Out)
	require.Equal(t, 1, strings.Count(got.Err, "\n"), got.Err)
	require.NotContains(t, got.Err, "{", "an argument of the sentence is missing")
	start, _, _ := strings.Cut(words[code], "{")
	require.True(t, strings.HasPrefix(got.Err, "slicer-bridge: "+start), got.Err)
}

func factsHold(t *testing.T, f corpus.File, text string) {
	t.Helper()
	var fields map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(text), &fields))
	for _, name := range []string{"triangles", "bounds_mm", "volume_mm3", "open_edges", "watertight", "shells", "units", "problems"} {
		require.Contains(t, fields, name)
	}
	require.Equal(t, byte('['), fields["problems"][0], "a list, be it empty")
	var info mesh.Info
	require.NoError(t, json.Unmarshal([]byte(text), &info))
	assert.Equal(t, f.Want.Triangles, info.Triangles)
	assert.Equal(t, f.Want.Watertight, info.Watertight)
	assert.Equal(t, f.Want.OpenEdges, info.OpenEdges)
	assert.Equal(t, f.Want.Shells, info.Shells)
	for i, p := range info.Problems {
		require.Less(t, i, len(f.Notes), p.Code)
		assert.Equal(t, f.Notes[i], p.Code)
	}
}

// Ensure that slicing gives a plate with layers or refuses by name, and that nothing is written where it refuses.
func TestCorpusIsSlicedOrRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, f := range corpus.Files() {
		if f.Plate == "" {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			path, out := filepath.Join(dir, f.Name+".stl"), filepath.Join(dir, f.Name+".gcode")
			require.NoError(t, os.WriteFile(path, f.Make(), 0o600))
			code, text, msg := call("slice", path, "--printer", "ender-3", "--material", "pla", "-o", out, "--cache", filepath.Join(dir, "cache"), "--json")
			if f.Plate != corpus.Made {
				refusedInASentence(t, f.Plate, outcome{Exit: code, Out: text, Err: msg})
				require.NoFileExists(t, out)
				return
			}
			require.Zero(t, code, msg)
			var plate plateAnswer
			require.NoError(t, json.Unmarshal([]byte(text), &plate))
			require.Positive(t, plate.Layers)
			require.Positive(t, plate.Grams)
			written, err := os.Stat(out)
			require.NoError(t, err)
			require.Equal(t, plate.Size, written.Size())
		})
	}
}

// BenchmarkInspectMillionTriangles is the built program over a million binary triangles, start and file and all.
func BenchmarkInspectMillionTriangles(b *testing.B) {
	program, path := built(b), filepath.Join(b.TempDir(), "part.stl")
	files := corpus.Files()
	torus := files[slices.IndexFunc(files, func(f corpus.File) bool { return f.Name == "million_torus" })]
	require.NoError(b, os.WriteFile(path, torus.Make(), 0o600))
	var peak int64
	var cpu time.Duration
	for b.Loop() {
		for _, got := range measured(b, [][]string{{program, "inspect", path, "--json"}}) {
			require.Zero(b, got.Exit, got.Err)
			peak, cpu = max(peak, got.PeakMiB), cpu+got.CPU
		}
	}
	b.ReportMetric(float64(peak), "peak-MiB")
	b.ReportMetric(cpu.Seconds()/float64(b.N), "cpu-s/op")
}
