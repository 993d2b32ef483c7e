package link

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

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
