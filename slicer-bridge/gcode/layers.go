package gcode

import "bytes"

// layers counts rising heights; a slicer that names its layers is believed instead.
type layers struct {
	kind            uint8 // of the comments that name layers; 0: none was seen yet
	named, byHeight int64
	top             float64
}

// rise takes the height of an extruding move and says whether it begins a layer.
func (l *layers) rise(z float64) bool {
	if l.byHeight > 0 && z <= l.top+0.001 {
		return false
	}
	l.top = z
	l.byHeight++
	return l.named == 0
}

func (l *layers) count() int64 {
	if l.named > 0 {
		return l.named
	}
	return l.byHeight
}

// layerMarks are the comments that begin a layer: PrusaSlicer and its kin, Cura and ideaMaker, Bambu Studio, Simplify3D
// and Slic3r's own layer code, KISSlicer, Kiri:Moto.
var layerMarks = [...]string{";LAYER_CHANGE", ";LAYER:", "; CHANGE_LAYER", "; layer ", "; BEGIN_LAYER_OBJECT", ";; --- layer "}

// comment says whether a comment begins a layer. A file names its layers in one way: the first that it uses.
func (l *layers) comment(raw []byte) bool {
	if len(raw) < 8 || raw[0] != ';' {
		return false
	}
	for i, mark := range layerMarks {
		if !bytes.HasPrefix(raw, []byte(mark)) || mark[len(mark)-1] == ' ' && (len(raw) == len(mark) || !digit(raw[len(mark)])) {
			continue
		}
		if l.kind == 0 {
			l.kind = uint8(i + 1)
		}
		return l.kind == uint8(i+1)
	}
	return false
}
