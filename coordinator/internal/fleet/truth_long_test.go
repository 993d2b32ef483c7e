//go:build long

package fleet_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/mailleur/mailleur/coordinator/internal/testkit"
)

// The same with two hundred seeds, every twentieth on PostgreSQL.
func TestLongTheBooksAgreeWithTheMachines(t *testing.T) {
	for seed := range uint64(200) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			dsn := filepath.Join(t.TempDir(), "lab.db")
			if seed%20 == 19 {
				dsn = testkit.Postgres(t)
			}
			newStage(t, dsn, 1000+seed).playOut()
		})
	}
}
