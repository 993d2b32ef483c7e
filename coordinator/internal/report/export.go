package report

import (
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// The tables that can be taken along.
const (
	TableAsked     = "asked"     // a line of a request each
	TableMade      = "made"      // a bag each
	TableGiven     = "given"     // a gift each
	TableDelivered = "delivered" // a kit each that arrived
)

// Tables lists them in the order of the work.
var Tables = [...]string{TableAsked, TableMade, TableGiven, TableDelivered}

// Cell is text, or a number in thousandths when IsNumber.
type Cell struct {
	Text     string
	Milli    int64
	IsNumber bool
}

func text(s string) Cell        { return Cell{Text: s} }
func whole(n int64) Cell        { return Cell{Milli: n * 1000, IsNumber: true} }
func thousandths(n int64) Cell  { return Cell{Milli: n, IsNumber: true} }
func day(t time.Time) Cell      { return Cell{Text: t.Format(time.DateOnly)} }
func week(t time.Time) string   { y, w := t.ISOWeek(); return fmt.Sprintf("%d-W%02d", y, w) }
func hoursMilli(ms int64) int64 { return ms / 3600 }
func inOrder(a, b []Cell) int   { return strings.Compare(a[0].Text, b[0].Text) }

// Table is one export. Heads are codes that the locales word below "report_head".
type Table struct {
	Name  string
	Heads []string
	Rows  [][]Cell
}

// Sum adds up the column of this head, in whole numbers.
func (t Table) Sum(head string) (n int64) {
	i := slices.Index(t.Heads, head)
	for _, r := range t.Rows {
		n += r[i].Milli
	}
	return n / 1000
}

// Weeks adds up the column of this head by week, oldest first.
func (t Table) Weeks(head string) (weeks []string, sums []int64) {
	i, at := slices.Index(t.Heads, head), slices.Index(t.Heads, "week")
	by := map[string]int64{}
	for _, r := range t.Rows {
		by[r[at].Text] += r[i].Milli
	}
	for w := range by {
		weeks = append(weeks, w)
	}
	slices.Sort(weeks)
	for _, w := range weeks {
		sums = append(sums, by[w]/1000)
	}
	return weeks, sums
}

// Table reads one of Tables, its days and weeks in a zone.
func (r *Report) Table(ctx context.Context, name string, zone *time.Location) (t Table, err error) {
	read, known := map[string]func(*store.Tx, *time.Location) (Table, error){
		TableAsked: askedTable, TableMade: madeTable, TableGiven: givenTable, TableDelivered: deliveredTable,
	}[name]
	if !known {
		return t, fab.Refuse(fab.NotFound, "not_found", "", "what", "table")
	}
	err = r.store.View(ctx, func(tx *store.Tx) error {
		t, err = read(tx, zone)
		return err
	})
	t.Name = name
	slices.SortStableFunc(t.Rows, inOrder)
	return t, err
}

func askedTable(tx *store.Tx, zone *time.Location) (Table, error) {
	t := Table{Heads: []string{"day", "week", "reference", "place", "town", "kind", "state", "product", "asked", "promised", "delivered"}}
	requests, err := tx.Requests()
	if err != nil {
		return t, err
	}
	for _, r := range requests {
		if r.TrialID != "" {
			continue
		}
		f, err := tx.Facility(r.FacilityID)
		if err != nil {
			return t, err
		}
		lines, err := tx.Progress(r.ID)
		if err != nil {
			return t, err
		}
		at := r.CreatedAt.In(zone)
		for _, l := range lines {
			t.Rows = append(t.Rows, []Cell{day(at), text(week(at)), text(fab.FormatReference(r.Ref)), text(f.Name), text(f.Town), text(f.Kind), text(string(r.Status)), text(l.Product), whole(l.Asked), whole(l.Promised), whole(l.Delivered)})
		}
	}
	return t, nil
}

func madeTable(tx *store.Tx, zone *time.Location) (Table, error) {
	t := Table{Heads: []string{"day", "week", "bag", "maker", "machine", "part", "good", "bad", "hours", "grams"}}
	lots, err := tx.Lots()
	if err != nil {
		return t, err
	}
	attempts, err := tx.Attempts()
	if err != nil {
		return t, err
	}
	took := map[fab.AttemptID]int64{}
	for _, a := range attempts {
		if !a.StartedAt.IsZero() && a.EndedAt.After(a.StartedAt) {
			took[a.ID] = a.EndedAt.Sub(a.StartedAt).Milliseconds()
		}
	}
	printed, err := tx.PrintedMG()
	if err != nil {
		return t, err
	}
	names, err := namesOf(tx)
	if err != nil {
		return t, err
	}
	for _, l := range lots {
		good := l.Declared
		if !l.SettledAt.IsZero() {
			good = l.Good
		}
		at := l.CreatedAt.In(zone)
		t.Rows = append(t.Rows, []Cell{
			day(at), text(week(at)), text(l.Code), text(names[string(l.MakerID)]), text(names[string(l.WorkerID)]), text(l.Part), whole(good), whole(l.Bad),
			thousandths(hoursMilli(took[l.AttemptID])), thousandths(printed[l.AttemptID]),
		})
	}
	return t, nil
}

// namesOf are the names of makers and machines by id.
func namesOf(tx *store.Tx) (map[string]string, error) {
	names := map[string]string{}
	makers, err := tx.Makers()
	if err != nil {
		return nil, err
	}
	for _, m := range makers {
		names[string(m.ID)] = m.Name
	}
	workers, err := tx.Workers()
	for _, w := range workers {
		names[string(w.ID)] = w.Name
	}
	return names, err
}

// givenTable names a donor who may be named, and of every other the town.
func givenTable(tx *store.Tx, zone *time.Location) (Table, error) {
	t := Table{Heads: []string{"day", "week", "reference", "donor", "town", "material", "state", "unit", "pledged", "received", "gifts"}}
	gifts, err := tx.Donations()
	if err != nil {
		return t, err
	}
	materials, err := tx.Materials()
	if err != nil {
		return t, err
	}
	units := map[string]string{}
	for _, m := range materials {
		units[m.Code] = m.Unit
	}
	for _, d := range gifts {
		at, name, unit, per := d.CreatedAt.In(zone), "", units[d.Material], int64(1000)
		if d.MayName {
			name = d.Donor
		}
		switch unit { // told in grams and metres
		case fab.UnitMG:
			unit, per = "g", 1
		case fab.UnitUM:
			unit, per = "m", 0
		}
		measure := func(n int64) Cell {
			if per == 0 {
				return thousandths(n / 1000)
			}
			return thousandths(n * per)
		}
		count := int64(0)
		if d.Received > 0 {
			at, count = d.ReceivedAt.In(zone), 1
		}
		t.Rows = append(t.Rows, []Cell{day(at), text(week(at)), text(fab.FormatReference(d.Ref)), text(name), text(d.Town), text(cmp.Or(d.Material, d.Device, d.Words)), text(string(d.Status)), text(unit), measure(d.Pledged), measure(d.Received), whole(count)})
	}
	return t, nil
}

func deliveredTable(tx *store.Tx, zone *time.Location) (Table, error) {
	t := Table{Heads: []string{"day", "week", "box", "reference", "place", "town", "product", "delivered"}}
	boxes, err := tx.Boxes(fab.BoxDelivered)
	if err != nil {
		return t, err
	}
	for _, b := range boxes {
		r, err := tx.Request(b.RequestID)
		if err != nil {
			return t, err
		}
		f, err := tx.Facility(r.FacilityID)
		if err != nil {
			return t, err
		}
		at := b.CreatedAt
		if b.StopID != "" {
			stop, err := tx.Stop(b.StopID)
			if err != nil {
				return t, err
			}
			if !stop.DoneAt.IsZero() {
				at = stop.DoneAt
			}
		}
		kits, err := tx.KitsIn(b.ID)
		if err != nil {
			return t, err
		}
		at = at.In(zone)
		for _, k := range kits {
			t.Rows = append(t.Rows, []Cell{day(at), text(week(at)), text(b.Code), text(fab.FormatReference(r.Ref)), text(f.Name), text(f.Town), text(k.Product), whole(k.Quantity)})
		}
	}
	return t, nil
}

// WriteCSV writes a table as spreadsheets of a country open it: in UTF-8 with a mark, between semicolons and with a comma
// where French is spoken, between commas elsewhere. What a spreadsheet would take for a formula stays text. heads are the
// words of the first line.
func (t Table) WriteCSV(w io.Writer, heads []string, french bool) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	out := csv.NewWriter(w)
	if out.UseCRLF = true; french {
		out.Comma = ';'
	}
	if err := out.Write(heads); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	for _, row := range t.Rows {
		cells := make([]string, len(row))
		for i, c := range row {
			cells[i] = c.write(french)
		}
		if err := out.Write(cells); err != nil {
			return fmt.Errorf("write table: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return nil
}

func (c Cell) write(french bool) string {
	if !c.IsNumber {
		return harmless(c.Text)
	}
	n, sign := c.Milli, ""
	if n < 0 {
		n, sign = -n, "-"
	}
	s := sign + strconv.FormatInt(n/1000, 10)
	if rest := n % 1000; rest != 0 {
		s = strings.TrimRight(fmt.Sprintf("%s.%03d", s, rest), "0")
	}
	if french {
		s = strings.ReplaceAll(s, ".", ",")
	}
	return s
}

// harmless keeps a spreadsheet from reading text as a formula (OWASP, CSV injection).
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n|%", rune(s[0])) {
		return "'" + s
	}
	return s
}

// Public are the figures that everybody may read. They are sums of the tables.
type Public struct {
	Asked, Made, Bad, Gifts, Delivered int64
	Hours, Grams                       int64
	Weeks                              []Week // up to now, oldest first
}

// Week is what one week saw.
type Week struct {
	Name            string // 2020-W14
	Made, Delivered int64
}

// Public adds the tables up.
func (r *Report) Public(ctx context.Context, zone *time.Location) (p Public, err error) {
	tables := map[string]Table{}
	for _, name := range Tables {
		if tables[name], err = r.Table(ctx, name, zone); err != nil {
			return p, err
		}
	}
	made, delivered := tables[TableMade], tables[TableDelivered]
	p = Public{
		Asked: tables[TableAsked].Sum("asked"), Made: made.Sum("good"), Bad: made.Sum("bad"), Gifts: tables[TableGiven].Sum("gifts"),
		Delivered: delivered.Sum("delivered"), Hours: made.Sum("hours"), Grams: made.Sum("grams"),
	}
	by := map[string]*Week{}
	add := func(t Table, head string, to func(*Week) *int64) {
		weeks, sums := t.Weeks(head)
		for i, w := range weeks {
			if by[w] == nil {
				by[w] = &Week{Name: w}
			}
			*to(by[w]) += sums[i]
		}
	}
	add(made, "good", func(w *Week) *int64 { return &w.Made })
	add(delivered, "delivered", func(w *Week) *int64 { return &w.Delivered })
	for _, w := range by {
		p.Weeks = append(p.Weeks, *w)
	}
	slices.SortFunc(p.Weeks, func(a, b Week) int { return strings.Compare(a.Name, b.Name) })
	return p, nil
}
