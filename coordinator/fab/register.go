package fab

import (
	"cmp"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// RegisterPlace is one establishment of the national register of health and social establishments (FINESS). The register
// is public; it is kept whole in the books so that a place can be checked without a network.
type RegisterPlace struct {
	ET       string    `bun:"et,pk"` // number of the site
	EJ       string    `bun:"ej"`    // number of the legal entity
	Name     string    `bun:"name"`
	Kind     string    `bun:"kind"`     // one of FacilityKinds
	Category string    `bun:"category"` // the register's own code, three digits
	Address  string    `bun:"address"`
	Postcode string    `bun:"postcode"`
	Town     string    `bun:"town"`
	Phone    string    `bun:"phone"`
	LatE6    int64     `bun:"lat_e6"` // WGS84, millionths of a degree; both zero: unknown
	LonE6    int64     `bun:"lon_e6"`
	Closed   bool      `bun:"closed"`    // the register says that it is no more
	Words    string    `bun:"words"`     // Folded name, postcode and town, to search in
	ListedAt time.Time `bun:"listed_at"` // date of the last file that listed it
}

// RegisterPoint is where a site of the register is, as its files give it apart from the rest.
type RegisterPoint struct {
	ET           string
	LatE6, LonE6 int64
}

// FinessNumber reads a number of the register as people type it, and reports false when it cannot be one: a digit, a digit
// or letter, seven digits (the register's own schema).
func FinessNumber(typed string) (string, bool) {
	no := strings.ToUpper(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '.' || r == '-' {
			return -1
		}
		return r
	}, typed))
	if len(no) != 9 {
		return no, false
	}
	for i, r := range no {
		if r >= '0' && r <= '9' || i == 1 && r >= 'A' && r <= 'Z' {
			continue
		}
		return no, false
	}
	return no, true
}

// Folded is a name as it is compared: lower case without accents, words apart by one space, "saint" and "sainte" short as
// registers and envelopes write them. Names that people would take for the same are the same.
func Folded(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(Line(name)) {
		switch plain := unaccented(r); {
		case plain != "":
			b.WriteString(plain)
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		default:
			b.WriteByte(' ')
		}
	}
	words := strings.Fields(b.String())
	for i, w := range words {
		switch w {
		case "saint":
			words[i] = "st"
		case "sainte":
			words[i] = "ste"
		}
	}
	return strings.Join(words, " ")
}

// unaccented writes an accented letter of the languages around plainly; "" for every other.
func unaccented(r rune) string {
	switch r {
	case 'à', 'á', 'â', 'ã', 'ä', 'å':
		return "a"
	case 'è', 'é', 'ê', 'ë':
		return "e"
	case 'ì', 'í', 'î', 'ï':
		return "i"
	case 'ò', 'ó', 'ô', 'õ', 'ö':
		return "o"
	case 'ù', 'ú', 'û', 'ü':
		return "u"
	case 'ý', 'ÿ':
		return "y"
	case 'ç':
		return "c"
	case 'ñ':
		return "n"
	case 'œ':
		return "oe"
	case 'æ':
		return "ae"
	}
	return ""
}

// TakeFrom fills from the register what the facility leaves out. The numbers are always the register's.
func (f *Facility) TakeFrom(p RegisterPlace) {
	f.FinessET, f.FinessEJ = p.ET, p.EJ
	f.Address, f.Postcode, f.Town = cmp.Or(f.Address, p.Address), cmp.Or(f.Postcode, p.Postcode), cmp.Or(f.Town, p.Town)
	f.Name, f.Kind, f.Phone = cmp.Or(f.Name, p.Name), cmp.Or(f.Kind, p.Kind), cmp.Or(f.Phone, p.Phone)
	if f.LatE6 == 0 && f.LonE6 == 0 {
		f.LatE6, f.LonE6 = p.LatE6, p.LonE6
	}
}

// ReadPoint reads where a place is as maps write it, "50.2712, 1.6690" or "50,2712 ; 1,6690", in millionths of a degree of
// WGS84. False for anything else, and for the point 0, 0, which stands for an unknown place.
func ReadPoint(typed string) (latE6, lonE6 int64, ok bool) {
	typed = strings.TrimSpace(typed)
	lat, lon, two := strings.Cut(typed, ";")
	if !two {
		if lat, lon, two = strings.Cut(typed, ", "); !two {
			lat, lon, two = strings.Cut(typed, ",")
		}
	}
	latE6, okLat := readDegrees(lat, 90)
	lonE6, okLon := readDegrees(lon, 180)
	return latE6, lonE6, two && okLat && okLon && (latE6 != 0 || lonE6 != 0)
}

func readDegrees(typed string, most float64) (int64, bool) {
	v, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(typed), ",", "."), 64)
	if err != nil || math.IsNaN(v) || math.Abs(v) > most {
		return 0, false
	}
	return int64(math.Round(v * 1e6)), true
}
