package gcode

// layers counts rising heights; a slicer that names its layers is believed instead.
type layers struct {
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
