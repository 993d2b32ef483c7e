//go:build long

package arcfit_test

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/slicer-bridge/mesh"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

// Real visor bands and adapters, which makers shared, keep to the promise on two machines and at both qualities. They are
// looked for in the folder MAILLEUR_MODELS, or beside the repository.
func TestLongModelsKeepToTheTolerance(t *testing.T) {
	folder := cmp.Or(os.Getenv("MAILLEUR_MODELS"), "../../../../shared/models")
	files, err := filepath.Glob(filepath.Join(folder, "*.stl"))
	require.NoError(t, err)
	require.NotEmpty(t, files, "no models in %s: set MAILLEUR_MODELS", folder)
	p := newPlates(t)
	for _, file := range files {
		stl, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, printer := range []string{"prusa-mk3s", "ender-3"} {
			for _, q := range []slicing.Quality{slicing.Draft, slicing.Normal} {
				t.Run(strings.Join([]string{filepath.Base(file), printer, string(q)}, "/"), func(t *testing.T) {
					data, err := p.slice(t, stl, printer, q)
					var refused *mesh.Problem
					if errors.As(err, &refused) && strings.HasPrefix(refused.Code, "plate.") {
						t.Log("does not fit:", err)
						return
					}
					require.NoError(t, err)
					p.proven(t, data, printer)
				})
			}
		}
	}
}
