package printsim

import (
	"math/rand/v2"
	"strings"
)

// injector decides, from its own seed, which lines go wrong.
type injector struct {
	noise, drop, garble float64
	scripted            []Fault
	rand                *rand.Rand
	flipAt              int // index in the line coming in; -1: none
	index               int
	fresh               bool
	line                *original // what the host is sending
	lineEnded           bool
}

func newInjector(faults []Fault, seed uint64) *injector {
	in := &injector{rand: rand.New(rand.NewPCG(seed, seed^0x9e3779b97f4a7c15)), flipAt: -1, fresh: true}
	for _, f := range faults {
		switch f.Kind {
		case FaultNoise:
			in.noise = f.P
		case FaultDropOK:
			in.drop = f.P
		case FaultGarble:
			in.garble = f.P
		default:
			in.scripted = append(in.scripted, f)
		}
	}
	return in
}

// incoming passes the host's bytes through the noise on the cable and names
// the faults that it met.
func (in *injector) incoming(p []byte) (out []sent, met []FaultKind) {
	out = make([]sent, len(p), len(p)+8)
	for i, c := range p {
		out[i].c = c
	}
	if in.noise == 0 {
		return out, nil
	}
	for i, c := range p {
		in.remember(c)
		if in.fresh {
			in.fresh, in.index, in.flipAt = false, 0, -1
			if in.rand.Float64() < in.noise {
				in.flipAt = in.rand.IntN(16)
			}
		}
		if c == '\n' {
			in.fresh = true
			continue
		}
		if in.index == in.flipAt {
			out[i] = sent{c: c ^ 1<<in.rand.IntN(7), from: in.line}
			met = append(met, FaultNoise)
		}
		in.index++
	}
	return out, met
}

// remember keeps the line that the host is sending.
func (in *injector) remember(c byte) {
	if in.line == nil || in.lineEnded {
		in.line, in.lineEnded = &original{}, false
	}
	if c == '\n' {
		in.lineEnded = true
		return
	}
	in.line.line = append(in.line.line, c)
}

// outgoing passes one of the board's lines, end included, and names the fault
// that it met, if any.
func (in *injector) outgoing(line string) (string, FaultKind) {
	text := strings.TrimRight(line, "\r\n")
	if text == "" {
		return line, ""
	}
	if in.drop > 0 && (text == "ok" || strings.HasPrefix(text, "ok ")) && in.rand.Float64() < in.drop {
		return "", FaultDropOK
	}
	if in.garble > 0 && in.rand.Float64() < in.garble {
		b := []byte(line)
		b[in.rand.IntN(len(text))] ^= 1 << in.rand.IntN(7)
		return string(b), FaultGarble
	}
	return line, ""
}

// at returns the scripted fault for this place and forgets it.
func (in *injector) at(print, line int) (Fault, bool) {
	for i, f := range in.scripted {
		if f.Print == print && f.Line == line {
			in.scripted = append(in.scripted[:i:i], in.scripted[i+1:]...)
			return f, true
		}
	}
	return Fault{}, false
}
