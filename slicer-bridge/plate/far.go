package plate

import (
	"cmp"
	"math/bits"
	"slices"
)

// The far search is for few large parts, where each piece decides about all the
// others: of the states it keeps the beam that leave the most room.
const (
	fewPieces = 3  // it is tried where no more lie in rows
	farPieces = 8  // nor does it look for more
	farBeam   = 12 // states kept
	farStep   = 15 // degrees between two angles
)

// state is a plate half laid.
type state struct {
	spots []spot
	rooms []room
	left  int // free corners in all rooms
}

// far puts piece after piece where a corner or an edge of what is free lets it
// lie, at any angle.
func (n *nest) far() [][]spot {
	var w way
	for angle := 0; angle < 360; angle += farStep {
		w.angles = append(w.angles, float64(angle))
	}
	beam := []state{{rooms: n.rooms(0, w, n.clips)}}
	best := beam[0]
	for len(best.spots) < min(n.parts[0].piles(), farPieces) && n.work < mostWork {
		beam = n.next(beam)
		if len(beam) == 0 {
			break
		}
		best = beam[0]
	}
	return [][]spot{best.spots}
}

func (n *nest) next(beam []state) []state {
	var out []state
	for _, s := range beam {
		for _, r := range s.rooms {
			if len(s.spots) == 0 && r.shape.angle >= 180 {
				continue // the same plate turned around
			}
			for _, at := range r.not.corners() {
				out = append(out, n.follow(s, spot{r.shape, at[0], at[1]}))
			}
		}
	}
	slices.SortStableFunc(out, func(a, b state) int { return cmp.Compare(b.left, a.left) })
	return out[:min(len(out), farBeam)]
}

// follow gives the state with one piece more.
func (n *nest) follow(s state, at spot) state {
	out := state{spots: append(slices.Clone(s.spots), at)}
	for _, r := range s.rooms {
		r = room{r.shape, r.not.clone()}
		n.shut(r, at)
		if free := r.not.unused(); free > 0 {
			out.rooms, out.left = append(out.rooms, r), out.left+free
		}
	}
	return out
}

func (r *raster) clone() *raster {
	out := *r
	out.bits = slices.Clone(r.bits)
	return &out
}

// unused counts the cells that are not taken.
func (r *raster) unused() int {
	last := ^uint64(0) >> (63 - (r.w-1)&63)
	n := 0
	for y := range r.h {
		row := r.row(y)
		for _, w := range row[:len(row)-1] {
			n += bits.OnesCount64(^w)
		}
		n += bits.OnesCount64(^row[len(row)-1] & last)
	}
	return n
}

// corners gives the free cells that lie farthest along the axes and the
// diagonals, each once.
func (r *raster) corners() [][2]int {
	toward := [8][2]int{{-1, -4096}, {1, 4096}, {-4096, -1}, {4096, 1}, {-1, -1}, {1, 1}, {-1, 1}, {1, -1}}
	var at [8][2]int
	var most [8]int
	found := false
	for y := range r.h {
		for i, w := range r.row(y) {
			w = ^w
			if i == r.words-1 {
				w &= ^uint64(0) >> (63 - (r.w-1)&63)
			}
			if w == 0 {
				continue
			}
			// The first and the last of a word are enough: what is between them lies
			// between them along every direction.
			for _, x := range [2]int{i<<6 + bits.TrailingZeros64(w), i<<6 + 63 - bits.LeadingZeros64(w)} {
				for k, d := range toward {
					if v := d[0]*x + d[1]*y; !found || v > most[k] {
						at[k], most[k] = [2]int{x, y}, v
					}
				}
				found = true
			}
		}
	}
	if !found {
		return nil
	}
	out := at[:]
	slices.SortFunc(out, func(a, b [2]int) int { return cmp.Or(cmp.Compare(a[1], b[1]), cmp.Compare(a[0], b[0])) })
	return slices.Compact(out)
}
