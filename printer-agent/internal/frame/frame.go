// Package frame turns one line of G-code into what goes over the wire: cleaned of what firmwares stumble over, numbered
// and checksummed. It is pure, and appends to the caller's buffers without allocating.
package frame

import (
	"bytes"
	"strconv"
)

// Checksum is the XOR of all bytes.
func Checksum(b []byte) byte {
	var cs byte
	for _, c := range b {
		cs ^= c
	}
	return cs
}

// Append appends "N<number> <command>*<checksum>\n" to dst.
func Append(dst []byte, number int64, command []byte) []byte {
	start := len(dst)
	dst = append(dst, 'N')
	dst = strconv.AppendInt(dst, number, 10)
	dst = append(dst, ' ')
	dst = append(dst, command...)
	cs := Checksum(dst[start:])
	dst = append(dst, '*')
	dst = strconv.AppendUint(dst, uint64(cs), 10)
	return append(dst, '\n')
}

// Size is the length of the framed line without its line ending, at most.
func Size(number int64, command []byte) int {
	n := len("N") + len(" ") + len(command) + len("*255")
	for {
		n++
		if number /= 10; number == 0 {
			return n
		}
	}
}

// AppendClean appends the command in one line of a file to dst: without comment, surrounding space, line number,
// checksum, control bytes or bytes outside ASCII. Nothing is appended for a line that holds no command.
func AppendClean(dst, line []byte) []byte {
	line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
	start, text := len(dst), isMessage(line)
	depth := 0
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case c == ';' || c == '\n':
			i = len(line)
			continue
		case c == '\\' && text && i+1 < len(line) && line[i+1] == ';':
			continue
		case c == '(' && !text:
			depth++
			continue
		case c == ')' && !text && depth > 0:
			depth--
			continue
		case depth > 0 || c == 0 || c == '\r':
			continue
		case c == '*' && !text:
			i = len(line)
			continue
		}
		dst = append(dst, plain(c, text))
	}
	return trim(dst, start)
}

// plain replaces what a firmware would take for the end of a line, a checksum or a query.
func plain(c byte, text bool) byte {
	switch {
	case c == '\t':
		return ' '
	case c < ' ' || c >= 0x7f:
		return '_'
	case text && c == '*':
		return 'x'
	case text && c == '?':
		return '.'
	}
	return c
}

// trim cuts spaces and a line number off dst[start:] and capitalises the command's letter.
func trim(dst []byte, start int) []byte {
	body := bytes.TrimSpace(dst[start:])
	if len(body) > 1 && (body[0] == 'N' || body[0] == 'n') && isDigit(body[1]) {
		body = bytes.TrimLeft(body[1:], "0123456789")
		body = bytes.TrimLeft(body, " ")
	}
	dst = append(dst[:start], body...)
	if body = dst[start:]; len(body) > 1 && isDigit(body[1]) && (body[0] == 'g' || body[0] == 'm' || body[0] == 't') {
		body[0] -= 'a' - 'A'
	}
	return dst
}

// Word is the command word, "G1" of "G1 X3": a letter and its number. It is empty for anything else.
func Word(command []byte) []byte {
	if len(command) < 2 || command[0] < 'A' || command[0] > 'Z' || !isDigit(command[1]) {
		return nil
	}
	i := 2
	for i < len(command) && isDigit(command[i]) {
		i++
	}
	return command[:i]
}

// AppendShort appends command with its decimals cut to four and its spaces dropped, for a line that would be too long.
// A message is cut at limit bytes instead. It does not promise to reach limit.
func AppendShort(dst, command []byte, limit int) []byte {
	if isMessage(command) {
		return append(dst, command[:min(len(command), max(limit, 0))]...)
	}
	decimals := -1
	for _, c := range command {
		switch {
		case c == '.':
			decimals = 0
		case isDigit(c) && decimals >= 0:
			if decimals++; decimals > 4 {
				continue
			}
		case c == ' ':
			decimals = -1
			continue
		default:
			decimals = -1
		}
		dst = append(dst, c)
	}
	return dst
}

// isMessage says whether the line shows text to a person, in which brackets and stars are no syntax.
func isMessage(line []byte) bool {
	line = bytes.TrimLeft(line, " \t")
	if len(line) > 1 && (line[0] == 'N' || line[0] == 'n') {
		line = bytes.TrimLeft(bytes.TrimLeft(line[1:], "0123456789"), " ")
	}
	if len(line) < 2 || line[0] != 'M' && line[0] != 'm' {
		return false
	}
	end := 1
	for end < len(line) && isDigit(line[end]) {
		end++
	}
	switch string(line[1:end]) {
	case "0", "1", "117", "118":
		return true
	}
	return false
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
