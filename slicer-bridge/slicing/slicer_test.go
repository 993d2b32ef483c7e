package slicing_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
	"github.com/mailleur/mailleur/slicer-bridge/mesh"
	"github.com/mailleur/mailleur/slicer-bridge/plate"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

// ring gives a closed ring as a binary STL, mm.
func ring(outer, inner, height float64, steps int) []byte {
	var body []byte
	corner := func(r, z float64, i int) [3]float64 {
		a := 2 * math.Pi * float64(i%steps) / float64(steps)
		return [3]float64{r * math.Cos(a), r * math.Sin(a), z}
	}
	n := 0
	quad := func(a, b, c, d [3]float64) {
		for _, t := range [][3][3]float64{{a, b, c}, {a, c, d}} {
			body = append(body, make([]byte, 12)...)
			for _, v := range t {
				for _, x := range v {
					body = binary.LittleEndian.AppendUint32(body, math.Float32bits(float32(x)))
				}
			}
			body = append(body, 0, 0)
			n++
		}
	}
	for i := range steps {
		o0, o1, i0, i1 := corner(outer, 0, i), corner(outer, 0, i+1), corner(inner, 0, i), corner(inner, 0, i+1)
		p0, p1, j0, j1 := corner(outer, height, i), corner(outer, height, i+1), corner(inner, height, i), corner(inner, height, i+1)
		quad(o0, o1, p1, p0)
		quad(i1, i0, j0, j1)
		quad(p0, p1, j1, j0)
		quad(o1, o0, i0, i1)
	}
	return append(binary.LittleEndian.AppendUint32(make([]byte, 80), uint32(n)), body...)
}

func load(t testing.TB) *profiles.Set {
	t.Helper()
	set, err := profiles.Load()
	require.NoError(t, err)
	return set
}

func newSlicer(t testing.TB, program string) *slicing.Slicer {
	t.Helper()
	s, err := slicing.New(slicing.Config{Profiles: load(t), CacheDir: t.TempDir(), Slicer: program})
	if program == "" && err != nil {
		t.Fatalf("install package prusa-slicer: %v", err)
	}
	require.NoError(t, err)
	return s
}

func code(err error) string {
	var p *slicing.Problem
	if errors.As(err, &p) {
		return p.Code
	}
	return fmt.Sprint(err)
}

// counting makes a slicer that notes each slicing run in a file and then does
// what body says; it answers for its version itself.
func counting(t testing.TB, body string) (program string, runs func() int) {
	t.Helper()
	dir := t.TempDir()
	program = filepath.Join(dir, "slicer")
	note := filepath.Join(dir, "runs")
	text := fmt.Sprintf("#!/bin/sh\n[ \"$1\" = --help ] && { echo PrusaSlicer-0.0.1; exit 0; }\necho run >> %s\n%s\n", note, body)
	require.NoError(t, os.WriteFile(program, []byte(text), 0o755))
	return program, func() int {
		data, err := os.ReadFile(note)
		if err != nil {
			return 0
		}
		return bytes.Count(data, []byte("run"))
	}
}

func realSlicer(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("prusa-slicer")
	if err != nil {
		t.Fatal("install package prusa-slicer")
	}
	return path
}

