package slicing_test

import (
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/slicer-bridge/gcode"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

func visorBand(t testing.TB) []byte {
	t.Helper()
	stl, err := os.ReadFile("../../coordinator/catalog/visor/band.stl")
	require.NoError(t, err)
	return stl
}

// The same request makes the same bytes, twice from nothing: of a visor band, and of walls that become arcs.
func TestPlatesAreMadeAlike(t *testing.T) {
	t.Parallel()
	for printer, stl := range map[string][]byte{"ender-3": visorBand(t), "prusa-mk3s": ring(12, 10, 3, 96)} {
		var sums [2]string
		for i := range sums {
			r, err := newSlicer(t, "").Slice(t.Context(), slicing.Request{STL: stl, Copies: 1, Printer: printer, Filament: "petg"})
			require.NoError(t, err)
			require.False(t, r.CacheHit)
			sums[i] = r.GCodeSHA256
		}
		require.Equal(t, sums[0], sums[1], printer)
	}
}

// Parts of several kinds, each as often as asked, share a plate; every one of them is printed.
func TestSeveralPartsShareAPlate(t *testing.T) {
	t.Parallel()
	s := newSlicer(t, "")
	r, err := s.Slice(t.Context(), slicing.Request{
		STL: ring(12, 10, 2, 12), PartName: "ring", Copies: 3, Printer: "ender-3", Filament: "pla",
		More: []slicing.PartCopies{{STL: ring(20, 17, 1.5, 16), Name: "big ring", Copies: 2}},
	})
	require.NoError(t, err)
	require.Equal(t, 5, r.Copies)
	require.Empty(t, r.Warnings)
	one, err := s.Slice(t.Context(), slicing.Request{STL: ring(12, 10, 2, 12), Copies: 1, Printer: "ender-3", Filament: "pla"})
	require.NoError(t, err)
	two, err := s.Slice(t.Context(), slicing.Request{STL: ring(20, 17, 1.5, 16), Copies: 1, Printer: "ender-3", Filament: "pla"})
	require.NoError(t, err)
	primed := int64(18e3) // µm of filament along the bed's edge, before each of them
	require.InEpsilon(t, 3*(one.FilamentUM-primed)+2*(two.FilamentUM-primed)+primed, r.FilamentUM, 0.01)

	_, err = s.Slice(t.Context(), slicing.Request{
		STL: ring(12, 10, 2, 12), PartName: "ring", Copies: 1, Printer: "ender-3", Filament: "pla",
		More: []slicing.PartCopies{{STL: []byte("no"), Name: "broken", Copies: 1}},
	})
	var p *slicing.Problem
	require.ErrorAs(t, err, &p)
	require.Equal(t, "broken", p.Args["part"], "the refusal names the part")
}

// What a person asks for beside the parts is what the plate is made of.
func TestOptionsChangeThePlate(t *testing.T) {
	t.Parallel()
	s := newSlicer(t, "")
	ask := func(change func(*slicing.Request)) slicing.Result {
		r := slicing.Request{STL: ring(12, 10, 3, 48), Copies: 2, Printer: "voron-2.4", Filament: "pla"}
		change(&r)
		out, err := s.Slice(t.Context(), r)
		require.NoError(t, err)
		require.Empty(t, out.Warnings)
		require.False(t, out.CacheHit)
		return out
	}
	plain := ask(func(*slicing.Request) {})
	require.EqualValues(t, 10, plain.Layers)

	pile := ask(func(r *slicing.Request) { r.Pile = 2 })
	require.EqualValues(t, 6_300, pile.Bounds.MaxZ, "3 mm, a layer of air, 3 mm")
	require.InEpsilon(t, plain.FilamentUM, pile.FilamentUM, 0.1)

	twice := ask(func(r *slicing.Request) { r.Scale = 2 })
	require.EqualValues(t, 6_000, twice.Bounds.MaxZ)

	brim := ask(func(r *slicing.Request) { r.Brim = true })
	require.Greater(t, brim.FilamentUM, plain.FilamentUM+100_000)

	require.Nil(t, plain.Arcs, "stock Klipper draws no arcs")
	yes := true
	own := slicing.Overlay{Arcs: &yes}
	arcs := ask(func(r *slicing.Request) { r.Overlay = own })
	require.NotNil(t, arcs.Arcs)
	require.Greater(t, arcs.Arcs.Arcs, int64(40))
	require.Less(t, arcs.Lines*2, plain.Lines)
	require.InEpsilon(t, plain.FilamentUM, arcs.FilamentUM, 1e-4)
	require.LessOrEqual(t, arcs.Seconds, plain.Seconds, "no corners to slow down for")
}

// A bad value is refused by the name of its field.
func TestBadFieldsAreNamed(t *testing.T) {
	program, runs := counting(t, "exit 0")
	s := newSlicer(t, program)
	for field, change := range map[string]func(*slicing.Request){
		"copies": func(r *slicing.Request) { r.More = []slicing.PartCopies{{STL: r.STL, Copies: 0}} },
		"parts": func(r *slicing.Request) {
			r.More = make([]slicing.PartCopies, 20)
			for i := range r.More {
				r.More[i].Copies = 1
			}
		},
		"scale":     func(r *slicing.Request) { r.Scale = -1 },
		"pile":      func(r *slicing.Request) { r.Pile = 1000 },
		"nozzle_um": func(r *slicing.Request) { r.NozzleUM = 40 },
		"gcode.start": func(r *slicing.Request) {
			r.Overlay.StartEnd.Start = "G28\nM104 S{nozzle_c}\nM190 S{bed_c}\nM109 S{nozzle_c}\nM117 [layer_z]\n"
		},
	} {
		r := slicing.Request{STL: ring(12, 10, 2, 12), Copies: 1, Printer: "ender-3", Filament: "pla"}
		change(&r)
		_, err := s.Slice(t.Context(), r)
		var p *slicing.Problem
		require.ErrorAs(t, err, &p, field)
		require.True(t, p.Args["field"] == field || strings.Contains(p.Args["detail"], field), "%s: %v", field, err)
	}
	require.Zero(t, runs())
}

// All who wait for a plate hear how far it is, never less than before, up to the end; from the cache there is only the end.
func TestEveryListenerHearsTheProgress(t *testing.T) {
	t.Parallel()
	s := newSlicer(t, "")
	const listeners = 5
	heard := make([][]int, listeners)
	var all sync.WaitGroup
	for i := range heard {
		all.Go(func() {
			_, err := s.Slice(t.Context(), slicing.Request{
				STL: ring(12, 10, 6, 24), Copies: 1, Printer: "ender-3", Filament: "pla",
				Progress: func(permille int) { heard[i] = append(heard[i], permille) },
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, h := range heard {
		require.IsIncreasing(t, append([]int{0}, h...))
		require.Equal(t, 1000, h[len(h)-1])
	}
	require.Greater(t, len(heard[0]), 4, "%v", heard[0])
	var again []int
	_, err := s.Slice(t.Context(), slicing.Request{
		STL: ring(12, 10, 6, 24), Copies: 1, Printer: "ender-3", Filament: "pla", Progress: func(p int) { again = append(again, p) },
	})
	require.NoError(t, err)
	require.Equal(t, []int{1000}, again)
}

// A slicer that moves, forgets or heightens a copy is caught, though its file is safe to print.
func TestPlatesAreHeldAgainstTheirLayout(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ awk, code string }{
		"moved":      {`/^;LAYER_CHANGE/ {on=1} /^;TYPE:Custom/ {on=0} on && /^G1 X/ {match($0,/X[0-9.]+/); x=substr($0,RSTART+1,RLENGTH-1); sub(/X[0-9.]+/,"X" x+8)} {print}`, slicing.CodeMisplaced},
		"one left":   {`/^;TYPE:/ {print; next} /^G1 X/ {match($0,/X[0-9.]+/); x=substr($0,RSTART+1,RLENGTH-1); if (x>110) sub(/ E[0-9.]+/,"")} {print}`, slicing.CodeCopyMissing},
		"heightened": {`/^;Z:/ {sub(/:.*/,":" 1+substr($0,4))} {print}`, slicing.CodeMisplaced},
	} {
		t.Run(name, func(t *testing.T) {
			awk := filepath.Join(t.TempDir(), "change.awk")
			require.NoError(t, os.WriteFile(awk, []byte(c.awk), 0o600))
			program, _ := counting(t, `"`+realSlicer(t)+`" "$@" || exit; for a; do [ "$last" = --output ] && out=$a; last=$a; done; awk -f `+awk+` "$out" > "$out.new" && mv "$out.new" "$out"`)
			_, err := newSlicer(t, program).Slice(t.Context(), slicing.Request{STL: ring(12, 10, 2, 12), Copies: 2, Printer: "ender-3", Filament: "pla"})
			require.Equal(t, c.code, code(err), "%v", err)
		})
	}
}

// Start and end code reach the printer as they were written, whatever a slicer would read into them.
func TestOwnCodeReachesThePrinterAsWritten(t *testing.T) {
	t.Parallel()
	start := "M118 \"quoted\" \\n back\\slash, comma = equal ; a comment ; and more\nG28 ; home\nM104 S150\nM190 S{bed_c}\nM109 S{nozzle_c}\n"
	end := "M104 S0\nM140 S0\nM107 ; 'off' # $HOME %d\n"
	own := slicing.Overlay{}
	own.StartEnd.Start, own.StartEnd.End = start, end
	own.Commands = []string{"M118"}
	r, err := newSlicer(t, "").Slice(t.Context(), slicing.Request{STL: ring(12, 10, 2, 12), Copies: 1, Printer: "ender-3", Filament: "pla", Overlay: own})
	require.NoError(t, err)
	text, err := os.ReadFile(r.Path)
	require.NoError(t, err)
	for line := range strings.Lines(strings.NewReplacer("{bed_c}", "60", "{nozzle_c}", "210").Replace(start + end)) {
		require.True(t, strings.Contains(string(text), "\n"+line), line)
	}
}

// A plate comes with its picture, and its file begins with small ones that a printer's screen can show.
func TestPlatesHavePictures(t *testing.T) {
	t.Parallel()
	s, err := slicing.New(slicing.Config{Profiles: load(t), CacheDir: t.TempDir()})
	require.NoError(t, err)
	r, err := s.Slice(t.Context(), slicing.Request{STL: ring(12, 10, 2, 12), Copies: 3, Printer: "prusa-mk3s", Filament: "pla", NoArcs: true})
	require.NoError(t, err)
	require.Nil(t, r.Arcs, "not wanted")
	f, err := os.Open(r.Picture)
	require.NoError(t, err)
	defer f.Close()
	c, err := png.DecodeConfig(f)
	require.NoError(t, err)
	require.Equal(t, [2]int{480, 360}, [2]int{c.Width, c.Height})

	g, err := os.Open(r.Path)
	require.NoError(t, err)
	defer g.Close()
	thumbs, err := gcode.Thumbnails(g)
	require.NoError(t, err)
	require.Len(t, thumbs, 2)
	require.Equal(t, [4]int{220, 124, 48, 48}, [4]int{thumbs[0].Width, thumbs[0].Height, thumbs[1].Width, thumbs[1].Height})
}
