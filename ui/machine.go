package ui

import (
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// The names of form fields on a printer's own page.
const (
	FieldToken   = "token"  // shows that the form is of a page that this browser was given
	FieldSecret  = "secret" // the key, on the page that asks for it
	FieldFile    = "file"   // name of a file, or the file itself where one is added
	FieldRemove  = "remove" // name of the file to take away
	FieldNozzle  = "nozzle" // °C
	FieldBed     = "bed"    // °C
	FieldMove    = "move"   // an axis and a sign, "x+", or "home"
	FieldStepMM  = "step"   // how far one press moves, in mm: "0.1", "1", "10", "50"
	FieldWhat    = "what"   // load, unload or change
	FieldOffset  = "offset" // how much to add to the Z offset, in µm, with its sign
	FieldFlow    = "flow"   // percent
	FieldSpeed   = "speed"  // percent
	FieldLine    = "line"   // for the console
	FieldAnswer  = "answer" // place of the chosen answer, from 0
	FieldPrompt  = "prompt" // id of the question that is answered
	FieldSureYes = "sure"   // "yes": the second press of what cannot be taken back
)

// What FieldAnswer says to a question of the bench test.
const (
	AnswerYes = "yes"
	AnswerNo  = "no"
)

// The parts of a printer's page, each an id, for Machine.At and for Fresh.
const (
	PartHead    = "m-head"
	PartAsk     = "m-ask"
	PartNow     = "m-now"
	PartPlot    = "m-plot"
	PartCamera  = "m-camera"
	PartPrint   = "m-print"
	PartAdd     = "m-add"
	PartHeat    = "m-heat"
	PartMove    = "m-move"
	PartTune    = "m-tune"
	PartConsole = "m-console"
	PartChain   = "m-chain"
	PartBench   = "m-bench"
)

// Whether a printer works for the lab.
const (
	ChainNone = "none" // no lab knows it
	ChainOn   = "on"   // it takes the lab's work
	ChainOff  = "off"  // its maker has it
)

// Machines lists the printers of one agent.
//
//	GET /
type Machines struct {
	Frame
	Items []MachineItem
}

func (Machines) view() string { return "machines" }

// MachineItem is one printer of the list.
type MachineItem struct {
	Key, Name, Model string
	State            string
	Percent          int // of a print; −1 when none runs
	Job              string
	Line             fab.Reason
	Heaters          []Heater
}

// Wants reports whether the printer waits for a person.
func (m MachineItem) Wants() bool { return wants(m.State) }

func wants(state string) bool {
	return state == StatePlate || state == StateError || state == StateStopped || state == StateOffline
}

// Machine is a printer's own page, served by the agent beside it. Every form carries FieldToken.
//
//	GET  /printer/{key}
//	POST /printer/{key}/print | remove        FieldFile, FieldHereTill; FieldRemove
//	POST /printer/{key}/add                   FieldToken first, then FieldFile, as multipart
//	POST /printer/{key}/here | away           FieldHereTill
//	POST /printer/{key}/pause | resume | cancel | stop | clear | give | take
//	POST /printer/{key}/heat | cool           FieldMaterial, or FieldNozzle and FieldBed
//	POST /printer/{key}/move                  FieldMove, FieldStepMM
//	POST /printer/{key}/filament              FieldWhat
//	POST /printer/{key}/tune                  FieldOffset, or FieldFlow and FieldSpeed
//	POST /printer/{key}/say                   FieldLine
//	POST /printer/{key}/answer                FieldPrompt, FieldAnswer
//	POST /printer/{key}/bench | bench_abort
//	POST /printer/{key}/bench_answer          FieldPrompt (code of the question), FieldAnswer
//	GET  /printer/{key}/live | camera.jpg     GET /printer/{key}/picture/{file}
type Machine struct {
	Frame
	Token             string
	Key               string
	Name              string
	Model             string
	Others            []MachineItem // the other printers of this agent
	State             string
	Why               fab.Reason
	Job               *MachineJob
	Heaters           []Heater
	Plots             []Plot
	Prompt            *Prompt
	Chain             string
	Here              time.Time // until when a person said to be beside it; zero: nobody did
	Till              string    // what the field for it proposes, "16:30"
	Files             []MachineFile
	Presets           []Preset
	Step              string // the chosen step of the moves
	Can               MachineCan
	NoStart           fab.Reason // why no own print can start, and what to do; the zero Reason when one can
	LabWaits          fab.Reason // why the lab's prints may not begin although the printer is free
	Bench             MachineBench
	Tune              Tuning
	Console           []ConsoleLine
	Camera            string // URL of the last picture; "" without a camera
	Taken             time.Time
	Facts             Diagnosis
	Address           string // for slicers
	Seen              time.Time
	Form              Form
	Said              *Flash // what the last action did; Frame.Flash stays empty
	At                string // the part that Form and Said are about
	MaxNozzle, MaxBed int64  // °C that may be asked for
}

func (Machine) view() string { return "machine" }

// MachineCan says what the page offers now.
type MachineCan struct {
	Start, Pause, Resume, Cancel, Clear                 bool
	Heat, Move, Filament, ZOffset, Flow, Speed, Console bool
}

// Tuned reports whether anything can be changed while printing.
func (c MachineCan) Tuned() bool { return c.ZOffset || c.Flow || c.Speed }

// MachineBench is the test that a printer has to pass before it may print alone.
type MachineBench struct {
	Offered, Required, May, Running bool
	Doing, Question                 fab.Reason // while it runs
	Last                            fab.Reason // how the last one ended; the zero Reason when there was none
	Passed, Outdated                bool
	At                              time.Time // of the last one
}

// MachineJob is what is on the plate.
type MachineJob struct {
	Name          string
	Own           bool // the maker's own; else the lab's
	Percent       int
	Layer, Layers int64         // zero when they cannot be told
	Left          time.Duration // zero when it cannot be told
	Ends          time.Time
}

// Heater is a heated thing. Temperatures are in thousandths of a degree Celsius; a target of 0 is off.
type Heater struct {
	Code          string // nozzle, bed or chamber: worded heater.<code>
	Known         bool   // Milli was read lately and makes sense
	Milli, Target int64
}

// Prompt is a question of the printer. Its words come from the printer and are shown as they are.
type Prompt struct {
	ID      string
	Text    string
	Choices []string // none: only to be acknowledged, if at all
}

// MachineFile is one of the maker's own files.
type MachineFile struct {
	Name     string
	Bytes    int64
	Added    time.Time
	Seconds  int64      // of printing; 0 when it cannot be told
	Picture  string     // URL; "" without one
	Bad      fab.Reason // why it cannot be printed; the zero Reason when it can
	Newest   bool       // chosen when the page opens
	Filament string     // material that it was made for; "" when the file does not say
}

// Preset is a pair of temperatures by the name of a material, °C.
type Preset struct {
	Material    string // code of the material, worded material.<code>
	Nozzle, Bed int64
}

// Tuning is what was set while printing.
type Tuning struct {
	OffsetUM    int64 // Z offset, µm
	Flow, Speed int64 // percent; 0 when unknown
}

// ConsoleLine is one line of the talk with the firmware.
type ConsoleLine struct {
	Sent bool // by the person; else the printer's answer
	Text string
}

// Diagnosis is how the line to the printer does. Zero values are unknown.
type Diagnosis struct {
	Port      string
	Baud      int64
	Tuned     bool // the driver took the low-latency setting
	Dialect   string
	Firmware  string
	Window    int64 // lines in flight at most
	Lines     int64 // acknowledged since the port was opened
	Resends   int64
	AckP50    time.Duration
	AckP99    time.Duration
	ColdGuard bool // the firmware has its own thermal protection
}

// Errors reports whether the refused form is the one of a part.
func (m Machine) Errors(part string) bool { return len(m.Form.Errors) > 0 && m.At == part }

// Told reports whether what the last action did is to be said in a part.
func (m Machine) Told(part string) bool { return m.Said != nil && m.At == part }

// Act is the address of an action on this printer.
func (m Machine) Act(what string) string { return "/printer/" + m.Key + "/" + what }

// Wants reports whether the printer waits for a person.
func (m Machine) Wants() bool { return wants(m.State) || m.Prompt != nil }

// Percent of the print, 0 when none runs.
func (m Machine) Percent() int {
	if m.Job == nil {
		return 0
	}
	return m.Job.Percent
}

// Primary names the one thing to do first: clear, resume, print, add, or nothing. Which answer to a question of the
// printer is the best one only the person knows.
func (m Machine) Primary() string {
	switch {
	case m.Prompt != nil:
		return ""
	case m.Can.Clear:
		return "clear"
	case m.Can.Resume:
		return "resume"
	case m.Can.Start && m.Printable():
		return "print"
	case m.Can.Start:
		return "add"
	}
	return ""
}

// Printable reports whether any file can be printed.
func (m Machine) Printable() bool {
	for _, f := range m.Files {
		if f.Bad.Code == "" {
			return true
		}
	}
	return false
}

// Line is the sentence below the progress bar: layers and what is left, or why it waits.
func (m Machine) Line() fab.Reason {
	if m.Job == nil || m.State != StatePrinting && m.State != StatePaused {
		return m.Why
	}
	j := *m.Job
	switch {
	case j.Layers > 0 && j.Left > 0:
		return fab.Because("machine.line_layer_left", "layer", j.Layer, "layers", j.Layers, "d", j.Left, "at", j.Ends)
	case j.Layers > 0:
		return fab.Because("machine.line_layer", "layer", j.Layer, "layers", j.Layers)
	case j.Left > 0:
		return fab.Because("machine.line_left", "d", j.Left, "at", j.Ends)
	}
	return m.Why
}

// MachineEnter asks for the key.
//
//	GET  /enter   ?key=… enters at once
//	POST /enter   FieldSecret
type MachineEnter struct {
	Frame
	Form Form
}

func (MachineEnter) view() string { return "machine_enter" }

// MachineNote says in one page why a request to the agent cannot be answered.
type MachineNote struct {
	Frame
	Status    int // as Problem has it
	Why       fab.Reason
	Reference string
}

func (MachineNote) view() string { return "machine_note" }

// Kind names the sentences machine.note_<kind>.
func (n MachineNote) Kind() string { return Problem{Status: n.Status}.Kind() }

// Said builds what the last action did, for those who do not know package fab.
func Said(kind, code string, args map[string]any) *Flash {
	return &Flash{Kind: kind, Text: fab.Reason{Code: code, Args: args}}
}

// Because builds a reason, for those who do not know package fab.
func Because(code string, args map[string]any) fab.Reason { return fab.Reason{Code: code, Args: args} }

// Refused puts one refusal into a form, for those who do not know package fab.
func (f Form) Refused(field, code string, args map[string]any) Form {
	f.Errors = append(f.Errors, &fab.Error{Class: fab.Invalid, Code: code, Field: field, Args: args})
	return f
}
