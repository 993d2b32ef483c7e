package ui

import "time"

// The names of form fields about makers, printers and hands.
const (
	FieldPrinterModel = "model"       // profile of a printer, or ModelOther
	FieldModelSaid    = "model_said"  // what the maker calls a model that is not in the list
	FieldNozzleMM     = "nozzle_mm"   // "0.4"
	FieldFilament     = "filament"    // profile, or ""
	FieldColour       = "colour"      // of the filament
	FieldCanLoad      = "can_load"    // profiles of what the maker has beside it, any number
	FieldPiles        = "piles"       // "yes": pieces may stand on each other while nobody is there
	FieldHeat         = "heat"        // when it may be hot: one of HoursChoices
	FieldHeatOwn      = "heat_own"    // that text, with HoursOwn
	FieldThere        = "there"       // when somebody is there: one of HoursChoices
	FieldThereOwn     = "there_own"   // that text, with HoursOwn
	FieldWeekCap      = "week_cap"    // plates in seven days; "" is any number
	FieldPauseUntil   = "pause_until" // a day
	FieldQuota        = "quota"       // pieces of hand work at a time
	FieldDays         = "days"        // usual days to hand in
	FieldHandIn       = "hand_in"     // the day on which accepted work is handed in; "" is as usual
	FieldAgent        = "agent"       // id
	FieldTopic        = "topic"       // key of a printer on its agent
)

// ModelOther is the value of FieldPrinterModel of a machine that the lab does not know.
const ModelOther = "other"

// The values of FieldHeat and FieldThere, worded hours.<code>.
const (
	HoursAlways   = "always"
	HoursDay      = "day"
	HoursEvenings = "evenings"
	HoursOwn      = "own"
)

// HoursChoices are the values of FieldHeat and FieldThere.
func HoursChoices() []string { return []string{HoursAlways, HoursDay, HoursEvenings, HoursOwn} }

// PrinterForm adds a printer, or changes one.
//
//	GET  /maker/printers/new, /desk/people/{maker}/printers/new
//	POST /maker/printers, /desk/people/{maker}/printers
//	GET  {base}/{id}/edit
//	POST {base}/{id}/edit
//	POST {base}/{id}/retire | back | remove
//	POST /desk/printers/{id}/move    FieldMaker
//	POST /desk/printers/{id}/agent   FieldAgent, FieldTopic
//
// Fields: FieldName, FieldPrinterModel, FieldModelSaid, FieldNozzleMM, FieldFilament, FieldColour, FieldCanLoad, FieldHeat and FieldHeatOwn,
// FieldThere and FieldThereOwn, FieldPiles, FieldWeekCap, FieldPauseUntil.
type PrinterForm struct {
	Frame
	Action    string // where the form goes
	Back      string
	Base      string // BaseDesk or BaseMaker
	ID, Name  string // "" of a new one
	Owner     string // whose it is, on the coordinator's page
	Model     string // of a printer behind an agent, which says it
	Agent     bool   // an agent prints for it
	Retired   time.Time
	Removable bool // it never did anything
	Models    []Choice
	Filaments []Choice
	Makers    []Choice // to whom the coordinator may give it
	Agents    []Choice // behind which the coordinator may put it
	Form      Form
}

func (PrinterForm) view() string { return "printer_form" }

// Mine reports whether the page is its maker's.
func (p PrinterForm) Mine() bool { return p.Base == BaseMaker }

// New reports whether the printer is not there yet.
func (p PrinterForm) New() bool { return p.ID == "" }

// Hours are the choices of the two windows.
func (PrinterForm) Hours() []string { return HoursChoices() }
