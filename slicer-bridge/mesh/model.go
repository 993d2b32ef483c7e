package mesh

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// model is one part of a 3MF that describes shapes.
type model struct {
	unit   float64 // mm
	bodies map[string]*body
	items  []component
}

// body is an object: a mesh, or other objects put together.
type body struct {
	support bool // is not printed
	corners [][3]float64
	faces   [][3]uint32
	parts   []component
}

// component places an object; an empty path means one of the same part.
type component struct {
	path, id string
	at       transform
}

var units = map[string]float64{ // mm (3MF core specification 1.3, 3.4)
	"": 1, "micron": 0.001, "millimeter": 1, "centimeter": 10, "inch": inch, "foot": 12 * inch, "meter": 1000,
}

// modelReader takes the elements of the core specification and passes over those
// of other vocabularies. It has no use for namespaces beyond the prefix of the
// root: raw tokens halve the time.
type modelReader struct {
	dec   *xml.Decoder
	gate  *gate
	open  []xml.Name
	core  string // prefix of the core's elements
	begun bool   // the root was opened
	model model
	body  *body
	faces int
	max   int
}

func readModel(g *gate, maxTriangles int) (*model, *Problem) {
	r := modelReader{dec: xml.NewDecoder(g), gate: g, model: model{unit: 1, bodies: map[string]*body{}}, max: maxTriangles}
	if p := r.read(r.start); p != nil {
		return nil, p
	}
	return &r.model, nil
}

// read hands every element to the function until the document ends.
func (r *modelReader) read(start func(xml.StartElement) error) *Problem {
	for {
		token, err := r.dec.RawToken()
		switch {
		case errors.Is(err, io.EOF) && !r.begun:
			err = errors.New("no element")
		case errors.Is(err, io.EOF) && len(r.open) == 0:
			return nil
		}
		if err == nil {
			err = r.take(token, start)
		}
		if err != nil {
			return r.refusal(err)
		}
	}
}

func (r *modelReader) take(token xml.Token, start func(xml.StartElement) error) error {
	switch t := token.(type) {
	case xml.Directive:
		return NewProblem(Code3MFUnsafe, "what", "doctype")
	case xml.StartElement:
		if len(r.open) == maxDepth {
			return NewProblem(Code3MFTooMuch, "what", "depth", "max", maxDepth)
		}
		if len(r.open) == 0 {
			r.core, r.begun = t.Name.Space, true
		}
		r.open = append(r.open, t.Name)
		r.gate.token = maxText
		return start(t)
	case xml.EndElement:
		if len(r.open) == 0 || r.open[len(r.open)-1] != t.Name {
			return errors.New("element closed that is not open")
		}
		r.open = r.open[:len(r.open)-1]
	}
	return nil
}

func (r *modelReader) refusal(err error) *Problem {
	var p *Problem
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, errSize):
		return NewProblem(Code3MFTooMuch, "what", "size", "max", maxModel)
	case errors.Is(err, errText):
		return NewProblem(Code3MFTooMuch, "what", "text", "max", maxText)
	}
	line, _ := r.dec.InputPos()
	return NewProblem(Code3MF, "detail", printable(fmt.Sprintf("line %d: %v", line, err)))
}

// parent is the element around the one that was just opened, "" for one of
// another vocabulary.
func (r *modelReader) parent() string {
	if len(r.open) < 2 || r.open[len(r.open)-2].Space != r.core {
		return ""
	}
	return r.open[len(r.open)-2].Local
}

func (r *modelReader) start(e xml.StartElement) error {
	if e.Name.Space != r.core {
		return nil
	}
	switch e.Name.Local + " in " + r.parent() {
	case "vertex in vertices":
		return r.vertex(e)
	case "triangle in triangles":
		return r.triangle(e)
	case "component in components":
		return r.component(e)
	case "item in build":
		return r.item(e)
	case "object in resources":
		return r.object(e)
	case "model in ":
		unit, known := units[value(e, "unit")]
		if !known {
			return fmt.Errorf("unknown unit %s", value(e, "unit"))
		}
		r.model.unit = unit
	}
	return nil
}

