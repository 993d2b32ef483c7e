package fab

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line is what a person typed into a field of one line: spaces tidied, and without what cannot be seen. Control
// characters would break papers and databases, and invisible ones make two places that look alike.
func Line(typed string) string { return strings.Join(strings.Fields(visible(typed)), " ") }

// Lines is what a person typed into a field of several lines, tidied as Line does but for its line ends.
func Lines(typed string) string {
	return strings.TrimSpace(visible(strings.ReplaceAll(typed, "\r\n", "\n")))
}

func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case unicode.IsSpace(r):
			return ' '
		case r == utf8.RuneError, unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, s)
}

// WholeNumber reads a count as people write it: with spaces, and in full-width digits too. It reports false for anything
// else, so for fractions and for what no int64 holds.
func WholeNumber(typed string) (int64, bool) {
	n, err := strconv.ParseInt(plainDigits(typed), 10, 64)
	return n, err == nil
}

// plainDigits drops the spaces of a number, and makes full-width digits plain ones.
func plainDigits(typed string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return -1
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		}
		return r
	}, typed)
}

// ValidKey reports whether a form's key is one that this program could have made.
func ValidKey(key string) bool {
	return key != "" && len(key) <= 80 && Line(key) == key
}
