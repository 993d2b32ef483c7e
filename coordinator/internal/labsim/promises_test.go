package labsim

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Ensure that what is told at intake comes true in four labs of five, whatever goes wrong, and says something: a window
// that covers everything would be none.
func TestWhatIsToldComesTrue(t *testing.T) {
	attended := troubled
	attended.Hours = "07:30-22:30"
	for _, o := range []Options{troubled, attended} {
		told, err := Promises(t.Context(), 0, 10, func(seed uint64) Lab { return Visors(seed, o) })
		require.NoError(t, err)
		require.Equal(t, 10, told.Requests)
		require.GreaterOrEqual(t, told.Covered(), 0.8)
		require.Less(t, told.Width(), 0.4)
		require.Zero(t, told.Beaten)
	}
}

// Ensure that where nothing goes wrong no lab is quicker than its bound, and that the window opens where it ends.
func TestALabWithoutTroubleEndsAtItsBound(t *testing.T) {
	told, err := Promises(t.Context(), 0, 60, OneProduct)
	require.NoError(t, err)
	require.Zero(t, told.Beaten)
	require.Zero(t, told.Unknown)
	require.GreaterOrEqual(t, told.Covered(), 0.8)
}
