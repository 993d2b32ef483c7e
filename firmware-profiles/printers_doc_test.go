package profiles

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const printersDoc = "../docs/printers.md"

// Ensure that the document says what the data says. go test ./firmware-profiles -update writes it.
func TestPrintersDocumentSaysWhatTheDataSays(t *testing.T) {
	set, err := Load()
	require.NoError(t, err)
	text, err := os.ReadFile(printersDoc)
	require.NoError(t, err)
	want := between(t, string(text), "printers", machineTable(t, set))
	want = between(t, want, "filaments", filamentTable(set))
	want = between(t, want, "sources", sourceList(set))
	if *update {
		require.NoError(t, os.WriteFile(printersDoc, []byte(want), 0o644))
	}
	require.Equal(t, want, string(text), "run go test ./firmware-profiles -update")
}

func machineTable(t *testing.T, set *Set) string {
	b := &strings.Builder{}
	b.WriteString("| printer | `--printer` | firmware | room, mm | filament, mm | nozzle, °C | bed, °C | arcs | prints |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, p := range set.Printers() {
		d, ok := set.Dialect(p.Dialect)
		require.True(t, ok, p.ID)
		bed := "none"
		if p.Heat.BedMax > 0 {
			bed = fmt.Sprint(p.Heat.BedMax)
		}
		fmt.Fprintf(b, "| %s | `%s` | %s | %d × %d × %d | %.2f | %d | %s | %s | %s |\n", p.Name, p.ID, d.Title,
			(p.Bed.MaxX-p.Bed.MinX)/1000, (p.Bed.MaxY-p.Bed.MinY)/1000, p.Bed.Height/1000, float64(p.Nozzle.FilamentDiameter)/1000,
			p.Heat.NozzleMax, bed, map[bool]string{true: "yes", false: "no"}[p.Arcs], strings.Join(borne(set, p), ", "))
	}
	return b.String()
}

// borne names the filaments that a printer can heat for.
func borne(set *Set, p Printer) []string {
	var names []string
	for _, f := range set.Filaments() {
		if p.Bears(f) == nil {
			names = append(names, f.Name)
		}
	}
	return names
}

func filamentTable(set *Set) string {
	b := &strings.Builder{}
	b.WriteString("| filament | `--material` | nozzle, °C | bed, °C | without a heated bed | fan, % | at most, mm³/s | drawn back at most, mm | g/cm³ |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, f := range set.Filaments() {
		back := "as the machine does"
		if f.MaxRetract > 0 {
			back = fmt.Sprintf("%.1f", float64(f.MaxRetract)/1000)
		}
		fmt.Fprintf(b, "| %s | `%s` | %d, then %d | %d, then %d | %s | %d to %d | %d | %s | %.2f |\n", f.Name, f.ID, f.NozzleFirst, f.Nozzle,
			f.BedFirst, f.Bed, map[bool]string{true: "refused", false: "printed cold"}[f.NeedsBed], f.FanMin, f.FanMax, f.MaxFlow, back,
			float64(f.Density)/1000)
	}
	return b.String()
}

func sourceList(set *Set) string {
	b := &strings.Builder{}
	for _, p := range set.Printers() {
		fmt.Fprintf(b, "- %s: %s.\n", p.Name, p.Source)
	}
	return b.String()
}
