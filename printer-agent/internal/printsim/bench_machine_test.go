package printsim

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// BenchmarkMachine is what a line of a print costs on virtual time, host
// included.
func BenchmarkMachine(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		synctest.Test(&testing.T{}, func(t *testing.T) {
			m, err := NewMachine(Config{Firmware: "marlin", Baud: 250000})
			require.NoError(t, err)
			s := newStreamer(t, m)
			s.stream(1, "M110 N0")
			s.stream(3, arcs(1000)...)
		})
	}
}
