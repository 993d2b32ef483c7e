package ui

import "github.com/mailleur/mailleur/coordinator/fab"

// NewVersion is the form of the next version of a product: a file for each part that changes, the others kept. Files that
// were sent are looked at once and kept, so that the form can come back without losing them.
//
//	GET  /desk/products/{version}/new
//	POST /desk/products/{version}/versions   multipart: FieldVersion, FieldKey and for each part FieldModel, FieldKept,
//	                                         FieldCalled, FieldRepair, FieldScale
type NewVersion struct {
	Frame
	From    VersionRow // the version it begins from
	Product string
	Parts   []Candidate
	MaxMB   int64 // of one file
	Asks    bool  // a file was found odd: the choices are to be made before it is kept
	Form    Form
}

func (NewVersion) view() string { return "new_version" }

// Candidate is one part of the version to come.
type Candidate struct {
	Code, Name string
	Picture    string     // hash; of the new file when there is one
	New        *ModelPart // the new file as it measures; nil: the file of the version before is kept
	Kept       string     // hash of the new file
	Called     string     // what its sender calls it
	AskRepair  bool       // its surface is not closed, or faces inwards
	CanRepair  bool       // repairing it closes it
	AskScale   bool       // its size says that it is not in millimetres
}

// The values of FieldRepair.
const (
	RepairNo  = "no"
	RepairYes = "yes"
)

// Repairs are the choices for a file whose surface is not right, worded repair.<code>.
func (c Candidate) Repairs() []string {
	if c.CanRepair {
		return []string{RepairYes, RepairNo}
	}
	return []string{RepairNo}
}

// Scales are the factors by which a file can be enlarged, worded scale.<code>: as it is, from centimetres, from inches,
// from metres, and back from a file that was turned from inches once too often.
func (Candidate) Scales() []string { return []string{"1", "10", "25.4", "1000", "0.03937"} }

// Field is the name of a field of this part.
func (c Candidate) Field(prefix string) string { return prefix + c.Code }

// Wrong is the refusal of its file, nil when there is none.
func (c Candidate) Wrong(f Form) *fab.Error { return f.Error(FieldModel + c.Code) }
