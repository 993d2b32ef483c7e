package link

import "bytes"

// longestReply bounds one line from the printer; what is longer is noise.
const longestReply = 4096

// assembler cuts bytes into lines.
type assembler struct{ pending []byte }

// add calls each for every line completed by b: without line ending, NUL bytes and trailing carriage return.
func (a *assembler) add(b []byte, each func(line []byte)) {
	for len(b) > 0 {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			a.keep(b)
			return
		}
		a.keep(b[:i])
		b = b[i+1:]
		line := a.pending
		a.pending = a.pending[:0]
		each(bytes.TrimRight(line, "\r"))
	}
}

func (a *assembler) keep(b []byte) {
	for _, c := range b {
		if c != 0 && len(a.pending) < longestReply {
			a.pending = append(a.pending, c)
		}
	}
}
