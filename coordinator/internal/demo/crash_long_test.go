//go:build long

package demo

import (
	"fmt"
	"testing"
)

// The same with more seeds.
func TestLongKillsLoseNothing(t *testing.T) {
	for seed := uint64(2); seed <= 11; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { crash(t, seed) })
	}
}
