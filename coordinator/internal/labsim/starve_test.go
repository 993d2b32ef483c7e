package labsim

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Ensure that no request is starved, whatever the lab is like: one or two products, requests that come while others run,
// failures, wrong estimates, hours, sizes of plate. As long as a printer is there every one of them is made, nothing is
// given to somebody who is away, and no piece is counted that was not made.
func TestNoRequestIsStarved(t *testing.T) {
	hours := []fab.Hours{"", "07:30-22:30", "mo-fr 18:00-22:00; sa,su 09:00-22:00"}
	sizes := [][]int64{nil, {4}, {1, 4}, {1, 2, 4, 8}, {8}, {3, 5}}
	for seed := range uint64(36) {
		r := rand.New(rand.NewPCG(seed, 4))
		o := Options{Printers: 1 + r.IntN(6), Plates: 1 + r.IntN(15), Fail: r.IntN(2) == 0, Wrong: r.Float64() / 2, Hours: hours[seed%3]}
		l := TwoProducts(seed, o)
		if seed%2 == 0 {
			o.Sizes = sizes[r.IntN(len(sizes))]
			l = Visors(seed, o)
		}
		if !everythingCanBeMade(&l) {
			continue
		}
		out, err := Play(&l, watched{Ours{Over: r.IntN(2) == 0}, t})
		require.NoError(t, err, "seed %d", seed)
		require.True(t, out.Finished, "seed %d", seed)
		for i, done := range out.Done {
			require.Greater(t, done, l.Products[i].Arrives, "seed %d", seed)
		}
	}
}

func everythingCanBeMade(l *Lab) bool {
	for i := range l.Products {
		if !slices.ContainsFunc(l.Printers, func(p Printer) bool { return p.Real[i] > 0 }) {
			return false
		}
	}
	return true
}
