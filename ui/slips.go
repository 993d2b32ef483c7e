package ui

// Fields of a line of slips, each followed by "_" and its number, beside FieldPaper, FieldGood, FieldBad and FieldReason.
const (
	FieldWork  = "work"    // one of Slips.Works
	FieldInBag = "counted" // good pieces in the bag; empty: as written
)

// Slips keys in bag slips and hand-in sheets that were filled in by hand, a line each.
//
//	GET  /desk/slips   FieldPaper: in the first line
//	POST /desk/slips   the grid; empty lines are passed by
type Slips struct {
	Frame
	Works []SlipWork // hand work in somebody's hands, and bags whose maker counted them
	Lines []FormLine
}

// SlipWork is what a slip may be about.
type SlipWork struct {
	Value string
	Lot   string // code of a bag; "" of work
	Who   string
	Part  Goods
}

func (Slips) view() string { return "slips" }

// CountReasons are the values of FieldReason, worded count.<code>.
func (Slips) CountReasons() []string { return OneBag{}.CountReasons() }

// Focus is the number of the first line in which nothing was typed.
func (s Slips) Focus() int {
	for _, l := range s.Lines {
		if len(l.Form.Values) == 0 {
			return l.N
		}
	}
	return 0
}
