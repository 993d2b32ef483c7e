package ui

import (
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Wall shows the printers, those that need a person first (the handler sorts).
//
//	GET  /desk/printers?show=…
//	POST /desk/printers/{id}/pause | resume | cancel | stop
//	POST /desk/printers/{id}/clear   FieldGood, FieldBad, FieldWhy, FieldPhoto: the plate is empty, so many pieces came off
//	POST /desk/printers/{id}/release FieldWord: what was done, so that a held printer gets work again
//	POST /desk/printers/{id}/trial   one plate, to show that it is well
//	POST /desk/printers/{id}/spool   FieldSpool: id of the spool that is on it now, or SpoolNone
type Wall struct {
	Frame
	Chips   []Chip // all, todo, printing, ready, offline
	Waiting int64  // printers that wait for someone
	Goods   []Goods
	NeedBy  time.Time // of the most pressing request; zero hides the sentence
	Ends    time.Time // when its goods will be made
	Tiles   []Tile
	Form    Form // with refusals only
}

func (Wall) view() string { return "wall" }

// Tile is one printer.
type Tile struct {
	ID, Name, Model, Place string
	State                  string // StatePrinting, StateHeating, StateReady, StatePlate, StatePaused, StateOffline, StateError, StateStopped, StateResting, StateUnknown; StateOffered and StateAtWork with Card
	Code                   string // product or part on the plate, for our drawing
	Picture                string // hash of its picture
	Job                    Goods  // what is on the plate; N zero: nothing
	Percent                int
	Left                   time.Duration // of the print; zero when it cannot be told
	Ends                   time.Time
	Ended                  time.Time  // when the print came off, for StatePlate
	Lost                   time.Time  // since when nothing was heard, for StateOffline
	Again                  time.Time  // when its work goes to another, for StateOffline and StateOffered
	Why                    fab.Reason // why it waits, or what went wrong
	Chosen                 fab.Reason // why this job went to this printer
	Held                   Held
	Gone                   fab.Reason // where the pieces go, once nobody needs them any more
	Hot                    bool       // temperatures are known and fresh
	NozzleMilli, NozzleTo  int64      // thousandths of a degree Celsius; a target of 0 is off
	BedMilli, BedTo        int64
	Seen                   time.Time
	Phone                  string        // the maker's, for the coordinator to call; "" hides the button
	Card                   bool          // it prints from an SD card: its maker says what happens, no box does
	Base                   string        // "/desk/printers" or "/maker/printers"
	Spool                  string        // code of the spool on it; "" when none is known
	Spools                 []SpoolChoice // that may be put on it now; empty while something is on the machine
}

// SpoolNone is the value of FieldSpool that takes the spool off.
const SpoolNone = "none"

// SpoolChoice is one reel that a printer may get.
type SpoolChoice struct {
	ID, Code string
	Filament string
	LeftMG   int64
}

// Wants reports whether the tile waits for a person.
func (t Tile) Wants() bool {
	return t.State == StatePlate || t.State == StateOffline || t.State == StateError || t.State == StateStopped || t.Held.Why.Code != "" && !t.Held.Trial
}

// Count is the action that empties the plate and counts the pieces.
func (t Tile) Count() string {
	if t.Base == "/maker/printers" {
		return t.Base + "/" + t.ID + "/count"
	}
	return t.Base + "/" + t.ID + "/clear"
}

// Act is the address of an action on this printer.
func (t Tile) Act(what string) string { return t.Base + "/" + t.ID + "/" + what }

// Mine reports whether the tile stands on the maker's own page.
func (t Tile) Mine() bool { return t.Base == "/maker/printers" }

// Line is the sentence below the progress bar.
func (t Tile) Line(now time.Time) fab.Reason {
	switch t.State {
	case StateOffered:
		return fab.Because("card.line_offered", "at", t.Again)
	case StateAtWork:
		return fab.Because("card.line_at_work", "at", t.Ends)
	case StatePlate:
		if t.Job.N == 0 {
			break
		}
		return fab.Because("wall.line_plate", "at", t.Ended, "n", t.Job.N)
	case StateOffline:
		if t.Lost.IsZero() {
			break
		}
		if t.Again.IsZero() {
			return fab.Because("wall.line_lost", "d", now.Sub(t.Lost))
		}
		return fab.Because("wall.line_lost_again", "d", now.Sub(t.Lost), "at", t.Again)
	case StatePrinting:
		if t.Left > 0 {
			return fab.Because("wall.line_left", "d", t.Left, "at", t.Ends)
		}
	}
	return t.Why
}

// Message is what a live page hears, as static/live.js reads it.
type Message struct {
	ID    string            `json:"id"`
	Text  string            `json:"text,omitempty"`
	Attrs map[string]string `json:"attrs,omitempty"`
	Swap  bool              `json:"swap,omitempty"`
}

// Fresh tells open pages to take the element with this id from the server again.
func Fresh(id string) Message { return Message{ID: id, Swap: true} }

// EntriesID is the id of the coordinator's navigation with its counters, for Fresh.
const EntriesID = "entries"

// TileID is the id of a printer's tile, for Fresh.
func TileID(printer string) string { return "tile-" + printer }

// MiniID is the id of a printer's line on the demo's first screen, for Fresh.
func MiniID(printer string) string { return "mini-" + printer }
