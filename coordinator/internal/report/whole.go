package report

import (
	"context"
	"slices"
	"strings"
	"time"
)

// Public are the figures that everybody may read. They are sums of the tables.
type Public struct {
	Sums
	Hours, Grams int64
	Weeks        []Week  // up to now, oldest first
	Products     []Group // asked, delivered
}

// Sums are the five figures of a lab.
type Sums struct{ Asked, Made, Bad, Gifts, Delivered int64 }

// Week is what one week saw.
type Week struct {
	Name string // 2020-W14
	Sums
}

// Group is the sums of the rows that have something in common. Rows are in the order of their names: nobody is ranked.
type Group struct {
	Names []string
	Sums  []int64 // in thousandths
}

// Whole is everything that is told to the lab: the public figures, and where they come from.
type Whole struct {
	Public
	Places []Group // place and town: asked, promised, delivered
	Makers []Group // maker: good, bad, hours, grams
	Donors []Group // donor who may be named, town, material, unit: gifts, received
}

// Public adds the tables up.
func (r *Report) Public(ctx context.Context, zone *time.Location) (Public, error) {
	w, err := r.Whole(ctx, zone)
	return w.Public, err
}

// Whole adds the tables up by everything that they name.
func (r *Report) Whole(ctx context.Context, zone *time.Location) (w Whole, err error) {
	tables := map[string]Table{}
	for _, name := range Tables {
		if tables[name], err = r.Table(ctx, name, zone); err != nil {
			return w, err
		}
	}
	asked, made, given, delivered := tables[TableAsked], tables[TableMade], tables[TableGiven], tables[TableDelivered]
	w.Sums = Sums{Asked: asked.Sum("asked"), Made: made.Sum("good"), Bad: made.Sum("bad"), Gifts: given.Sum("gifts"), Delivered: delivered.Sum("delivered")}
	w.Hours, w.Grams = made.Sum("hours"), made.Sum("grams")
	w.Weeks = weeks(asked, made, given, delivered)
	w.Products = asked.By([]string{"product"}, "asked", "delivered")
	w.Places = asked.By([]string{"place", "town"}, "asked", "promised", "delivered")
	w.Makers = made.By([]string{"maker"}, "good", "bad", "hours", "grams")
	w.Donors = given.By([]string{"donor", "town", "material", "unit"}, "gifts", "received")
	w.Donors = slices.DeleteFunc(w.Donors, func(g Group) bool { return g.Sums[0] == 0 })
	return w, nil
}

func weeks(asked, made, given, delivered Table) (list []Week) {
	by := map[string]*Week{}
	add := func(t Table, head string, to func(*Week) *int64) {
		names, sums := t.Weeks(head)
		for i, name := range names {
			if by[name] == nil {
				by[name] = &Week{Name: name}
			}
			*to(by[name]) += sums[i]
		}
	}
	add(asked, "asked", func(w *Week) *int64 { return &w.Asked })
	add(made, "good", func(w *Week) *int64 { return &w.Made })
	add(made, "bad", func(w *Week) *int64 { return &w.Bad })
	add(given, "gifts", func(w *Week) *int64 { return &w.Gifts })
	add(delivered, "delivered", func(w *Week) *int64 { return &w.Delivered })
	for _, w := range by {
		list = append(list, *w)
	}
	slices.SortFunc(list, func(a, b Week) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// By adds columns up for all rows that say the same in some others.
func (t Table) By(names []string, sums ...string) (list []Group) {
	at := func(heads []string) (columns []int) {
		for _, h := range heads {
			columns = append(columns, slices.Index(t.Heads, h))
		}
		return columns
	}
	named, summed, by := at(names), at(sums), map[string]*Group{}
	for _, row := range t.Rows {
		var g Group
		for _, i := range named {
			g.Names = append(g.Names, row[i].Text)
		}
		key := strings.Join(g.Names, "\x00")
		if by[key] == nil {
			g.Sums = make([]int64, len(summed))
			by[key] = &g
		}
		for n, i := range summed {
			by[key].Sums[n] += row[i].Milli
		}
	}
	for _, g := range by {
		list = append(list, *g)
	}
	slices.SortFunc(list, func(a, b Group) int { return slices.Compare(a.Names, b.Names) })
	return list
}
