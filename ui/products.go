package ui

import (
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Products lists what the lab makes, version by version, and the machines that slice for it.
//
//	GET  /desk/products
//	POST /desk/slicers                FieldName: shows the page again with Key
//	POST /desk/slicers/{id}/revoke
type Products struct {
	Frame
	Products []ProductRow
	Slicers  []SlicerRow
	Key      *SlicerKey // just made, shown once
	Form     Form
}

func (Products) view() string { return "products" }

// ProductRow is one product, its newest version first.
type ProductRow struct {
	Code, Name string
	Picture    string
	Versions   []VersionRow
}

// Newest is the version to begin the next one from; the zero row when there is none.
func (p ProductRow) Newest() VersionRow {
	if len(p.Versions) == 0 {
		return VersionRow{}
	}
	return p.Versions[0]
}

// VersionRow is one version of a product.
type VersionRow struct {
	ID, Version string
	State       string // StatePrototype, StateTrialled, StateWithdrawn
	Dangerous   bool   // withdrawn because dangerous
	Made        time.Time
	ByHand      bool // nothing of it is printed
	Tally       PlateTally
}

// Says words how far its plates are.
func (v VersionRow) Says() fab.Reason {
	if v.ByHand {
		return fab.Because("version.by_hand")
	}
	return v.Tally.Says()
}

// PlateTally counts the plates of a version, one for each part and kind of machine.
type PlateTally struct {
	All, Ready, Cannot int64
	Open               int64 // being sliced, or waiting for it
}

// Says words how many are ready.
func (t PlateTally) Says() fab.Reason {
	if t.All == 0 {
		return fab.Because("version.no_plates")
	}
	return fab.Because("version.tally", "n", t.Ready, "of", t.All)
}

// Whole reports whether every machine has its plates.
func (t PlateTally) Whole() bool { return t.All > 0 && t.Ready == t.All }

// SlicerRow is one machine that slices for this lab.
type SlicerRow struct {
	ID, Name string
	Revoked  bool
	Seen     time.Time // zero: it never came
}

// SlicerKey is the key of a new slicing machine, shown once.
type SlicerKey struct {
	Name, Key string
	Command   string // what to type on that machine
}

// Version is one version of a product: its parts and a plate for every kind of machine in the lab.
//
//	GET  /desk/products/{version}
//	POST /desk/products/{version}/trials     FieldQuestion: a trial begins
//	POST /desk/plates/{plate}/cancel | retry
type Version struct {
	Frame
	VersionRow
	Product string // its name
	Parts   []ModelPart
	Plates  []PartPlates
	Claim   string     // what may be said of it; worded claim.<code>
	Borne   []Evidence // the answers that bear the claim out, where it says that somebody tried it
	Dated   time.Time
	Notice  bool      // there is one
	TriedAt time.Time // zero: not yet, or before that was written down
	Why     string    // the written reason, where there is one
	Trials  []TrialRow
	Proofs  []Evidence
	Recalls []string // addresses of the recalls of it
	Checks  []CheckLine
	Back    []DefectRow // what came back as bad
	Form    Form
}

func (Version) view() string { return "version" }

// The values of FieldReason when a version is withdrawn.
const (
	WithdrawReplaced  = "replaced"
	WithdrawDangerous = "dangerous"
)

// ModelPart is one part of a version, as its file measures.
type ModelPart struct {
	Code, Name string
	Picture    string
	ByHand     bool
	Step       string // of hand work
	PerUnit    int64
	File       string     // address of its model; "" when it has none
	Refused    fab.Reason // the file cannot be read; nothing below is known
	Size       [3]int64   // µm; zero when it is not known
	VolumeMM3  int64
	Triangles  int64
	Problems   []fab.Reason // what may go wrong when it is sliced
}

// Known reports whether the file was measured.
func (p ModelPart) Known() bool { return p.Triangles > 0 }

// PartPlates are the plates of one part.
type PartPlates struct {
	Code, Name string
	Rows       []PlateRow
}

// PlateRow is one bed-load for one kind of machine.
type PlateRow struct {
	ID                 string
	Machine            string // what people call the model
	NozzleUM           int64
	Filament           string
	Settings           string // whose own settings it is made with; "" those of the model
	Owner              string // who sliced it for one printer; "" the lab
	Copies             int64
	Pile               int64  // of which so many stand on each other; 0 and 1 are none
	State              string // StateWaiting, StateSlicing, StatePlateReady, StateImpossible, StateAgain, StatePlateCancelled
	Percent            int
	Time               time.Duration
	FilamentMG, Layers int64
	Picture            string
	Why                fab.Reason   // why this machine cannot make it, or what failed
	Next               time.Time    // when it is tried again
	Notes              []fab.Reason // what is odd about it and no reason to refuse
}

// The ids of what changes on the page of a version, for Fresh: all plates, and the heading.
const (
	PlatesID     = "plates"
	PlatesNewsID = "plates-news"
)

// PlateRowID is the id of its row, for Fresh.
func PlateRowID(id string) string { return "plate-" + id }

// RowID is PlateRowID of the row.
func (p PlateRow) RowID() string { return PlateRowID(p.ID) }

// CanCancel reports whether slicing it can be called off.
func (p PlateRow) CanCancel() bool {
	return p.State == StateWaiting || p.State == StateSlicing || p.State == StateAgain
}

// CanRetry reports whether it can be tried again now.
func (p PlateRow) CanRetry() bool {
	return p.State == StateAgain || p.State == StateImpossible || p.State == StatePlateCancelled
}
