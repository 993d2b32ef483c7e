package ui

import (
	"strings"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui/locales"
)

// Where the pages of one printer stand.
const (
	BaseDesk  = "/desk/printers"
	BaseMaker = "/maker/printers"
)

// Printer is what the lab knows of one printer, for its maker and for the coordinator. A maker may slice for it alone.
//
//	GET  {base}/{id}
//	POST /maker/printers/{id}/self                        FieldSelf: SelfYes or SelfNo
//	GET  /maker/printers/{id}/parts/{design}/{part}/model
//	GET  /maker/printers/{id}/parts/{design}/{part}/sheet       also sheet.ini
//	POST /maker/printers/{id}/parts/{design}/{part}/gcode       multipart: FieldCopies, FieldGCode
type Printer struct {
	Frame
	Base     string // BaseDesk or BaseMaker
	ID, Name string
	Model    string // what people call it
	NozzleUM int64
	Filament string // "" while no reel is on it
	Colour   string
	Piles    bool       // pieces may stand on each other while nobody is there
	CanLoad  []string   // what its maker has beside it
	Heat     fab.Reason // when it may be hot, in words
	There    fab.Reason // when somebody is there, in words
	WeekCap  int64      // plates a week, at most; 0 is any number
	Rests    time.Time
	Agent    string // name of the box that drives it; "" prints from an SD card

	Card   bool       // it prints from an SD card: what to print next is on its page, and handed in there
	Offers []Offer    // of this printer
	Work   []Work     // of this printer
	Idle   fab.Reason // why there is neither
	Open   string     // as Maker.Open

	Retired time.Time
	Self    bool // its maker slices for it
	Own     bool // it has settings of its own
	Parts   []OwnPart
	Judged  *Judged // of the file that was just sent
	Form    Form
}

func (Printer) view() string { return "printer" }

// Mine reports whether the page is its maker's.
func (p Printer) Mine() bool { return p.Base == BaseMaker }

// Side is where the forms of its work are answered: "/maker" or "/desk".
func (p Printer) Side() string {
	if p.Mine() {
		return "/maker"
	}
	return "/desk"
}

// The values of FieldSelf.
const (
	SelfYes = "yes"
	SelfNo  = "no"
)

// OwnPart is one part that a maker may slice.
type OwnPart struct {
	Base       string // address of the part
	Key        string // unique on the page
	Code, Name string
	Product    string // with its version
	Picture    string
	Ready      bool // a file of the maker's is kept
	Copies     int64
	Time       time.Duration
	FilamentMG int64
	At         time.Time
	Open       bool // its form was refused
}

// Judged is what the check says of a file that was refused.
type Judged struct {
	Part     string
	Findings []Finding // the gravest first
	More     int64     // findings that are not shown
}

// Finding is one thing that the check holds against a file.
type Finding struct {
	Line  int64 // the first it shows on; 0: of the file as a whole
	Count int64 // how many lines show it
	Text  fab.Reason
	Stop  bool // forbids to print the file
}

// Fix is what to do about it, worded fix.<code>.
func (f Finding) Fix() fab.Reason {
	_, code, _ := strings.Cut(f.Text.Code, ".")
	switch code {
	case "outside_bed", "too_high", "below_bed", "on_clip", "move_before_home", "origin_moved":
		return fab.Because("fix.place")
	case "too_hot", "cold_extrusion", "no_tool":
		return fab.Because("fix.heat")
	case "heater_left_on":
		return fab.Because("fix.end")
	case "command_refused", "command_forbidden", "host_owned", "two_commands", "inert_text", "pause", "placeholder", "line_too_long", "inches":
		return fab.Because("fix.code")
	}
	return fab.Because("fix.again")
}

// Sheet is the few settings that a person types into a slicer for one part on one printer. It is made to be printed.
//
//	GET /maker/printers/{id}/parts/{design}/{part}/sheet
type Sheet struct {
	Frame
	Printer, Model, Part string
	Filament             string
	Back                 string // address of the printer's page
	Ini                  string // address of all settings as a file
	Rows                 []SheetRow
	Start, End           string // G-code, temperatures filled in
	Apart                bool   // for another lab, which sends no file back
}

func (Sheet) view() string { return "sheet" }

// SheetRow is one setting: its name is worded sheet.<code>. Value is a number with a decimal point, several with " × ", or
// where Unit is UnitWord a word that is worded sheet.value_<value>.
type SheetRow struct{ Code, Value, Unit string }

// UnitWord is the unit of a value that is a word.
const UnitWord = "word"

// sheetValue writes the value of a setting with its unit.
func (w words) sheetValue(r SheetRow) string {
	if code := "sheet.value_" + r.Value; r.Unit == UnitWord || locales.Has(w.lang, code) {
		if locales.Has(w.lang, code) {
			return locales.Text(w.lang, code)
		}
		return r.Value
	}
	value := r.Value
	if w.lang != locales.English {
		value = strings.ReplaceAll(value, ".", ",")
	}
	if r.Unit != "" {
		value += "\u00a0" + r.Unit
	}
	return value
}

// OwnSettings is the form of what one printer has beside its model.
//
//	GET  {base}/{id}/settings
//	POST {base}/{id}/settings        FieldStart … FieldMore
//	POST {base}/{id}/settings/reset  back to the model's own
type OwnSettings struct {
	Frame
	Base     string
	ID, Name string
	Model    string
	Own      bool // there are some
	Form     Form
}

func (OwnSettings) view() string { return "settings" }

// ArcChoices are the values of FieldArcs, worded arcs.<code>.
func (OwnSettings) ArcChoices() []string { return []string{ArcsModel, ArcsYes, ArcsNo} }

// The values of FieldArcs.
const (
	ArcsModel = "model"
	ArcsYes   = "yes"
	ArcsNo    = "no"
)
