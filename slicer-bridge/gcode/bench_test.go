package gcode_test

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
)

// body gives the lines of a file between its first and its last layer, so that they can be repeated.
func body(text, mark string) (head, middle, tail string) {
	first, last := strings.Index(text, mark), strings.LastIndex(text, mark)
	return text[:first], text[first:last], text[last:]
}

// processorTime is what this process has used, so that a busy machine does not count.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// The check reads 50 MB/s or more on one core, whatever the slicer; it is to be held against MB/s.
func BenchmarkCheck(b *testing.B) {
	set, err := profiles.Load()
	require.NoError(b, err)
	p, _ := set.Printer("ender-3")
	d, _ := set.Dialect("marlin2")
	p.Arcs = true
	l := gcode.LimitsFor(p, profiles.Filament{}).Speaking(d)
	arcs := start + ";LAYER:0\nG1 Z0.3 F600\nG1 X100 Y80 F6000\n" +
		strings.Repeat("G3 X119.021 Y93.82 I0 J20 E.79012\nG3 X111.756 Y116.18 I-19.021 J6.18 E.79012\nG3 X88.244 Y116.18 I-11.756 J-16.18 E.79012\n"+
			"G3 X80.979 Y93.82 I11.756 J-16.18 E.79012\nG3 X100 Y80 I19.021 J6.18 E.79012\n;TYPE:Perimeter\n", 2_000) + ";LAYER:1\n" + end
	for _, c := range []struct{ name, text, mark string }{
		{"PrusaSlicer", sliced(b, "prusaslicer-2.5.gcode.gz"), ";LAYER_CHANGE"},
		{"Cura", sliced(b, "cura-4.13.gcode.gz"), ";LAYER:"},
		{"Slic3r", strings.ReplaceAll(sliced(b, "slic3r-1.3.gcode.gz"), "; ", ";"), "\nG1 Z"},
		{"arcs", arcs, ";LAYER:"},
	} {
		head, middle, tail := body(c.text, c.mark)
		text := head + strings.Repeat(middle+"G92 E0\n", 1+4<<20/len(middle)) + tail
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			before := processorTime(b)
			for b.Loop() {
				_, _, _, err := gcode.CheckIndexed(strings.NewReader(text), l)
				require.NoError(b, err)
			}
			b.ReportMetric(float64(len(text))*float64(b.N)/1e6/(processorTime(b)-before).Seconds(), "MB/cpu-s")
		})
	}
}
