package fab

import (
	"cmp"
	"slices"
	"time"
)

// Input is what one piece of a work, or one product, takes of an item.
type Input struct {
	Item Item  `json:"item"`
	Per  int64 `json:"per"` // in the item's unit
}

// PartsOf are the parts that a batch makes: those of every product, and the works that it has people do.
func (b BOM) PartsOf(batch Batch) []Part {
	list := slices.Clone(b.Parts)
	for _, w := range b.Works {
		if slices.Contains(batch.Works, w.Code) {
			list = append(list, w)
		}
	}
	return list
}

// Work returns the work that makes pieces of this code.
func (b BOM) Work(code string) (Part, bool) {
	i := slices.IndexFunc(b.Works, func(w Part) bool { return w.Code == code })
	if i < 0 {
		return Part{}, false
	}
	return b.Works[i], true
}

// Covers reports whether a piece of this work holds all that is in of, so that it stands for it.
func (p Part) Covers(of []Input) bool {
	return len(p.Of) > 0 && !slices.ContainsFunc(of, func(i Input) bool {
		return !slices.ContainsFunc(p.Of, func(mine Input) bool { return mine.Item == i.Item })
	})
}

// Product is what one product takes when all of it is done at the hub.
func (b BOM) Product() (of []Input) {
	for _, p := range b.Parts {
		of = append(of, Input{PartItem(p.Code), p.PerUnit})
	}
	for _, m := range b.Materials {
		of = append(of, Input{MaterialItem(m.Material), m.PerUnit})
	}
	return of
}

// Recipes lists the ways to put together what of names: with the pieces of works instead of what they were made of, the
// largest works first, and last with none. The work called made does not stand in for itself.
func (b BOM) Recipes(of []Input, made string) [][]Input {
	works := slices.DeleteFunc(slices.Clone(b.Works), func(w Part) bool { return w.Code == made || len(w.Of) == 0 })
	slices.SortStableFunc(works, func(a, b Part) int { return cmp.Compare(len(b.Of), len(a.Of)) })
	return recipes(of, works)
}

func recipes(of []Input, works []Part) [][]Input {
	if len(works) == 0 {
		return [][]Input{of}
	}
	rest := recipes(of, works[1:])
	if left, ok := works[0].without(of); ok {
		return append(recipes(left, works[1:]), rest...)
	}
	return rest
}

// without is what is left to take when a piece of the work, or several, stand in; false when it holds something else.
func (p Part) without(of []Input) ([]Input, bool) {
	n := max(1, p.PerUnit)
	left := slices.Clone(of)
	for _, i := range p.Of {
		at := slices.Index(left, Input{i.Item, i.Per * n})
		if at < 0 {
			return nil, false
		}
		left = slices.Delete(left, at, at+1)
	}
	return append(left, Input{PartItem(p.Code), n}), true
}

// Portioned is how many are put together by one recipe.
type Portioned struct {
	N  int64
	Of []Input
}

// Split shares n out to recipes, as many as there are goods for, and takes those out of have. What is left over has no
// goods.
func Split(n int64, recipes [][]Input, have map[Item]int64) (list []Portioned, left int64) {
	for _, of := range recipes {
		can := n
		for _, i := range of {
			can = min(can, max(0, have[i.Item])/max(1, i.Per))
		}
		if can == 0 {
			continue
		}
		for _, i := range of {
			have[i.Item] -= can * i.Per
		}
		list, n = append(list, Portioned{can, of}), n-can
	}
	return list, n
}

// Scarce names what stands in the way of n by these recipes: the item of the last, which stands in for nothing, that is there
// for the fewest, how much of it there is in any shape, and how much n take. The item is "" when there is enough of all.
func Scarce(n int64, recipes [][]Input, have map[Item]int64) (item Item, there, need int64) {
	plain := recipes[len(recipes)-1]
	for _, i := range plain {
		whole := max(0, have[i.Item])
		for _, of := range recipes {
			if work, one := standsIn(of, plain); one && !slices.Contains(of, i) {
				whole += max(0, have[work.Item]) / max(1, work.Per) * i.Per
			}
		}
		if can := whole / max(1, i.Per); can < n {
			if item == "" || can < there/max(1, need/n) {
				item, there, need = i.Item, whole, n*i.Per
			}
		}
	}
	return item, there, need
}

// standsIn is the only piece of a work in a recipe; false when there is none, or another.
func standsIn(of, plain []Input) (work Input, one bool) {
	for _, i := range of {
		if slices.Contains(plain, i) {
			continue
		}
		if one {
			return work, false
		}
		work, one = i, true
	}
	return work, one
}

// The codes of the moves of what is handed out for work.
const (
	MoveHandedOut = "handed_out"
	MoveAssembled = "assembled"
	MoveTakenBack = "taken_back"
	MoveNotBack   = "not_back"
)

// Handout is what one attempt at a work was given of one item and source: parts of a lot, material of a gift. What is neither
// used nor back is at the maker's.
type Handout struct {
	AttemptID AttemptID `bun:"attempt_id,pk"`
	Item      Item      `bun:"item,pk"`
	Source    string    `bun:"source,pk"`
	Quantity  int64     `bun:"quantity"`
	Used      int64     `bun:"used"` // in the pieces that were made, good or bad
	Back      int64     `bun:"back"` // that came back, or was written off when the rest did
	At        time.Time `bun:"at"`
}

// Left is how much is still at the maker's.
func (h Handout) Left() int64 { return h.Quantity - h.Used - h.Back }
