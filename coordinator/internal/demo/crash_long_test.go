//go:build long

package demo

import (
	"fmt"
	"testing"

	"github.com/mailleur/mailleur/coordinator/internal/testkit"
)

// The same with more seeds.
func TestLongKillsLoseNothing(t *testing.T) {
	for seed := uint64(2); seed <= 11; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { crash(t, seed, "") })
	}
}

// The same on PostgreSQL.
func TestLongKillsLoseNothingOnPostgreSQL(t *testing.T) {
	for seed := uint64(20); seed <= 22; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { crash(t, seed, testkit.Postgres(t)) })
	}
}
