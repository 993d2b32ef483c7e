package fab

import (
	"slices"
	"strings"
)

// The claims that rest on what testers answered. Any other claim says what a product is for, and comes with its version.
const (
	ClaimTried       = "tried"
	ClaimTriedByCare = "tried-by-care"
)

// MayClaim refuses a claim that the answers do not bear out: "tried" needs somebody who uses the product, and "tried by
// carers" somebody who gives care.
func MayClaim(claim string, answers []Tester) error {
	bears := func(t Tester) bool { return t.UsesIt() && (claim == ClaimTried || t.Kind == TesterCare) }
	if claim != ClaimTried && claim != ClaimTriedByCare || slices.ContainsFunc(answers, bears) {
		return nil
	}
	return Refuse(Invalid, "claim_unproved", "claim")
}

// unsayable are the beginnings of words that volunteers may not say of what they make, in French and English: nobody has
// certified it.
var unsayable = [...]string{
	"protect", "protèg", "covid", "steril", "stéril", "validat", "validé", "valide", "certifi", "conform", "complian", "homologu", "ffp",
}

// Unsayable returns the first word of a text that volunteers may not say of what they make, as it stands there; "" when
// there is none.
func Unsayable(text string) string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(" \n\t.,;:!?()[]\"'’«»*_#-–/\u00a0\u202f", r) })
	for _, w := range words {
		if slices.ContainsFunc(unsayable[:], func(stem string) bool { return strings.HasPrefix(w, stem) }) {
			return w
		}
	}
	return ""
}
