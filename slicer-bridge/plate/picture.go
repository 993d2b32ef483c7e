package plate

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"

	"github.com/fogleman/fauxgl"

	"github.com/mailleur/mailleur/slicer-bridge/mesh"
)

// Colours of the bed.
var (
	sheet   = color.NRGBA{0xff, 0xff, 0xff, 0xff}
	faint   = color.NRGBA{0xec, 0xe8, 0xe0, 0xff}
	rim     = color.NRGBA{0xb9, 0xb4, 0xaa, 0xff}
	clip    = color.NRGBA{0x8a, 0x8f, 0x9b, 0xff}
	another = color.NRGBA{0x5b, 0x64, 0x74, 0xff} // parts from the third on
)

const (
	dense     = 3    // pixels drawn for one, along each side
	leastGrid = 6.0  // pixels from one line of the bed to the next
	margin    = 1.06 // of the frame to the bed
)

// Picture draws the plate as a PNG, seen from above the front: the area with a
// line every 10 mm (every 50 mm in small pictures), what is blocked, and the pieces, the first part in the view's
// colour (the house's green if it has none), the second in its orange. The same
// arguments give the same bytes.
func Picture(parts []Part, places []Place, a Area, v mesh.View) ([]byte, error) {
	w, d := a.size()
	if v.Width < 16 || v.Height < 16 || v.Width > 2048 || v.Height > 2048 {
		return nil, fmt.Errorf("draw plate: %d × %d pixels is out of range", v.Width, v.Height)
	}
	if !(w > 0 && d > 0) {
		return nil, fmt.Errorf("draw plate: an area of %g × %g mm", w, d)
	}
	if v.Part.A == 0 {
		v.Part = mesh.Thread
	}
	s := newScene(parts, places, a, v)
	s.drawBed()
	for _, p := range places {
		s.drawPiece(p)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, thinned(s.dc.Image().(*image.NRGBA), dense)); err != nil {
		return nil, fmt.Errorf("encode picture: %w", err)
	}
	return out.Bytes(), nil
}

type scene struct {
	dc     *fauxgl.Context
	parts  []Part
	area   Area
	view   mesh.View
	bodies map[int][]*fauxgl.Triangle // by part, around the origin, with normals
	matrix fauxgl.Matrix
	eye    fauxgl.Vector
	pixel  float64 // mm that one pixel of the picture is wide
}

func newScene(parts []Part, places []Place, a Area, v mesh.View) *scene {
	s := &scene{parts: parts, area: a, view: v, bodies: map[int][]*fauxgl.Triangle{}}
	s.dc = fauxgl.NewContext(v.Width*dense, v.Height*dense)
	clear := fauxgl.MakeColor(v.Background)
	if v.Background.A == 0 {
		clear = fauxgl.MakeColor(rim).Alpha(0)
	}
	s.dc.ClearColorBufferWith(clear)
	s.dc.Cull = fauxgl.CullNone
	high := 0.0
	for _, p := range places {
		s.body(p.Part)
		high = max(high, parts[p.Part].height(p.Pile))
	}
	s.aim(high)
	return s
}

func (p Part) height(pile int) float64 {
	return p.Mesh.Bounds().Size()[2] + float64(max(pile, 1)-1)*p.Pitch
}

// aim fits an orthographic camera around the bed and what stands on it.
func (s *scene) aim(high float64) {
	w, d := s.area.size()
	middle := fauxgl.V((s.area.MinX+s.area.MaxX)/2, (s.area.MinY+s.area.MaxY)/2, 0)
	away := 2 * (w + d + high)
	s.eye = middle.Add(fauxgl.V(0, -0.62, 1).Normalize().MulScalar(away))
	camera := fauxgl.LookAt(s.eye, middle, fauxgl.V(0, 0, 1))
	low, top := math.Inf(1), math.Inf(-1)
	for _, z := range [2]float64{0, high} {
		for _, y := range [2]float64{s.area.MinY, s.area.MaxY} {
			at := camera.MulPosition(fauxgl.V(middle.X, y, z)).Y
			low, top = min(low, at), max(top, at)
		}
	}
	s.pixel = margin * max(w/float64(s.view.Width), (top-low)/float64(s.view.Height))
	halfW, halfH := s.pixel*float64(s.view.Width)/2, s.pixel*float64(s.view.Height)/2
	s.matrix = camera.Translate(fauxgl.V(0, -(low+top)/2, 0)).Orthographic(-halfW, halfW, -halfH, halfH, 0, 2*away)
}

// body prepares a part for drawing, once.
func (s *scene) body(part int) {
	if s.bodies[part] != nil {
		return
	}
	m := s.parts[part].Mesh
	b := m.Bounds()
	origin := fauxgl.V((b.Min[0]+b.Max[0])/2, (b.Min[1]+b.Max[1])/2, b.Min[2])
	at := func(v mesh.Vec) fauxgl.Vector {
		return fauxgl.V(float64(v[0]), float64(v[1]), float64(v[2])).Sub(origin)
	}
	body := fauxgl.NewEmptyMesh()
	for _, t := range m.Triangles {
		body.Triangles = append(body.Triangles, fauxgl.NewTriangleForPoints(at(t[0]), at(t[1]), at(t[2])))
	}
	body.SmoothNormalsThreshold(fauxgl.Radians(25))
	s.bodies[part] = body.Triangles
}

