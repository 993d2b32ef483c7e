package printsim

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/slicer-bridge/gcode/arcfit"
)

// A metre of circle in pieces of 0.2 mm keeps an 8-bit board from reaching its speed. As arcs it is drawn in the time that
// its feed asks for, by every firmware that has arcs, and ends at the same place.
func TestFittedArcsAreDrawnAtFullSpeed(t *testing.T) {
	const radius, pieces, ideal = 30, 5000, 1000.0 / 60
	var text strings.Builder
	text.WriteString("G90\nM83\nG1 X130 Y100 F3600\n")
	for k := 1; k <= pieces; k++ {
		sin, cos := math.Sincos(0.2 * float64(k) / radius)
		fmt.Fprintf(&text, "G1 X%.3f Y%.3f E.00665\n", 100+radius*cos, 100+radius*sin)
	}
	var out bytes.Buffer
	s, err := arcfit.Fit(&out, strings.NewReader(text.String()), arcfit.Options{})
	require.NoError(t, err)
	require.Less(t, s.LinesOut, int64(20))
	for _, firmware := range []string{"marlin", "marlin1", "prusa-mk3"} {
		t.Run(firmware, func(t *testing.T) {
			moves, last := drawn(t, firmware, text.String())
			arcs, end := drawn(t, firmware, out.String())
			require.Equal(t, last, end)
			require.InDelta(t, ideal, arcs.Seconds(), 1)
			require.Greater(t, moves, arcs+2*time.Second)
			t.Logf("%.1f s as moves, %.1f s as arcs", moves.Seconds(), arcs.Seconds())
		})
	}
}

// drawn streams a file with a full window and gives how long all but homing and the way to its beginning took, and where the
// head stands.
func drawn(t *testing.T, firmware, text string) (took time.Duration, place string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		m, err := NewMachine(Config{Firmware: firmware, Baud: 250000})
		require.NoError(t, err)
		s := newStreamer(t, m)
		lines := strings.Split(strings.TrimSpace(text), "\n")
		s.stream(1, "M110 N0", "G28", "M109 S200", lines[0], lines[1], lines[2], "M400")
		begun := time.Now()
		s.stream(3, lines[3:]...)
		s.stream(1, "M400")
		took = time.Since(begun)
		s.send("M114")
		for !strings.Contains(place, "X:") {
			place, err = s.in.ReadString('\n')
			require.NoError(t, err)
		}
		require.NoError(t, s.conn.Close())
	})
	return took, place
}
