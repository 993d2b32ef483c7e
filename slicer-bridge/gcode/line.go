package gcode

import (
	"bytes"
	"strconv"
)

// line is one command with its parameters. Values are what the text says.
type line struct {
	letter byte // G, M or T; 0: neither, name holds the word
	code   int
	name   string // only for words that are no letter and number
	has    uint32 // bit per parameter letter
	value  [26]float64
	bad    bool // a parameter is no number
}

func (l *line) get(letter byte) (float64, bool) {
	return l.value[letter-'A'], l.has&(1<<(letter-'A')) != 0
}

// word gives the command's name as written in documentation, such as "M104".
func (l *line) word() string {
	if l.letter == 0 {
		return l.name
	}
	return string(l.letter) + strconv.Itoa(l.code)
}

// strip cuts the comment and the blanks around; a result without bytes is a
// line that a host does not send.
func strip(raw []byte) []byte {
	if i := bytes.IndexByte(raw, ';'); i >= 0 {
		raw = raw[:i]
	}
	return bytes.TrimSpace(raw)
}

// parse reads a stripped line into l, which is reused to spare allocations.
// Only moves, homing and temperatures have their parameters read: the others'
// may be text.
func (l *line) parse(s []byte) {
	l.letter, l.code, l.name, l.has, l.bad = 0, 0, "", 0, false
	c := upper(s[0])
	i := 1
	for i < len(s) && s[i] >= '0' && s[i] <= '9' && l.code < 1_000_000 {
		l.code = l.code*10 + int(s[i]-'0')
		i++
	}
	if (c != 'G' && c != 'M' && c != 'T') || i == 1 {
		l.code, l.name = 0, string(firstWord(s))
		return
	}
	if i < len(s) && s[i] == '.' {
		l.code, l.name = 0, string(bytes.ToUpper(firstWord(s)))
		return
	}
	l.letter = c
	if l.numeric() {
		l.params(s[i:])
	}
}

// numeric tells the commands whose parameters this package reads.
func (l *line) numeric() bool {
	switch l.letter {
	case 'G':
		return l.code <= 4 || l.code == 28 || l.code == 92
	case 'M':
		switch l.code {
		case 104, 109, 140, 190, 204, 220, 221:
			return true
		}
	}
	return false
}

func (l *line) params(s []byte) {
	for i := 0; i < len(s); {
		c := upper(s[i])
		i++
		if c == ' ' || c == '\t' {
			continue
		}
		if c < 'A' || c > 'Z' {
			l.bad = true
			return
		}
		v, n, ok := number(s[i:])
		i += n
		if n == 0 && l.letter == 'G' && l.code == 28 {
			ok = true // homing names its axes without a number
		}
		if !ok {
			l.bad = true
			return
		}
		l.has |= 1 << (c - 'A')
		l.value[c-'A'] = v
	}
}

// number reads a plain decimal; G-code has no exponents, and E names an axis.
func number(s []byte) (v float64, n int, ok bool) {
	neg := false
	if n < len(s) && (s[n] == '-' || s[n] == '+') {
		neg = s[n] == '-'
		n++
	}
	var whole, scale uint64 = 0, 1
	digits, point := 0, false
	for ; n < len(s); n++ {
		c := s[n]
		if c == '.' && !point {
			point = true
			continue
		}
		if c < '0' || c > '9' {
			break
		}
		if digits++; digits > 17 {
			if point {
				continue
			}
			return 0, n, false
		}
		whole = whole*10 + uint64(c-'0')
		if point {
			scale *= 10
		}
	}
	v = float64(whole) / float64(scale)
	if neg {
		v = -v
	}
	return v, n, digits > 0
}

func firstWord(s []byte) []byte {
	if i := bytes.IndexAny(s, " \t"); i >= 0 {
		s = s[:i]
	}
	return s[:min(len(s), 32)]
}

func upper(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c - 32
	}
	return c
}
