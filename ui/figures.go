package ui

import (
	"fmt"
	"strings"

	"github.com/mailleur/mailleur/ui/locales"
)

// Figures says what the lab did, to everybody or, by place, maker and donor and with the tables to take along, to its
// coordinators.
//
//	GET /figures
//	GET /desk/report, /desk/report/{table}.csv
type Figures struct {
	Frame
	FigureSums
	Desk         bool
	Hours, Grams int64
	Weeks        []FigureWeek  // oldest first
	Products     []FigureGroup // asked, delivered
	Places       []FigureGroup // asked, promised, delivered
	Makers       []FigureGroup // good, bad, hours, grams
	Donors       []FigureGift
	Tables       []string // names of the tables, worded report_table.<name>
}

func (Figures) view() string { return "figures" }

// FigureSums are the five figures of a lab.
type FigureSums struct{ Asked, Made, Bad, Gifts, Delivered int64 }

// FigureWeek is one row of the table behind the plot.
type FigureWeek struct {
	Name string // 2020-W14
	FigureSums
}

// FigureGroup is what one place, maker or product comes to. Rows are in the order of their names.
type FigureGroup struct {
	Name, Town string
	N          []int64
}

// FigureGift is what a donor, or a town where no donor may be named, gave of one thing.
type FigureGift struct {
	Donor, Town string
	Stuff       Stuff
	Gifts       int64
}

// Line is the course of what was delivered, week by week, in the box of a Plot; "" with less than two weeks.
func (f Figures) Line() string { return f.line(func(s FigureSums) int64 { return s.Delivered }) }

// AskedLine is the course of what was asked for, to the same scale.
func (f Figures) AskedLine() string { return f.line(func(s FigureSums) int64 { return s.Asked }) }

func (f Figures) line(of func(FigureSums) int64) string {
	top := f.Top()
	if len(f.Weeks) < 2 || top == 0 {
		return ""
	}
	points := make([]string, len(f.Weeks))
	for i, w := range f.Weeks {
		points[i] = fmt.Sprintf("%.1f,%.1f", plotWidth*float64(i)/float64(len(f.Weeks)-1), plotHeight*(1-float64(of(w.FigureSums))/float64(top)*0.95))
	}
	return strings.Join(points, " ")
}

// Top is the most that one week saw asked for or delivered.
func (f Figures) Top() (n int64) {
	for _, w := range f.Weeks {
		n = max(n, w.Delivered, w.Asked)
	}
	return n
}

// Last is the newest week.
func (f Figures) Last() FigureWeek {
	if len(f.Weeks) == 0 {
		return FigureWeek{}
	}
	return f.Weeks[len(f.Weeks)-1]
}

// First is the oldest week.
func (f Figures) First() FigureWeek {
	if len(f.Weeks) == 0 {
		return FigureWeek{}
	}
	return f.Weeks[0]
}

// ReportHead words the head of a column of a table to take along.
func ReportHead(lang, code string) string { return locales.Word(lang, "report_head", code) }
