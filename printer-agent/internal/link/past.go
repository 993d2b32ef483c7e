package link

import "slices"

// markLines is how many numbered lines lie between two marks.
const markLines = 64

// past finds the place in the file of any line that was ever numbered in an attempt, at the cost of eight bytes for
// every 64 lines and for every line that was not the file's.
type past struct {
	first    int64   // number of the line before the first one
	marks    []int64 // file offsets behind lines first, first+64, …
	injected []int64 // numbers of the lines that are not the file's, ascending
}

// place is a place in a file: skip lines behind a byte offset.
type place struct {
	offset int64
	skip   int64
}

func (p *past) begin(before, offset int64) {
	p.first, p.marks, p.injected = before, append(p.marks[:0], offset), p.injected[:0]
}

// add notes a line that was numbered, which must be the one after the last.
func (p *past) add(n int64, ofFile bool, offset int64) {
	if !ofFile {
		p.injected = append(p.injected, n)
	}
	if (n-p.first)%markLines == 0 {
		p.marks = append(p.marks, offset)
	}
}

// before is the place behind line n, and whether n was numbered in this attempt.
func (p *past) before(n int64) (place, bool) {
	if len(p.marks) == 0 || n < p.first {
		return place{}, false
	}
	k := (n - p.first) / markLines
	if k >= int64(len(p.marks)) {
		return place{}, false
	}
	marked := p.first + k*markLines
	return place{offset: p.marks[k], skip: p.fileLines(marked, n)}, true
}

// fileLines is how many lines of the file have numbers above after and up to last.
func (p *past) fileLines(after, last int64) int64 {
	from, _ := slices.BinarySearch(p.injected, after+1)
	to, _ := slices.BinarySearch(p.injected, last+1)
	return max(last-after-int64(to-from), 0)
}

// cut forgets what was numbered behind line n.
func (p *past) cut(n int64) {
	to, _ := slices.BinarySearch(p.injected, n+1)
	p.injected = p.injected[:to]
	p.marks = p.marks[:min(int64(len(p.marks)), (n-p.first)/markLines+1)]
}
