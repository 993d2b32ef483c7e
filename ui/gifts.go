package ui

import (
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui/locales"
)

// GiftDesk is the gifts that are to come and the goods that nobody knows, as the desk works on them.
//
//	POST /desk/donations/{id}/receive    FieldCount: what really came, FieldMeasure, FieldLast, FieldSeenOf; of devices FieldModelOf, FieldWiped
//	POST /desk/donations/{id}/close      FieldSeenOf: the rest does not come
//	POST /desk/donations/{id}/refuse     FieldWhy: one of fab.GiftRefusals, FieldSaid, FieldSeenOf
//	POST /desk/donations/{id}/block      FieldWords, FieldCount, FieldPhoto, FieldLast, FieldSeenOf, Form.Key
//	POST /desk/blocked                   the same, of nobody's gift
//	POST /desk/blocked/{id}/identify     FieldMaterial, FieldCount, FieldMeasure, FieldEach, FieldNote
//	POST /desk/blocked/{id}/scrap        FieldNote
//	POST /desk/blocked/{id}/return       FieldNote
type GiftDesk struct {
	Rows      []GiftRow
	Blocked   []BlockedRow
	Materials []Choice
	Measures  []Choice
	Devices   int64 // at the hub
	Key       string
}

// Refusals are the reasons that a donor can be told.
func (GiftDesk) Refusals() []string { return fab.GiftRefusals[:] }

// GiftRow is a gift of which something is still to come.
type GiftRow struct {
	ID, Ref     string
	Donor, Town string
	Mobile      string
	Email       string
	Condition   string // one of fab.Conditions
	Photo       string // address; "" without
	Fetch       bool
	Address     string
	Hours       string
	Device      bool     // it is received one by one
	Other       bool     // the lab has no name for it, so that it is blocked
	Stuff       Stuff    // what is still to come
	Came        Stuff    // what came
	Seen        int64    // the same, as FieldSeenOf has it
	Measures    []Choice // of the material
	At          time.Time
}

// Count is the quantity in the unit of the form: pieces, grams or metres.
func (g GiftRow) Count() int64 {
	switch g.Stuff.Unit {
	case fab.UnitMG:
		return g.Stuff.N / 1_000
	case fab.UnitUM:
		return g.Stuff.N / 1_000_000
	}
	return g.Stuff.N
}

// BlockedRow is goods that nobody knew, and what became of them.
type BlockedRow struct {
	ID, Code    string
	Words       string
	N           int64
	Status      string // one of fab.BlockedStatus, worded gift.blocked_<status>
	Became      Stuff
	Note        string
	Photo       string // address; "" without
	Donor, Town string // "" when nobody knows
	Ref         string
	At          time.Time
}

// The names of the form fields above.
const (
	FieldWords     = "words"
	FieldEach      = "each"
	FieldCondition = "condition"
	FieldWay       = "way"  // WayBring or WayFetch
	FieldLast      = "last" // "yes": nothing more comes
	FieldSeenOf    = "seen" // what had come when the form was made
	FieldSaid      = "said"
)

// How a gift comes.
const (
	WayBring = "bring"
	WayFetch = "fetch"
)

// OtherGifts are what may be given beside the lab's materials.
func OtherGifts(lang string) []Choice {
	var list []Choice
	for _, kind := range fab.Devices {
		list = append(list, Choice{Value: "device:" + kind, Label: locales.Text(lang, "give.device_"+kind)})
	}
	return append(list, Choice{Value: "other", Label: locales.Text(lang, "give.other")})
}

// MeasureChoice is a unit to choose.
func MeasureChoice(lang, code string) Choice {
	return Choice{Value: code, Label: locales.Word(lang, "measure", code)}
}

// BlockedName is what people call goods that nobody knows.
func BlockedName(lang string) string { return locales.Text(lang, "blocked.goods") }

// StuffText words a quantity of material: "24 feuilles".
func StuffText(lang string, s Stuff) string { return words{lang: lang}.stuff(s) }

// ConditionText words the state of what is given.
func ConditionText(lang, code string) string { return locales.Word(lang, "condition", code) }
