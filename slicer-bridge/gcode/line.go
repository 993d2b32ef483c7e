package gcode

import (
	"bytes"
	"math"
	"strconv"
)

// line is one command with its parameters. Values are what the text says.
type line struct {
	letter byte // G, M or T; 0: another word, which name holds
	code   int32
	sub    int32  // behind a dot, as 3 in M862.3; -1: none
	name   []byte // in capitals, of words that are no letter and number
	rest   []byte // what follows the word, as written
	has    uint32 // bit per parameter letter
	value  [26]float64
	bad    bool // a parameter is no number
	two    bool // another command follows on the same line

	capitals [32]byte
}

// get gives the value of a parameter, 0 where the line does not name it.
func (l *line) get(letter byte) (float64, bool) {
	if l.has&(1<<(letter-'A')) == 0 {
		return 0, false
	}
	return l.value[letter-'A'], true
}

func (l *line) is(letter byte, code int32) bool {
	return l.letter == letter && l.code == code && l.sub < 0
}

// word gives the command's name as written in documentation, such as "M104" or "PRINT_START".
func (l *line) word() string {
	switch {
	case l.letter == 0:
		return string(l.name)
	case l.sub >= 0:
		return string(l.letter) + strconv.Itoa(int(l.code)) + "." + strconv.Itoa(int(l.sub))
	}
	return string(l.letter) + strconv.Itoa(int(l.code))
}

// key is the word as a number, for words of letter and number.
func (l *line) key() uint64 {
	return uint64(l.letter)<<56 | uint64(uint32(l.code))<<16 | uint64(uint16(l.sub+1)) //nolint:gosec // both are bounded
}

// parse reads a stripped line into l, which is reused to spare allocations. A parameter that is no number makes the line
// bad only where this package reads the parameters: others may be text.
func (l *line) parse(s []byte) {
	l.letter, l.code, l.sub, l.name, l.rest, l.has, l.bad, l.two = 0, 0, -1, nil, nil, 0, false, false
	c := upper(s[0])
	i := 1
	for i < len(s) && digit(s[i]) && l.code < 1_000_000 {
		l.code = l.code*10 + int32(s[i]-'0')
		i++
	}
	if (c != 'G' && c != 'M' && c != 'T') || i == 1 || i < len(s) && wordy(s[i]) && c == 'T' {
		l.named(s)
		return
	}
	l.letter = c
	if i < len(s) && s[i] == '.' {
		i++
		for l.sub = 0; i < len(s) && digit(s[i]) && l.sub < 1_000; i++ {
			l.sub = l.sub*10 + int32(s[i]-'0')
		}
	}
	l.rest = s[i:]
	if !l.textual() {
		l.params(l.rest)
		l.bad = l.bad && l.read()
	}
}

func wordy(c byte) bool { return c == '_' || upper(c) >= 'A' && upper(c) <= 'Z' }

// named takes a word that is no letter and number, as firmwares with macros have.
func (l *line) named(s []byte) {
	l.code = 0
	n := bytes.IndexAny(s, " \t")
	if n < 0 {
		n = len(s)
	}
	l.rest = s[n:]
	n = min(n, len(l.capitals))
	for i := range n {
		l.capitals[i] = upper(s[i])
	}
	l.name = l.capitals[:n]
}

// textual tells the commands that take free text.
func (l *line) textual() bool {
	if l.letter != 'M' {
		return false
	}
	switch l.code {
	case 0, 1, 16, 23, 28, 30, 32, 33, 36, 37, 98, 117, 118, 291, 486, 550, 551, 552, 862, 928:
		return true
	}
	return false
}

// read tells the commands whose parameters this package relies on.
func (l *line) read() bool {
	switch l.letter {
	case 'G':
		return l.sub < 0 && (l.code <= 4 || l.code == 28 || l.code == 92)
	case 'M':
		switch l.code {
		case 104, 106, 109, 140, 141, 190, 191, 201, 203, 204, 205, 220, 221:
			return true
		}
	}
	return false
}

func (l *line) params(s []byte) {
	for i := 0; i < len(s); {
		c := upper(s[i])
		i++
		switch {
		case c == ' ' || c == '\t':
			continue
		case c == '(': // a comment in the old way
			end := bytes.IndexByte(s[i:], ')')
			if end < 0 {
				l.bad = true
				return
			}
			i += end + 1
			continue
		case c < 'A' || c > 'Z':
			l.bad = true
			return
		}
		v, n, ok := number(s[i:])
		i += n
		if n == 0 && l.flag() {
			ok = true
		}
		if !ok || v > maxValue || v < -maxValue {
			l.bad = true
			return
		}
		if l.has&(1<<(c-'A')) != 0 && l.read() { // some firmwares take the first, some the last
			l.bad = true
			return
		}
		l.two = l.two || n > 0 && (c == 'G' || c == 'M')
		l.has |= 1 << (c - 'A')
		l.value[c-'A'] = v
	}
}

// shortest is the length to which a sender can bring a line whose parameters are all numbers: three decimals, no blanks
// but those before E. Other lines have no shorter form.
func (l *line) shortest(length int) int {
	if l.letter == 0 || !l.read() || l.bad {
		return length
	}
	short := len(l.word())
	for k := range l.value {
		if l.has&(1<<k) != 0 {
			short += 2 + len(figure(math.Round(l.value[k]*1000)/1000))
		}
	}
	return min(length, short)
}

// flag tells the commands that name their axes without a number.
func (l *line) flag() bool {
	switch l.letter {
	case 'G':
		return l.code == 28 || l.code == 29 || l.code == 80
	case 'M':
		return l.code == 17 || l.code == 18 || l.code == 84
	}
	return false
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
