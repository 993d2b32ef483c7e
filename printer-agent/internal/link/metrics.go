package link

import (
	"math"
	"math/bits"
	"time"
)

// latencies counts how long acknowledgements took, in buckets of 1/8 of a power of two microseconds: within 12 percent,
// without allocation. The zero value is empty.
type latencies struct {
	counts [27 * 8]uint32
	n      int64
}

func (a *latencies) add(d time.Duration) {
	us := uint64(max(d.Microseconds(), 8))
	exp := bits.Len64(us) - 4 // us>>exp is within 8 and 15
	i := min(exp*8+int(us>>exp)-8, len(a.counts)-1)
	a.counts[i]++
	a.n++
}

// quantile is the upper end of the bucket that holds the given share of the acknowledgements; 0 when there are none.
func (a *latencies) quantile(q float64) time.Duration {
	if a.n == 0 {
		return 0
	}
	want := int64(math.Ceil(q * float64(a.n)))
	var seen int64
	for i, c := range a.counts {
		if seen += int64(c); seen >= want {
			return time.Duration((i%8+9)<<(i/8)) * time.Microsecond
		}
	}
	return 0
}
