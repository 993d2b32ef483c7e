package production

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Ensure that the code of a lot stands on nothing else: products that share an initial have their own codes, and one that
// begins as the codes of boxes do has another initial.
func TestTheCodeOfALotIsItsOwn(t *testing.T) {
	l := open(t)
	l.adopt("valve", "1")
	l.adopt("blouse", "1")
	w := l.printer("tortue", "ender-3", 1_000_000)
	seen := map[string]string{}
	for _, product := range []string{"visor", "valve", "blouse", "visor", "valve"} {
		l.request(product, 2)
		l.ready()
		code := l.printed(w).Code
		require.Empty(t, seen[code], "%s of %s", code, product)
		seen[code] = product
	}
	require.Equal(t, map[string]string{"V-001": "visor", "V-002": "valve", "LB-001": "blouse", "V-003": "visor", "V-004": "valve"}, seen)
	l.sound()
}
