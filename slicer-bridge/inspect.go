package main

import "github.com/mailleur/mailleur/slicer-bridge/mesh"

type inspectCommand struct {
	File string `arg:"" help:"STL file." type:"existingfile"`
	JSON bool   `name:"json" help:"Print one JSON object."`
}

// Run prints what the part is; a part that cannot be used is an error.
func (cmd inspectCommand) Run(c console) error {
	m, _, err := readPart(cmd.File)
	if err != nil {
		return err
	}
	info := m.Inspect()
	if cmd.JSON {
		return c.answer(info)
	}
	size := info.Bounds.Size()
	c.line("%.1f × %.1f × %.1f mm, %.1f cm³, %d triangles, shells: %d", size[0], size[1], size[2], info.VolumeMM3/1000, info.Triangles, info.Shells)
	c.warn(info.Problems)
	return nil
}

func (c console) warn(problems []mesh.Problem) {
	for i := range problems {
		c.line("note: %s", word(&problems[i]))
	}
}
