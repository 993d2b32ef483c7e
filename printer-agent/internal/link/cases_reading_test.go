package link

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// shows feeds lines to an idle link and returns the readings that can be seen then.
func (w *wire) shows(lines ...string) []Reading {
	w.Helper()
	w.say(lines...)
	time.Sleep(publishInterval)
	synctest.Wait()
	return w.Snapshot().Temps
}

// Case 78: every firmware's report is read: T is the active nozzle once more where nozzles have numbers, targets may lack
// decimals, and what stands between the readings is none.
func TestCase78ReportsOfEveryFirmware(t *testing.T) {
	for _, c := range []struct {
		dialect, line string
		want          []Reading
	}{
		{"marlin2", "T:210.5 /210.0 B:60 /60 T0:210.5 /210.0 T1:25.0 /0.0 @:64 B@:0 @0:64 @1:0",
			[]Reading{{"B", 60, 60, true}, {"T0", 210.5, 210, true}, {"T1", 25, 0, true}}},
		{"marlin2", "T:25.0 /0.0 B:60 /60 T0:210.5 /210.0 T1:25.0 /0.0 @:0 B@:0 @0:64 @1:0", // the second nozzle is active
			[]Reading{{"B", 60, 60, true}, {"T0", 210.5, 210, true}, {"T1", 25, 0, true}}},
		{"marlin2", " T:201.50 /210.00 B:60.10 /60.00 @:64 B@:0", []Reading{{"T", 201.5, 210, true}, {"B", 60.1, 60, true}}},
		{"smoothieware", "ok T:210.5 /210.0 @64 T1:25.0 /0.0 @0 B:60.0 /60.0 @128",
			[]Reading{{"T", 210.5, 210, true}, {"B", 60, 60, true}, {"T1", 25, 0, true}}},
		{"reprapfirmware", "T:20.0 /0.0 T0:20.0 /0.0 T1:21.0 /0.0 B:22.1 /60.0 B1:19.0 /0.0 C:30.0 /0.0",
			[]Reading{{"B", 22.1, 60, true}, {"T0", 20, 0, true}, {"T1", 21, 0, true}, {"B1", 19, 0, true}, {"C", 30, 0, true}}},
		{"klipper", "B:60.0 /60.0 T0:210.0 /210.0", []Reading{{"B", 60, 60, true}, {"T0", 210, 210, true}}},
		{"prusa-buddy", " T:184.00/185.00 B:59.00/60.00 X1:31.00/36.00 A:67.68/0.00 @:75 HBR@:51 B_0_0:20.80/0.00 C:-30.00/0.00",
			[]Reading{{"T", 184, 185, true}, {"B", 59, 60, true}, {"X1", 31, 36, true}, {"A", 67.68, 0, true}, {"B_0_0", 20.8, 0, true}, {"C", 0, 0, false}}},
		{"repetier", "T:24.51 /210 B:21.00 /60 B@:255 @:0 T0:24.51 /210 @0:0 RAW0:3945",
			[]Reading{{"B", 21, 60, true}, {"T0", 24.51, 210, true}}},
		{"prusa-mk3", "T:25.1 /0.0 B:24.9 /0.0 T0:25.1 /0.0 @:0 B@:0 P:34.0 A:31.2",
			[]Reading{{"B", 24.9, 0, true}, {"T0", 25.1, 0, true}, {"P", 34, 0, true}, {"A", 31.2, 0, true}}},
	} {
		t.Run(c.dialect+" "+c.line, func(t *testing.T) {
			onWire(t, c.dialect, Options{}, nil, func(w *wire) {
				require.ElementsMatch(w, c.want, w.shows(c.line))
			})
		})
	}
}

// Case 78: a firmware that numbers the nozzle in its reports, and not while it heats, means the same one.
func TestCase78NozzleWithAndWithoutANumber(t *testing.T) {
	onWire(t, "marlin2", Options{}, nil, func(w *wire) {
		w.shows("T:21.0 /0.0 B:20.0 /0.0 T0:21.0 /0.0 @:0")
		require.ElementsMatch(w, []Reading{{"T0", 98.4, 210, true}, {"B", 20, 0, true}}, w.shows("T:98.4 /210.0 E:0 W:?"))
		require.ElementsMatch(w, []Reading{{"T0", 99, 210, true}, {"B", 20, 0, true}}, w.shows("T:99.0 /210.0 B:20.0 /0.0 T0:99.0 /210.0 @:0"))
	})
}

