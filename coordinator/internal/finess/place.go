package finess

import (
	"regexp"
	"strings"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// whole fills in what follows from the rest.
func whole(p fab.RegisterPlace) fab.RegisterPlace {
	p.Kind = kindOf(p.Category)
	p.Words = fab.Folded(p.Name + " " + p.Postcode + " " + p.Town)
	return p
}

// kindOf says what kind of facility a category of the register is (table TRE_R66 of the register's nomenclature); those
// that are homes for disabled people and the rest are "other", which whoever asks may put right.
func kindOf(category string) string {
	switch category {
	case "500", "501", "502", "202", "207", "381", "394", "395":
		return fab.FacilityCareHome
	case "101", "106", "114", "115", "122", "128", "129", "131", "141", "146", "156", "161", "166", "178", "292", "355", "362", "365", "366", "412", "415", "425", "430", "444", "695", "696", "697", "698":
		return fab.FacilityHospital
	case "124", "126", "209", "223", "228", "268", "289", "347", "354", "438", "439", "460", "604", "603", "610", "611", "612", "614", "620", "627":
		return fab.FacilityHealthPro
	}
	return fab.FacilityOtherPlace
}

func first(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}

// street is an address as the register cuts it up.
type street struct{ number, again, kind, name, complement, hamlet string }

// address joins the parts as an envelope has them.
func address(s street) string {
	again := s.again
	switch again {
	case "B":
		again = "bis"
	case "T":
		again = "ter"
	case "Q":
		again = "quater"
	}
	line := strings.Join(strings.Fields(s.number+" "+again+" "+kindOfStreet(s.kind, s.name)+" "+s.name), " ")
	var parts []string
	for _, part := range []string{line, s.complement, s.hamlet} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ", ")
}

// streets are the short words of the register, written out.
var streets = map[string]string{
	"R": "rue", "AV": "avenue", "BD": "boulevard", "PL": "place", "RTE": "route", "CHE": "chemin", "ALL": "allée", "IMP": "impasse", "QU": "quai",
	"QUA": "quai", "SQ": "square", "CRS": "cours", "FG": "faubourg", "RES": "résidence", "LOT": "lotissement", "PASS": "passage", "CHS": "chaussée",
	"ESP": "esplanade", "GR": "grande rue", "HAM": "hameau", "LD": "lieu-dit", "MTE": "montée", "PROM": "promenade", "RPT": "rond-point",
	"SEN": "sente", "TRA": "traverse", "VLA": "villa", "VGE": "village", "ZA": "ZA", "ZAC": "ZAC", "ZI": "ZI", "CITE": "cité", "COTE": "côte",
}

// kindOfStreet writes the register's short word out; nothing when the name begins with it already.
func kindOfStreet(short, name string) string {
	long := streets[short]
	switch {
	case long == "":
		return short
	case strings.HasPrefix(fab.Folded(name)+" ", fab.Folded(long)+" "):
		return ""
	}
	return long
}

var (
	routed = regexp.MustCompile(`^(\d{5})\s*(.*)$`)
	cedex  = regexp.MustCompile(`(?i)\s+CEDEX(\s+\d+)?$`)
)

// routing cuts "01012 BOURG EN BRESSE CEDEX" into postcode and town.
func routing(line string) (postcode, town string) {
	m := routed.FindStringSubmatch(line)
	if m == nil {
		return "", line
	}
	return m[1], cedex.ReplaceAllString(m[2], "")
}

// tenDigits gives a number back the zero that a spreadsheet took.
func tenDigits(phone string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, phone)
	if len(digits) == 9 && digits[0] != '0' {
		return "0" + digits
	}
	return phone
}
