package gcode_test

import (
	"bytes"
	"math"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
)

// everything is a machine that allows as much as any, so that the fuzzer reaches all there is.
func everything() gcode.Limits {
	l := recovery()
	l.Commands = []string{"EXCLUDE_OBJECT_DEFINE", "G10", "G11", "G80", "M141", "M191", "T1", "T2"}
	l.Macros = []profiles.Macro{{Name: "PRINT_END", Cools: true}, {Name: "PRINT_START", Homes: true, Nozzle: "EXTRUDER", Bed: "BED"}}
	l.Firmware.Pauses = []string{"M600"}
	l.Firmware.Inches = true
	l.Bed.Clips = []profiles.Clip{{MaxX: 20_000, MaxY: 20_000, Height: 4_000}}
	l.ChamberMaxC = 60
	return l
}

// Whatever the bytes: no panic, every byte counted, findings bounded and always the same, also when the file comes byte
// by byte, and an index that stays small and never runs backwards.
func FuzzCheck(f *testing.F) {
	f.Add([]byte(rich))
	f.Add([]byte("G2 I1 J1\nG3 X1 I-1\nG92\nT\nG\nM109 S\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, findings, x, err := gcode.CheckIndexed(bytes.NewReader(data), everything())
		require.NoError(t, err)
		require.EqualValues(t, len(data), r.Bytes)
		require.LessOrEqual(t, len(findings), 64)
		for _, one := range findings {
			require.Contains(t, gcode.Codes(), one.Code)
			require.LessOrEqual(t, one.Line, r.FileLines)
			require.Positive(t, one.Count)
		}
		again, same, err := gcode.Check(iotest.OneByteReader(bytes.NewReader(data)), everything())
		require.NoError(t, err)
		require.Equal(t, r, again)
		require.Equal(t, findings, same)
		require.LessOrEqual(t, x.Size(), 200_000)
		require.Equal(t, r.Layers, x.Layers())
		before := gcode.Place{}
		for i := range 11 {
			p := x.At(int64(len(data) * i / 10))
			require.GreaterOrEqual(t, p.Done, before.Done)
			require.GreaterOrEqual(t, p.Layer, before.Layer)
			before = p
		}
	})
}

// Whatever the bytes and wherever the print broke off: no panic, figures that are numbers, the same state byte by byte,
// and a prologue whose every line is short, plain text and within what the machine bears.
func FuzzReplay(f *testing.F) {
	f.Add([]byte(rich), uint16(700))
	f.Add([]byte("G92 E1\nG20\nG1 X1 E1\nM104 T7 S1"), uint16(40))
	f.Fuzz(func(t *testing.T, data []byte, offset uint16) {
		l := everything()
		s, err := gcode.Replay(bytes.NewReader(data), int64(offset), l)
		require.NoError(t, err)
		again, err := gcode.Replay(iotest.OneByteReader(bytes.NewReader(data)), int64(offset), l)
		require.NoError(t, err)
		require.Equal(t, s, again)
		require.LessOrEqual(t, s.Offset, int64(len(data)))
		for _, v := range append(s.Machine[:], s.Logical[:]...) {
			require.False(t, math.IsNaN(v) || math.IsInf(v, 0))
		}
		lines, err := gcode.Prologue(s, l)
		if err != nil {
			return
		}
		for _, line := range lines {
			require.Regexp(t, `^[GMT][ -~]{1,76}$`, line)
			require.NotContains(t, line, "NaN")
		}
		text := []byte("G28\n")
		for _, line := range lines {
			text = append(text, line+"\n"...)
		}
		end, err := gcode.Replay(bytes.NewReader(text), int64(len(text)), l)
		require.NoError(t, err)
		require.Equal(t, s.RelativeE, end.RelativeE)
		require.Equal(t, s.Relative, end.Relative)
		require.Equal(t, s.Tool, end.Tool)
		require.InDelta(t, s.Bed, end.Bed, 1e-4)
	})
}

// Whatever the bytes: pictures that are returned are whole and within the limits, and errors are about pictures.
func FuzzThumbnails(f *testing.F) {
	f.Add([]byte("; thumbnail begin 16x16 8\n; iVBORw==\n; thumbnail end\n"))
	f.Add([]byte("; thumbnail_JPG begin 1x1 4\n; thumbnail begin 1x1 4\n;\n; AAAA\n; thumbnail_QOI end\nG1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		found, err := gcode.Thumbnails(bytes.NewReader(data))
		if err != nil {
			require.ErrorIs(t, err, gcode.ErrThumbnail)
		}
		require.LessOrEqual(t, len(found), 8)
		for _, one := range found {
			require.NotEmpty(t, one.Data)
			require.LessOrEqual(t, max(one.Width, one.Height), 2048)
		}
	})
}
