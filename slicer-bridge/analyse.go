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
	JSON     bool   `name:"json" help:"Print one JSON object."`
}

// fileAnswer is a G-code file as the terminal tells it.
type fileAnswer struct {
	Seconds    int64           `json:"seconds"`
	Grams      float64         `json:"grams"`
	Metres     float64         `json:"metres"`
	Layers     int64           `json:"layers"`
	Lines      int64           `json:"lines"`
	Bounds     mesh.Bounds     `json:"bounds_mm"`
	MaxTempC   int64           `json:"max_temp_c"`
	MaxBedC    int64           `json:"max_bed_c"`
	HeatersOff bool            `json:"heaters_off"`
	Pauses     int64           `json:"pauses"`
	Safe       bool            `json:"safe"`
	Findings   []gcode.Finding `json:"findings"`
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
	r, findings, err := gcode.Check(f, limits)
	if err != nil {
		return err
	}
	if err := cmd.tell(c, r, findings); err != nil {
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
	return gcode.LimitsFor(p, f).Speaking(d), nil
}

func (cmd analyseCommand) tell(c console, r gcode.Report, findings []gcode.Finding) error {
	if cmd.JSON {
		if findings == nil {
			findings = []gcode.Finding{}
		}
		return c.answer(fileAnswer{
			Seconds: r.Seconds, Grams: float64(r.FilamentMG) / 1000, Metres: float64(r.FilamentUM) / 1e6, Layers: r.Layers, Lines: r.Lines,
			Bounds: millimetres(r.Bounds), MaxTempC: r.NozzleMaxC, MaxBedC: r.BedMaxC, HeatersOff: r.HeatersOff, Pauses: r.Pauses,
			Safe: gcode.Safe(findings), Findings: findings,
		})
	}
	c.line("%s, %.2f m, %d layers, %d lines, nozzle up to %d °C", time.Duration(r.Seconds)*time.Second,
		float64(r.FilamentUM)/1e6, r.Layers, r.Lines, r.NozzleMaxC)
	for _, f := range findings {
		kind := "refused"
		if f.Warning {
			kind = "note"
		}
		c.line("%s: line %d (%d times): %s", kind, f.Line, f.Count, word(&mesh.Problem{Code: f.Code, Args: f.Args}))
	}
	return nil
}
