package frame

import (
	"bytes"
	"unicode/utf8"
)

// AppendClean appends the command in one line of a file to dst: without comment, surrounding space, line number,
// checksum, control bytes or bytes outside ASCII. Nothing is appended for a line that holds no command. The words of a
// G-code command are put in capitals; messages, macros and quoted text keep their letters and brackets, with a stand-in
// for each asterisk and, but for macros, question mark and semicolon. dst must not overlap line. Cleaning twice is the same as cleaning once.
func AppendClean(dst, line []byte) []byte {
	line, numbered := head(line)
	if numbered {
		line = withoutSum(line)
	}
	kind := kindOf(line)
	start, quoteEnd := len(dst), 0
	for i := 0; i < len(line); {
		c := line[i]
		text := kind >= message || i < quoteEnd
		inside := text || kind == macro
		switch {
		case c == '\n', c == ';' && i >= quoteEnd, !inside && (c == '*' || escapedComment(line[i:])):
			i = len(line)
		case c == '"' && i >= quoteEnd:
			quoteEnd = closing(line, i)
			dst = append(dst, c)
			i++
		case c == '(' && !inside:
			i += remark(line[i:])
			dst = pad(dst, start, line[i:])
		case c == '\\' && escapedComment(line[i:]):
			dst = append(dst, standIn(';'))
			i += 2
		case c >= utf8.RuneSelf:
			r, size := decode(line[i:])
			dst = appendLatin(dst, r, inside)
			i += size
		case c < ' ' || c == 0x7f:
			dst = appendControl(dst, start, line[i:])
			i++
		default:
			if inside && c == '*' || text && (c == '?' || c == ';') {
				c = standIn(c)
			}
			dst = append(dst, c)
			i++
		}
	}
	dst = append(dst[:start], bytes.Trim(dst[start:], " ")...)
	if kind != macro {
		capitals(dst[start:], kind)
	}
	return dst
}

// kind is what the bytes behind a command's word mean.
type kind uint8

const (
	macro   kind = iota // an extended command, "SET_PIN PIN=fan"
	code                // letters with numbers
	message             // text for a person
	name                // a file on the printer's card
)

// kindOf looks at the word at the beginning of line.
func kindOf(line []byte) kind {
	if len(line) > 1 && isLetter(line[0]) && (isLetter(line[1]) || line[1] == '_') {
		return macro
	}
	if len(line) < 2 || line[0] != 'M' && line[0] != 'm' {
		return code
	}
	end := 1
	for end < len(line) && isDigit(line[end]) {
		end++
	}
	switch string(line[1:end]) {
	case "0", "1", "117", "118":
		return message
	case "23", "28", "30", "32", "36", "928":
		return name
	}
	return code
}

// head passes over what may stand before a command: byte order marks, spaces, control bytes, remarks, line numbers. It
// says whether there was a number.
func head(line []byte) (rest []byte, numbered bool) {
	for len(line) > 0 {
		r, n := decode(line)
		switch {
		case r == '\n':
			return nil, numbered
		case r <= ' ' || r == 0x7f || r == noBreakSpace || r == byteOrderMark:
		case r == '(':
			n = remark(line)
		default:
			if n = numberLen(line); n == 0 {
				return line, numbered
			}
			numbered = true
		}
		line = line[n:]
	}
	return nil, numbered
}

// withoutSum cuts the checksum off a numbered line, so that it is not taken for the end of a message.
func withoutSum(line []byte) []byte {
	line, _, _ = bytes.Cut(line, []byte{'\n'})
	body := bytes.TrimRight(line, " \r")
	end := len(body)
	for end > 0 && isDigit(body[end-1]) {
		end--
	}
	if end == len(body) || end == 0 || body[end-1] != '*' {
		return line
	}
	return body[:end-1]
}

// numberLen is the length of the line number at the beginning of line, 0 for none.
func numberLen(line []byte) int {
	if len(line) < 2 || line[0] != 'N' && line[0] != 'n' {
		return 0
	}
	n := 1
	if line[1] == '-' {
		n++
	}
	digits := n
	for n < len(line) && isDigit(line[n]) {
		n++
	}
	if n == digits {
		return 0
	}
	return n
}

// remark is the length of the bracketed remark that line begins with; one that is not closed takes the rest.
func remark(line []byte) int {
	depth := 0
	for i, c := range line {
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		case '\n':
			return i
		}
	}
	return len(line)
}

// closing is the index behind the quote that closes the one at i, or i when nothing closes it.
func closing(line []byte, i int) int {
	rest, _, _ := bytes.Cut(line[i+1:], []byte{'\n'})
	n := bytes.IndexByte(rest, '"')
	if n < 0 {
		return i
	}
	return i + n + 2
}

func escapedComment(line []byte) bool { return len(line) > 1 && line[0] == '\\' && line[1] == ';' }

// pad keeps apart two words that only a remark parted.
func pad(dst []byte, start int, rest []byte) []byte {
	if len(dst) > start && dst[len(dst)-1] != ' ' && len(rest) > 0 && rest[0] > ' ' {
		return append(dst, ' ')
	}
	return dst
}

// appendControl replaces the control byte that rest begins with: white space becomes a space, anything else between two
// visible bytes an underscore, so that no two numbers grow together.
func appendControl(dst []byte, start int, rest []byte) []byte {
	if rest[0] == '\t' || rest[0] == '\r' {
		return append(dst, ' ')
	}
	for len(rest) > 0 && (rest[0] < ' ' && rest[0] != '\t' && rest[0] != '\r' && rest[0] != '\n' || rest[0] == 0x7f) {
		rest = rest[1:]
	}
	if len(dst) == start || dst[len(dst)-1] == ' ' || len(rest) == 0 || rest[0] <= ' ' {
		return dst
	}
	return append(dst, '_')
}

// standIn is what a byte that is syntax to a firmware becomes within text.
func standIn(c byte) byte {
	switch c {
	case '*':
		return 'x'
	case '?', ':':
		return '.'
	case ';':
		return ','
	case '(':
		return '['
	case ')':
		return ']'
	}
	return '_'
}

// capitals puts the letters of a command's words in upper case, as some firmwares know no other. An e behind a digit
// may be an exponent and stays.
func capitals(line []byte, kind kind) {
	quoted := false
	for i, c := range line {
		if c == '"' {
			quoted = !quoted
		}
		if c < 'a' || c > 'z' || quoted {
			continue
		}
		if i == 0 && len(line) > 1 && isDigit(line[1]) || kind == code && isWord(line, i) {
			line[i] = c - 'a' + 'A'
		}
	}
}

// isWord says whether the letter at i names a parameter.
func isWord(line []byte, i int) bool {
	if i == 0 || line[i-1] != ' ' && (!isDigit(line[i-1]) && line[i-1] != '.' || line[i] == 'e') {
		return false
	}
	if i+1 == len(line) {
		return true
	}
	switch c := line[i+1]; c {
	case ' ', '.', '-', '+', '"':
		return true
	default:
		return isDigit(c)
	}
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
