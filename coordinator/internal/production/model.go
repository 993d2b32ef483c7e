package production

import (
	"errors"
	"math"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

// Model is what a look at the file of a part tells.
type Model struct {
	SizeUM    [3]int64
	VolumeMM3 int64
	Triangles int64
	// Problems may show when the part is sliced; none of them is a refusal.
	Problems []fab.Reason
	Open     bool // its surface is not closed, or faces inwards
	CanMend  bool // repairing it closes it
	Unsure   bool // its size says that it is not in millimetres
}

// Look checks and measures the file of a part. A file that is no model is refused, as Invalid, with the code and the
// arguments that the slicer bridge gives and no field.
func (p *Production) Look(data []byte) (Model, error) {
	info, err := slicing.Inspect(data)
	if err != nil {
		return Model{}, refusedModel(err)
	}
	m := Model{
		VolumeMM3: int64(math.Round(info.VolumeMM3)), Triangles: int64(info.Triangles),
		Open: !info.Watertight || info.Repairable, CanMend: info.Repairable, Unsure: info.Units != "mm",
	}
	for axis, mm := range info.Bounds.Size() {
		m.SizeUM[axis] = int64(math.Round(mm * 1000))
	}
	for _, problem := range info.Problems {
		m.Problems = append(m.Problems, ReasonOf(&problem))
	}
	return m, nil
}

// Mend is what is to be done to a model before it is kept. The zero value leaves it as it is.
type Mend struct {
	Repair bool
	Scale  float64 // how many times as large; 0 and 1 leave its size
}

// Changes reports whether the model becomes another file, which is a binary STL then.
func (m Mend) Changes() bool { return m.Repair || m.Scale != 0 && m.Scale != 1 }

// Mended gives the file of a part after what is to be done to it. It refuses as Look does.
func (p *Production) Mended(data []byte, m Mend) ([]byte, error) {
	if !m.Changes() {
		return data, nil
	}
	out, err := slicing.Mended(data, m.Repair, m.Scale)
	return out, refusedModel(err)
}

// Draw makes the picture of a part, as a PNG in the colour of its product.
func (p *Production) Draw(data []byte, colour string) ([]byte, error) {
	png, err := slicing.Picture(data, slicing.View{Width: pictureWidth, Height: pictureHeight, Part: slicing.PartColor(colour == "call")})
	return png, refusedModel(err)
}

// How large the picture of a part is, in pixels.
const (
	pictureWidth  = 480
	pictureHeight = 360
)

func refusedModel(err error) error {
	var problem *slicing.Problem
	if !errors.As(err, &problem) {
		return err
	}
	r := ReasonOf(problem)
	return &fab.Error{Class: fab.Invalid, Code: r.Code, Args: r.Args}
}
