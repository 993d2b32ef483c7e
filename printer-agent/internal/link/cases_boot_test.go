package link

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Case 45: a board that says that it has started, whatever comes before and behind that, ends the attempt at once: not
// one more line goes out before the link has greeted it, and nothing goes on by itself.
func TestCase45StartInTheMiddle(t *testing.T) {
	for dialect, banners := range map[string][][]string{
		"marlin2":   {{"start", "Marlin 2.1.2", "echo: Last Updated: 2023-01-16"}, {`\x00start`, "echo:Marlin 2.1.2"}},
		"prusa-mk3": {{`\x00start`, "echo: 3.9.0-3421"}},
		"repetier":  {{"start", "External Reset"}, {"start", "Brown out Reset"}, {"start", "Watchdog Reset"}},
	} {
		for _, banner := range banners {
			onWire(t, dialect, Options{}, nil, func(w *wire) {
				w.number(71)
				w.begin("G1 X1\nG1 X2\nG1 X3\nG1 X4\n")
				w.play(`
					> N71 G1 X1
					> N72 G1 X2
					x N73 G1 X3`)
				w.say(banner...)
				require.Equal(w, Reset, w.end().Reason)
				require.Equal(w, Connecting, w.Snapshot().State)
				w.play(`
					= 290ms
					>
					> N0 M110 N0*125`)
				w.answer("M110 N0")
				w.serve()
				w.pass(time.Minute)
				require.Equal(w, Idle, w.Snapshot().State)
				require.Equal(w, []string{"G1 X1", "G1 X2"}, w.executed)
			})
		}
	}
}

// Case 46: a reset that nothing announces shows in line numbers that have begun again, and ends the attempt as well.
func TestCase46ResetWithoutAWord(t *testing.T) {
	refusal := `
		< Error:Line Number is not Last Line Number+1, Last Line: 0
		< Resend: 1
		< ok`
	onWire(t, "marlin2", Options{Capacity: Capacity{Slots: 2}}, nil, func(w *wire) {
		w.number(71)
		w.begin("G1 X1\nG1 X2\nG1 X3\n")
		w.play(`
			> N71 G1 X1
			< ok
			x N72 G1 X2` + refusal + `
			by 150ms
			x N1000072 M105` + refusal + `
			by 150ms
			x N1000072 M105` + refusal + `
			by 500ms
			>
			> N0 M110 N0*125
			< ok`)
		require.Equal(w, Reset, w.end().Reason)
		require.Equal(w, []string{"G1 X1"}, w.executed)
	})
}

// The same where line numbers are not counted: then it shows in heaters that nobody has turned off.
func TestCase46TargetsAreGone(t *testing.T) {
	const hot, cold = "ok T:201.3 /210.0 B:60.1 /60.0", "ok T:199.0 /0.0 B:59.8 /0.0"
	for name, c := range map[string]struct {
		file, reports string
		reason        Reason
	}{
		"a reset":               {"G1 X1", hot + "," + cold + "," + cold, Reset},
		"one damaged report":    {"G1 X1", hot + "," + cold + "," + hot, Done},
		"the file turns it off": {"M104 S0", hot + "," + cold + "," + cold, Done},
		"nothing was heated":    {"G1 X1", cold + "," + cold + "," + cold, Done},
	} {
		t.Run(name, func(t *testing.T) {
			onWire(t, "reprapfirmware", Options{}, nil, func(w *wire) {
				w.begin(strings.Repeat(c.file+"\n", 4) + "G1 X2\n")
				for _, report := range strings.Split(c.reports, ",") {
					for line := ""; !strings.Contains(line, " M105"); {
						line, _ = w.next(time.Minute)
						if strings.Contains(line, " M105") {
							w.say(report)
						} else {
							time.Sleep(time.Second)
							w.say("ok")
						}
					}
				}
				w.serve()
				r := w.end()
				require.Equal(t, c.reason, r.Reason, r.Detail)
			})
		})
	}
}

// Case 49: nothing that comes before the greeting has been answered, be it noise, an error or a halt of before, has
// anything sent but greetings.
func TestCase49NoiseBeforeTheGreeting(t *testing.T) {
	onRawWire(t, "marlin2", Options{}, nil, func(w *wire) {
		w.interrupt()
		w.put(`~f\xff\xfdx\x00\xf8`)
		w.say("", "Error:Serial status mismatch", "Error:Printer halted. kill() called!", "Resend: 12", "ok", "Error:MINTEMP triggered, system stopped! Heater_ID: E0")
		w.play(`
			= 290ms
			>
			> N0 M110 N0*125
			< \x7fo\xf1
			= 1900ms
			>
			> N0 M110 N0*125
			< ok
			> N1 M115
			< FIRMWARE_NAME:Marlin 2.1.2 MACHINE_TYPE:Rig
			< ok
			> N2 M105
			< ok T:20.1 /0.0 B:20.5 /0.0 @:0
			= 900ms`)
		<-w.Ready()
		require.Equal(w, Idle, w.Snapshot().State)
	})
}
