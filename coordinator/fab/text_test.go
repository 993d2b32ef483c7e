package fab_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Ensure that names of all kinds pass unchanged, and that nothing invisible does.
func TestTypedTextIsTidied(t *testing.T) {
	for _, name := range []string{"O’Brien-d’Haïti (Éva)", "李", "<script>alert(1)</script>", "=SUM(A1)", "{{7*7}}"} {
		require.Equal(t, name, fab.Line(name))
	}
	for typed, want := range map[string]string{
		"  Les \t Tilleuls\u00a0 ":      "Les Tilleuls",
		"Rue\r\nBcc: x@y.z":             "Rue Bcc: x@y.z",
		"Ru\x00e \u202eeuR\u200b\ufeff": "Rue euR",
		"Ru\xffe":                       "Rue",
	} {
		require.Equal(t, want, fab.Line(typed))
	}
	require.Equal(t, "Porte B\n2e étage", fab.Lines(" Porte\tB\r\n2e\u200b étage\n\n"))
}

// Ensure that a count is read as it is meant, or not at all.
func TestWholeNumbersAreReadAsMeant(t *testing.T) {
	for typed, want := range map[string]int64{"20": 20, " 20 ": 20, "２０": 20, "1 000": 1000, "1\u202f000": 1000, "-5": -5, "007": 7} {
		n, ok := fab.WholeNumber(typed)
		require.True(t, ok, typed)
		require.Equal(t, want, n)
	}
	for _, typed := range []string{"", " ", "12,5", "1.5", "1e3", "0x10", "vingt", "9223372036854775808", "5-", "²"} {
		_, ok := fab.WholeNumber(typed)
		require.False(t, ok, typed)
	}
}
