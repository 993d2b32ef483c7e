package printsim

import (
	"strconv"
	"strings"
)

// command is one parsed line of G-code.
type command struct {
	code string // "G1", "M862.3"; empty when there is none
	text string // the whole line without number and checksum
	args string // what follows the code
}

// parseCommand reads a line without number, checksum or comment. Firmware is
// case-sensitive: "m105" has no code.
func parseCommand(line string) command {
	line = strings.TrimSpace(line)
	c := command{text: line}
	if line == "" || !strings.ContainsRune("GMT", rune(line[0])) {
		return c
	}
	end := 1
	for end < len(line) && (line[end] >= '0' && line[end] <= '9' || line[end] == '.') {
		end++
	}
	if end == 1 {
		return c
	}
	number, sub, dotted := strings.Cut(line[1:end], ".")
	number = strings.TrimLeft(number, "0")
	if number == "" {
		number = "0"
	}
	c.code = line[:1] + number
	if dotted {
		c.code += "." + sub
	}
	c.args = strings.TrimSpace(line[end:])
	return c
}

// value is the number after a letter.
func (c command) value(letter byte) (float64, bool) {
	i := strings.IndexByte(c.args, letter)
	if i < 0 {
		return 0, false
	}
	rest := strings.TrimLeft(c.args[i+1:], " ")
	end := 0
	for end < len(rest) && strings.IndexByte("+-.0123456789", rest[end]) >= 0 {
		end++
	}
	v, err := strconv.ParseFloat(rest[:end], 64)
	return v, err == nil
}

func (c command) has(letter byte) bool { return strings.IndexByte(c.args, letter) >= 0 }

// bare strips number, checksum and comment from a line on the wire.
func bare(line string) string {
	line, _, _ = strings.Cut(line, ";")
	if i := strings.LastIndexByte(line, '*'); i >= 0 {
		line = line[:i]
	}
	line = strings.TrimSpace(line)
	if _, ok := lineNumber(line); ok {
		line = strings.TrimLeft(line[1:], "-0123456789")
	}
	return strings.TrimSpace(line)
}

// lineNumber reads a leading N-word.
func lineNumber(line string) (int, bool) {
	if line == "" || line[0] != 'N' {
		return 0, false
	}
	end := 1
	for end < len(line) && (line[end] >= '0' && line[end] <= '9' || end == 1 && line[end] == '-') {
		end++
	}
	n, err := strconv.Atoi(line[1:end])
	return n, err == nil
}

// checksum says whether a line has a checksum, and whether it is right.
func checksum(line string) (given, right bool) {
	i := strings.LastIndexByte(line, '*')
	if i < 0 {
		return false, false
	}
	var sum byte
	for _, c := range []byte(line[:i]) {
		sum ^= c
	}
	text := strings.TrimSpace(line[i+1:])
	end := 0
	for end < len(text) && text[end] >= '0' && text[end] <= '9' {
		end++
	}
	n, err := strconv.Atoi(text[:end])
	if err != nil {
		n = 0
	}
	return true, n == int(sum)
}
