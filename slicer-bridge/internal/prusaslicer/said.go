package prusaslicer

import (
	"bytes"
	"strconv"
	"strings"
)

// tail keeps the first and the last part of what a process says, 64 KiB each, and tells its progress on the way.
type tail struct {
	first, last []byte
	line        []byte // begun, not ended
	progress    func(permille int)
	permille    int
}

const tailSize = 64 << 10

func (t *tail) Write(p []byte) (int, error) {
	n := len(p)
	t.listen(p)
	room := min(tailSize-len(t.first), n)
	t.first = append(t.first, p[:room]...)
	t.last = append(t.last, p[room:]...)
	if len(t.last) > 2*tailSize {
		t.last = append(t.last[:0], t.last[len(t.last)-tailSize:]...)
	}
	return n, nil
}

func (t *tail) bytes() []byte { return bytes.Join([][]byte{t.first, t.last}, nil) }

// maxProgressLine is more than a line of progress has; of a longer line only the beginning is looked at.
const maxProgressLine = 80

func (t *tail) listen(p []byte) {
	if t.progress == nil {
		return
	}
	for len(p) > 0 {
		end := bytes.IndexByte(p, '\n')
		if end < 0 {
			t.line = append(t.line, p[:min(len(p), maxProgressLine-len(t.line))]...)
			return
		}
		t.line = append(t.line, p[:min(end, maxProgressLine-len(t.line))]...)
		t.note(string(t.line))
		t.line, p = t.line[:0], p[end+1:]
	}
}

// note reads "70 => Infilling layers". Percents come out of order, as in 10, 20, 70, 30, 88, 90: only a higher one counts.
func (t *tail) note(line string) {
	percent, _, ok := strings.Cut(line, " => ")
	n, err := strconv.Atoi(strings.TrimSpace(percent))
	if !ok || err != nil || n > 100 || n*10 <= t.permille {
		return
	}
	t.permille = n * 10
	t.progress(t.permille)
}

func warnings(said []byte) []string {
	var out []string
	for line := range strings.Lines(string(said)) {
		if _, text, ok := strings.Cut(line, "print warning: "); ok {
			out = append(out, strings.TrimSpace(text))
		}
	}
	return out
}

// lastWords picks what a slicer said that may explain its end.
func lastWords(said []byte) string {
	var kept []string
	for line := range strings.Lines(string(said)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.Contains(line, "[trace]") || strings.Contains(line, " => ") {
			continue
		}
		kept = append(kept, line)
	}
	return strings.Join(kept[max(0, len(kept)-3):], " | ")
}