// A plate for the machines and filaments that a lab begins with passes the safety
// check and holds nothing that belongs to the host; slicer-bridge/machines_test.go
// does the same for all others.
func TestPlatesForTheFirstMachines(t *testing.T) {
	set, s := load(t), newSlicer(t, "")
	for _, printer := range []string{"prusa-mk3s", "ender-3", "anycubic-i3-mega", "voron-2.4"} {
		p, ok := set.Printer(printer)
		require.True(t, ok)
		for _, filament := range []string{"pla", "petg"} {
			f, ok := set.Filament(filament)
			require.True(t, ok)
			t.Run(p.ID+" "+f.ID, func(t *testing.T) {
				r, err := s.Slice(t.Context(), slicing.Request{STL: ring(15, 13, 3, 24), Copies: 2, Printer: p.ID, Filament: f.ID, NozzleUM: 400})
				require.NoError(t, err)
				require.EqualValues(t, 10, r.Layers, "3 mm at 0.3")
				require.Empty(t, r.Warnings)
				require.False(t, r.CacheHit)
				text, err := os.ReadFile(r.Path)
				require.NoError(t, err)
				require.EqualValues(t, len(text), r.Size)

				d, ok := set.Dialect(p.Dialect)
				require.True(t, ok)
				report, findings, err := gcode.Check(bytes.NewReader(text), gcode.LimitsFor(p, f).Speaking(d))
				require.NoError(t, err)
				require.Empty(t, findings, "not even a warning")
				require.Equal(t, report.Lines, r.Lines)
				require.InDelta(t, r.Seconds, report.Seconds, 0.02*float64(r.Seconds)+2, "our planner and the slicer's agree")
				line := 0.3 * (0.5 - 0.3*(1-math.Pi/4)) // mm² of a line 0.5 mm wide with round sides
				volume := 2*10*4*line*2*math.Pi*14 + primed(t, p)
				require.InEpsilon(t, volume*float64(f.Density)/1000*float64(f.ExtrusionPermil)/1000, r.FilamentMG, 0.04, "two rings, 10 layers of 4 lines")
				require.Equal(t, max(f.Nozzle, f.NozzleFirst), report.NozzleMaxC)
			})
		}
	}
}

// primed is how much plastic a machine's own start lays down, in mm³.
func primed(t *testing.T, p profiles.Printer) float64 {
	length := 0.0
	for _, e := range regexp.MustCompile(`(?m)^G1 .*E([0-9.]+)`).FindAllStringSubmatch(p.StartEnd.Start, -1) {
		mm, err := strconv.ParseFloat(e[1], 64)
		require.NoError(t, err)
		length += mm
	}
	radius := float64(p.Nozzle.FilamentDiameter) / 2000
	return length * math.Pi * radius * radius
}

