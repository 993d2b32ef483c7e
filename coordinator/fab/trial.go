package fab

import "time"

// TrialStatus is where a trial stands.
type TrialStatus string

// The statuses of a trial.
const (
	TrialPlanned TrialStatus = "planned" // testers are being named
	TrialRunning TrialStatus = "running" // its pieces are made, sent and judged
	TrialClosed  TrialStatus = "closed"  // nothing more is sent or answered
)

// TrialTable is the state table of Trial.Status.
var TrialTable = Table[TrialStatus]{
	TrialPlanned: {TrialRunning, TrialClosed},
	TrialRunning: {TrialClosed},
}

// Trial sends labelled pieces of one version to named testers. Its batch, and the requests of its testers, carry its
// identifier: see MayServe.
type Trial struct {
	ID        TrialID         `bun:"id,pk"`
	Code      string          `bun:"code"` // said and written on its labels: E-004
	DesignID  DesignVersionID `bun:"design_id"`
	Question  string          `bun:"question"` // what it is to find out; may be empty
	Status    TrialStatus     `bun:"status"`
	By        AccountID       `bun:"by_account,nullzero"`
	CreatedAt time.Time       `bun:"created_at"`
	StartedAt time.Time       `bun:"started_at,nullzero"`
	ClosedAt  time.Time       `bun:"closed_at,nullzero"`
}

// Kinds of tester.
const (
	TesterCare  = "care"  // gives care, and uses the product at it
	TesterOther = "other" // uses the product elsewhere
	TesterMaker = "maker" // made pieces of the trial, and judges how easily
)

// TesterKinds lists the kinds that a coordinator may name; makers come by what they make.
var TesterKinds = [...]string{TesterCare, TesterOther}

// MaxScore is the best score; 1 is the worst, and 0 stands for none given.
const MaxScore = 5

// Tester is one who judges the pieces of a trial, by function and place, with the answer once there is one. Contact is
// personal data for reaching the tester during the trial, and empty once it is closed. There is no patient data in it.
type Tester struct {
	ID         TesterID   `bun:"id,pk"`
	TrialID    TrialID    `bun:"trial_id"`
	Kind       string     `bun:"kind"`
	Function   string     `bun:"function"` // as typed: infirmière; empty for a maker
	FacilityID FacilityID `bun:"facility_id,nullzero"`
	MakerID    MakerID    `bun:"maker_id,nullzero"`
	RequestID  RequestID  `bun:"request_id,nullzero"` // by which the pieces come; empty before the start, and for a maker
	Contact    string     `bun:"contact"`
	Quantity   int64      `bun:"quantity"` // products to try
	Named      bool       `bun:"named"`    // agrees that the place, or the maker, is named beside the answer
	Making     int64      `bun:"making"`   // scores, 0 to MaxScore
	Use        int64      `bun:"use"`
	Cleaning   int64      `bun:"cleaning"`
	Remark     string     `bun:"remark"`
	CreatedAt  time.Time  `bun:"created_at"`
	AnsweredAt time.Time  `bun:"answered_at,nullzero"`
}

// Answered reports whether there is an answer.
func (t Tester) Answered() bool { return !t.AnsweredAt.IsZero() }

// UsesIt reports whether the tester answered as somebody who uses the product, so that it may be said to be tried.
func (t Tester) UsesIt() bool { return t.Answered() && t.Kind != TesterMaker && t.Use+t.Cleaning > 0 }

// MayServe refuses to put pieces of a version into a kit or a vehicle for a request. made is the trial that the pieces
// were made for and wanted the one that the request belongs to, each empty for none. Pieces of a trial go to its testers,
// who get no others; and what nobody has tried goes nowhere else. field is that of the form that asks.
func MayServe(d DesignVersion, made, wanted TrialID, field string) error {
	switch {
	case d.Dangerous:
		return Refuse(Conflict, "design_dangerous", field, "product", d.Product)
	case made != wanted:
		return Refuse(Conflict, "trial_only", field, "product", d.Product)
	case d.Tried(), wanted != "" && d.Status == DesignPrototype:
		return nil
	}
	return Refuse(Conflict, "design_not_trialled", field, "product", d.Product)
}
