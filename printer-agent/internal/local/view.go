package local

import (
	"time"

	"github.com/mailleur/mailleur/ui"
)

// The words for what a printer does, for View.State.
const (
	StatePrinting = ui.StatePrinting
	StateHeating  = ui.StateHeating
	StateReady    = ui.StateReady // the plate is confirmed clear
	StatePlate    = ui.StatePlate // the plate waits for a person
	StatePaused   = ui.StatePaused
	StateOffline  = ui.StateOffline
	StateError    = ui.StateError
	StateStopped  = ui.StateStopped
	StateUnknown  = ui.StateUnknown
)

// Whether a printer works for the lab, for View.Chain.
const (
	ChainNone = ui.ChainNone // no lab knows it
	ChainOn   = ui.ChainOn
	ChainOff  = ui.ChainOff
)

// Heater, Preset, Tuning and Diagnosis are as the page shows them; the first heater is the nozzle, the second the bed.
type (
	Heater    = ui.Heater
	Preset    = ui.Preset
	Tuning    = ui.Tuning
	Diagnosis = ui.Diagnosis
	Can       = ui.MachineCan
	Prompt    = ui.Prompt
	Sample    = ui.Sample
)

// HistorySpan is how far back the plot reaches. Samples every two seconds draw it well.
const HistorySpan = 10 * time.Minute

// View is a printer at one moment. Whoever gets it may keep it: it shares nothing that changes.
type View struct {
	Name                string
	Model               string
	State               string // one of the State words
	Why                 Reason // why it waits, or what went wrong; the zero Reason when there is nothing to say
	Job                 *Running
	Heaters             []Heater
	History             map[string][]Sample // by Heater.Code, oldest first, at most HistorySpan
	Prompt              *Prompt             // the printer asks something
	Chain               string              // one of the Chain words
	Here                time.Time           // a person is beside it until then; zero or past: nobody
	Can                 Can                 // what is possible now
	Presets             []Preset
	Tune                Tuning
	Facts               Diagnosis
	MaxNozzleC, MaxBedC int64     // limits; 0 stands for 350 and 150
	Bench               Bench     // the printer's test
	NoStart             Reason    // why no own print can start and what to do; the zero Reason when one can
	LabWaits            Reason    // why the lab's prints may not begin although the printer is free
	Seen                time.Time // when it was last heard
}

// Reason says why, as a code that package locales words, and its arguments.
type Reason struct {
	Code string
	Args map[string]any
}

// Bench is the test that a printer has to pass before it may print alone.
type Bench struct {
	Offered  bool      // there is one for this printer
	Required bool      // it prints alone only after it was passed
	May      bool      // it can begin now
	Running  bool      //
	Doing    Reason    // what goes on in it
	Question Reason    // what the person is asked; the zero Reason when nothing
	Last     Reason    // how the last one ended; the zero Reason when there was none
	Passed   bool      // the last one was
	Outdated bool      // firmware or profile have changed since
	At       time.Time // of the last one
}

// Running is the print on the machine.
type Running struct {
	Name          string // of the file, or of the lab's job
	Own           bool   // the maker's own; else the lab's
	Percent       int
	Layer, Layers int64 // 0 when they cannot be told
	Started       time.Time
	Left          time.Duration // 0 when it cannot be told
	Bytes         int64         // of the file
	Sent          int64         // of them
}

// FileInfo is one of the maker's own files.
type FileInfo struct {
	Name     string
	Bytes    int64
	Added    time.Time
	Seconds  int64  // of printing; 0 when it cannot be told
	Filament string // code of the material; "" when the file does not say
	Picture  bool   // Files.Picture has a thumbnail
	Bad      Reason // why it cannot be printed on this printer; the zero Reason when it can
}

// here reports whether a person is beside the printer.
func (v View) here(now time.Time) bool { return v.Here.After(now) }

// maxima are the highest temperatures that may be asked for, °C.
func (v View) maxima() (nozzle, bed int64) {
	nozzle, bed = v.MaxNozzleC, v.MaxBedC
	if nozzle <= 0 {
		nozzle = 350
	}
	if bed <= 0 {
		bed = 150
	}
	return nozzle, bed
}
