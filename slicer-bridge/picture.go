package main

import (
	"fmt"
	"image/color"
	"os"

	"github.com/mailleur/mailleur/slicer-bridge/mesh"
)

type pictureCommand struct {
	File   string `arg:"" help:"STL or 3MF file." type:"existingfile"`
	Out    string `short:"o" required:"" placeholder:"FILE" help:"PNG file to write."`
	Color  string `help:"Colour of the part, as in #0b6b5d." default:"#0b6b5d"`
	Paper  bool   `help:"Draw on paper instead of a transparent background."`
	Width  int    `help:"Pixels." default:"640"`
	Height int    `help:"Pixels." default:"480"`
}

// Run draws the part.
func (cmd pictureCommand) Run(console) error {
	m, _, err := readPart(cmd.File)
	if err != nil {
		return err
	}
	v := mesh.View{Width: cmd.Width, Height: cmd.Height, Part: color.NRGBA{A: 255}}
	if n, err := fmt.Sscanf(cmd.Color, "#%02x%02x%02x", &v.Part.R, &v.Part.G, &v.Part.B); n != 3 || err != nil {
		return fmt.Errorf("--color %q: want six hexadecimal digits, as in #0b6b5d", cmd.Color)
	}
	if cmd.Paper {
		v.Background = mesh.Paper
	}
	png, err := m.Picture(v)
	if err != nil {
		return err
	}
	return os.WriteFile(cmd.Out, png, 0o644)
}
