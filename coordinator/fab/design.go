package fab

import (
	"slices"
	"time"
)

// DesignStatus says how far a design version has been tried.
type DesignStatus string

// The statuses of a design version. Only trialled versions leave the lab outside of a trial.
const (
	DesignPrototype DesignStatus = "prototype"
	DesignTrialled  DesignStatus = "trialled"
	DesignWithdrawn DesignStatus = "withdrawn"
)

// DesignTable is the state table of DesignVersion.Status.
var DesignTable = Table[DesignStatus]{
	DesignPrototype: {DesignTrialled, DesignWithdrawn},
	DesignTrialled:  {DesignWithdrawn},
}

// How a part or step is made.
const (
	ByPrint = "print"
	ByHand  = "hand"
)

// Part is a piece of a product: printed from a model, or made by hand.
type Part struct {
	Code      string            `json:"code"` // unique over all products, e.g. visor-band
	Names     map[string]string `json:"names"`
	How       string            `json:"how"`                  // ByPrint or ByHand
	ModelHash string            `json:"model_hash,omitempty"` // blob with the STL
	Picture   string            `json:"picture,omitempty"`    // blob with a PNG
	PerUnit   int64             `json:"per_unit"`             // pieces in one product
	PerPlate  int64             `json:"per_plate"`            // preferred copies on one plate; 0 lets the bed decide
	PileMax   int64             `json:"pile_max,omitempty"`   // pieces that may stand on each other in print; 0 and 1 are none
	Filaments []string          `json:"filaments,omitempty"`  // profiles of those that it may be printed in, the preferred first; none is any
	Step      string            `json:"step,omitempty"`       // by hand: the skill it takes (sew, cut, punch, assemble)
	StepMS    int64             `json:"step_ms,omitempty"`    // by hand: time for one piece
	Of        []Input           `json:"of,omitempty"`         // of a work: what one piece is made of
}

// Takes reports whether the part may be printed in a filament.
func (p Part) Takes(filament string) bool {
	return len(p.Filaments) == 0 || slices.Contains(p.Filaments, filament)
}

// handPortion is how many pieces of hand work one job holds: an evening's work.
const handPortion = 25

// Portion is how many pieces one job of a part is cut for: a whole plate, or an evening of hand work.
func (p Part) Portion() int64 {
	if p.How == ByHand {
		return handPortion
	}
	return max(1, p.PerPlate)
}

// Portions cuts pieces into jobs. Plates stay whole, so that the last one may make more than is missing; of hand work the
// last portion is what is left.
func (p Part) Portions(pieces int64) (copies []int64) {
	for portion := p.Portion(); pieces > 0; pieces -= portion {
		if p.How == ByHand {
			portion = min(portion, pieces)
		}
		copies = append(copies, portion)
	}
	return copies
}

// BOMMaterial is a material that one product takes, apart from filament, which its plates account for.
type BOMMaterial struct {
	Material string `json:"material"` // code of Material
	PerUnit  int64  `json:"per_unit"` // pieces or mg in one product
}

// BOM is the bill of materials of a design version.
type BOM struct {
	Parts     []Part        `json:"parts"`
	Materials []BOMMaterial `json:"materials"`
	Works     []Part        `json:"works,omitempty"` // what people may do of putting it together, see PartsOf
}

// Without is the bill without materials that somebody else supplies, and without the works that hold them.
func (b BOM) Without(supplied []string) BOM {
	if len(supplied) > 0 {
		b.Works = slices.DeleteFunc(slices.Clone(b.Works), func(w Part) bool {
			return slices.ContainsFunc(w.Of, func(i Input) bool {
				return slices.ContainsFunc(supplied, func(m string) bool { return i.Item == MaterialItem(m) })
			})
		})
		b.Materials = slices.DeleteFunc(slices.Clone(b.Materials), func(m BOMMaterial) bool { return slices.Contains(supplied, m.Material) })
	}
	return b
}

// Part returns the part, or the work, with this code.
func (b BOM) Part(code string) (Part, bool) {
	for _, p := range b.Parts {
		if p.Code == code {
			return p, true
		}
	}
	return b.Work(code)
}

// DesignVersion is a frozen design: files by hash, bill of materials, what may be said of it. A batch keeps the one it
// began with.
type DesignVersion struct {
	ID          DesignVersionID   `bun:"id,pk"`
	Product     string            `bun:"product"` // visor, hook, mask
	Version     string            `bun:"version"`
	Hash        string            `bun:"hash"` // over all files of the version
	Status      DesignStatus      `bun:"status"`
	Claim       string            `bun:"claim"` // code of the only claim that may be made
	Names       map[string]string `bun:"names,type:text"`
	Blurbs      map[string]string `bun:"blurbs,type:text"`
	Notices     map[string]string `bun:"notices,type:text"` // markdown, by language
	Colour      string            `bun:"colour"`            // of its picture: thread or call
	BOM         BOM               `bun:"bom,type:text"`
	CreatedAt   time.Time         `bun:"created_at"`
	WithdrawnAt time.Time         `bun:"withdrawn_at,nullzero"`
	Given       bool              `bun:"given"`     // not made: its kits are devices out of the stock
	Dangerous   bool              `bun:"dangerous"` // withdrawn because dangerous, not superseded
	TrialledAt  time.Time         `bun:"trialled_at,nullzero"`
	TrialledWhy string            `bun:"trialled_why"`      // as written, where no tester answered
	Checks      []Check           `bun:"checks,type:text"`  // nil: nobody wrote a list, and the catalogue's may be taken
	WordsAt     time.Time         `bun:"words_at,nullzero"` // when the claim or a notice was last changed by hand
}

// Tried reports whether the version may leave the lab outside of a trial: those who need it tried it, and nobody found
// it dangerous. A superseded one may, so that what was begun after it is not lost.
func (d DesignVersion) Tried() bool {
	return !d.Dangerous && (d.Status == DesignTrialled || d.Status == DesignWithdrawn && !d.TrialledAt.IsZero())
}
