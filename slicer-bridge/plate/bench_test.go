package plate

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/slicer-bridge/mesh"
)

// beds are where six of the described machines take parts.
var beds = []struct {
	name string
	area Area
}{
	{"mini 176", Area{MinX: 2, MinY: 2, MaxX: 178, MaxY: 178, Height: 175, Clearance: 4}},
	{"mega 200", Area{MinX: 5, MinY: 5, MaxX: 205, MaxY: 205, Height: 200, Clearance: 4}},
	{"ender 210", Area{MinX: 5, MinY: 5, MaxX: 215, MaxY: 215, Height: 245, Clearance: 4}},
	{"mk3s 246 × 206", Area{MinX: 2, MinY: 2, MaxX: 248, MaxY: 208, Height: 205, Clearance: 4}},
	{"cr-10 290", Area{MinX: 5, MinY: 5, MaxX: 295, MaxY: 295, Height: 395, Clearance: 4}},
	{"voron 338", Area{MinX: 6, MinY: 6, MaxX: 344, MaxY: 344, Height: 275, Clearance: 4}},
}

const catalogue = "../../coordinator/catalog/"

func read(t testing.TB, path string) *mesh.Mesh {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	m, err := mesh.Read(data, mesh.Caps{})
	require.NoError(t, err)
	return m.Normalised()
}

// The catalogue's own parts nest: more lie on a bed than in rows of their boxes.
func TestCatalogueNests(t *testing.T) {
	for _, c := range []struct {
		path  string
		bed   int
		least int // of all
		boxes int
	}{{"hook/hook.stl", 2, 10, 7}, {"visor/reinforcement.stl", 0, 19, 8}, {"visor/band.stl", 4, 3, 1}} {
		rows, all := counts(read(t, catalogue+c.path), beds[c.bed].area)
		require.Equal(t, c.boxes, rows, c.path)
		require.GreaterOrEqual(t, all, c.least, c.path)
	}
}

func counts(m *mesh.Mesh, a Area) (rows, all int) {
	p, o := []Part{{Mesh: m, Copies: 200}}, newOutline(m)
	if fits(p[0], o, a) != nil {
		return 0, 0
	}
	return len(newNest(p, []outline{o}, a, 1).rows()), MaxCopies(m, 200, a)
}

// BenchmarkCopiesPerBed gives, for each part and bed, how many lie in rows of
// boxes and how many nested; MAILLEUR_MODELS names a folder of more parts.
func BenchmarkCopiesPerBed(b *testing.B) {
	paths := []string{catalogue + "visor/band.stl", catalogue + "visor/reinforcement.stl", catalogue + "hook/hook.stl"}
	more, err := filepath.Glob(filepath.Join(os.Getenv("MAILLEUR_MODELS"), "*.stl"))
	if err == nil && os.Getenv("MAILLEUR_MODELS") != "" {
		paths = append(paths, more...)
	}
	for _, path := range paths {
		m := read(b, path)
		for _, bed := range beds {
			b.Run(fmt.Sprintf("%s/%s", strings.TrimSuffix(filepath.Base(path), ".stl"), bed.name), func(b *testing.B) {
				var rows, all int
				for b.Loop() {
					rows, all = counts(m, bed.area)
				}
				b.ReportMetric(float64(rows), "rows")
				b.ReportMetric(float64(all), "nested")
			})
		}
	}
}

func BenchmarkLay(b *testing.B) {
	hook, band := read(b, catalogue+"hook/hook.stl"), read(b, catalogue+"visor/band.stl")
	large := Area{MaxX: 1000, MaxY: 1000, Height: 500, Clearance: 4}
	var mixed []Part
	for i := range 20 {
		mixed = append(mixed, Part{Mesh: hook.Scaled(0.5 + float64(i)/40), Copies: 1})
	}
	for name, c := range map[string]struct {
		parts []Part
		area  Area
	}{
		"20 kinds of hook":      {mixed, beds[4].area},
		"a million triangles":   {[]Part{{Mesh: ripple(700), Copies: 2}}, beds[4].area},
		"3 bands":               {[]Part{{Mesh: band, Copies: 3}}, beds[4].area},
		"4 bands, one too many": {[]Part{{Mesh: band, Copies: 4}}, beds[4].area},
		"12 bands":              {[]Part{{Mesh: band, Copies: 12}}, large},
		"200 hooks":             {[]Part{{Mesh: hook, Copies: 200}}, large},
		"200 hooks, too many":   {[]Part{{Mesh: hook, Copies: 200}}, beds[4].area},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := Lay(c.parts, c.area); err != nil {
					var p *mesh.Problem
					require.ErrorAs(b, err, &p)
				}
			}
		})
	}
}

// ripple is a sheet of 2 n² triangles, a hundred millimetres wide.
func ripple(n int) *mesh.Mesh {
	m := &mesh.Mesh{Triangles: make([]mesh.Triangle, 0, 2*n*n)}
	at := func(x, y int) mesh.Vec {
		return mesh.Vec{float32(x) * 100 / float32(n), float32(y) * 100 / float32(n), float32(x * y % 7)}
	}
	for y := range n {
		for x := range n {
			a, b, c, d := at(x, y), at(x+1, y), at(x+1, y+1), at(x, y+1)
			m.Triangles = append(m.Triangles, mesh.Triangle{a, b, c}, mesh.Triangle{a, c, d})
		}
	}
	return m
}
