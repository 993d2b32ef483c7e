package fab

import (
	"slices"
	"strings"
)

// The units in which the books count: whole numbers of them, so that nothing is lost by rounding.
const (
	UnitPiece = "piece"
	UnitMG    = "mg"
	UnitUM    = "um"
)

// MaxAmount is more than a lab ever holds of one thing, in any unit. Sums of many thousand of them still fit an int64.
const MaxAmount int64 = 10_000_000_000_000

// Measure is a unit in which people speak of a material: one of it is Factor of the unit of the books.
type Measure struct {
	Code   string `json:"code"` // sheet, pack, roll, reel, box or m for one's own; g, kg, mm, cm, m of the unit
	Factor int64  `json:"factor"`
}

// OwnMeasures are the codes that a material may give a factor of its own.
var OwnMeasures = [...]string{"sheet", "pack", "roll", "reel", "box", "m"}

// MaxMeasures bounds how many a material has of its own.
const MaxMeasures = 4

// AllMeasures are those of the unit, the handiest first, and the material's own.
func (m Material) AllMeasures() []Measure {
	var list []Measure
	switch m.Unit {
	case UnitMG:
		list = []Measure{{"g", 1_000}, {"kg", 1_000_000}}
	case UnitUM:
		list = []Measure{{"m", 1_000_000}, {"cm", 10_000}}
	default:
		list = []Measure{{UnitPiece, 1}}
	}
	return append(list, m.Measures...)
}

// Amount reads what a person typed in one of the material's measures, "" for the first, into the unit of the books. The
// result is exact and above zero; what no whole number of the unit is, what is too much, and an unknown measure are
// refused by field.
func (m Material) Amount(typed, measure, field string) (int64, *Error) {
	n, refused := m.AmountOrNone(typed, measure, field)
	if refused == nil && n == 0 {
		refused = Refuse(Invalid, "quantity_not_positive", field, "quantity", n)
	}
	return n, refused
}

// AmountOrNone is Amount that takes zero too.
func (m Material) AmountOrNone(typed, measure, field string) (int64, *Error) {
	all := m.AllMeasures()
	i := 0
	if measure != "" {
		i = slices.IndexFunc(all, func(one Measure) bool { return one.Code == measure })
	}
	if i < 0 {
		return 0, Refuse(Invalid, "measure_unknown", field)
	}
	return Exact(typed, all[i].Factor, field)
}

// Exact reads a decimal number as people write it, with a comma or a point, times factor. It refuses, by field, what is no
// number, what is below zero, what the factor does not make whole, and more than MaxAmount.
func Exact(typed string, factor int64, field string) (int64, *Error) {
	typed = strings.NewReplacer(",", ".", "−", "-").Replace(plainDigits(typed))
	below := strings.HasPrefix(typed, "-")
	whole, fraction, dot := strings.Cut(strings.TrimPrefix(typed, "-"), ".")
	if whole == "" && fraction == "" || dot && fraction == "" || !digits(whole) || !digits(fraction) {
		return 0, Refuse(Invalid, "amount_wrong", field)
	}
	n, ok := scaled(whole, strings.TrimRight(fraction, "0"), factor)
	switch {
	case !ok:
		return 0, Refuse(Invalid, "amount_too_fine", field)
	case n > MaxAmount:
		return 0, Refuse(Invalid, "amount_too_large", field, "max", MaxAmount/factor)
	case below && n > 0:
		return 0, Refuse(Invalid, "quantity_not_positive", field, "quantity", -n)
	}
	return n, nil
}

func digits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// maxFactor and maxPlaces keep a fraction times a factor inside an int64.
const (
	maxFactor = 1_000_000_000
	maxPlaces = 9
)

// scaled is the number of these digits times factor, at most just above MaxAmount; false when it is not whole.
func scaled(whole, fraction string, factor int64) (int64, bool) {
	n := int64(0)
	for _, r := range whole {
		if n = n*10 + int64(r-'0'); n > MaxAmount/factor {
			return MaxAmount + 1, true
		}
	}
	if len(fraction) > maxPlaces {
		return 0, false
	}
	part, places := int64(0), int64(1)
	for _, r := range fraction {
		part, places = part*10+int64(r-'0'), places*10
	}
	if part*factor%places != 0 {
		return 0, false
	}
	return n*factor + part*factor/places, true
}

// CheckMeasures refuses measures that are not of OwnMeasures, named twice, too many, or not a whole number of the unit from
// 1 to 1,000 million.
func CheckMeasures(unit string, list []Measure) error {
	known := Material{Unit: unit}.AllMeasures()
	if len(list) > MaxMeasures {
		return Refuse(Invalid, "too_many", "measure", "max", MaxMeasures)
	}
	for _, m := range list {
		switch {
		case !slices.Contains(OwnMeasures[:], m.Code):
			return Refuse(Invalid, "measure_unknown", "measure")
		case slices.ContainsFunc(known, func(k Measure) bool { return k.Code == m.Code }):
			return Refuse(Invalid, "measure_twice", "measure")
		case m.Factor < 1 || m.Factor > maxFactor:
			return Refuse(Invalid, "factor_wrong", "factor", "max", maxFactor)
		}
		known = append(known, m)
	}
	return nil
}
