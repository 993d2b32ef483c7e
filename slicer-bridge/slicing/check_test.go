package slicing_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/slicer-bridge/gcode"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

// What a person sliced is judged by the same rules as what the bridge slices, and named by its hash.
func TestAFileMadeElsewhereIsJudged(t *testing.T) {
	program, _ := counting(t, "exit 0")
	s := newSlicer(t, program)
	body := "G28\nG90\nM83\nM104 S200\nM109 S200\nG1 X50 Y50 Z0.2 F3000\nG1 X80 E2\nM104 S0\nM140 S0\nM107\n"
	for name, c := range map[string]struct{ text, finding string }{
		"safe":        {body, ""},
		"off the bed": {strings.Replace(body, "X80", "X800", 1), gcode.CodeOutsideBed},
		"too hot":     {strings.Replace(body, "M109 S200", "M109 S290", 1), gcode.CodeTooHot},
		"a photo":     {"\xff\xd8\xff\xe0\x00\x10JFIF", gcode.CodeNotGCode},
		"nothing":     {"", gcode.CodeNoExtrusion},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := s.Check(t.Context(), strings.NewReader(c.text), slicing.CheckRequest{Printer: "ender-3", Filament: "pla"})
			require.NoError(t, err)
			require.Equal(t, c.finding == "", r.Safe)
			if c.finding != "" {
				require.Equal(t, c.finding, r.Findings[0].Code)
				return
			}
			sum := sha256.Sum256([]byte(c.text))
			require.Equal(t, hex.EncodeToString(sum[:]), r.SHA256)
			require.EqualValues(t, len(c.text), r.Size)
			require.EqualValues(t, 2000, r.Report.FilamentUM)
			require.EqualValues(t, 6, r.Report.FilamentMG, "2 mm of 1.75 mm at 1.24 g/cm³")
		})
	}
}

// A machine's own settings take part in the judgement: a tighter limit refuses what the model would print.
func TestOverlaysAreHeldAgainstFiles(t *testing.T) {
	program, _ := counting(t, "exit 0")
	s := newSlicer(t, program)
	body := "G28\nG90\nM83\nM104 S200\nM109 S200\nG1 X50 Y50 Z0.2 F3000\nG1 X180 E2\nM104 S0\nM140 S0\nM107\n"
	for text, finding := range map[string]string{
		"": "", "[limits]\nmax_x_um = 150000\n": gcode.CodeOutsideBed, "[limits]\nnozzle_max_c = 195\n": gcode.CodeTooHot,
	} {
		own, err := slicing.ParseOverlay([]byte(text))
		require.NoError(t, err)
		r, err := s.Check(t.Context(), strings.NewReader(body), slicing.CheckRequest{Printer: "ender-3", Overlay: own})
		require.NoError(t, err)
		require.Equal(t, finding == "", r.Safe, text)
		if finding != "" {
			require.Equal(t, finding, r.Findings[0].Code)
		}
	}
	_, err := slicing.ParseOverlay([]byte("[limits]\nmaximum_x = 1\n"))
	require.Equal(t, slicing.CodeBadOverlay, code(err))
	require.ErrorContains(t, err, "maximum_x")
}

// endless gives comment lines for ever and counts what was taken.
type endless struct{ taken int64 }

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, bytes.Repeat([]byte(";\n"), len(p)/2+1))
	e.taken += int64(n)
	return n, nil
}

// A file without end is refused at the cap, and one who gives up is not made to wait for the rest.
func TestJudgingEnds(t *testing.T) {
	program, _ := counting(t, "exit 0")
	s := newSlicer(t, program)
	for name, c := range map[string]struct {
		request slicing.CheckRequest
		code    string
	}{
		"unknown machine": {slicing.CheckRequest{Printer: "nope"}, slicing.CodeUnknownPrinter},
		"unknown plastic": {slicing.CheckRequest{Printer: "ender-3", Filament: "nope"}, slicing.CodeUnknownFilament},
		"odd nozzle":      {slicing.CheckRequest{Printer: "ender-3", NozzleUM: 4}, slicing.CodeBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.Check(t.Context(), strings.NewReader("G28\n"), c.request)
			require.Equal(t, c.code, code(err))
		})
	}
	ctx, leave := context.WithCancel(t.Context())
	source := &endless{}
	_, err := s.Check(ctx, io.TeeReader(source, writeFunc(func(p []byte) (int, error) {
		if source.taken > 1<<20 {
			leave()
		}
		return len(p), nil
	})), slicing.CheckRequest{Printer: "ender-3"})
	require.ErrorIs(t, err, context.Canceled)
	broken := errors.New("line dropped")
	_, err = s.Check(t.Context(), io.MultiReader(strings.NewReader("G28\n"), errReader{broken}), slicing.CheckRequest{Printer: "ender-3"})
	require.ErrorIs(t, err, broken)
}

type writeFunc func([]byte) (int, error)

func (f writeFunc) Write(p []byte) (int, error) { return f(p) }

type errReader struct{ err error }

func (e errReader) Read([]byte) (int, error) { return 0, e.err }
