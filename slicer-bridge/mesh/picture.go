package mesh

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"

	"github.com/fogleman/fauxgl"
)

// Colours of the house for pictures of parts.
var (
	Thread = color.NRGBA{0x0b, 0x6b, 0x5d, 0xff}
	Call   = color.NRGBA{0xb5, 0x46, 0x0f, 0xff}
	Paper  = color.NRGBA{0xfa, 0xf8, 0xf4, 0xff}
)

// View says how a part is drawn. A zero Background leaves the paper
// transparent; Width and Height are pixels, 16 to 2048.
type View struct {
	Width, Height int
	Part          color.NRGBA
	Background    color.NRGBA
}

const supersample = 2

// Picture draws the mesh as a PNG in a three-quarter view from above the front,
// all of it inside the frame with a margin.
func (m *Mesh) Picture(v View) ([]byte, error) {
	if v.Width < 16 || v.Height < 16 || v.Width > 2048 || v.Height > 2048 {
		return nil, fmt.Errorf("draw part: %d × %d pixels is out of range", v.Width, v.Height)
	}
	look := m.look(v)
	dc := fauxgl.NewContext(v.Width*supersample, v.Height*supersample)
	// Clearing with the part's own colour at alpha 0 keeps dark fringes off the edges.
	clear := fauxgl.MakeColor(v.Background)
	if v.Background.A == 0 {
		clear = fauxgl.MakeColor(v.Part).Alpha(0)
	}
	dc.ClearColorBufferWith(clear)
	shader := fauxgl.NewPhongShader(look.matrix, look.light, look.eye)
	shader.ObjectColor = fauxgl.MakeColor(v.Part)
	shader.AmbientColor = fauxgl.Gray(0.42)
	shader.DiffuseColor = fauxgl.Gray(0.78)
	shader.SpecularColor = fauxgl.Gray(0.12)
	shader.SpecularPower = 24
	dc.Shader = shader
	dc.Cull = fauxgl.CullNone
	m.draw(dc, look)
	var out bytes.Buffer
	if err := png.Encode(&out, halve(dc.Image())); err != nil {
		return nil, fmt.Errorf("encode picture: %w", err)
	}
	return out.Bytes(), nil
}

type look struct {
	centre, eye, light fauxgl.Vector
	matrix             fauxgl.Matrix
}

// look fits an orthographic camera around what it sees of the part, with the
// part's middle at the origin.
func (m *Mesh) look(v View) look {
	b := m.Bounds()
	l := look{
		centre: fauxgl.V((b.Min[0]+b.Max[0])/2, (b.Min[1]+b.Max[1])/2, (b.Min[2]+b.Max[2])/2),
		eye:    fauxgl.V(0.62, -1, 0.78).Normalize().MulScalar(2 * diagonal(b)),
		light:  fauxgl.V(-0.35, -0.75, 1).Normalize(),
	}
	camera := fauxgl.LookAt(l.eye, fauxgl.Vector{}, fauxgl.V(0, 0, 1))
	seen := fauxgl.Box{Min: fauxgl.V(math.Inf(1), math.Inf(1), math.Inf(1)), Max: fauxgl.V(math.Inf(-1), math.Inf(-1), math.Inf(-1))}
	for i := range m.Triangles {
		for _, p := range m.Triangles[i] {
			q := camera.MulPosition(point(p).Sub(l.centre))
			seen.Min, seen.Max = seen.Min.Min(q), seen.Max.Max(q)
		}
	}
	mid, size := seen.Center(), seen.Size()
	half := 0.54 * max(size.X/float64(v.Width), size.Y/float64(v.Height))
	w, h := half*float64(v.Width), half*float64(v.Height)
	l.matrix = camera.Translate(fauxgl.V(-mid.X, -mid.Y, 0)).Orthographic(-w, w, -h, h, 0, 4*diagonal(b))
	return l
}

// Round faces are smoothed for parts up to these bounds. Beyond them triangles
// are too small to tell, or so many meet in one corner that it would take hours.
const (
	smoothTriangles = 200_000
	smoothPairs     = 20_000_000 // of triangles that meet in a corner
)

// draw draws triangles one by one: DrawMesh spreads them over goroutines that
// race for the depth of a pixel.
func (m *Mesh) draw(dc *fauxgl.Context, l look) {
	at := func(t Triangle) *fauxgl.Triangle {
		return fauxgl.NewTriangleForPoints(point(t[0]).Sub(l.centre), point(t[1]).Sub(l.centre), point(t[2]).Sub(l.centre))
	}
	if len(m.Triangles) > smoothTriangles || m.pairs() > smoothPairs {
		for _, t := range m.Triangles {
			dc.DrawTriangle(at(t))
		}
		return
	}
	triangles := make([]*fauxgl.Triangle, 0, len(m.Triangles))
	for _, t := range m.Triangles {
		triangles = append(triangles, at(t))
	}
	fauxgl.NewTriangleMesh(triangles).SmoothNormalsThreshold(fauxgl.Radians(25))
	for _, t := range triangles {
		dc.DrawTriangle(t)
	}
}

// pairs is the sum over all corners of the square of how many triangles meet.
func (m *Mesh) pairs() (n int) {
	meeting := make(map[Vec]int, len(m.Triangles)/2+3)
	for i := range m.Triangles {
		for _, v := range m.Triangles[i] {
			n += 2*meeting[v] + 1
			meeting[v]++
		}
	}
	return n
}

func diagonal(b Bounds) float64 {
	s := b.Size()
	return math.Sqrt(s[0]*s[0] + s[1]*s[1] + s[2]*s[2])
}

func point(v Vec) fauxgl.Vector { return fauxgl.V(float64(v[0]), float64(v[1]), float64(v[2])) }

// halve averages each square of pixels, weighting colours by their opacity.
func halve(src image.Image) *image.NRGBA {
	in, ok := src.(*image.NRGBA)
	b := src.Bounds()
	out := image.NewNRGBA(image.Rect(0, 0, b.Dx()/supersample, b.Dy()/supersample))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			var r, g, bl, a uint32
			for i := range supersample * supersample {
				px, py := x*supersample+i%supersample, y*supersample+i/supersample
				var c color.NRGBA
				if ok {
					c = in.NRGBAAt(px, py)
				} else {
					c = color.NRGBAModel.Convert(src.At(px, py)).(color.NRGBA)
				}
				r, g, bl, a = r+uint32(c.R)*uint32(c.A), g+uint32(c.G)*uint32(c.A), bl+uint32(c.B)*uint32(c.A), a+uint32(c.A)
			}
			if a > 0 {
				out.SetNRGBA(x, y, color.NRGBA{uint8(r / a), uint8(g / a), uint8(bl / a), uint8(a / (supersample * supersample))})
			}
		}
	}
	return out
}
