package ui

import (
	"strings"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Table is the small lab's page: what came is counted, checked, assembled and packed with one press.
//
//	GET  /desk/table
//	POST /desk/table   FieldMaker (several): all bags of these makers are there; FieldLot (several): these bags are there;
//	                   FieldCodes: labels as they were scanned or typed; of each bag FieldGood-CODE, FieldBad-CODE and
//	                   FieldReason-CODE (CountReasons); FieldChecked, FieldExceptions
//
// A refused form comes back with Form; the fields of its errors end in a dash and the code of the bag.
type Table struct {
	Frame
	Makers []TableMaker
	Kits   []KitRow
	Lists  []CheckList // of what is on the table
	Form   Form
}

// TableMaker is somebody whose bags wait to be counted.
type TableMaker struct {
	ID   string
	Name string
	Town string
	Bags []TableBag
}

// TableBag is one bag with what was typed of it.
type TableBag struct {
	Lot    string
	Part   Goods
	At     time.Time
	Here   bool // it came in; ticked from the start
	Good   string
	Bad    string
	Reason string
	Wrong  bool // refused
}

func (Table) view() string { return "table" }

// Bags is how many bags wait.
func (t Table) Bags() (n int) {
	for _, m := range t.Makers {
		n += len(m.Bags)
	}
	return n
}

// Can is how many products can be assembled now, before any bag is counted.
func (t Table) Can() (n int64) {
	for _, k := range t.Kits {
		n += k.Can
	}
	return n
}

// Errors are the refusals of one bag.
func (t Table) Errors(lot string) (list fab.Errors) {
	for _, e := range t.Form.Errors {
		if strings.HasSuffix(e.Field, "-"+lot) {
			list = append(list, e)
		}
	}
	return list
}

// CountReasons are the values of FieldReason.
func (Table) CountReasons() []string { return Deliveries{}.CountReasons() }

// Differs reports whether a bag of this maker does not hold what its label says, or was refused.
func (m TableMaker) Differs() bool {
	for _, b := range m.Bags {
		if b.Wrong || b.Here {
			return true
		}
	}
	return false
}