func (s *scene) drawPiece(p Place) {
	shader := fauxgl.NewPhongShader(s.matrix, fauxgl.V(-0.4, -0.55, 1).Normalize(), s.eye)
	shader.ObjectColor = fauxgl.MakeColor(s.colour(p.Part))
	shader.AmbientColor = fauxgl.Gray(0.5)
	shader.DiffuseColor = fauxgl.Gray(0.68)
	shader.SpecularColor = fauxgl.Gray(0.08)
	shader.SpecularPower = 24
	s.dc.Shader = shader
	sin, cos := sincos(p.Angle)
	turn := func(v fauxgl.Vector) fauxgl.Vector { return fauxgl.V(v.X*cos-v.Y*sin, v.X*sin+v.Y*cos, v.Z) }
	for k := range max(p.Pile, 1) {
		to := fauxgl.V(p.X, p.Y, float64(k)*s.parts[p.Part].Pitch)
		for _, t := range s.bodies[p.Part] {
			moved := *t
			for _, v := range [3]*fauxgl.Vertex{&moved.V1, &moved.V2, &moved.V3} {
				v.Position = turn(v.Position).Add(to)
				v.Normal = turn(v.Normal)
			}
			// One by one: DrawTriangles spreads them over goroutines that race for
			// the depth of a pixel.
			s.dc.DrawTriangle(&moved)
		}
	}
}

func (s *scene) colour(part int) color.NRGBA {
	switch part {
	case 0:
		return s.view.Part
	case 1:
		return mesh.Call
	}
	return another
}

func (s *scene) drawBed() {
	a := s.area
	wide := max(0.9*s.pixel, 0.3)
	s.slab(a.MinX, a.MinY, a.MaxX, a.MaxY, -0.3, sheet)
	grid := 10.0
	if grid/s.pixel < leastGrid {
		grid = 50
	}
	for x := math.Floor(a.MinX/grid+1) * grid; x < a.MaxX-wide; x += grid {
		s.slab(x-wide/2, a.MinY, x+wide/2, a.MaxY, -0.2, faint)
	}
	for y := math.Floor(a.MinY/grid+1) * grid; y < a.MaxY-wide; y += grid {
		s.slab(a.MinX, y-wide/2, a.MaxX, y+wide/2, -0.2, faint)
	}
	wide *= 1.3
	s.slab(a.MinX-wide, a.MinY-wide, a.MaxX+wide, a.MinY, -0.1, rim)
	s.slab(a.MinX-wide, a.MaxY, a.MaxX+wide, a.MaxY+wide, -0.1, rim)
	s.slab(a.MinX-wide, a.MinY, a.MinX, a.MaxY, -0.1, rim)
	s.slab(a.MaxX, a.MinY, a.MaxX+wide, a.MaxY, -0.1, rim)
	for _, b := range a.Blocked {
		x0, x1 := max(b.MinX, a.MinX), min(b.MaxX, a.MaxX)
		y0, y1 := max(b.MinY, a.MinY), min(b.MaxY, a.MaxY)
		if x0 < x1 && y0 < y1 {
			s.slab(x0, y0, x1, y1, 0, clip)
		}
	}
}

// slab draws a level rectangle.
func (s *scene) slab(x0, y0, x1, y1, z float64, c color.NRGBA) {
	s.dc.Shader = fauxgl.NewSolidColorShader(s.matrix, fauxgl.MakeColor(c))
	v := [4]fauxgl.Vector{fauxgl.V(x0, y0, z), fauxgl.V(x1, y0, z), fauxgl.V(x1, y1, z), fauxgl.V(x0, y1, z)}
	s.dc.DrawTriangle(fauxgl.NewTriangleForPoints(v[0], v[1], v[2]))
	s.dc.DrawTriangle(fauxgl.NewTriangleForPoints(v[0], v[2], v[3]))
}

// thinned averages each square of n × n pixels, weighting colours by their
// opacity.
func thinned(in *image.NRGBA, n int) *image.NRGBA {
	out := image.NewNRGBA(image.Rect(0, 0, in.Rect.Dx()/n, in.Rect.Dy()/n))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			var sum [3]uint32
			var alpha uint32
			for i := range n * n {
				c := in.NRGBAAt(x*n+i%n, y*n+i/n)
				sum[0], sum[1], sum[2] = sum[0]+uint32(c.R)*uint32(c.A), sum[1]+uint32(c.G)*uint32(c.A), sum[2]+uint32(c.B)*uint32(c.A)
				alpha += uint32(c.A)
			}
			if alpha > 0 {
				out.SetNRGBA(x, y, color.NRGBA{uint8(sum[0] / alpha), uint8(sum[1] / alpha), uint8(sum[2] / alpha), uint8(alpha / uint32(n*n))})
			}
		}
	}
	return out
}
