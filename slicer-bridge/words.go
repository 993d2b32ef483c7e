package main

import (
	"strings"

	"github.com/mailleur/mailleur/slicer-bridge/gcode"
	"github.com/mailleur/mailleur/slicer-bridge/mesh"
	"github.com/mailleur/mailleur/slicer-bridge/plate"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

// words are the terminal's sentences for codes; {name} stands for an argument.
var words = map[string]string{
	mesh.CodeEmpty:              "the file holds no triangle; export the part again",
	mesh.CodeTooLarge:           "the file is too large: {bytes} bytes, at most {max}; simplify the model",
	mesh.CodeTooMany:            "too many triangles: {triangles}, at most {max}; simplify the model",
	mesh.CodeNotSTL:             "this is no STL or 3MF file (it looks like: {is}); export the part as STL",
	mesh.CodeTruncated:          "the file ends too early ({present} whole triangles); send it again",
	mesh.CodeLength:             "the file is damaged: {announced} triangles announced, room for {present}; export it again",
	mesh.CodeASCII:              "cannot read the text STL at line {line}: {detail}; export it as binary",
	mesh.CodeASCIITooMany:       "text STL with {triangles} triangles; export it as binary",
	mesh.CodeCommas:             "the text STL has commas in its numbers at line {line} that can be read in two ways; export it as binary",
	mesh.CodeUTF16:              "the text STL is in UTF-16; save it as plain text or export it as binary",
	mesh.CodeNotFinite:          "triangle {triangle} has a corner that is no number; repair the model and export it again",
	mesh.CodeFlat:               "the part has no extent along {axis}; export the body, not its sketch",
	mesh.CodeNoArea:             "no triangle has any area; export the part again",
	mesh.CodeImplausible:        "the part measures {size_mm} mm, or lies as far away; check its units",
	mesh.Code3MF:                "cannot read the 3MF ({detail}); export the part as STL",
	mesh.Code3MFTooMuch:         "the 3MF holds too much ({what}, at most {max}); export the part as STL",
	mesh.Code3MFUnsafe:          "the 3MF holds what no part needs ({what}); export the part as STL",
	mesh.CodeNoEnd:              "the text does not say where it ends; the surface is closed, so it seems whole",
	mesh.CodeOnlyShape:          "only the shapes of the 3MF are taken, not its settings; look at the picture: a modifier would count as solid",
	mesh.CodeSeveral:            "the 3MF places {bodies} bodies; they are taken as one part",
	mesh.CodeUnitsUnsure:        "the part measures {size_mm} mm; is it in millimetres?",
	mesh.CodeUnitsLikely:        "the part measures {size_mm} mm; if the file's unit is {unit} it is {as_mm} mm: try --scale {scale}",
	mesh.CodeOpenEdges:          "{edges} open edges: the surface has holes",
	mesh.CodeRepairable:         "--repair closes the surface and turns it outwards",
	mesh.CodeNonManifold:        "{edges} edges shared by more than two triangles",
	mesh.CodeFlipped:            "{edges} edges between triangles that face opposite ways",
	mesh.CodeInsideOut:          "the surface is inside out",
	mesh.CodeDuplicate:          "{triangles} triangles are there twice",
	mesh.CodeInnerShells:        "{shells} bodies lie wholly inside another",
	mesh.CodeCavities:           "{shells} closed hollows inside the part",
	mesh.CodeOverlapping:        "{shells} bodies cross each other",
	plate.CodeTooBig:            "the part is too big: {part_mm} mm on a bed of {bed_mm} mm",
	plate.CodeTooTall:           "the part is too tall: {part_mm} mm, at most {max_mm} mm",
	plate.CodeTooMany:           "{copies} copies do not fit on the bed, at most {max}",
	plate.CodeClips:             "the clips of the bed leave no room: {part_mm} mm on a bed of {bed_mm} mm",
	plate.CodeNotStackable:      "the part cannot stand on its own copy: {share_percent} % of its underside would stand on something; leave out --pile",
	plate.CodePileTooTall:       "a pile of {pieces} is too tall: at most {max} under {max_mm} mm",
	plate.CodeOverlap:           "two pieces lie too close, or one too close to the edge or to a clip",
	slicing.CodeUnknownPrinter:  "no printer named {printer} is described",
	slicing.CodeUnknownFilament: "no filament named {filament} is described",
	slicing.CodeBadRequest:      "{value} is out of range for {field}",
	slicing.CodeFilamentTooHot:  "this filament wants the nozzle at {want_c} °C, the machine bears {max_c} °C",
	slicing.CodeBedTooHot:       "this filament wants the bed at {want_c} °C, the machine's bed bears {max_c} °C",
	slicing.CodeNeedsBed:        "this filament wants a heated bed ({want_c} °C), and the machine has none",
	slicing.CodeSlicerMissing:   "the slicer {program} is not installed; install the package {package}",
	slicing.CodeSlicerFailed:    "the slicer gave up (exit {exit}): {detail}",
	slicing.CodeSlicerCrashed:   "the slicer crashed ({signal}): {detail}",
	slicing.CodeSlicerLimit:     "the slicer took too much ({limit}) and was stopped",
	slicing.CodeSlicerWarning:   "the slicer says: {text}",
	slicing.CodeEmptyPlate:      "the slicer's file cannot be used: {detail}",
	slicing.CodeBadOverlay:      "the machine's own settings cannot be used: {detail}",
	slicing.CodeFileTooLarge:    "the file is too large: at most {max_mib} MiB",
	slicing.CodePileTooHigh:     "piles of {pile} are too high; this machine piles at most {max}",
	slicing.CodeMisplaced:       "the slicer laid plastic where no part stands, at X {x_mm}, Y {y_mm}, Z {z_mm} mm; slice again, and repair the part if it stays",
	slicing.CodeCopyMissing:     "the slicer left out {missing} of {copies} places; repair the part, or look whether it is finer than a line",
	slicing.CodeNotWhole:        "along {axis} {got_mm} of {want_mm} mm are drawn: an edge is finer than a line",
	slicing.CodeTimeDiffers:     "the slicer expects {slicer_s} s, we {ours_s} s",
	slicing.CodeUnsafe:          "the plate is not safe to print: {finding} at line {line}",
	gcode.CodeNoExtrusion:       "nothing is printed",
	gcode.CodeOutsideBed:        "{axis} {at_mm} mm is outside {min_mm} to {max_mm} mm",
	gcode.CodeTooHigh:           "Z {at_mm} mm is above {max_mm} mm",
	gcode.CodeBelowBed:          "Z {at_mm} mm is below the bed",
	gcode.CodeTooHot:            "the {heater} is set to {want_c} °C, at most {max_c} °C",
	gcode.CodeColdExtrusion:     "extrudes at {target_c} °C, at least {min_c} °C",
	gcode.CodeMoveBeforeHome:    "moves {axis} before homing",
	gcode.CodeHeaterLeftOn:      "leaves the {heater} at {target_c} °C at the end",
	gcode.CodeRefusedCommand:    "the command {command} is not allowed",
	gcode.CodeHostOwned:         "{command} is the host's business and is not sent",
	gcode.CodeOnClip:            "leads over clip {clip} at X {x_mm}, Y {y_mm} mm, {at_mm} mm high; at least {max_mm} mm",
	gcode.CodeForbidden:         "{command} is never sent from a file ({why})",
	gcode.CodeNoTool:            "the machine has no extruder {tool}",
	gcode.CodeTwoCommands:       "two commands on one line: {text}",
	gcode.CodeInertText:         "a message looks like a host command or markup and is not carried out: {text}",
	gcode.CodePause:             "stops and waits for a person ({command})",
	gcode.CodePlaceholder:       "the slicer left a gap unfilled: {text}; correct its start and end G-code",
	gcode.CodeDamaged:           "holds zero bytes; save the file again",
	gcode.CodeNotGCode:          "this is no G-code (it looks like: {is})",
	gcode.CodeOriginMoved:       "moves the origin of {axis}",
	gcode.CodeInches:            "is in inches",
	gcode.CodeLineTooLong:       "a line of {length} characters, at most {max}",
	gcode.CodeLongExtrusion:     "one move pushes or pulls {at_mm} mm of filament, at most {max_mm} mm; check how the file counts E",
	gcode.CodeTooLarge:          "the file is too large: {bytes} bytes, at most {max}",
	gcode.CodeTooLong:           "the print takes {hours} hours, at most {max}",
	gcode.CodeOtherNozzle:       "sliced for a nozzle of {said_mm} mm, the machine has {want_mm} mm",
	gcode.CodeOtherMaterial:     "sliced for {said}, to be printed with {want}",
	gcode.CodeUnreadable:        "cannot read {text}",
}

// word fills the sentence of a problem; one without a sentence shows its code.
func word(p *mesh.Problem) string {
	text, ok := words[p.Code]
	if !ok {
		return p.Error()
	}
	for name, value := range p.Args {
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	if part := p.Args["part"]; part != "" { // one of several on a plate
		return part + ": " + text
	}
	return text
}
