package link

import "math"

const (
	// fewestAlone is how often a line is refused with nothing behind it before its text is changed, where anything else was
	// damaged too.
	fewestAlone = 6
	// fewRefusals of other lines say that it is not for its bytes that a line is refused.
	fewRefusals = 3
	// noiseLines is over how many lines refusals are counted.
	noiseLines = 500
	// namedRefusals among them make a cable bad in name (1 percent), borneRefusals in deed (3 percent): noise that hurts
	// one line in 250, the most that is borne, reaches those less than once in 10^7 lines.
	namedRefusals = 6
	borneRefusals = 15
	// doubtedRefusals have more than one line in flight doubted.
	doubtedRefusals = 10
)

// noise remembers at which lines the last refusals happened.
type noise struct {
	at [borneRefusals]int64
	n  int
}

func (q *noise) add(line int64) {
	q.at[q.n%len(q.at)] = line
	q.n++
}

// within says whether the last count refusals lie within noiseLines of line now.
func (q *noise) within(count int, now int64) bool {
	return q.n >= count && now-q.at[(q.n-count)%len(q.at)] <= noiseLines
}

// patience is how many refusals of the same bytes are borne when the given share of lines is refused by noise: at least
// three, and so many that noise alone would end less than one attempt in a million lines.
func patience(rate float64) int {
	const fewest, most, chance = 3, 20, 1e-6
	if rate <= 0 {
		return fewest
	}
	if rate >= 1 {
		return most
	}
	return min(max(fewest, int(math.Ceil(math.Log(chance)/math.Log(rate)))), most)
}
