//go:build long

package fleet_test

import (
	"fmt"
	"testing"

	"github.com/mailleur/mailleur/coordinator/internal/store/storetest"
)

// The same with forty seeds, every tenth on PostgreSQL, in about five minutes.
func TestLongTheBooksAgreeWithTheMachines(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			dsn := storetest.SQLite(t)
			if seed%10 == 9 {
				dsn = storetest.Postgres(t)
			}
			newStage(t, dsn, 1000+seed).playOut()
		})
	}
}
