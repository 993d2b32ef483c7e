package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
	"github.com/mailleur/mailleur/slicer-bridge/mesh"
)

type analyseCommand struct {
	File     string `arg:"" help:"G-code file." type:"existingfile"`
	Printer  string `required:"" placeholder:"NAME" enum:"${printers}" help:"Machine: ${printers}."`
	Material string `placeholder:"NAME" default:"" enum:",${filaments}" help:"Filament: ${filaments}. Without one the weight is unknown."`
	Overlay  string `placeholder:"F.toml" type:"existingfile" help:"What this machine has beside its model (firmware-profiles/overlays)."`
	Layers   bool   `help:"Tell also where each layer begins: byte, height, planned time."`
	JSON     bool   `name:"json" help:"Print one JSON object."`
}

// fileAnswer is a G-code file as the terminal tells it.
type fileAnswer struct {
	Seconds    int64        `json:"seconds"`
	Grams      float64      `json:"grams"`
	Metres     float64      `json:"metres"`
	Primed     float64      `json:"primed_metres"` // of it, before the first layer
	Layers     int64        `json:"layers"`
	Lines      int64        `json:"lines"`
	Bounds     mesh.Bounds  `json:"bounds_mm"`
	MaxTempC   int64        `json:"max_temp_c"`
	MaxBedC    int64        `json:"max_bed_c"`
	HeatersOff bool         `json:"heaters_off"`
	Pauses     int64        `json:"pauses"`
	Safe       bool         `json:"safe"`
	Slicer     string       `json:"slicer,omitempty"`
	Claimed    claimed      `json:"claimed"`
	Findings   []told       `json:"findings"`
	Places     []layerPlace `json:"layer_offsets,omitempty"`
}

// claimed is what the slicer says of its file; what it does not say is left out.
type claimed struct {
	Seconds  int64   `json:"seconds,omitempty"`
	Grams    float64 `json:"grams,omitempty"`
	Metres   float64 `json:"metres,omitempty"`
	Layers   int64   `json:"layers,omitempty"`
	Nozzle   float64 `json:"nozzle_mm,omitempty"`
	Material string  `json:"material,omitempty"`
	Printer  string  `json:"printer,omitempty"`
}

// told is a finding with its sentence.
type told struct {
	gcode.Finding
	Text string `json:"text"`
}

// layerPlace is where a layer begins. Of a file with more than some thousand layers only every second or fourth is told.
type layerPlace struct {
	Layer   int64   `json:"layer"` // from 1
	Offset  int64   `json:"offset"`
	Z       float64 `json:"z_mm"`
	Seconds int64   `json:"seconds"` // planned, until it begins
}

// Run measures the file. One that the machine may not print is an error, with
// the answer printed all the same.
func (cmd analyseCommand) Run(c console) error {
	limits, err := cmd.limits()
	if err != nil {
		return err
	}
	f, err := os.Open(cmd.File)
	if err != nil {
		return err
	}
	defer f.Close()
	r, findings, index, err := gcode.CheckIndexed(f, limits)
	if err != nil {
		return err
	}
	if err := cmd.tell(c, r, findings, index); err != nil {
		return err
	}
	if !gcode.Safe(findings) {
		return errors.New("this machine must not print the file")
	}
	return nil
}

func (cmd analyseCommand) limits() (gcode.Limits, error) {
	set, err := profiles.Load()
	if err != nil {
		return gcode.Limits{}, fmt.Errorf("load profiles: %w", err)
	}
	p, _ := set.Printer(cmd.Printer) // the command line takes names that are there
	f, _ := set.Filament(cmd.Material)
	d, _ := set.Dialect(p.Dialect)
	if cmd.Overlay != "" {
		if p, err = own(p, cmd.Overlay); err != nil {
			return gcode.Limits{}, err
		}
	}
	return gcode.LimitsFor(p, f).Speaking(d), nil
}

// own gives the model as the machine has it whose overlay is in the file.
func own(p profiles.Printer, file string) (profiles.Printer, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return p, err
	}
	o, err := profiles.ParseOverlay(text)
	if err != nil {
		return p, fmt.Errorf("%s: %w", file, err)
	}
	if p, err = p.With(o); err != nil {
		return p, fmt.Errorf("%s: %w", file, err)
	}
	return p, nil
}

func (cmd analyseCommand) tell(c console, r gcode.Report, findings []gcode.Finding, x *gcode.Index) error {
	answer := answerOf(r, findings)
	if cmd.Layers {
		answer.Places = places(x)
	}
	if cmd.JSON {
		return c.answer(answer)
	}
	c.line("%s, %.2f m, %d layers, %d lines, nozzle up to %d °C", time.Duration(r.Seconds)*time.Second, answer.Metres, r.Layers, r.Lines, r.NozzleMaxC)
	if said := answer.Claimed; said.Seconds > 0 || said.Metres > 0 {
		c.line("the slicer says: %s, %.2f m", time.Duration(said.Seconds)*time.Second, said.Metres)
	}
	for _, p := range answer.Places {
		c.line("layer %d: byte %d, %.2f mm high, after %s", p.Layer, p.Offset, p.Z, time.Duration(p.Seconds)*time.Second)
	}
	for _, f := range answer.Findings {
		kind := "refused"
		if f.Warning {
			kind = "note"
		}
		c.line("%s: line %d (%d times): %s", kind, f.Line, f.Count, f.Text)
	}
	return nil
}

func answerOf(r gcode.Report, findings []gcode.Finding) fileAnswer {
	said := r.Claimed
	a := fileAnswer{
		Seconds: r.Seconds, Grams: thousandth(r.FilamentMG), Metres: thousandth(r.FilamentUM) / 1000, Primed: thousandth(r.PrimedUM) / 1000,
		Layers: r.Layers, Lines: r.Lines, Bounds: millimetres(r.Bounds), MaxTempC: r.NozzleMaxC, MaxBedC: r.BedMaxC, HeatersOff: r.HeatersOff,
		Pauses: r.Pauses, Safe: gcode.Safe(findings), Slicer: r.Slicer, Findings: []told{},
		Claimed: claimed{
			Seconds: said.Seconds, Grams: thousandth(said.FilamentMG), Metres: thousandth(said.FilamentUM) / 1000, Layers: said.Layers,
			Nozzle: thousandth(said.NozzleUM), Material: said.Material, Printer: said.Printer,
		},
	}
	for _, f := range findings {
		a.Findings = append(a.Findings, told{f, word(&mesh.Problem{Code: f.Code, Args: f.Args})})
	}
	return a
}

func thousandth(v int64) float64 { return float64(v) / 1000 }

func places(x *gcode.Index) []layerPlace {
	var out []layerPlace
	for n := int64(1); n <= x.Layers(); n++ {
		offset, ok := x.Layer(n)
		if !ok || len(out) > 0 && out[len(out)-1].Offset == offset {
			continue
		}
		at := x.At(offset + 1)
		out = append(out, layerPlace{Layer: n, Offset: offset, Z: thousandth(at.ZUM), Seconds: int64(at.Done.Seconds())})
	}
	return out
}
