package printsim

import (
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// injector decides, from its own seed, what goes wrong.
type injector struct {
	chance   map[FaultKind]float64
	late     time.Duration // of an ok that is held back
	scripted []Fault
	rand     *rand.Rand

	flipAt    int // index in the line coming in; -1: none
	index     int
	fresh     bool
	line      *original // what the host is sending
	lineEnded bool
	after     *original // a hurt line whose next byte is not sent yet
}

func newInjector(faults []Fault, seed uint64) *injector {
	in := &injector{chance: map[FaultKind]float64{}, rand: rand.New(rand.NewPCG(seed, seed^0x9e3779b97f4a7c15)), flipAt: -1, fresh: true}
	for _, f := range faults {
		if f.Kind.scripted() {
			in.scripted = append(in.scripted, f)
			continue
		}
		in.chance[f.Kind] = f.P
		if f.Kind == FaultDelayOK {
			in.late = f.For
		}
	}
	return in
}

// strikes throws the dice, where the fault was asked for.
func (in *injector) strikes(kind FaultKind) bool {
	p := in.chance[kind]
	return p > 0 && in.rand.Float64() < p
}

// incoming passes the host's bytes through the noise on the cable and names
// the faults that it met.
func (in *injector) incoming(p []byte) (out []sent, met []FaultKind) {
	out = make([]sent, 0, len(p)+8)
	noise, corrupt := in.chance[FaultNoise] > 0, in.chance[FaultCorruptIn] > 0
	for _, c := range p {
		b := sent{c: c}
		if noise || corrupt {
			in.remember(c)
		}
		if noise && in.flips(c) {
			b = sent{c: c ^ 1<<in.rand.IntN(7), from: in.line}
			met = append(met, FaultNoise)
		}
		if in.after != nil && b.from == nil {
			b.from = in.after
		}
		in.after = nil
		if !corrupt || !in.strikes(FaultCorruptIn) {
			out = append(out, b)
			continue
		}
		met = append(met, FaultCorruptIn)
		bytes := in.corrupt(b.c)
		for _, c := range bytes {
			out = append(out, sent{c: c, from: in.line})
		}
		if len(bytes) == 0 || c != '\n' && slices.ContainsFunc(bytes, endsLine) {
			in.after = in.line
		}
	}
	return out, met
}

// corrupt is what becomes of one byte: a flipped bit, nothing, twice the same,
// or another before it.
func (in *injector) corrupt(c byte) []byte {
	switch in.rand.IntN(4) {
	case 0:
		return []byte{c ^ 1<<in.rand.IntN(8)}
	case 1:
		return nil
	case 2:
		return []byte{c, c}
	}
	return []byte{byte(in.rand.IntN(256)), c}
}

// flips says whether the next byte is the one of its line that noise hits.
func (in *injector) flips(c byte) bool {
	if in.fresh {
		in.fresh, in.index, in.flipAt = false, 0, -1
		if in.strikes(FaultNoise) {
			in.flipAt = in.rand.IntN(16)
		}
	}
	if c == '\n' {
		in.fresh = true
		return false
	}
	in.index++
	return in.index-1 == in.flipAt
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

// outgoing passes one of the board's lines, end included. It says how much
// later than the rest the line comes, and names the faults that it met.
func (in *injector) outgoing(line string) (text string, late time.Duration, met []FaultKind) {
	text = strings.TrimRight(line, "\r\n")
	if text == "" {
		return line, 0, nil
	}
	hit := func(kind FaultKind) bool {
		if !in.strikes(kind) {
			return false
		}
		met = append(met, kind)
		return true
	}
	length := len(text)
	text = line
	if ok := line[:length]; ok == "ok" || strings.HasPrefix(ok, "ok ") {
		switch {
		case hit(FaultDropOK):
			return "", 0, met
		case hit(FaultDoubleOK):
			text += text
		case hit(FaultGlueOK):
			text = ok
		case hit(FaultDelayOK):
			late = in.late
		}
	}
	if hit(FaultGarble) {
		b := []byte(text)
		b[in.rand.IntN(length)] ^= 1 << in.rand.IntN(7)
		text = string(b)
	}
	if in.chance[FaultCorruptOut] > 0 {
		var b []byte
		for i := range len(text) {
			if hit(FaultCorruptOut) {
				b = append(b, in.corrupt(text[i])...)
				continue
			}
			b = append(b, text[i])
		}
		text = string(b)
	}
	return text, late, met
}

// at returns the scripted fault for this place and forgets it.
func (in *injector) at(print, line int) (Fault, bool) {
	for i, f := range in.scripted {
		if f.Print == print && f.Line == line {
			in.scripted = slices.Delete(in.scripted, i, i+1)
			return f, true
		}
	}
	return Fault{}, false
}
