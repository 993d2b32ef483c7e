package gcode

import (
	"bytes"
	"strings"

	"github.com/mailleur/mailleur/firmware-profiles"
)

// macro follows a command that is no letter and number. Temperatures among its parameters are held against the limits,
// whatever the macro does with them; what is true when it ends stands in the machine's profile.
func (c *checker) macro() {
	c.plan.flush()
	nozzle, bed := -1.0, -1.0
	m := c.defined()
	eachParameter(c.now.rest, func(name []byte, value float64) {
		switch {
		case same(name, m.Bed), m.Bed == "" && contains(name, "BED") && contains(name, "TEMP"):
			bed = value
			c.temperature("bed", value, c.limits.BedMaxC, &c.report.BedMaxC)
		case contains(name, "CHAMBER"):
			c.temperature("chamber", value, c.limits.ChamberMaxC, &c.report.ChamberMaxC)
		case same(name, m.Nozzle), hotName(name):
			nozzle = value
			c.temperature("nozzle", value, c.limits.NozzleMaxC, &c.report.NozzleMaxC)
		}
	})
	c.modal.ended(m, nozzle, bed, c.corner)
	if string(c.now.name) == "SET_VELOCITY_LIMIT" {
		eachParameter(c.now.rest, c.plan.limit)
	}
	if string(c.now.name) == "BED_MESH_CALIBRATE" {
		c.mesh = MeshMeasured
	}
}

// defined gives the profile's macro of this name; one that only the firmware knows changes nothing.
func (c *checker) defined() profiles.Macro { return macroOf(c.limits.Macros, c.now.name) }

func macroOf(all []profiles.Macro, name []byte) profiles.Macro {
	for _, m := range all {
		if m.Name == string(name) {
			return m
		}
	}
	return profiles.Macro{}
}

// ended takes over what is true after a macro; temperatures below 0 were not named.
func (m *modal) ended(of profiles.Macro, nozzle, bed float64, corner [3]float64) {
	if of.Homes {
		m.home(&line{}, corner)
	}
	if of.Nozzle != "" && nozzle >= 0 {
		m.nozzle[m.tool], m.reached[m.tool] = nozzle, nozzle
	}
	if of.Bed != "" && bed >= 0 {
		m.bed = bed
	}
	if of.Cools {
		m.nozzle, m.bed, m.chamber = [maxTools]float64{}, 0, 0
	}
}

// eachParameter calls f for every NAME=number of a macro's parameters.
func eachParameter(s []byte, f func(name []byte, value float64)) {
	for len(s) > 0 {
		word := s
		if i := bytes.IndexAny(s, " \t"); i >= 0 {
			word, s = s[:i], s[i+1:]
		} else {
			s = nil
		}
		eq := bytes.IndexByte(word, '=')
		if eq <= 0 {
			continue
		}
		if v, n, ok := number(word[eq+1:]); ok && n == len(word)-eq-1 {
			f(word[:eq], v)
		}
	}
}

func same(name []byte, want string) bool {
	return want != "" && len(name) == len(want) && strings.EqualFold(string(name), want)
}

func hotName(name []byte) bool {
	return contains(name, "EXTRUDER") || contains(name, "NOZZLE") || contains(name, "HOTEND") || contains(name, "TEMP")
}

func contains(name []byte, part string) bool {
	for i := 0; i+len(part) <= len(name); i++ {
		if same(name[i:i+len(part)], part) {
			return true
		}
	}
	return false
}
