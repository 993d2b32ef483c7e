//go:build long

package fleet_test

import (
	"fmt"
	"testing"

	"github.com/mailleur/mailleur/coordinator/internal/store/storetest"
)

// The same with two hundred seeds, every twentieth on PostgreSQL, in about twenty minutes. Leases are short: more labs at a
// time than processors lose them all the time, and make nothing.
func TestLongTheBooksAgreeWithTheMachines(t *testing.T) {
	for seed := range uint64(200) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			dsn := storetest.SQLite(t)
			if seed%20 == 19 {
				dsn = storetest.Postgres(t)
			}
			newStage(t, dsn, 1000+seed).playOut()
		})
	}
}
