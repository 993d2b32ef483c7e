package frame

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

// Cut parts a cleaned line that holds several commands, "G90 G1 X0", behind the first; rest is empty where there is
// no second. Most firmwares would run the first alone, Smoothieware all of them with one acknowledgement or several.
// Messages, file names, quoted text and macros are never cut, nor is a T, which is a parameter of many commands, nor what
// follows a G53, which holds for its line only. Both parts are parts of line.
func Cut(line []byte) (first, rest []byte) {
	if kindOf(line) != code || string(Word(line)) == "G53" {
		return line, nil
	}
	quoted := false
	for i := 1; i+1 < len(line); i++ {
		switch line[i] {
		case '"':
			quoted = !quoted
		case 'G', 'M':
			if !quoted && isDigit(line[i+1]) && (line[i-1] == ' ' || isDigit(line[i-1])) {
				return trimRight(line[:i]), line[i:]
			}
		}
	}
	return line, nil
}

func trimRight(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return b
}
