package frame

import (
	"bytes"
	"strings"
)

// Rewrite appends to dst what can pass of a command that could not: cleaned as AppendClean does, without any of the
// forbidden bytes, without a text that a firmware takes for M110 or M29 (Marlin queue.cpp searches the whole line for
// them) or for the end of line numbers (PRUSA, in Prusa-Firmware cmdqueue.cpp), and at most limit bytes long. Too long a command is rounded to five decimals, to four or to three, then loses
// spaces; too long a message loses its end.
//
// changed says whether the result differs from command; ok is false where it still could not pass: a macro or a file's
// name that is too long, a command that a firmware takes for M110. A line without a command gives nothing, and ok.
// Letters, digits, spaces, quotes and "-._" cannot be forbidden. dst must not overlap command. Rewriting twice is the
// same as rewriting once.
func Rewrite(dst, command []byte, limit int, forbidden string) (out []byte, changed, ok bool) {
	start := len(dst)
	dst = AppendClean(dst, command)
	line := dst[start:]
	kind := kindOf(line)
	replace(line, kind, forbidden)
	dst = shorten(dst, start, kind, limit)
	line = dst[start:]
	if kind != macro {
		capitals(line, kind)
		hide(line)
	}
	word := Word(line)
	lookalike := len(word) > len("M110") && bytes.HasPrefix(word, []byte("M110"))
	return dst, !bytes.Equal(line, command), len(line) <= limit && !lookalike
}

// replace puts a stand-in in the place of each forbidden byte: one that reads well in text, an underscore elsewhere.
func replace(line []byte, kind kind, forbidden string) {
	if forbidden == "" {
		return
	}
	quoted := false
	for i, c := range line {
		if c == '"' {
			quoted = !quoted
		}
		if isDigit(c) || isLetter(c) || strings.IndexByte(" \"-._", c) >= 0 || strings.IndexByte(forbidden, c) < 0 {
			continue
		}
		line[i] = '_'
		if s := standIn(c); (quoted || kind == message) && strings.IndexByte(forbidden, s) < 0 {
			line[i] = s
		}
	}
}

// hide breaks what a firmware searches the whole line for, behind the command's own word, by a small letter: the search
// is for capitals.
func hide(line []byte) {
	for i := 1; i < len(line); i++ {
		rest := line[i:]
		if bytes.HasPrefix(rest, []byte("M110")) || bytes.HasPrefix(rest, []byte("M29")) || bytes.HasPrefix(rest, []byte("PRUSA")) {
			line[i] |= 0x20
		}
	}
}

// shorten shortens dst[start:] where it is over limit bytes.
func shorten(dst []byte, start int, kind kind, limit int) []byte {
	if len(dst)-start <= limit {
		return dst
	}
	switch kind {
	case message:
		return dst[:start+len(cutText(dst[start:], limit))]
	case code:
		dst = roundToFit(dst, start, limit)
		if len(dst)-start > limit {
			dst = dst[:start+len(squeeze(dst[start:]))]
		}
	}
	return dst
}

// roundToFit keeps as many decimals as fit, 5 to 3. It tries in the spare room behind dst, so that nothing is rounded twice.
func roundToFit(dst []byte, start, limit int) []byte {
	end := len(dst)
	for places := 5; ; places-- {
		dst = round(dst[:end], dst[start:end], places)
		if n := len(dst) - end; n <= limit || places == 3 {
			copy(dst[start:], dst[end:])
			return dst[:start+n]
		}
	}
}

// cutText cuts a message behind limit bytes, never within its command word, and closes a quote that lost its end.
func cutText(line []byte, limit int) []byte {
	if limit < len(Word(line)) {
		return line
	}
	cut := bytes.TrimRight(line[:limit], " ")
	if bytes.Count(line, []byte{'"'})%2 == 0 && bytes.Count(cut, []byte{'"'})%2 == 1 {
		cut[len(cut)-1] = '"'
		if bytes.Count(cut, []byte{'"'})%2 == 1 {
			cut = cut[:len(cut)-1]
		}
	}
	return bytes.TrimRight(cut, " ")
}

// round appends line with at most so many decimals in each number outside quotes.
func round(dst, line []byte, places int) []byte {
	quoted := false
	for i := 0; i < len(line); {
		c := line[i]
		if c == '"' {
			quoted = !quoted
		}
		if quoted || !isDigit(c) && c != '.' {
			dst = append(dst, c)
			i++
			continue
		}
		end := i + 1
		for end < len(line) && (isDigit(line[end]) || line[end] == '.') {
			end++
		}
		dst = appendRounded(dst, line[i:end], places)
		i = end
	}
	return dst
}

func appendRounded(dst, number []byte, places int) []byte {
	dot := bytes.IndexByte(number, '.')
	if dot < 0 || len(number)-dot-1 <= places || bytes.IndexByte(number[dot+1:], '.') >= 0 {
		return append(dst, number...)
	}
	start := len(dst)
	dst = append(dst, number[:dot+1+places]...)
	if number[dot+1+places] >= '5' {
		dst = increment(dst, start)
	}
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	if dst[len(dst)-1] == '.' {
		dst = dst[:len(dst)-1]
	}
	if len(dst) == start {
		dst = append(dst, ".0"...)
	}
	return dst
}

// increment adds one to the last digit of the decimal number dst[start:].
func increment(dst []byte, start int) []byte {
	for i := len(dst) - 1; i >= start; i-- {
		switch {
		case dst[i] == '.':
		case dst[i] < '9':
			dst[i]++
			return dst
		default:
			dst[i] = '0'
		}
	}
	dst = append(dst, 0)
	copy(dst[start+1:], dst[start:])
	dst[start] = '1'
	return dst
}

// squeeze drops the spaces between words. One before an E stays, and one between a 0 and an X: without it, the number
// before would be read on as an exponent or as hexadecimal.
func squeeze(line []byte) []byte {
	out, quoted := line[:0], false
	for i, c := range line {
		if c == '"' {
			quoted = !quoted
		}
		if c == ' ' && !quoted && len(out) > 0 && i+1 < len(line) {
			before, after := out[len(out)-1], line[i+1]
			exponent := after == 'E' || after == 'e' || before == '0' && after == 'X'
			if after == ' ' || isDigit(before) && isLetter(after) && !exponent {
				continue
			}
		}
		out = append(out, c)
	}
	return out
}
