package slicing_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

// A mended model is a file that reads back as large as was asked for, closed and the right way out.
func TestMended(t *testing.T) {
	inside := []byte("solid tetra\n" + facet("0 0 0", "1 0 0", "0 1 0") + facet("0 0 0", "0 1 0", "0 0 1") + facet("0 0 0", "0 0 1", "1 0 0") + facet("1 0 0", "0 0 1", "0 1 0") + "endsolid tetra\n")
	before, err := slicing.Inspect(inside)
	require.NoError(t, err)
	require.True(t, before.Repairable)
	out, err := slicing.Mended(inside, true, 25.4)
	require.NoError(t, err)
	after, err := slicing.Inspect(out)
	require.NoError(t, err)
	require.InDelta(t, 25.4, after.Bounds.Size()[0], 1e-4)
	require.True(t, after.Watertight)
	require.False(t, after.Repairable)
	require.Empty(t, after.Problems)

	_, err = slicing.Mended([]byte("<html>"), true, 1)
	var problem *slicing.Problem
	require.ErrorAs(t, err, &problem)
}

func facet(a, b, c string) string {
	return "facet normal 0 0 0\nouter loop\nvertex " + a + "\nvertex " + b + "\nvertex " + c + "\nendloop\nendfacet\n"
}
