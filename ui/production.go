package ui

import (
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Production shows what is being made, batch by batch, and why what waits waits.
//
//	GET /desk/production?show=…
type Production struct {
	Frame
	Chips   []Chip // open, done
	Batches []Batch
	// Handouts is how many bags wait to be handed out or to be counted.
	Handouts int64
}

func (Production) view() string { return "production" }

// Batch is N good products by a date.
type Batch struct {
	ID      string
	Goods   Goods
	Picture string
	For     string // the place it is for; "" when it is made to stock
	Trial   string // code of the trial whose pieces it makes; ""
	TrialID string
	Request string // id of its request; ""
	Due     time.Time
	Outlook Outlook
	Late    bool
	State   string // StateRunning, StateWaiting, StatePaused, StateDone, StateCancelled
	Made    int64  // whole products that the good pieces make
	Way     []Station
	Wait    fab.Reason // why it does not move; the zero Reason when it does
	Plates  []Plate
}

// Plate is one plate or portion of hand work, shared out or waiting.
type Plate struct {
	ID      string
	Part    Goods
	Who     string // printer or person; "" while nobody has it
	ByHand  bool
	State   string // StateWaiting, StateOffered, StateHeating, StatePrinting, StatePlate, StateDone, StateFailed, StateOffline, StateCancelled
	Percent int
	Ends    time.Time
	Try     int64      // 1 is the first
	Why     fab.Reason // why this one has it, or why it waits
	End     fab.Reason // why an earlier try ended badly
}

// BatchFacts are what the way of a batch is drawn from.
type BatchFacts struct {
	Sliced   bool // every part has a plate for at least one machine
	Material bool // nothing is missing
	Made, Of int64
	Checked  int64 // products whose pieces were counted at the hub
	Packed   int64
	Left     bool // on its way
	Arrived  bool
}

// BatchWay draws the stations of a batch.
func BatchWay(f BatchFacts) []Station {
	done := []bool{f.Sliced, f.Material, f.Of > 0 && f.Made >= f.Of, f.Of > 0 && f.Checked >= f.Of, f.Of > 0 && f.Packed >= f.Of, f.Arrived}
	all := []Station{
		{Title: fab.Because("batch.st_sliced")},
		{Title: fab.Because("batch.st_material")},
		{Title: fab.Because("batch.st_made"), Detail: fab.Because("batch.of", "n", min(f.Made, f.Of), "of", f.Of)},
		{Title: fab.Because("batch.st_checked"), Detail: fab.Because("batch.of", "n", min(f.Checked, f.Of), "of", f.Of)},
		{Title: fab.Because("batch.st_packed"), Detail: fab.Because("batch.of", "n", min(f.Packed, f.Of), "of", f.Of)},
		{Title: fab.Because("batch.st_delivered")},
	}
	if f.Left && !f.Arrived {
		all[5].Detail = fab.Because("track.st_on_way")
	}
	return light(all, done)
}

// light sets the states of stations: done where done, here at the first that is not.
func light(all []Station, done []bool) []Station {
	here := false
	for i := range all {
		switch {
		case done[i]:
			all[i].State = StationDone
		case !here:
			all[i].State, here = StationHere, true
		default:
			all[i].State = StationAhead
		}
	}
	return all
}

// BatchPage is one batch: its parts, plates and lots.
//
//	GET  /desk/production/{batch}
//	POST /desk/production/{batch}/pause | resume | cancel
//	POST /desk/production/{batch}/change   FieldQuantityOf, FieldDay, FieldPriority; FieldConfirm once the effect was read
type BatchPage struct {
	Frame
	Batch
	Design string // product and version: "Visière anti-projection, 1.2"
	Claim  string // the only claim that may be made, in words
	Parts  []PartRow
	Works  []BatchWork // about which may be decided
	Lots   []LotRow
	Change BatchForm
	Relays []RelayRow // what other labs make of it
}

// Relayable reports whether a part of it can be handed to another lab.
func (b BatchPage) Relayable() bool {
	return b.Trial == "" && (b.State == StateRunning || b.State == StateWaiting || b.State == StatePaused)
}

func (BatchPage) view() string { return "batch" }

// PartRow is how far a batch is with one part, in pieces.
type PartRow struct {
	Code, Name                       string
	Needed, Good, Bad, Open, Missing int64
}

// LotRow is what one attempt produced.
type LotRow struct {
	Code  string
	Part  Goods  // as declared
	Who   string // maker's or printer's name
	Maker string // whose it is; "" when Who says it
	Spool string // code of the spool; "" for hand work
	Bad   int64  // counted bad
	Why   string // one of fab.BadReasons; "" when nobody said
	Photo string // address of a picture of the bad ones; ""
	State string // StateAtMaker, StateCounted, StateBlocked
	At    time.Time
	Back  int64 // products with pieces of it that came back as bad
}
