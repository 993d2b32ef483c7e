package ui

import (
	"fmt"
	"strings"

	"github.com/mailleur/mailleur/ui/locales"
)

// Figures says what the lab did, to everybody or, with the tables to take along, to its coordinators.
//
//	GET /figures
//	GET /desk/report, /desk/report/{table}.csv
type Figures struct {
	Frame
	Desk                               bool
	Asked, Made, Bad, Gifts, Delivered int64
	Hours, Grams                       int64
	Weeks                              []FigureWeek // oldest first
	Tables                             []string     // names of the tables, worded report_table.<name>
}

func (Figures) view() string { return "figures" }

// FigureWeek is one row of the table behind the plot.
type FigureWeek struct {
	Name            string // 2020-W14
	Made, Delivered int64
}

// Line is the course of what was delivered, week by week, in the box of a Plot; "" with less than two weeks.
func (f Figures) Line() string {
	top := f.Top()
	if len(f.Weeks) < 2 || top == 0 {
		return ""
	}
	points := make([]string, len(f.Weeks))
	for i, w := range f.Weeks {
		points[i] = fmt.Sprintf("%.1f,%.1f", plotWidth*float64(i)/float64(len(f.Weeks)-1), plotHeight*(1-float64(w.Delivered)/float64(top)*0.95))
	}
	return strings.Join(points, " ")
}

// Top is the most that one week saw delivered.
func (f Figures) Top() (n int64) {
	for _, w := range f.Weeks {
		n = max(n, w.Delivered)
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
