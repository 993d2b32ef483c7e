package fab

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// How a bag goes to the hub when nobody fetches it at its maker's.
const (
	SentBrought = "brought" // its maker, or a neighbour, brings it
	SentPost    = "post"
	SentPoint   = "point" // left where bags are collected, for a run to fetch
)

// SentWays are all of them.
var SentWays = [...]string{SentBrought, SentPost, SentPoint}

// SentDays is within how many days a bag usually arrives.
func SentDays(how string) int {
	switch how {
	case SentPost:
		return 4
	case SentPoint:
		return 3
	}
	return 1
}

// ShortName is a person's name as it stands on a bag that others see: the first name and an initial.
func ShortName(name string) string {
	words := strings.Fields(name)
	if len(words) < 2 {
		return name
	}
	last := []rune(words[len(words)-1])
	return words[0] + "\u00a0" + string(last[:1]) + "."
}

// MaxRestHours is the longest that a bag may rest, in hours.
const MaxRestHours = 14 * 24

// Under reports whether a bag is on its way to the hub without a run of ours.
func (l Lot) Under() bool {
	return l.Status == LotMade && (l.SentHow == SentBrought || l.SentHow == SentPost)
}

// Awaited reports whether a bag that its maker sent should have been at the hub by now, so that somebody asks. It is no bad
// mark, and nothing learns from it.
func (l Lot) Awaited(now time.Time) bool {
	return l.Status == LotMade && l.SentHow != "" && l.ExpectedAt.Before(now)
}

// Rests reports whether a counted bag may go into no kit yet.
func (l Lot) Rests(now time.Time) bool { return l.RestsUntil.After(now) }

// CountReasons are the codes with which a count at the hub may differ from the label.
var CountReasons = [...]string{"miscounted", "broken", "warped", "stringing", "layer_shift", "wrong_colour", "dirty", "extra", "other"}

// CountAsLabelled stands for a count that differs in nothing.
const CountAsLabelled = "ok"

// BagCount is what was found in a bag, in pieces, and what its label says.
type BagCount struct {
	Label     int64 // good pieces
	Good, Bad int64
}

// Missing is how many pieces fewer are there than the label says.
func (c BagCount) Missing() int64 { return max(0, c.Label-c.Good-c.Bad) }

// Over is how many pieces more are there than the label says.
func (c BagCount) Over() int64 { return max(0, c.Good+c.Bad-c.Label) }

// Found is how many pieces are there.
func (c BagCount) Found() int64 { return c.Good + c.Bad }

// AsLabelled reports whether nothing needs a reason.
func (c BagCount) AsLabelled() bool { return c.Good == c.Label && c.Bad == 0 }

// Check refuses a count that cannot be, and one that differs from the label without a reason. A bag may hold some pieces
// more than its label says, but not as many again: those belong to another label, or somebody mistyped.
func (c BagCount) Check(reason string) error {
	most := 2 * max(c.Label, 1)
	switch {
	case c.Good < 0:
		return Refuse(Invalid, "count_negative", "good")
	case c.Bad < 0:
		return Refuse(Invalid, "count_negative", "bad")
	case c.Good > most || c.Bad > most-c.Good:
		return Refuse(Invalid, "bag_too_many", "good", "label", c.Label, "max", most)
	case reason == CountAsLabelled && c.AsLabelled():
		return nil
	case !slices.Contains(CountReasons[:], reason):
		return Refuse(Invalid, "reason_missing", "reason")
	}
	return nil
}

// Scanned is the code in what was typed or read by a scanner, which gives the whole address that is in a square code.
func Scanned(typed string) string {
	typed, _, _ = strings.Cut(strings.TrimSpace(typed), "?")
	return typed[strings.LastIndex(typed, "/")+1:]
}

var labelNumber = regexp.MustCompile(`^[0-9]{1,12}$`)

// LabelCodes are the codes that somebody may mean who types, or scans, the code on a label: V-118 for v118, "V 118", V-ll8,
// or the whole address that is in its square code. The likeliest comes first; none when it is no such code.
func LabelCodes(typed string) (codes []string) {
	apart := strings.FieldsFunc(strings.ToUpper(Scanned(typed)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	whole := strings.Join(apart, "")
	if len(whole) > 15 || len(whole) < 2 {
		return nil
	}
	splits := []int{1, 2}
	switch {
	case len(apart) > 1 && len(apart[0]) == 2:
		splits = []int{2, 1}
	case len(apart) > 1 && len(apart[0]) == 1: // a digit before the dash is a letter that looks like one
		whole = strings.NewReplacer("0", "O", "1", "I").Replace(whole[:1]) + whole[1:]
	}
	for _, at := range splits {
		if code, ok := labelCode(whole[:at], whole[at:]); ok && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	return codes
}

func labelCode(letters, number string) (string, bool) {
	number = strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(number)
	for _, r := range letters {
		if r < 'A' || r > 'Z' {
			return "", false
		}
	}
	if !labelNumber.MatchString(number) {
		return "", false
	}
	number = strings.TrimLeft(number, "0")
	for len(number) < 3 {
		number = "0" + number
	}
	return letters + "-" + number, true
}
