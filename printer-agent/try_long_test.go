//go:build long

package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/printer-agent/internal/guard"
)

// Ensure that a printer passes its test when the person beside it sees what they should, and not when they see something
// else. A printer takes its time to warm up and to cool.
func TestLongAPrinterIsTried(t *testing.T) {
	t.Run("passed", func(t *testing.T) {
		t.Parallel()
		r, err := tried(t, "y\noui\n")
		require.NoError(t, err)
		require.True(t, r.Passed)
		require.Equal(t, "Léa", r.Who)
	})
	t.Run("not seen", func(t *testing.T) {
		t.Parallel()
		r, err := tried(t, "y\nn\n")
		require.ErrorIs(t, err, errNotPassed)
		require.Equal(t, guard.BenchNotSeen, r.Code)
	})
}
