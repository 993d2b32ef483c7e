package profiles

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strconv"
	"unicode/utf8"
)

// Pattern is a compiled regular expression; the zero value matches nothing. It is safe for concurrent use.
type Pattern struct {
	re     *regexp.Regexp
	prog   *syntax.Prog
	prefix string // every match begins with it at the beginning of the line, where anchored
	// anchored says that a match can only begin at the beginning of the line.
	anchored bool
	names    []string
}

// maxGroups bounds the groups of a pattern, the whole match included.
const maxGroups = 8

// UnmarshalText compiles the expression. It may have seven groups at most.
func (p *Pattern) UnmarshalText(text []byte) error {
	re, err := regexp.Compile(string(text))
	if err != nil {
		return err
	}
	if re.NumSubexp() >= maxGroups {
		return fmt.Errorf("%d groups are too many, want %d or less; (?:…) groups without one", re.NumSubexp(), maxGroups-1)
	}
	parsed, err := syntax.Parse(string(text), syntax.Perl)
	if err != nil {
		return err
	}
	prog, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return fmt.Errorf("compile: %w", err)
	}
	*p = Pattern{re: re, prog: prog, names: re.SubexpNames(), anchored: prog.StartCond()&syntax.EmptyBeginText != 0}
	if p.anchored {
		p.prefix = literalPrefix(prog)
	}
	return nil
}

// literalPrefix is what every match of an anchored program begins with.
func literalPrefix(prog *syntax.Prog) string {
	var prefix []byte
	for i := &prog.Inst[prog.Start]; ; i = &prog.Inst[i.Out] {
		switch {
		case i.Op == syntax.InstNop || i.Op == syntax.InstCapture:
		case i.Op == syntax.InstEmptyWidth && syntax.EmptyOp(i.Arg) == syntax.EmptyBeginText:
		case i.Op == syntax.InstRune1 && len(i.Rune) == 1 && i.Rune[0] < utf8.RuneSelf && syntax.Flags(i.Arg)&syntax.FoldCase == 0:
			prefix = append(prefix, byte(i.Rune[0]))
		default:
			return string(prefix)
		}
	}
}

// Set says whether there is an expression.
func (p Pattern) Set() bool { return p.re != nil }

// Match says whether line matches; it does not allocate.
func (p Pattern) Match(line []byte) bool {
	var g Groups
	return p.Find(line, 0, &g)
}

// possible is a cheap look at the beginning of line: false where no match can be.
func (p Pattern) possible(line []byte) bool {
	return p.re != nil && len(line) >= len(p.prefix) && string(line[:len(p.prefix)]) == p.prefix
}

// Groups is where a pattern matched. The zero value is ready for Find; it is valid as long as the line is.
type Groups struct {
	names []string
	line  []byte
	at    spans
}

type spans [2 * maxGroups]int

// Get is what the named group caught: nil where it caught nothing.
func (g *Groups) Get(name string) []byte {
	for i := 1; i < len(g.names); i++ {
		if g.names[i] == name && g.at[2*i] >= 0 && g.at[2*i+1] >= 0 {
			return g.line[g.at[2*i]:g.at[2*i+1]]
		}
	}
	return nil
}

// Int is the decimal number that the named group caught; false where it caught none, or one beyond 64 bits.
func (g *Groups) Int(name string) (int64, bool) {
	digits := g.Get(name)
	if len(digits) == 0 {
		return 0, false
	}
	n, err := strconv.ParseInt(string(digits), 10, 64)
	return n, err == nil
}

// End is the offset in the line behind the match.
func (g *Groups) End() int { return g.at[1] }

// Find looks for the first match in line from an offset on, as regexp does, and fills g. It does not allocate for any
// pattern whose alternatives are tried in few steps, which those of the shipped dialects are.
func (p Pattern) Find(line []byte, from int, g *Groups) bool {
	if from == 0 && !p.possible(line) || p.re == nil || from > len(line) {
		return false
	}
	g.names, g.line = p.names, line
	for i := range g.at {
		g.at[i] = -1
	}
	t := try{prog: p.prog, line: line, steps: maxSteps}
	for start := from; start <= len(line); start++ {
		if t.run(uint32(p.prog.Start), start, &g.at) {
			g.at[0] = start
			return true
		}
		if t.steps <= 0 {
			return p.findSlowly(line, from, g)
		}
		if p.anchored {
			return false
		}
	}
	return false
}

// findSlowly serves expressions that would backtrack for ever.
func (p Pattern) findSlowly(line []byte, from int, g *Groups) bool {
	for _, m := range p.re.FindAllSubmatchIndex(line, -1) {
		if m[0] >= from {
			copy(g.at[:], m)
			return true
		}
	}
	return false
}

// maxSteps bounds the backtracking in one line.
const maxSteps = 10_000

// try runs a program by backtracking; its order of alternatives is the one regexp prefers.
type try struct {
	prog  *syntax.Prog
	line  []byte
	steps int
}

func (t *try) run(pc uint32, at int, found *spans) bool {
	for t.steps > 0 {
		t.steps--
		i := &t.prog.Inst[pc]
		switch i.Op {
		case syntax.InstMatch:
			found[1] = at
			return true
		case syntax.InstFail:
			return false
		case syntax.InstAlt, syntax.InstAltMatch:
			if t.run(i.Out, at, found) {
				return true
			}
			pc = i.Arg
			continue
		case syntax.InstCapture:
			was := found[i.Arg]
			found[i.Arg] = at
			if t.run(i.Out, at, found) {
				return true
			}
			found[i.Arg] = was
			return false
		case syntax.InstEmptyWidth:
			if !t.between(at, syntax.EmptyOp(i.Arg)) {
				return false
			}
		case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
			r, size := utf8.DecodeRune(t.line[at:])
			if size == 0 || !i.MatchRune(r) {
				return false
			}
			at += size
		}
		pc = i.Out
	}
	return false
}

// between says whether the place before the byte at an offset is what an assertion asks for.
func (t *try) between(at int, want syntax.EmptyOp) bool {
	before, after := rune(-1), rune(-1)
	if at > 0 {
		before, _ = utf8.DecodeLastRune(t.line[:at])
	}
	if at < len(t.line) {
		after, _ = utf8.DecodeRune(t.line[at:])
	}
	return want&^syntax.EmptyOpContext(before, after) == 0
}

// Group is what the named group caught in line: nil when the pattern did not match or the group caught nothing.
func (p Pattern) Group(line []byte, name string) []byte {
	var g Groups
	if !p.Find(line, 0, &g) {
		return nil
	}
	return g.Get(name)
}

// Each calls f with the named groups of every match in line, in order; a group that caught nothing is nil. Find, called
// again from End on, does the same without allocating.
func (p Pattern) Each(line []byte, f func(group func(name string) []byte)) {
	var g Groups
	for from := 0; p.Find(line, from, &g); from = max(g.End(), from+1) {
		f(g.Get)
	}
}

// has says whether the expression has the named group.
func (p Pattern) has(name string) bool { return p.re != nil && p.re.SubexpIndex(name) >= 0 }