// The same request again comes from the cache, also to another slicer object
// and whatever the part is called or wherever it lay in its file.
func TestCacheKnowsAPlateByWhatWentIntoIt(t *testing.T) {
	dir := t.TempDir()
	program, runs := counting(t, `exec "`+realSlicer(t)+`" "$@"`)
	open := func() *slicing.Slicer {
		s, err := slicing.New(slicing.Config{Profiles: load(t), CacheDir: dir, Slicer: program})
		require.NoError(t, err)
		return s
	}
	request := slicing.Request{STL: ring(12, 10, 2, 12), Copies: 1, Printer: "ender-3", Filament: "pla", PartName: "a"}
	first, err := open().Slice(t.Context(), request)
	require.NoError(t, err)
	require.Equal(t, 1, runs())

	request.PartName = "b"
	again, err := open().Slice(t.Context(), request)
	require.NoError(t, err)
	require.True(t, again.CacheHit)
	require.Equal(t, 1, runs())
	first.CacheHit = true
	require.Equal(t, first, again)

	request.Copies = 2
	other, err := open().Slice(t.Context(), request)
	require.NoError(t, err)
	require.False(t, other.CacheHit)
	require.Equal(t, 2, runs())

	require.NoError(t, os.Truncate(other.Path, 100))
	healed, err := open().Slice(t.Context(), request)
	require.NoError(t, err)
	require.False(t, healed.CacheHit, "a plate that lost its end is made again")
	require.Equal(t, 3, runs())
	left, err := filepath.Glob(filepath.Join(dir, "run-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

// Many equal requests at once run the slicer once.
func TestEqualRequestsShareARun(t *testing.T) {
	program, runs := counting(t, `exec "`+realSlicer(t)+`" "$@"`)
	s := newSlicer(t, program)
	stl := ring(12, 10, 2, 12)
	var all sync.WaitGroup
	sums := make([]string, 50)
	for i := range sums {
		all.Go(func() {
			r, err := s.Slice(t.Context(), slicing.Request{STL: stl, Copies: 1, Printer: "prusa-mk3s", Filament: "petg"})
			if err == nil {
				sums[i] = r.GCodeSHA256
			}
		})
	}
	all.Wait()
	require.Equal(t, 1, runs())
	for _, sum := range sums {
		require.Len(t, sum, 64)
		require.Equal(t, sums[0], sum)
	}
}

// One who gives up leaves the others their plate; the last one stops the run.
func TestTheLastToGiveUpStopsTheRun(t *testing.T) {
	program, runs := counting(t, "exec sleep 300")
	s := newSlicer(t, program)
	request := slicing.Request{STL: ring(12, 10, 2, 12), Copies: 1, Printer: "ender-3", Filament: "pla"}
	one, leaveOne := context.WithCancel(t.Context())
	two, leaveTwo := context.WithCancel(t.Context())
	ends := make(chan error, 2)
	for _, ctx := range []context.Context{one, two} {
		go func() { _, err := s.Slice(ctx, request); ends <- err }()
	}
	require.Eventually(t, func() bool { return runs() == 1 }, 10*time.Second, 5*time.Millisecond)
	leaveOne()
	require.ErrorIs(t, <-ends, context.Canceled)
	leaveTwo()
	require.ErrorIs(t, <-ends, context.Canceled)
	require.Equal(t, 1, runs())
}

// A slicer that dies, fails or writes something dangerous gives a problem and
// leaves nothing in the cache.
func TestBadSlicersAreNamed(t *testing.T) {
	sabotage := func(sed string) string {
		return `"` + realSlicer(t) + `" "$@" || exit; for a; do [ "$last" = --output ] && out=$a; last=$a; done; sed -i '` + sed + `' "$out"`
	}
	for name, c := range map[string]struct{ body, code string }{
		"killed":           {"kill -KILL $$", slicing.CodeSlicerCrashed},
		"refuses":          {"echo no >&2; exit 1", slicing.CodeSlicerFailed},
		"writes nothing":   {"exit 0", slicing.CodeEmptyPlate},
		"drops a setting":  {sabotage("/^; perimeters = /d"), slicing.CodeEmptyPlate},
		"off the bed":      {sabotage("0,/^G1 X2 Y15/s//G1 X-20 Y15/"), slicing.CodeUnsafe},
		"leaves heat on":   {sabotage("s/^M104 S0.*//"), slicing.CodeUnsafe},
		"sends a surprise": {sabotage("0,/^M107/s//M502/"), slicing.CodeUnsafe},
	} {
		t.Run(name, func(t *testing.T) {
			program, _ := counting(t, c.body)
			dir := t.TempDir()
			s, err := slicing.New(slicing.Config{Profiles: load(t), CacheDir: dir, Slicer: program})
			require.NoError(t, err)
			_, err = s.Slice(t.Context(), slicing.Request{STL: ring(12, 10, 2, 12), Copies: 1, Printer: "ender-3", Filament: "pla"})
			require.Equal(t, c.code, code(err), "%v", err)
			left, err := os.ReadDir(dir)
			require.NoError(t, err)
			require.Empty(t, left)
		})
	}
}

// What cannot become a plate is refused before the slicer is asked.
func TestRefusalsComeBeforeTheSlicer(t *testing.T) {
	program, runs := counting(t, "exit 0")
	s := newSlicer(t, program)
	good := ring(12, 10, 2, 12)
	for name, c := range map[string]struct {
		change func(*slicing.Request)
		code   string
	}{
		"unknown printer":  {func(r *slicing.Request) { r.Printer = "nope" }, slicing.CodeUnknownPrinter},
		"unknown filament": {func(r *slicing.Request) { r.Filament = "nope" }, slicing.CodeUnknownFilament},
		"no copies":        {func(r *slicing.Request) { r.Copies = 0 }, slicing.CodeBadRequest},
		"loose overlay": {func(r *slicing.Request) {
			r.Overlay.Limits.Height = new(int64)
			*r.Overlay.Limits.Height = 300_000
		}, slicing.CodeBadOverlay},
		"odd quality": {func(r *slicing.Request) { r.Quality = "best" }, slicing.CodeBadRequest},
		"truncated":   {func(r *slicing.Request) { r.STL = r.STL[:len(r.STL)-30] }, mesh.CodeTruncated},
		"too big":     {func(r *slicing.Request) { r.STL = ring(125, 120, 2, 24) }, plate.CodeTooBig},
		"too tall":    {func(r *slicing.Request) { r.STL = ring(12, 10, 246, 24) }, plate.CodeTooTall},
		"too many":    {func(r *slicing.Request) { r.STL, r.Copies = ring(60, 58, 2, 24), 9 }, plate.CodeTooMany},
	} {
		t.Run(name, func(t *testing.T) {
			r := slicing.Request{STL: good, Copies: 1, Printer: "ender-3", Filament: "pla"}
			c.change(&r)
			_, err := s.Slice(t.Context(), r)
			require.Equal(t, c.code, code(err), "%v", err)
		})
	}
	require.Zero(t, runs())
}

func TestMissingSlicerNamesThePackage(t *testing.T) {
	_, err := slicing.New(slicing.Config{Profiles: load(t), CacheDir: t.TempDir(), Slicer: "no-such-slicer"})
	var p *slicing.Problem
	require.ErrorAs(t, err, &p)
	require.Equal(t, slicing.CodeSlicerMissing, p.Code)
	require.Equal(t, "prusa-slicer", p.Args["package"])
}

// What a killed process left in the cache goes when the next one starts, but
// not what another may still be working on.
func TestOldLeavingsAreSwept(t *testing.T) {
	dir := t.TempDir()
	program, _ := counting(t, "exit 0")
	old, fresh := filepath.Join(dir, "run-1"), filepath.Join(dir, "run-2")
	for _, d := range []string{old, fresh} {
		require.NoError(t, os.MkdirAll(filepath.Join(d, "data"), 0o755))
	}
	long := time.Now().Add(-24 * time.Hour)
	require.NoError(t, os.Chtimes(old, long, long))
	_, err := slicing.New(slicing.Config{Profiles: load(t), CacheDir: dir, Slicer: program})
	require.NoError(t, err)
	require.NoDirExists(t, old)
	require.DirExists(t, fresh)
}

// Every key that we write is one that this slicer knows, and it takes our value
// for it.
func TestSlicerTakesOurSettings(t *testing.T) {
	s := newSlicer(t, "")
	ours, err := s.Settings("ender-3", "petg", slicing.Normal)
	require.NoError(t, err)
	r, err := s.Slice(t.Context(), slicing.Request{STL: ring(12, 10, 2, 12), Copies: 1, Printer: "ender-3", Filament: "petg", Quality: slicing.Normal})
	require.NoError(t, err)
	text, err := os.ReadFile(r.Path)
	require.NoError(t, err)
	took := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if k, v, ok := strings.Cut(strings.TrimPrefix(strings.TrimRight(line, "\n"), "; "), " = "); ok {
			took[k] = v
		}
	}
	n := 0
	for line := range strings.Lines(string(ours)) {
		k, v, _ := strings.Cut(strings.TrimRight(line, "\n"), " = ")
		if want, err := strconv.ParseFloat(v, 64); err == nil {
			got, err := strconv.ParseFloat(took[k], 64)
			require.NoError(t, err, k)
			require.InDelta(t, want, got, 1e-9, k)
			n++
		}
	}
	require.Greater(t, n, 60)
	require.NotContains(t, string(ours), "{")
}

func TestMaxCopies(t *testing.T) {
	program, _ := counting(t, "exit 0")
	s := newSlicer(t, program)
	n, err := s.MaxCopies(slicing.Request{STL: ring(45, 43, 5, 24), Printer: "ender-3"}, 50)
	require.NoError(t, err)
	require.Equal(t, 4, n)
	n, err = s.MaxCopies(slicing.Request{STL: ring(125, 120, 5, 24), Printer: "ender-3"}, 50)
	require.NoError(t, err)
	require.Zero(t, n)
}

func TestInspectAndPicture(t *testing.T) {
	info, err := slicing.Inspect(ring(12, 10, 2, 12))
	require.NoError(t, err)
	require.True(t, info.Watertight)
	png, err := slicing.Picture(ring(12, 10, 2, 12), slicing.View{Width: 64, Height: 48, Part: slicing.PartColor(true)})
	require.NoError(t, err)
	require.True(t, bytes.HasPrefix(png, []byte("\x89PNG")))
	_, err = slicing.Inspect([]byte("no"))
	require.Equal(t, mesh.CodeNotSTL, code(err))
}

func BenchmarkCacheHit(b *testing.B) {
	s := newSlicer(b, "")
	r := slicing.Request{STL: ring(60, 58, 20, 2000), Copies: 1, Printer: "ender-3", Filament: "petg"}
	if _, err := s.Slice(b.Context(), r); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.Slice(b.Context(), r); err != nil {
			b.Fatal(err)
		}
	}
}
