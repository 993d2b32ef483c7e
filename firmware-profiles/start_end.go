package profiles

import (
	"bytes"
	"slices"
	"strings"
)

// PrinterStartEnd is our own G-code around a print. {nozzle_c} and {bed_c}
// stand for the first layer's temperatures.
type PrinterStartEnd struct {
	Start string `toml:"start,omitempty"`
	End   string `toml:"end,omitempty"`
}

// write adds the table [gcode] as a person writes it, line by line.
func (g PrinterStartEnd) write(to *bytes.Buffer) {
	if g != (PrinterStartEnd{}) {
		to.WriteString("\n[gcode]\n")
	}
	for _, s := range []struct{ key, code string }{{"start", g.Start}, {"end", g.End}} {
		if s.code != "" {
			to.WriteString(s.key + " = '''\n" + s.code + "'''\n")
		}
	}
}

// hostOnly are commands a sending program owns: in a file they would disturb
// its line numbers, its reports or the printer's display.
var hostOnly = []string{"M105", "M110", "M115", "M117", "M155"}

// checkStartEnd reports a start after which the machine is not homed and hot,
// and an end after which it is not cold.
func (p Printer) checkStartEnd() []error {
	start, end := p.commands(p.StartEnd.Start), p.commands(p.StartEnd.End)
	bed := p.Heat.BedMax > 0
	var errs []error
	bad := func(wrong bool, key, text string) {
		if wrong {
			errs = append(errs, keyError(key, "%s", text))
		}
	}
	for _, w := range hostOnly {
		bad(start.has(w), "gcode.start", w+" belongs to the host, not to a file")
		bad(end.has(w), "gcode.end", w+" belongs to the host, not to a file")
	}
	bad(strange(p.StartEnd.Start), "gcode.start", "unknown placeholder; {nozzle_c} and {bed_c} are known")
	bad(strange(p.StartEnd.End), "gcode.end", "unknown placeholder; {nozzle_c} and {bed_c} are known")
	bad(!start.homes(), "gcode.start", "must home (G28, or a macro with homes = true)")
	bad(!start.reach("M109", "{nozzle_c}", func(m Macro) string { return m.Nozzle }), "gcode.start",
		"must wait for the nozzle (M109 S{nozzle_c}, or a macro with a nozzle_parameter, as in PRINT_START EXTRUDER={nozzle_c})")
	bad(bed && !start.reach("M190", "{bed_c}", func(m Macro) string { return m.Bed }), "gcode.start",
		"must wait for the bed (M190 S{bed_c}, or a macro with a bed_parameter, as in PRINT_START BED={bed_c})")
	bad(!bed && (start.has("M140") || start.has("M190")), "gcode.start", "heats a bed that the machine does not have (M140, M190)")
	bad(!end.cools() && !(end.holds("M104", "S0") && end.has("M107")), "gcode.end",
		"must switch the nozzle (M104 S0) and the fan (M107) off, or call a macro with cools = true")
	bad(bed && !end.cools() && !end.holds("M140", "S0"), "gcode.end",
		"must switch the bed off (M140 S0), or call a macro with cools = true")
	return errs
}

func strange(code string) bool {
	return strings.ContainsAny(strings.NewReplacer("{nozzle_c}", "", "{bed_c}", "").Replace(code), "{}[]")
}

// command is one line of a start or end, and what it does if it is a macro.
type command struct {
	words []string // the command word first
	macro Macro
}

type commands []command

func (p Printer) commands(text string) commands {
	var all commands
	for line := range strings.Lines(text) {
		code, _, _ := strings.Cut(line, ";")
		words := strings.Fields(code)
		if len(words) == 0 {
			continue
		}
		c := command{words: words}
		if i := slices.IndexFunc(p.Macros, func(m Macro) bool { return strings.EqualFold(m.Name, words[0]) }); i >= 0 {
			c.macro = p.Macros[i]
		}
		all = append(all, c)
	}
	return all
}

func (all commands) has(word string) bool {
	return slices.ContainsFunc(all, func(c command) bool { return c.words[0] == word })
}

func (all commands) holds(word, parameter string) bool {
	return slices.ContainsFunc(all, func(c command) bool { return c.words[0] == word && slices.Contains(c.words, parameter) })
}

func (all commands) homes() bool {
	return all.has("G28") || slices.ContainsFunc(all, func(c command) bool { return c.macro.Homes })
}

func (all commands) cools() bool {
	return slices.ContainsFunc(all, func(c command) bool { return c.macro.Cools })
}

// reach says whether the lines wait for a temperature, by a plain command or by a macro's parameter.
func (all commands) reach(word, value string, parameter func(Macro) string) bool {
	return all.holds(word, "S"+value) || slices.ContainsFunc(all, func(c command) bool {
		name := parameter(c.macro)
		return name != "" && slices.ContainsFunc(c.words[1:], func(w string) bool { return strings.EqualFold(w, name+"="+value) })
	})
}
