package main

import (
	"errors"

	"github.com/mailleur/mailleur/slicer-bridge/mesh"
)

type inspectCommand struct {
	File   string  `arg:"" help:"STL or 3MF file." type:"existingfile"`
	JSON   bool    `name:"json" help:"Print one JSON object."`
	Repair bool    `help:"Weld corners, drop doubled triangles and turn the surface outwards; say what was done. Holes are not filled."`
	Scale  float64 `help:"Make the part this many times as large; 25.4 for one drawn in inches." default:"1"`
	Out    string  `short:"o" placeholder:"FILE" help:"Write the repaired or scaled part as binary STL."`
}

// inspected is what the terminal tells of a part; Repair when it was asked for.
type inspected struct {
	mesh.Info
	Repair *mesh.Repair `json:"repair,omitempty"`
}

// Run prints what the part is; a part that cannot be used is an error.
func (cmd inspectCommand) Run(c console) error {
	if cmd.Scale < 1e-6 || cmd.Scale > 1e6 {
		return errors.New("--scale must be above 0, as in 25.4")
	}
	m, _, err := readPart(cmd.File)
	if err != nil {
		return err
	}
	var answer inspected
	if cmd.Scale != 1 {
		m = m.Scaled(cmd.Scale)
	}
	if cmd.Repair {
		repaired, r := m.Repaired()
		m, answer.Repair = repaired, &r
	}
	answer.Info = m.Inspect()
	if cmd.Out != "" {
		if err := writePart(cmd.Out, m); err != nil {
			return err
		}
	}
	if cmd.JSON {
		return c.answer(answer)
	}
	cmd.tell(c, answer)
	return nil
}

func (cmd inspectCommand) tell(c console, a inspected) {
	size := a.Bounds.Size()
	c.line("%.1f × %.1f × %.1f mm, %.1f cm³, %d triangles, shells: %d", size[0], size[1], size[2], a.VolumeMM3/1000, a.Triangles, a.Shells)
	if r := a.Repair; r != nil {
		c.line("repaired: %d corners welded within %.2g mm, %d degenerate and %d doubled triangles dropped, %d turned",
			r.Welded, r.ToleranceMM, r.Degenerate, r.Duplicate, r.Turned)
	}
	c.warn(a.Problems)
}

func (c console) warn(problems []mesh.Problem) {
	for i := range problems {
		c.line("note: %s", word(&problems[i]))
	}
}