func (r *modelReader) object(e xml.StartElement) error {
	if p := r.gate.parcel.takeRoom(); p != nil {
		return p
	}
	id, kind := value(e, "id"), value(e, "type")
	if r.model.bodies[id] != nil {
		return fmt.Errorf("two objects %s", id)
	}
	r.body = &body{support: kind == "support" || kind == "other"}
	r.model.bodies[id] = r.body
	return nil
}

func (r *modelReader) vertex(e xml.StartElement) error {
	if r.body == nil || len(r.body.corners) >= 3*r.max {
		return errors.New("a corner too many")
	}
	var v [3]float64
	for k, name := range [...]string{"x", "y", "z"} {
		x, err := strconv.ParseFloat(strings.TrimSpace(value(e, name)), 64)
		if err != nil && x == 0 {
			return fmt.Errorf("%s is no number", name)
		}
		v[k] = x
	}
	r.body.corners = append(r.body.corners, v)
	return nil
}

func (r *modelReader) triangle(e xml.StartElement) error {
	if r.body == nil {
		return errors.New("triangle outside an object")
	}
	if r.faces++; r.faces > r.max {
		return NewProblem(CodeTooMany, "triangles", r.faces, "max", r.max)
	}
	var f [3]uint32
	for k, name := range [...]string{"v1", "v2", "v3"} {
		n, err := strconv.ParseUint(strings.TrimSpace(value(e, name)), 10, 31)
		if err != nil || n >= uint64(len(r.body.corners)) {
			return fmt.Errorf("%s names no corner", name)
		}
		f[k] = uint32(n)
	}
	r.body.faces = append(r.body.faces, f)
	return nil
}

func (r *modelReader) component(e xml.StartElement) error {
	c, err := r.placed(e)
	if err != nil {
		return err
	}
	if r.body == nil {
		return errors.New("component outside an object")
	}
	r.body.parts = append(r.body.parts, c)
	return nil
}

func (r *modelReader) item(e xml.StartElement) error {
	if value(e, "printable") == "0" {
		return nil
	}
	c, err := r.placed(e)
	if err != nil {
		return err
	}
	r.model.items = append(r.model.items, c)
	return nil
}

func (r *modelReader) placed(e xml.StartElement) (component, error) {
	if p := r.gate.parcel.takeRoom(); p != nil {
		return component{}, p
	}
	c := component{path: value(e, "path"), id: value(e, "objectid"), at: scaling(1)}
	text := value(e, "transform")
	if text == "" {
		return c, nil
	}
	fields := strings.Fields(text)
	if len(fields) != len(c.at) {
		return c, errors.New("a transform needs twelve numbers")
	}
	for i, f := range fields {
		x, err := strconv.ParseFloat(f, 64)
		if err != nil {
			return c, errors.New("a transform needs twelve numbers")
		}
		c.at[i] = x
	}
	return c, nil
}

// value gives the attribute of that name, whatever its prefix; "" when missing.
func value(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

const modelRelation = "http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"

// related gives the part that the package calls its model, "" when it calls none
// so (Open Packaging Conventions, ECMA-376 part 2, 9.3).
func (p *parcel) related() (string, *Problem) {
	g, prob := p.open("_rels/.rels")
	if prob != nil {
		return "", prob
	}
	defer g.close()
	var target string
	r := modelReader{dec: xml.NewDecoder(g), gate: g}
	prob = r.read(func(e xml.StartElement) error {
		if e.Name.Local != "Relationship" || value(e, "Type") != modelRelation {
			return nil
		}
		if strings.EqualFold(value(e, "TargetMode"), "external") || target != "" {
			return NewProblem(Code3MFUnsafe, "what", "reference")
		}
		target = value(e, "Target")
		return nil
	})
	return target, prob
}
