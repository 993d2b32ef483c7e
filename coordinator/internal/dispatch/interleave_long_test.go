//go:build long

package dispatch_test

import (
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/mailleur/mailleur/coordinator/internal/store/storetest"
)

// The same with many more lists of moves.
func TestLongNoInterleavingBreaksTheBooks(t *testing.T) { interleave(t, 1000, 2) }

// The same on PostgreSQL, where two loops really commit side by side.
func TestLongNoInterleavingBreaksTheBooksOnPostgres(t *testing.T) {
	began := time.Now()
	for seed := 0; seed < 100 && time.Since(began) < 5*time.Minute; seed++ {
		list := rapid.Custom(anyMoves).Example(seed)
		dsn, v := storetest.Postgres(t), &verdict{}
		synctest.Test(t, func(t *testing.T) { play(t, v, dsn, list) })
		if v.said != "" {
			t.Fatalf("list %d: %s", seed, v.said)
		}
	}
}
