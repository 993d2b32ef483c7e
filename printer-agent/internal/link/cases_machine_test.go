package link

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/printsim"
)

// Ensure that every firmware executes a file exactly, over a wire that damages one byte in ten thousand too where lines
// are guarded, with no line refused on a good one.
func TestEveryFirmwareExecutesTheFile(t *testing.T) {
	for firmware, dialect := range map[string]string{
		"marlin": "marlin2", "marlin-advanced": "marlin2", "marlin1": "marlin1", "prusa-mk3": "prusa-mk3", "buddy": "prusa-buddy",
		"repetier": "repetier", "smoothie": "smoothieware", "reprapfirmware": "reprapfirmware", "klipper": "klipper",
	} {
		for _, noise := range []float64{0, 0.0001} {
			if noise > 0 && dialect == "klipper" {
				continue
			}
			cfg := printsim.Config{Firmware: firmware, Seed: 3}
			if noise > 0 {
				cfg.Faults = []printsim.Fault{{Kind: printsim.FaultCorruptIn, P: noise}, {Kind: printsim.FaultCorruptOut, P: noise}}
			}
			onMachine(t, cfg, dialect, "M109 S200\n"+circle(400), func(w *workbench) {
				l, hang := w.plug(w.machine.Plug())
				r := l.Print(w.Context(), w.job())
				require.Equal(w, Done, r.Reason, "%s: %s", firmware, r.Detail)
				got := strings.Join(w.machine.Truth().Executed("t"), "\n") + "\n"
				if w.text != got { // require is slow
					require.Equal(w, w.text, got, firmware)
				}
				if noise == 0 {
					require.Zero(w, r.Resends+r.Damaged, firmware)
				}
				_ = hang()
			})
		}
	}
}

// Ensure that a print goes on exactly behind a pulled cable on every firmware whose dialect promises that, half a line in
// its ring or not.
func TestEveryFirmwareThatPromisesSurvives(t *testing.T) {
	set, err := shipped()
	require.NoError(t, err)
	for firmware, dialect := range map[string]string{
		"marlin-advanced": "marlin2", "marlin1": "marlin1", "prusa-mk3": "prusa-mk3", "smoothie": "smoothieware", "repetier": "repetier",
	} {
		d, _ := set.Dialect(dialect)
		require.Equal(t, profiles.Exactly, d.Survival.Unplugged, dialect)
		onMachine(t, printsim.Config{Firmware: firmware}, dialect, circle(1200), func(w *workbench) {
			for _, cut := range []struct {
				after time.Duration
				half  string
			}{{11 * time.Second, ""}, {3 * time.Second, "N151 G1 X10"}, {2 * time.Second, "N1"}} {
				conn := w.machine.Plug()
				l, hang := w.plug(conn)
				results := make(chan Result, 1)
				go func() { results <- l.Print(w.Context(), w.job()) }()
				time.Sleep(cut.after)
				synctest.Wait()
				_, err := conn.Write([]byte(cut.half))
				require.NoError(w, err)
				w.machine.Unplug()
				_ = hang()
				require.Equal(w, Unplugged, (<-results).Reason, firmware)
				time.Sleep(2 * time.Second)
				w.options.Resume = true
			}
			l, hang := w.plug(w.machine.Plug())
			require.True(w, l.Snapshot().Continues, firmware)
			r := l.Print(w.Context(), w.job())
			require.Equal(w, Done, r.Reason, "%s: %s", firmware, r.Detail)
			w.exact()
			_ = hang()
		})
	}
}
