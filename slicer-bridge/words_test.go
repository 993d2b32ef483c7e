package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/slicer-bridge/gcode"
)

// The terminal has a sentence for every finding.
func TestEveryFindingHasASentence(t *testing.T) {
	for _, code := range gcode.Codes() {
		require.NotEmpty(t, words[code], code)
	}
}
