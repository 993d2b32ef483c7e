package ui

import (
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// TrialRow is one trial in a list.
type TrialRow struct {
	ID, Code string
	State    string // StatePlanned, StateRunning, StateClosed
	Question string
	Testers  int64 // those named, without makers
	Answers  int64 // all of them
	Pieces   int64 // products that are tried
	At       time.Time
}

// Planned reports whether testers may still be named.
func (t TrialRow) Planned() bool { return t.State == StatePlanned }

// Running reports whether answers are taken.
func (t TrialRow) Running() bool { return t.State == StateRunning }

// Evidence is one answer, as it may be shown: by function and date, with the place only where it agrees.
type Evidence struct {
	Kind     string // fab.TesterCare, TesterOther or TesterMaker
	Function string
	Place    string // "" without consent
	Trial    string // its code
	At       time.Time
	Scores   []Score
	Remark   string
}

// Score is one of the three, 1 to fab.MaxScore.
type Score struct {
	Code string // making, use, cleaning: worded scored.<code>
	N    int64
}

// Trial is one trial of a prototype: who tries it, what became of the pieces, and what was answered.
//
//	GET  /desk/trials/{trial}
//	POST /desk/trials/{trial}/testers      FieldKind, FieldFunction, FieldFacility or FieldPlace, FieldTown and FieldAddress, FieldContact, FieldCount, FieldConsent
//	POST /desk/testers/{tester}/drop | link
//	POST /desk/trials/{trial}/start        FieldDay
//	POST /desk/trials/{trial}/close
//	GET  /desk/trials/{trial}/labels
type Trial struct {
	Frame
	TrialRow
	Version   VersionRow
	Product   string
	Batch     string // id of its batch; "" before the start
	Testers   []TesterRow
	Places    []Choice // facilities to choose from
	LinkFor   string   // id of the tester whose link was just made
	LinkURL   string
	Form      Form // of a new tester
	StartForm Form
}

func (Trial) view() string { return "trial" }

// TesterRow is one tester, for the coordinator.
type TesterRow struct {
	ID       string
	Kind     string
	Function string
	Place    string // the facility, or the maker
	Contact  string
	Pieces   int64
	Request  string // id of the request by which the pieces come
	State    string // StateWaiting, StateOnWay, StateDelivered, StateAnswered
	Answer   *Evidence
}

// TesterKinds are the kinds a coordinator may choose.
func (Trial) TesterKinds() []string { return fab.TesterKinds[:] }

// Labels are to be printed and stuck on the pieces of a trial, one for each product.
//
//	GET /desk/trials/{trial}/labels
type Labels struct {
	Frame
	Back    string
	Trial   string // its code
	Product string
	Version string
	Labels  []TrialLabel
}

func (Labels) view() string { return "labels" }

// TrialLabel is one label.
type TrialLabel struct {
	No, Of   int64
	Function string
	Place    string
}

// Answer is what one tester is asked, by capability link or on a maker's own pages.
//
//	GET  /trial/{token}    or /maker/trials/{tester}
//	POST the same          FieldMaking, FieldUse, FieldCleaning: 1 to 5; FieldRemark, FieldConsent
type Answer struct {
	Frame
	To      string // where the form goes
	Product string
	Version string
	Asked   string // the question of the trial; may be empty
	Maker   bool   // made the pieces, and judges how easily
	Closed  bool
	Given   time.Time // when it was answered; zero: not yet
	Form    Form
}

func (Answer) view() string { return "answer" }

// Scores are the choices of a score, the worst first.
func (Answer) Scores() []string { return []string{"1", "2", "3", "4", "5"} }

// Cleanings are those of the cleaning, which not everybody tries.
func (Answer) Cleanings() []string { return []string{"1", "2", "3", "4", "5", "0"} }

// Decide is the decision that a version was tried, with the evidence it rests on.
//
//	GET  /desk/products/{version}/trialled
//	POST /desk/products/{version}/trialled   FieldWhy, FieldClaim, FieldReplace: id of the older version, FieldBatches: MoveYes or MoveNo
type Decide struct {
	Frame
	VersionRow
	Product  string
	Evidence []Evidence
	Enough   bool     // somebody who uses it answered, so that no written reason is needed
	Claims   []string // worded claim.<code>
	Older    []Choice // versions in use that it could take the place of
	Form     Form
}

func (Decide) view() string { return "decide" }

// Moves are the values of FieldBatches.
func (Decide) Moves() []string { return []string{MoveNo, MoveYes} }

// The values of FieldBatches: whether running batches go on with the newer version.
const (
	MoveNo  = "no"
	MoveYes = "yes"
)

// Withdraw asks why a version is taken out of use, and says before what each answer does.
//
//	GET  /desk/products/{version}/withdraw
//	POST /desk/products/{version}/withdraw   FieldReason: WithdrawReplaced or WithdrawDangerous; FieldBatches
type Withdraw struct {
	Frame
	VersionRow
	Product string
	Reach   Reach
	Next    string // the version that running batches could go on with; "" when there is none
	Form    Form
}

func (Withdraw) view() string { return "withdraw" }

// Moves are the values of FieldBatches.
func (Withdraw) Moves() []string { return []string{MoveNo, MoveYes} }

// Reach counts what the withdrawal of a version touches.
type Reach struct {
	Batches, UnderWay               int64
	AtMakers, Counted               int64 // bags
	BoxesHere, BoxesAway, BoxesSent int64
	Trials                          int64
}

// Any reports whether it touches anything.
func (r Reach) Any() bool { return r != (Reach{}) }

// VersionWords is what is said of a version: its claim and its notice.
//
//	GET  /desk/products/{version}/words
//	POST /desk/products/{version}/words   FieldClaim, FieldNotice + language
type VersionWords struct {
	Frame
	VersionRow
	Product string
	Claim   string   // as it is
	Claims  []string // to choose from
	Dated   time.Time
	Form    Form
}

func (VersionWords) view() string { return "words" }

// ToJudge is something a maker made, of which he or she is asked how easily.
type ToJudge struct {
	ID               string
	Product, Version string
}
