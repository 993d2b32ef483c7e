package fab

import (
	"io"
	"strings"
)

// crockford is the base 32 alphabet of Douglas Crockford: no I, L, O or U, so that it can be said on the phone.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// NewReference makes a spoken reference: seven random Crockford characters and a check character.
// It is a name, never a secret.
func NewReference(rand io.Reader) string {
	var b [7]byte
	if _, err := io.ReadFull(rand, b[:]); err != nil {
		panic("fab: random source failed: " + err.Error())
	}
	body := make([]byte, 7)
	for i, v := range b {
		body[i] = crockford[v&31]
	}
	return string(body) + string(checkCharacter(string(body)))
}

// FormatReference writes a reference as people read it aloud: VM7K-3T9X.
func FormatReference(ref string) string {
	if len(ref) != 8 {
		return ref
	}
	return ref[:4] + "-" + ref[4:]
}

// ParseReference accepts what a person types: lower case, spaces, dashes, O for 0, I and L for 1.
// It reports false when the length or the check character is wrong.
func ParseReference(typed string) (string, bool) {
	fold := strings.NewReplacer(" ", "", "-", "", "\u00a0", "", "O", "0", "I", "1", "L", "1")
	ref := fold.Replace(strings.ToUpper(typed))
	if len(ref) != 8 {
		return "", false
	}
	for i := range ref {
		if !strings.ContainsRune(crockford, rune(ref[i])) {
			return "", false
		}
	}
	return ref, checkCharacter(ref[:7]) == ref[7]
}

// checkCharacter weighs positions differently, so that one wrong character or two swapped neighbours show.
func checkCharacter(body string) byte {
	sum := 0
	for i := range body {
		sum += (2*i + 1) * strings.IndexByte(crockford, body[i])
	}
	return crockford[sum%32]
}
