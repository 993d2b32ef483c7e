package labsim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Ensure that a slow printer in a quiet lab gets a plate about every week, where it would get none for months without
// goodwill, that no request is late for it, and that no request takes a day longer.
func TestNobodyIsWithoutWorkForWeeks(t *testing.T) {
	for seed := range uint64(4) {
		l := Quiet(seed, "07:30-22:30")
		kind, err := Play(&l, watched{Ours{Over: true}, t})
		require.NoError(t, err)
		l.Unkind = true
		unkind, err := Play(&l, Ours{Over: true})
		require.NoError(t, err)
		require.Greater(t, unkind.Idlest, 30*24*time.Hour, "seed %d: the lab is not quiet", seed)
		require.Less(t, kind.Idlest, 12*24*time.Hour, "seed %d", seed)
		require.LessOrEqual(t, kind.Late, unkind.Late, "seed %d", seed)
	}
}
