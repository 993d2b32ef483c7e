//go:build long

package labsim

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The same with more seeds.
func TestLongTheBooksGiveOutWhatTheLabDoes(t *testing.T) {
	require.NotEmpty(t, bookedLabs(t, 1, 9))
}
