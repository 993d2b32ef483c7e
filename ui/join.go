package ui

import (
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// More names of form fields about people.
const (
	FieldSkills  = "skills"  // several of JoinSkills
	FieldWord    = "word"    // what the lab answers somebody who asked to join
	FieldCollect = "collect" // id of a place
)

// Join asks somebody who wants to take part for the little that the lab needs.
//
//	GET  /join, /join/{token}
//	POST /join, /join/{token}   FieldName, FieldTown, FieldPostcode, FieldPhone, FieldEmail, FieldSkills, FieldNote, FieldPassword, FieldConsent
type Join struct {
	Frame
	Action  string // where the form goes
	Invited bool   // nobody has to approve
	Form    Form
}

func (Join) view() string { return "join" }

// Skills are the values of FieldSkills, worded join.can_<code>.
func (Join) Skills() []string { return []string{"printer", "print", "sew", "cut", "punch", "assemble"} }

// JoinSent says thank you, and what comes next.
//
//	GET /join/sent
type JoinSent struct{ Frame }

func (JoinSent) view() string { return "join_sent" }

// Enter signs a maker in who followed a link: a button, so that no program that looks at links in messages uses it up.
//
//	GET  /enter/{token}
//	POST /enter/{token}
type Enter struct {
	Frame
	Token string
}

func (Enter) view() string { return "enter" }

// Me is what a maker says of himself or herself, and the way on after joining.
//
//	GET  /maker/me
//	POST /maker/me             FieldName, FieldTown, FieldPostcode, FieldPhone, FieldEmail, FieldCollect
//	POST /maker/me/hands       FieldSteps, FieldQuota, FieldDays, FieldWeekCap, FieldThere and FieldThereOwn, FieldPauseUntil
//	POST /maker/me/password    FieldPassword
//	POST /maker/me/enrol-code  shows the page again with Code
//	POST /maker/me/leave       FieldConsent "yes"
type Me struct {
	Frame
	New      bool // nothing is set up yet: what comes next is shown first
	Printers int64
	Word     string // what the lab answered
	Places   []Choice
	Hands    bool
	Skilled  bool // said to have a printer
	Code     *EnrolCode
	Form     Form
	Work     Form // of the hands
}

func (Me) view() string { return "me" }

// MakerSteps are the values of FieldSteps, worded step.<code>.
func (Me) MakerSteps() []string { return People{}.MakerSteps() }

// Hours are the choices of when the hands work.
func (Me) Hours() []string { return HoursChoices() }

// Person is one maker, for the coordinator.
//
//	GET  /desk/people/{id}
//	POST /desk/people/{id}            as Me
//	POST /desk/people/{id}/hands      as Me
//	POST /desk/people/{id}/approve    FieldWord; shows the page again with Link
//	POST /desk/people/{id}/refuse     FieldWord
//	POST /desk/people/{id}/link       shows the page again with Link
//	POST /desk/people/{id}/enrol-code shows the page again with Code
//	POST /desk/people/{id}/erase      FieldConsent "yes"
//	POST /desk/agents/{agent}/same    the words are the same on both sides
//	POST /desk/agents/{agent}/revoke
type Person struct {
	Frame
	MakerRow
	Email   string
	Status  string // MakerStatus of package fab; "" takes part
	Said    []string
	Note    string
	Word    string
	Invited bool
	Since   time.Time
	Links   []PrinterLink
	Places  []Choice
	Code    *EnrolCode
	Link    *EnterLink
	Form    Form
	Work    Form // of the hands
}

func (Person) view() string { return "person" }

// MakerSteps are the values of FieldSteps, worded step.<code>.
func (Person) MakerSteps() []string { return People{}.MakerSteps() }

// Hours are the choices of when the hands work.
func (Person) Hours() []string { return HoursChoices() }

// PrinterLink is a printer of a maker with what the lab may ask of it.
type PrinterLink struct {
	ID, Name, Model string
	Heat            fab.Reason
	There           fab.Reason
	Rests           time.Time
	Retired         bool
	Box             string // "" prints from an SD card
	Unknown         bool   // no profile of its model
}

// EnterLink is a link with which a maker signs in once, or somebody joins.
type EnterLink struct {
	URL   string
	Until time.Time
}

// Asking is somebody who wants to join.
type Asking struct {
	ID, Name, Where string
	Said            []string
	Note            string
	At              time.Time
}
