package locales

import (
	"regexp"
	"strings"
)

// The spaces that may not break a line, and the narrow one between thousands.
const (
	nbsp  = "\u00a0"
	nnbsp = "\u202f"
)

var (
	frenchMarks = regexp.MustCompile(`[ \x{00a0}]([?!:;%»])`)
	frenchOpen  = regexp.MustCompile(`« `)
	beforeUnit  = regexp.MustCompile(`([0-9}]) (h|min|s|g|kg|m|mm|cm|km|°C|%|×)( |$|[.,;:)·])`)
	hoursAfter  = regexp.MustCompile(`([0-9}]\x{00a0}h) ([0-9{])`)
	timesN      = regexp.MustCompile(`× ([0-9{])`)
)

// typeset applies what a keyboard does not give: the curly apostrophe in both
// languages, no-break spaces between number and unit, and in French before
// ? ! : ; % and inside « ».
func typeset(lang, s string) string {
	s = strings.ReplaceAll(s, "'", "’")
	s = beforeUnit.ReplaceAllString(s, "$1"+nbsp+"$2$3")
	s = hoursAfter.ReplaceAllString(s, "$1"+nbsp+"$2")
	s = timesN.ReplaceAllString(s, "×"+nbsp+"$1")
	if lang != French {
		return s
	}
	s = frenchMarks.ReplaceAllString(s, nbsp+"$1")
	return frenchOpen.ReplaceAllString(s, "«"+nbsp)
}
