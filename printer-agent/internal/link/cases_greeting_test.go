package link

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// identified is the rest of a greeting whose first line the board has acknowledged.
const identified = `
	> N1 M115
	< FIRMWARE_NAME:Marlin 1.1.9 (Github) MACHINE_TYPE:Rig
	< ok
	> N2 M105
	< ok T:20.1 /0.0 B:20.5 /0.0 @:0
	= 300ms
`

// Case 52: a board that is still starting is greeted again until it answers, and asked nothing before it has: a boot
// loader would eat the question, and the wait for an answer.
func TestCase52GreetedUntilItHasStarted(t *testing.T) {
	onRawWire(t, "marlin1", Options{}, nil, func(w *wire) {
		w.interrupt()
		w.play(`
			= 290ms
			x
			x N0 M110 N0*125
			= 1990ms
			x
			x N0 M110 N0*125
			= 1990ms
			x
			x N0 M110 N0*125
			= 500ms
			< start
			= 200ms
			< echo:Marlin 1.1.9
			= 290ms
			>
			> N0 M110 N0*125
			= 700ms
			< ok` + identified)
		<-w.Ready()
		require.Equal(w, Idle, w.Snapshot().State)
	})
}

// Case 74: what firmware says of its card while it starts is no error of ours, and nothing follows from it.
func TestCase74ChatterOfTheCard(t *testing.T) {
	onRawWire(t, "marlin1", Options{}, nil, func(w *wire) {
		w.interrupt()
		w.say("start", "echo:SD init fail", "Error:volume.init failed", "Error:openRoot failed")
		w.play(`
			= 290ms
			>
			> N0 M110 N0*125
			< Error:open failed, File: firmware.cur.
			< echo:SD card ok
			< Not SD printing
			< ok` + identified)
		<-w.Ready()
		require.Equal(w, Idle, w.Snapshot().State)
		require.Empty(w, w.Snapshot().Reason)
	})
}

// Case 97: the line that resets the numbers is numbered and has its checksum, whatever the firmware.
func TestCase97ResetOfNumbersHasItsChecksum(t *testing.T) {
	for _, dialect := range []string{"marlin1", "marlin2", "prusa-mk3", "prusa-buddy", "repetier", "smoothieware", "teacup"} {
		t.Run(dialect, func(t *testing.T) {
			onRawWire(t, dialect, Options{}, nil, func(w *wire) {
				<-w.Ready()
				synctest.Wait()
				require.Equal(w, "\nN0 M110 N0*125\n", w.writes[0])
			})
		})
	}
}

// Case 98: a board that another host has left expecting packed bytes takes a greeting for noise: the third one begins with
// the word that ends this, which is a comment to any other board.
func TestCase98PackedBoardIsUnpacked(t *testing.T) {
	for _, dialect := range []string{"marlin2", "prusa-mk3"} {
		t.Run(dialect, func(t *testing.T) {
			onRawWire(t, dialect, Options{}, nil, func(w *wire) {
				w.interrupt()
				for range 2 {
					w.play("x\nx N0 M110 N0*125")
					w.say(`echo:Unknown command: "5.8G1\x04"`)
				}
				w.play("x\n")
				line, ok := w.next(time.Second)
				require.True(w, ok)
				require.Equal(w, ";\xff\xff\xf9", line)
				w.play("> N0 M110 N0*125\n< ok" + identified)
				<-w.Ready()
			})
		})
	}
	onRawWire(t, "repetier", Options{}, nil, func(w *wire) { // there a byte beyond ASCII begins a binary command
		w.interrupt()
		for range 4 {
			w.play("x\nx N0 M110 N0*125")
		}
	})
}
