package arcfit

import "bytes"

// pm is a length in picometres, 1e-9 mm: nine decimals of a file are exact in it, and so are their sums.
type pm int64

const (
	pmPerMM  = 1_000_000_000
	pmPerUM  = 1_000_000
	maxPM    = 1_000_000 * pmPerMM // no parameter is larger
	decimals = 9
)

func (v pm) mm() float64 { return float64(v) / pmPerMM }

// The parameters that a move of a run may have.
const (
	axisX = iota
	axisY
	axisE
	feed
	axisZ
	params
)

// line is one line of a file. Only what moves the head, or changes how moves are read, is looked into.
type line struct {
	letter byte // G, M, T or N; '#': a word of another kind; 0: no command
	code   int
	sub    bool // a part behind a dot, as in G29.1
	has    [params]bool
	value  [params]pm
	other  bool   // has more than these parameters, or one that is no plain number
	tail   []byte // blanks, comment and line ending behind the command
	name   []byte // of a word of another kind
}

// parse reads raw into l. It must not change while l is in use.
func (l *line) parse(raw []byte) {
	*l = line{}
	s := raw
	if cr := bytes.IndexByte(s, '\r'); cr >= 0 && string(s[cr:]) != "\r\n" {
		l.letter = '#' // firmwares end the line there: who knows what follows
		return
	}
	i := blanks(s, 0)
	if i == len(s) || s[i] == ';' || s[i] == '\n' || s[i] == '\r' {
		l.tail = s
		return
	}
	l.letter = upper(s[i])
	digits := i + 1
	for i++; i < len(s) && digit(s[i]) && i-digits < 6; i++ {
		l.code = l.code*10 + int(s[i]-'0')
	}
	switch {
	case l.letter != 'G' && l.letter != 'M' && l.letter != 'T' && l.letter != 'N', i == digits:
		l.word(s, digits-1)
		return
	case i < len(s) && s[i] == '.':
		l.sub = true
		return
	case l.letter == 'G':
		l.params(s, i)
	}
}

// word takes a command that is no letter and number, up to its first blank.
func (l *line) word(s []byte, from int) {
	l.letter = '#'
	to := from
	for to < len(s) && s[to] > ' ' && s[to] != ';' {
		to++
	}
	l.name = s[from:to]
}

func (l *line) params(s []byte, i int) {
	for {
		end := i
		i = blanks(s, i)
		if i == len(s) || s[i] == ';' || s[i] == '\n' || s[i] == '\r' {
			l.tail = s[end:]
			return
		}
		v, n, ok := number(s[i+1:])
		k := axis(upper(s[i]))
		switch {
		case k < 0 || !ok || l.has[k]:
			l.other = true
		default:
			l.has[k], l.value[k] = true, v
		}
		i += 1 + n
	}
}

func axis(letter byte) int {
	switch letter {
	case 'X':
		return axisX
	case 'Y':
		return axisY
	case 'E':
		return axisE
	case 'F':
		return feed
	case 'Z':
		return axisZ
	}
	return -1
}

// number reads a plain decimal exactly. ok is false where there is none, where it has more than nine decimals, or is too
// large; n tells how many bytes it took in any case.
func number(s []byte) (v pm, n int, ok bool) {
	neg := false
	if n < len(s) && (s[n] == '-' || s[n] == '+') {
		neg = s[n] == '-'
		n++
	}
	digits, behind, point, big := 0, 0, false, false
	for ; n < len(s); n++ {
		c := s[n]
		if c == '.' && !point {
			point = true
			continue
		}
		if !digit(c) {
			break
		}
		digits++
		if point {
			behind++
		}
		if v = v*10 + pm(c-'0'); v > maxPM {
			big, v = true, 0
		}
	}
	for k := behind; k < decimals && !big; k++ {
		if v *= 10; v > maxPM {
			big = true
		}
	}
	if neg {
		v = -v
	}
	return v, n, digits > 0 && behind <= decimals && !big
}

// figure appends the decimal, exactly, without needless zeros.
func figure(dst []byte, v pm) []byte {
	if v < 0 {
		dst, v = append(dst, '-'), -v
	}
	dst = appendInt(dst, int64(v/pmPerMM))
	rest := v % pmPerMM
	if rest == 0 {
		return dst
	}
	dst = append(dst, '.')
	for unit := pm(pmPerMM / 10); rest > 0; unit /= 10 {
		dst = append(dst, byte('0'+rest/unit))
		rest %= unit
	}
	return dst
}

func blanks(s []byte, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	return i
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func upper(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c - 32
	}
	return c
}
