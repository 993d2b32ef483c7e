package mesh_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/slicer-bridge/internal/corpus"
	"github.com/mailleur/mailleur/slicer-bridge/mesh"
)

// Every file of the corpus is a part with the facts known of it, or is refused
// with the code that helps its sender.
func TestCorpusIsReadOrRefusedByName(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range corpus.Files() {
		require.False(t, seen[f.Name], "two files named %s", f.Name)
		seen[f.Name] = true
		if f.Large {
			continue // for the built program, without the race detector
		}
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			m, err := mesh.Read(f.Make(), mesh.Caps{})
			if f.Refusal != "" {
				var p *mesh.Problem
				require.ErrorAs(t, err, &p)
				require.Equal(t, f.Refusal, p.Code, p.Error())
				return
			}
			require.NoError(t, err)
			holds(t, f, m.Inspect())
		})
	}
}

func holds(t *testing.T, f corpus.File, info mesh.Info) {
	t.Helper()
	want := f.Want
	assert.Equal(t, want.Triangles, info.Triangles)
	assert.Equal(t, want.OpenEdges, info.OpenEdges)
	assert.Equal(t, want.Shells, info.Shells)
	assert.Equal(t, want.Watertight, info.Watertight)
	assert.Equal(t, want.Repairable, info.Repairable)
	if want.Watertight {
		assert.InEpsilon(t, want.VolumeMM3, info.VolumeMM3, 1e-3)
	}
	if want.Units == "" {
		want.Units = "mm"
	}
	assert.Equal(t, want.Units, info.Units)
	codes := []string{}
	for _, p := range info.Problems {
		codes = append(codes, p.Code)
	}
	assert.Equal(t, strings.Join(f.Notes, " "), strings.Join(codes, " "))
}
