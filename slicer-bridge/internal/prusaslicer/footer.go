package prusaslicer

import (
	"bufio"
	"errors"
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// Footer is what PrusaSlicer writes about its own file.
type Footer struct {
	Seconds    int64 // motion, by its planner
	FilamentUM int64
	FilamentMG int64 // 0 when it knows no density
	Layers     int64
	Settings   map[string]string
}

// readFooter reads a whole file and refuses one without the end of the
// settings block, which is written last.
func readFooter(path string) (Footer, error) {
	f, err := os.Open(path)
	if err != nil {
		return Footer{}, errors.New("no file written")
	}
	defer f.Close()
	out := Footer{Settings: map[string]string{}}
	lines := bufio.NewScanner(f)
	lines.Buffer(make([]byte, 1<<16), 8<<20)
	inside, complete := false, false
	for lines.Scan() {
		line := lines.Text()
		if !strings.HasPrefix(line, ";") {
			continue
		}
		switch line {
		case ";LAYER_CHANGE":
			out.Layers++
		case "; prusaslicer_config = begin":
			inside = true
		case "; prusaslicer_config = end":
			complete = inside
		default:
			out.note(line, inside)
		}
	}
	if err := lines.Err(); err != nil {
		return Footer{}, fmt.Errorf("read sliced file: %w", err)
	}
	if !complete {
		return Footer{}, errors.New("file is not complete")
	}
	return out, nil
}

func (f *Footer) note(line string, inside bool) {
	key, value, ok := strings.Cut(strings.TrimPrefix(line, "; "), " = ")
	if !ok {
		key, value, ok = strings.Cut(strings.TrimPrefix(line, "; "), " =")
	}
	if !ok {
		return
	}
	if inside {
		f.Settings[key] = value
		return
	}
	switch key {
	case "filament used [mm]":
		f.FilamentUM = thousandths(value)
	case "filament used [g]":
		f.FilamentMG = thousandths(value)
	case "estimated printing time (normal mode)":
		f.Seconds = duration(value)
	}
}

func thousandths(s string) int64 {
	v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || v < 0 || v > 1e9 {
		return 0
	}
	return int64(math.Round(v * 1000))
}

var durationPart = regexp.MustCompile(`(\d+)([dhms])`)

// duration reads "1d 2h 3m 4s" with any part left out.
func duration(s string) int64 {
	var total int64
	for _, m := range durationPart.FindAllStringSubmatch(s, -1) {
		n, err := strconv.ParseInt(m[1], 10, 32)
		if err != nil {
			return 0
		}
		total += n * map[string]int64{"d": 86400, "h": 3600, "m": 60, "s": 1}[m[2]]
	}
	return total
}
