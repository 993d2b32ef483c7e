//go:build long

package main_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The whole story: 24 visors, 10 hooks and 6 masks.
func TestLongTheDemoDelivers(t *testing.T) {
	r := playDemo(t)
	checkDemo(t, r, 40)
	require.EqualValues(t, 24, r.SheetsUsed)
}
