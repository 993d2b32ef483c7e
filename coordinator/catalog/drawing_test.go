package catalog

import (
	"encoding/binary"
	"encoding/xml"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

type point [3]float32

type solid struct {
	facets [][3]point
	lo, hi [3]float64
}

// readSTL reads a binary STL and measures its bounds.
func readSTL(t *testing.T, b []byte) solid {
	t.Helper()
	require.Greater(t, len(b), 84)
	n := int(binary.LittleEndian.Uint32(b[80:]))
	require.Len(t, b, 84+50*n, "length against facet count")
	s := solid{lo: [3]float64{1e9, 1e9, 1e9}, hi: [3]float64{-1e9, -1e9, -1e9}}
	for i := range n {
		var f [3]point
		for j := range 9 {
			v := math.Float32frombits(binary.LittleEndian.Uint32(b[84+50*i+12+4*j:]))
			f[j/3][j%3] = v
			s.lo[j%3] = min(s.lo[j%3], float64(v))
			s.hi[j%3] = max(s.hi[j%3], float64(v))
		}
		s.facets = append(s.facets, f)
	}
	return s
}

func (s solid) size(axis int) float64 { return s.hi[axis] - s.lo[axis] }

// volume is positive, in mm³, when the facets face outwards.
func (s solid) volume() float64 {
	var v float64
	for _, f := range s.facets {
		var p [3][3]float64
		for i := range 9 {
			p[i/3][i%3] = float64(f[i/3][i%3])
		}
		a, b, c := p[0], p[1], p[2]
		v += a[0]*(b[1]*c[2]-b[2]*c[1]) - a[1]*(b[0]*c[2]-b[2]*c[0]) + a[2]*(b[0]*c[1]-b[1]*c[0])
	}
	return v / 6
}

// openEdges counts directed edges without exactly one opposite: zero for a watertight, consistently turned surface.
func (s solid) openEdges() int {
	seen := map[[2]point]int{}
	for _, f := range s.facets {
		for i := range 3 {
			seen[[2]point{f[i], f[(i+1)%3]}]++
		}
	}
	open := 0
	for e, n := range seen {
		if n != 1 || seen[[2]point{e[1], e[0]}] != 1 {
			open++
		}
	}
	return open
}

// bodies counts the pieces that share no corner.
func (s solid) bodies() int {
	parent := map[point]point{}
	var find func(point) point
	find = func(p point) point {
		if q, ok := parent[p]; ok && q != p {
			parent[p] = find(q)
			return parent[p]
		}
		parent[p] = p
		return p
	}
	for _, f := range s.facets {
		parent[find(f[0])] = find(f[1])
		parent[find(f[1])] = find(f[2])
	}
	n := 0
	for p := range parent {
		if find(p) == p {
			n++
		}
	}
	return n
}

var assignment = regexp.MustCompile(`(?m)^(\w+)\s*=\s*([0-9.]+);`)

// dimensions reads the plain "name = number;" lines of a drawing.
func dimensions(t *testing.T, p Product, name string) map[string]float64 {
	t.Helper()
	src, err := p.File(name)
	require.NoError(t, err)
	dim := map[string]float64{}
	for _, m := range assignment.FindAllStringSubmatch(string(src), -1) {
		dim[m[1]], err = strconv.ParseFloat(m[2], 64)
		require.NoError(t, err)
	}
	return dim
}

func drawn(t *testing.T, product, part string) (solid, map[string]float64) {
	t.Helper()
	for _, p := range loaded(t) {
		for _, x := range p.Parts {
			if p.ID == product && x.Code == part {
				b, err := p.File(x.File)
				require.NoError(t, err)
				return readSTL(t, b), dimensions(t, p, x.Source)
			}
		}
	}
	t.Fatalf("no part %s of %s", part, product)
	return solid{}, nil
}

// Every printed part is one closed body that stands on the bed, fits the smallest bed and has whole layers.
func TestPrintedPartsAreSoundSolids(t *testing.T) {
	for _, p := range loaded(t) {
		for _, part := range p.Parts {
			if part.How != HowPrint {
				continue
			}
			s, dim := drawn(t, p.ID, part.Code)
			require.Zero(t, s.openEdges(), "%s is watertight", part.Code)
			require.Equal(t, 1, s.bodies(), "%s is one piece", part.Code)
			require.Positive(t, s.volume(), "%s faces outwards", part.Code)
			require.Less(t, s.volume(), s.size(0)*s.size(1)*s.size(2))
			require.InDelta(t, 0, s.lo[2], 1e-4, "%s stands on the bed", part.Code)
			require.Less(t, s.size(0), 200.0)
			require.Less(t, s.size(1), 200.0)
			height := max(dim["height"], dim["thick"])
			require.InDelta(t, height, s.size(2), 1e-3, "%s is as high as drawn", part.Code)
			for _, um := range part.LayerHeightsUm {
				layers := height * 1000 / float64(um)
				require.InDelta(t, math.Round(layers), layers, 1e-6, "%s in layers of %d µm", part.Code, um)
			}
		}
	}
}

func TestBandIsFullSizeAndAsDrawn(t *testing.T) {
	s, dim := drawn(t, "visor", "visor-band")
	require.InDelta(t, 2*dim["film_half_width"]+dim["wall"], s.size(0), 0.4, "the outer pegs end no further out than the arc does")
	require.InDelta(t, dim["film_centre"]+dim["film_front"]+dim["wall"]/2, s.hi[1], 0.05)
	require.InDelta(t, -dim["arm_length"]-dim["hook_radius"]-dim["wall"]/2, s.lo[1], 1.5)
	require.InDelta(t, 0, s.lo[0]+s.hi[0], 1e-3, "left and right alike")
	require.GreaterOrEqual(t, 2*dim["head_half_width"]+dim["wall"], 159.6, "the forehead arc alone is full size")
	require.GreaterOrEqual(t, s.size(0), 160.0)

	inner := 2*dim["head_half_width"] - dim["wall"]
	require.True(t, inner >= 150 && inner <= 165, "inner width %.1f fits a head of 57 cm", inner)
	require.LessOrEqual(t, s.size(2), 20.0)
	// The film's upper edge, 12 mm from the middle of 6 mm holes, ends within the band.
	require.LessOrEqual(t, dim["peg_foot"]+dim["peg_seat"]+9, dim["height"]+1e-9)
	require.Equal(t, 80.0, dim["hole_pitch"])
}

// Neighbouring lines overlap, so n lines fill less than n times their width. At draft (0.5 mm wide, 0.3 mm high) each
// wall is filled to 0.01 mm; at 0.2 mm and 0.45 mm wide no more than a third of a line is left empty.
func TestWallsAreWholeNumbersOfLines(t *testing.T) {
	filled := func(lines, width, layer float64) float64 { return width + (lines-1)*(width-layer*(1-math.Pi/4)) }
	for part, lines := range map[string]float64{"visor-band": 4, "visor-reinforcement": 2} {
		_, dim := drawn(t, "visor", part)
		require.InDelta(t, filled(lines, 0.5, 0.3), dim["wall"], 0.01, "%s at draft", part)
		require.InDelta(t, filled(lines, 0.45, 0.2), dim["wall"], 0.15, "%s in fine layers", part)
	}
}

// flattest returns the flattest underside above z, in degrees from the vertical: 90 is a ceiling.
func (s solid) flattest(z float64) float64 {
	worst := 0.0
	for _, f := range s.facets {
		var u, v [3]float64
		for i := range 3 {
			u[i], v[i] = float64(f[1][i]-f[0][i]), float64(f[2][i]-f[0][i])
		}
		n := [3]float64{u[1]*v[2] - u[2]*v[1], u[2]*v[0] - u[0]*v[2], u[0]*v[1] - u[1]*v[0]}
		size := math.Sqrt(n[0]*n[0] + n[1]*n[1] + n[2]*n[2])
		top := float64(max(f[0][2], f[1][2], f[2][2]))
		if size > 1e-4 && n[2] < 0 && top > z {
			worst = max(worst, math.Asin(-n[2]/size)*180/math.Pi)
		}
	}
	return worst
}

// A band stands on the band below it, so no other underside may need a support.
func TestBandNeedsNoSupportEvenInAStack(t *testing.T) {
	s, _ := drawn(t, "visor", "visor-band")
	require.LessOrEqual(t, s.flattest(0.01), 55.0)
}

func TestReinforcementIsAsDrawn(t *testing.T) {
	s, dim := drawn(t, "visor", "visor-reinforcement")
	outer := dim["radius"] + dim["groove"]/2 + dim["wall"]
	chord := 2 * dim["radius"] * math.Sin(dim["angle"]/2*math.Pi/180)
	require.InDelta(t, chord+2*(dim["wall"]+dim["groove"]/2), s.size(0), 0.3)
	require.InDelta(t, outer-dim["radius"], s.hi[1], 0.05)
	_, band := drawn(t, "visor", "visor-band")
	require.InDelta(t, band["film_half_width"], dim["radius"], 1, "the film keeps the band's curve")
}

func TestHookIsAsDrawn(t *testing.T) {
	s, dim := drawn(t, "hook", "hook")
	ring := dim["finger"]/2 + dim["width"]
	crook := dim["jaw"]/2 + dim["width"]
	require.InDelta(t, 2*ring+dim["stem"]+crook+dim["nose_length"], s.size(0), 0.3)
	require.True(t, dim["finger"] >= 22 && dim["finger"] <= 30, "a forefinger goes through the ring")
}

// The pattern is A4 at true scale and its ruler is 50 mm long.
func TestMaskPatternIsA4AtTrueScale(t *testing.T) {
	mask := loaded(t)[2]
	b, err := mask.File(mask.Parts[0].File)
	require.NoError(t, err)
	var svg struct {
		Width   string `xml:"width,attr"`
		Height  string `xml:"height,attr"`
		ViewBox string `xml:"viewBox,attr"`
		Rects   []struct {
			ID    string  `xml:"id,attr"`
			Class string  `xml:"class,attr"`
			X     float64 `xml:"x,attr"`
			Y     float64 `xml:"y,attr"`
			W     float64 `xml:"width,attr"`
			H     float64 `xml:"height,attr"`
		} `xml:"rect"`
	}
	require.NoError(t, xml.Unmarshal(b, &svg))
	require.Equal(t, []string{"210mm", "297mm", "0 0 210 297"}, []string{svg.Width, svg.Height, svg.ViewBox})
	require.NotContains(t, strings.ToLower(strings.ReplaceAll(string(b), "http://www.w3.org/2000/svg", "")), "http", "loads nothing")
	found := map[string][2]float64{}
	for _, r := range svg.Rects {
		require.True(t, r.X >= 0 && r.Y >= 0 && r.X+r.W <= 210 && r.Y+r.H <= 297, "inside the sheet")
		found[r.ID+r.Class] = [2]float64{r.W, r.H}
	}
	require.Equal(t, 50.0, found["ruler"][0])
	require.Equal(t, [2]float64{190, 190}, found["cut"])
	require.Equal(t, [2]float64{170, 170}, found["seam"])
}
