//go:build long

package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Ensure that a printer passes its test on the terminal when the person beside it sees what they should, and that what its
// board holds is measured then.
func TestLongAPrinterIsTried(t *testing.T) {
	port, _ := simulate(t, "marlin", "--speed", "20")
	shown, err := try(t, &testCmd{Port: port, Model: "ender-3", Baud: 250000, lang: "en"}, "y", "oui")
	require.NoError(t, err)
	require.Contains(t, shown, "Test passed.")
}
