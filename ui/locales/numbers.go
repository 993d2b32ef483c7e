package locales

import (
	"math"
	"strconv"
	"strings"
)

// Number writes n with the language's thousands separator: a narrow no-break
// space in French from 10 000 up, a comma in English.
func Number(lang string, n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "−", digits[1:]
	}
	separator, from := nnbsp, 5
	if lang == English {
		separator, from = ",", 4
	}
	if len(digits) < from {
		return sign + digits
	}
	var groups []string
	for len(digits) > 3 {
		groups = append([]string{digits[len(digits)-3:]}, groups...)
		digits = digits[:len(digits)-3]
	}
	return sign + strings.Join(append([]string{digits}, groups...), separator)
}

// Percent writes n per cent, cut to 0…100.
func Percent(lang string, n int) string {
	n = max(0, min(100, n))
	if lang == English {
		return strconv.Itoa(n) + "%"
	}
	return strconv.Itoa(n) + nbsp + "%"
}

// Grams writes a mass given in milligrams as people weigh: whole grams, and
// kilograms with two decimals from one kilogram up.
func Grams(lang string, milligrams int64) string {
	grams := (milligrams + 500) / 1000
	if grams < 1000 && grams > -1000 {
		return Number(lang, grams) + nbsp + "g"
	}
	kilos := strconv.FormatFloat(float64(milligrams)/1e6, 'f', 2, 64)
	kilos = strings.TrimSuffix(strings.TrimRight(kilos, "0"), ".")
	if lang == French {
		kilos = strings.Replace(kilos, ".", ",", 1)
	}
	return kilos + nbsp + "kg"
}

// Degrees writes a temperature given in thousandths of a degree Celsius, whole.
func Degrees(_ string, milli int64) string {
	return strconv.FormatInt((milli+500)/1000, 10) + nbsp + "°C"
}

// List joins items as people do: "a, b et c".
func List(lang string, items ...string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	last := len(items) - 1
	and := " et "
	if lang == English {
		and = " and "
	}
	return strings.Join(items[:last], ", ") + and + items[last]
}

// Phone groups the ten digits of a French number by two with no-break spaces;
// any other number is shown as typed.
func Phone(number string) string {
	digits := strings.NewReplacer(" ", "", ".", "", "-", "", nbsp, "", nnbsp, "").Replace(number)
	if len(digits) != 10 || digits[0] != '0' {
		return number
	}
	pairs := make([]string, 0, 5)
	for i := 0; i < 10; i += 2 {
		pairs = append(pairs, digits[i:i+2])
	}
	return strings.Join(pairs, nbsp)
}

// Millimetres writes a length given in µm, with its sign: "+0,05 mm", "−0,1 mm", "0 mm".
func Millimetres(lang string, um int64) string {
	s := strings.TrimRight(strings.TrimRight(strconv.FormatFloat(math.Abs(float64(um))/1000, 'f', 3, 64), "0"), ".")
	if lang != English {
		s = strings.Replace(s, ".", ",", 1)
	}
	switch {
	case um < 0:
		s = "−" + s
	case um > 0:
		s = "+" + s
	}
	return s + nbsp + "mm"
}

// Length writes a length given in µm, to a tenth of a millimetre: "12,5 mm", or to a hundredth below one.
func Length(lang string, um int64) string { return tenths(lang, um) + nbsp + "mm" }

// Metres writes how much there is of what is sold by length, given in µm: "12,5 m", or "40 cm" below one.
func Metres(lang string, um int64) string {
	if um > -1_000_000 && um < 1_000_000 {
		return tenths(lang, um/10) + nbsp + "cm"
	}
	return tenths(lang, um/1000) + nbsp + "m"
}

// Size writes how wide, deep and high something is, given in µm: "180 × 92,5 × 20 mm".
func Size(lang string, um [3]int64) string {
	return tenths(lang, um[0]) + " × " + tenths(lang, um[1]) + " × " + Length(lang, um[2])
}

// Volume writes a volume given in mm³: "27,4 cm³", or "640 mm³" below one.
func Volume(lang string, mm3 int64) string {
	if mm3 < 1000 {
		return Number(lang, mm3) + nbsp + "mm³"
	}
	return tenths(lang, mm3) + nbsp + "cm³"
}

// tenths writes thousandths to a tenth, or to a hundredth below one.
func tenths(lang string, n int64) string {
	digits := 1
	if n < 1000 && n > -1000 {
		digits = 2
	}
	s := strconv.FormatFloat(float64(n)/1000, 'f', digits, 64)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	if lang != English {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}

// Bytes writes the size of a file: "820 ko", "12,4 Mo"; "820 kB", "12.4 MB" in English.
func Bytes(lang string, n int64) string {
	unit := "o"
	if lang == English {
		unit = "B"
	}
	if n < 1_000_000 {
		return strconv.FormatInt((n+999)/1000, 10) + nbsp + "k" + unit
	}
	s := strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64)
	if lang != English {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s + nbsp + "M" + unit
}
