package ui

import "time"

// People lists who makes, with their printers and agents.
//
//	GET  /desk/people
//	POST /desk/people/makers                 FieldName, FieldTown, FieldPhone, FieldSteps (several of MakerSteps),
//	                                         FieldLogin and FieldPassword, both optional: an account to sign in with
//	POST /desk/people/{maker}/enrol-code     shows the page again with Code
//	POST /desk/agents/{agent}/revoke         its printers get no more work
type People struct {
	Frame
	Makers []MakerRow
	Code   *EnrolCode // just made, shown once
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
}

// EnrolCode is a code that joins one agent, once.
type EnrolCode struct {
	Maker   string // name
	Code    string
	Command string // what to type on the machine beside the printer
	Until   time.Time
}
