package ui

import "time"

// People lists who makes, with their printers and agents.
//
//	GET  /desk/people
//	POST /desk/people/makers                 FieldName, FieldTown, FieldPhone, FieldSteps (several of MakerSteps),
//	                                         FieldLogin and FieldPassword, both optional: an account to sign in with
//	POST /desk/people/invite                 shows the page again with Invite
type People struct {
	Frame
	Makers []MakerRow
	Asking []Asking   // who wants to join
	Calls  int        // calls to make about hand work, see Calls
	Invite *EnterLink // an invitation just made, shown once
	Form   Form
}

func (People) view() string { return "people" }

// MakerSteps are the values of FieldSteps, worded step.<code>.
func (People) MakerSteps() []string { return []string{"print", "sew", "cut", "punch", "assemble"} }

// MakerRow is one volunteer.
type MakerRow struct {
	ID       string
	Name     string
	Town     string
	Mobile   string
	Steps    []string
	Printers []string // their names
	Agents   []AgentRow
}

// AgentRow is one program on a maker's machine.
type AgentRow struct {
	ID      string
	Name    string
	Version string
	Online  bool
	Revoked bool
	Seen    time.Time

	Words     string // read on both sides when it joined, in the page's language; "" of one that knows none
	Confirmed bool   // somebody said that they are the same
}

// EnrolCode is a code that joins one agent, once.
type EnrolCode struct {
	Maker   string // name
	Code    string
	Command string // what to type on the machine beside the printer
	Until   time.Time
}
