package slicing

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/slicer-bridge/mesh"
)

// A file of exactly the room passes; one byte more is refused, however the reader cuts it up.
func TestTheCapOnFilesIsHeld(t *testing.T) {
	text := strings.Repeat("x", 1000)
	for _, room := range []int64{0, 999, 1000, 1001} {
		got, err := io.ReadAll(upTo(context.Background(), strings.NewReader(text), room))
		if room >= 1000 {
			require.NoError(t, err)
			require.Equal(t, text, string(got))
			continue
		}
		var p *mesh.Problem
		require.ErrorAs(t, err, &p)
		require.Equal(t, CodeFileTooLarge, p.Code)
	}
}
