package store_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/store/storetest"
)

// Ensure that a program which is told to end in the middle of a transaction can tell that from a fault, and that a
// refusal stays one.
func TestTheEndOfAContextIsNoFault(t *testing.T) {
	s, err := store.Open(t.Context(), storetest.SQLite(t), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	for _, refuse := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		err = s.Update(ctx, func(tx *store.Tx) error {
			cancel()
			if refuse {
				return fab.Refuse(fab.Conflict, "link_used", "")
			}
			for {
				if _, err := tx.Attempts(); err != nil { // the roll-back is another goroutine's
					return err
				}
			}
		})
		if refuse {
			require.Equal(t, fab.Conflict, fab.ClassOf(err))
		} else {
			require.ErrorIs(t, err, context.Canceled)
		}
	}
}
