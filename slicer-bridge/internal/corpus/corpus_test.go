package corpus

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

// The files are the same every time and differ from each other, and each says what has to come of it.
func TestFilesAreTheSameEveryTime(t *testing.T) {
	files, again := Files(), Files()
	require.Greater(t, len(files), 150)
	seen := map[string]string{}
	for i, f := range files {
		if f.Large {
			continue
		}
		data := f.Make()
		require.True(t, bytes.Equal(data, again[i].Make()), f.Name)
		require.Empty(t, seen[string(data)], "%s is the same file", f.Name)
		seen[string(data)] = f.Name
		require.NotEqual(t, f.Refusal == "", f.Want.Triangles == 0, f.Name)
	}
	t.Logf("%d files", len(files))
}