// Case 79: a reading that no sensor gives is kept as invalid beside the good ones, shows its target all the same, and a
// single one does nothing to a print.
func TestCase79BrokenSensors(t *testing.T) {
	for _, c := range []struct{ dialect, value string }{
		{"marlin2", "inf"}, {"marlin2", "nan"}, {"marlin2", "-15.0"}, {"marlin2", "-14.0"}, {"marlin2", "0"}, {"marlin2", "0.00"}, {"marlin2", "1024"},
		{"marlin1", "inf"}, {"marlin1", "-15.0"}, {"repetier", "NAN"}, {"repetier", "INF"}, {"prusa-mk3", "nan"}, {"smoothieware", "inf"},
	} {
		t.Run(c.dialect+" "+c.value, func(t *testing.T) {
			onWire(t, c.dialect, Options{Capacity: Capacity{Slots: 2}}, nil, func(w *wire) {
				w.number(10)
				w.begin("G1 X1\n")
				w.play("> N10 G1 X1")
				require.ElementsMatch(w, []Reading{{"T", 0, 210, false}, {"B", 60.5, 60, true}}, w.shows("T:"+c.value+" /210.0 B:60.5 /60.0 @:0"))
				require.Equal(w, Printing, w.Snapshot().State)
				w.answer("G1 X1")
				w.serve()
				r := w.end()
				require.Equal(w, Done, r.Reason, r.Detail)
				require.Zero(w, r.Damaged)
			})
		})
	}
}

// Case 79: what a Klipper that is not ready shows for a temperature is none.
func TestCase79KlipperThatIsNotReady(t *testing.T) {
	onWire(t, "klipper", Options{}, nil, func(w *wire) {
		before := w.shows("B:20.0 /0.0 T0:21.0 /0.0")
		require.Equal(w, before, w.shows("ok T:0"))
	})
}

// Case 80: positions and the points of a bed are no temperatures.
func TestCase80PositionsAreNoTemperatures(t *testing.T) {
	for _, dialect := range []string{"marlin1", "marlin2", "prusa-mk3", "prusa-buddy", "repetier", "smoothieware", "reprapfirmware", "klipper"} {
		t.Run(dialect, func(t *testing.T) {
			onWire(t, dialect, Options{}, nil, func(w *wire) {
				before := w.shows("T:21.5 /0.0 B:20.5 /60.0")
				require.Equal(w, before, w.shows("X:10.00 Y:20.00 Z:0.30 E:1.50 Count X:800 Y:1600 Z:120", "X:10.00 Y:20.00 B:30.00 C:40.00",
					"Bed x: 18.00 y: 20.00 z: 0.10", "Bed X: 30.000 Y: 30.000 Z: 0.045", "X:0.000 Y:0.000 Z:0.000 A:1.000 B:2.000 C:3.000"))
			})
		})
	}
}

// Case 81: who a board is, is read from every form of the answer, colons in addresses included.
func TestCase81IdentityInEveryForm(t *testing.T) {
	for _, c := range []struct {
		dialect, answer string
		want            Identity
	}{
		{"marlin1", "FIRMWARE_NAME:Marlin 2.1.2 (Nov 23 2026 08:36:10) SOURCE_CODE_URL:https://github.com/MarlinFirmware/Marlin PROTOCOL_VERSION:1.0 MACHINE_TYPE:3D Printer EXTRUDER_COUNT:1 UUID:cede2a2f-41a2\n" +
			strings.Repeat("Cap:SERIAL_XON_XOFF:0\nCap:EEPROM:1\n", 20) + "area:{full:{min:{x:0.0000,y:0.0000,z:0.0000},max:{x:200.0000,y:200.0000,z:200.0000}}}\nok",
			Identity{Firmware: "Marlin 2.1.2 (Nov 23 2026 08:36:10)", Machine: "3D Printer", UUID: "cede2a2f-41a2", Caps: map[string]bool{"EEPROM": true, "SERIAL_XON_XOFF": false}}},
		{"klipper", "ok FIRMWARE_NAME:Klipper FIRMWARE_VERSION:v0.12.0", Identity{Firmware: "Klipper", Version: "v0.12.0"}},
		{"smoothieware", "FIRMWARE_NAME:Smoothieware, FIRMWARE_URL:http%3A//smoothieware.org, X-SOURCE_CODE_URL:https://github.com/Smoothieware/Smoothieware, FIRMWARE_VERSION:edge-3332442, X-CPU:LPC1769\nok",
			Identity{Firmware: "Smoothieware", Version: "edge-3332442"}},
		{"marlin1", "NAME. Malyan VER: 3.8 MODEL: M200 HW: HA02\nok", Identity{Firmware: "Malyan", Version: "3.8", Machine: "M200"}},
		{"repetier", "FIRMWARE_NAME:Repetier_1.0.4 FIRMWARE_URL:https://github.com/repetier/Repetier-Firmware/ PROTOCOL_VERSION:1.0 MACHINE_TYPE:Mendel EXTRUDER_COUNT:1 REPETIER_PROTOCOL:3\nok 1",
			Identity{Firmware: "Repetier_1.0.4", Machine: "Mendel"}},
	} {
		t.Run(c.want.Firmware, func(t *testing.T) {
			onRawWire(t, c.dialect, Options{}, nil, func(w *wire) {
				w.interrupt()
				if c.dialect != "klipper" {
					w.play("x\n> N0 M110 N0*125\n< ok\n> N1 M115")
				} else {
					w.play("> M105\n< ok B:20.5 /0.0 T0:21.0 /0.0\n> M115")
				}
				w.say(strings.Split(c.answer, "\n")...)
				w.serve()
				<-w.Ready()
				require.Equal(w, c.want, w.Snapshot().Identity)
				require.Equal(w, Idle, w.Snapshot().State)
			})
		})
	}
}

