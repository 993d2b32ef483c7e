package plate

import "math"

// block is a field of boxes that look the same way: its front left corner, and
// what one box takes with its clearance, in mm.
type block struct {
	x, y, w, d float64
	cols, rows int
	angle      float64
}

func (b block) count() int { return b.cols * b.rows }

// rows lays the only part in rows of its boxes, to the micrometre: all one way,
// or with what is left over filled the other way.
func (n *nest) rows() []Place {
	var best []block
	most := 0
	for _, blocks := range n.fields() {
		count := 0
		for _, b := range blocks {
			count += b.count()
		}
		if count > most {
			best, most = blocks, count
		}
		if most >= n.parts[0].piles() {
			break
		}
	}
	var out []Place
	for _, b := range best {
		for i := range b.count() {
			if len(out) == n.parts[0].piles() {
				return out
			}
			out = append(out, Place{
				X: b.x + b.w*float64(i%b.cols) + (b.w-n.area.Clearance)/2, Y: b.y + b.d*float64(i/b.cols) + (b.d-n.area.Clearance)/2,
				Angle: b.angle, Pile: n.parts[0].pieces(len(out)),
			})
		}
	}
	return out
}

// fields gives the ways to divide the area in one or two, the plainest first.
func (n *nest) fields() [][]block {
	out := [][]block{{n.field(n.area.MinX, n.area.MinY, false)}, {n.field(n.area.MinX, n.area.MinY, true)}}
	for _, turned := range []bool{false, true} {
		b := n.field(n.area.MinX, n.area.MinY, turned)
		for k := 1; k <= b.cols; k++ {
			left := b
			left.cols = k
			out = append(out, []block{left, n.field(b.x+float64(k)*b.w, b.y, !turned)})
		}
		for k := 1; k <= b.rows; k++ {
			front := b
			front.rows = k
			out = append(out, []block{front, n.field(b.x, b.y+float64(k)*b.d, !turned)})
		}
	}
	return out
}

// field fills what is right of and behind a corner.
func (n *nest) field(x, y float64, turned bool) block {
	left, bottom, right, top := n.outlines[0].extent(0)
	c := n.area.Clearance
	b := block{x: x, y: y, w: right - left + c, d: top - bottom + c}
	if turned {
		b.w, b.d, b.angle = b.d, b.w, 90
	}
	b.cols = max(int(math.Floor((n.area.MaxX-x+c+edge)/b.w)), 0)
	b.rows = max(int(math.Floor((n.area.MaxY-y+c+edge)/b.d)), 0)
	return b
}
