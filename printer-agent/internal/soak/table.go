package soak

import (
	"fmt"
	"strings"
	"time"
)

// Table adds outcomes up by class.
type Table struct{ rows map[Class]*row }

type row struct {
	runs, failed, done, right, badCable, wrong, collided, unguarded, cuts, overrun int

	lost     time.Duration // beyond what the same print takes undisturbed
	compared int           // runs of which that is known
}

// Add takes a run, and how long the same print takes undisturbed; 0 when that is not known.
func (t *Table) Add(o Outcome, undisturbed time.Duration) {
	if t.rows == nil {
		t.rows = make(map[Class]*row)
	}
	r := t.rows[o.Plan.Class]
	if r == nil {
		r = &row{}
		t.rows[o.Plan.Class] = r
	}
	r.runs++
	if o.Failed() != "" {
		r.failed++
	}
	r.cuts += o.Cuts
	if o.Overrun > 0 {
		r.overrun++
	}
	switch {
	case o.Wrong != "":
		r.wrong++
	case o.Collided > 0:
		r.collided++
	case o.Unguarded > 0:
		r.unguarded++
	}
	if o.Done() {
		r.done++
		if o.Exact() {
			r.right++
		}
		if undisturbed > 0 {
			r.lost += o.Took - undisturbed
			r.compared++
		}
	} else if o.Result.Reason == "bad-cable" {
		r.badCable++
	}
}

// Complete is the share of runs of a class that ended as they should, and whether there were any.
func (t *Table) Complete(c Class) (share float64, any bool) {
	r := t.rows[c]
	if r == nil {
		return 0, false
	}
	return 1 - float64(r.failed)/float64(r.runs), true
}

// String is the table in Markdown.
func (t *Table) String() string {
	var b strings.Builder
	b.WriteString("| class | runs | done | right | bad cable | wrong | collisions | no checksum | overruns | cuts | seconds lost |\n")
	b.WriteString("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n")
	for _, c := range Classes() {
		r := t.rows[c]
		if r == nil {
			continue
		}
		lost := "-"
		if r.compared > 0 {
			lost = fmt.Sprintf("%.1f", r.lost.Seconds()/float64(r.compared))
		}
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d | %d | %d | %d | %d | %s |\n",
			c, r.runs, r.done, r.right, r.badCable, r.wrong, r.collided, r.unguarded, r.overrun, r.cuts, lost)
	}
	return b.String()
}