// Case 82: names of files are no replies, whatever they look like, while reports, requests and acknowledgements between
// them count; an end that never comes is not waited for.
func TestCase82ListOfFiles(t *testing.T) {
	for name, end := range map[string]string{"with an end": "< End file list", "without": "= 1100ms"} {
		t.Run(name, func(t *testing.T) {
			wireCase{
				dialect: "marlin2", inFlight: 1, first: 10, file: "G1 X1\nG1 X2\nG1 X3\n", resends: 1,
				wire: `
					> N10 G1 X1
					< Begin file list
					< CUBE~1.GCO 12345
					< ok.gco 7
					< T0:200.gcode
					< T:201.0 /210.0 B:60.0 /60.0 @:0 B@:0
					< /FOLDER/RESTART.G
					< ok
					x N11 G1 X2
					< ok.g
					< Error:checksum mismatch, Last Line: 10
					< Resend: 11
					< ok
					> N11 G1 X2
					< start.gcode
					` + end + `
					< ok
					> N12 G1 X3
					< ok`,
				then: func(w *wire, r Result) { require.Zero(w, r.Damaged) },
			}.check(t)
		})
	}
}

// Case 82: whoever asks for a list gets its names.
func TestCase82ListThatWasAskedFor(t *testing.T) {
	onWire(t, "marlin2", Options{}, nil, func(w *wire) {
		answer := make(chan []string, 1)
		go func() { lines, _ := w.Send(w.Context(), "M20"); answer <- lines }()
		w.play("> N4 M20\n< Begin file list\n< ok.gco 7\n< CUBE~1.GCO 12345\n< End file list\n< ok")
		require.Equal(w, []string{"Begin file list", "ok.gco 7", "CUBE~1.GCO 12345", "End file list", "ok"}, <-answer)
	})
}

// Case 83: bytes without an end, zeros and bytes beyond ASCII are noise of bounded length; what was meant is found.
func TestCase83LongAndGarbledLines(t *testing.T) {
	wireCase{ // the acknowledgement was lost in it, so that the printer is asked
		dialect: "marlin2", inFlight: 1, first: 10, file: "G1 X1\nG1 X2\n", probes: 1,
		wire: `
			> N10 G1 X1
			<- ` + strings.Repeat(`\xf0x\x8f~`, 5000) + `
			by 400ms
			x N1000010 M105
			< \x00\x00
			< Error:Line Number is not Last Line Number+1, Last Line: 10
			< Resend: 11
			< ok
			> N11 M105
			< ok T:21.0 /0.0\x00 B:20.5 /0.0
			> N12 M105
			< ok T:21.0 /0.0 B:20.5 /0.0
			> N13 G1 X2
			< \x00ok\x00`,
		then: func(w *wire, r Result) {
			require.EqualValues(w, 1, r.Damaged)
			require.LessOrEqual(w, cap(w.s.lines.pending), 2*longestReply)
		},
	}.check(t)
	wireCase{ // nothing was lost
		dialect: "marlin2", inFlight: 1, first: 10, file: "G1 X1\nG1 X2\n",
		wire: `
			> N10 G1 X1
			<- ` + strings.Repeat(`\xe9`, 100) + `
			= 20ms
			< \x80
			< o\x00k
			> N11 G1 X2
			<- \x00\x00\x00ok
			< `,
		then: func(w *wire, r Result) { require.EqualValues(w, 1, r.Damaged) },
	}.check(t)
}
