package profiles_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/firmware-profiles"
)

func shipped(t testing.TB, id string) profiles.Printer {
	t.Helper()
	set, err := profiles.Load()
	require.NoError(t, err)
	p, ok := set.Printer(id)
	require.True(t, ok, id)
	return p
}

func overlayFile(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("overlays", name))
	require.NoError(t, err)
	return text
}

// The template suits the model it speaks of, and what it says is on the machine afterwards; the model itself, which
// others hold, stays as it was.
func TestOverlayTemplateChangesWhatItSays(t *testing.T) {
	model, before := shipped(t, "ender-3"), shipped(t, "ender-3")
	o, err := profiles.ParseOverlay(overlayFile(t, "_template.toml"))
	require.NoError(t, err)
	mine, err := model.With(o)
	require.NoError(t, err)
	require.EqualValues(t, 210_000, mine.Bed.MaxX)
	require.EqualValues(t, 8_000, mine.Bed.Inset)
	require.EqualValues(t, 240, mine.Heat.NozzleMax)
	require.EqualValues(t, 4, mine.PileMax)
	require.Equal(t, []profiles.Clip{{MaxX: 15_000, MaxY: 10_000, Height: 4_000}}, mine.Bed.Clips)
	require.Equal(t, "LEVEL_FIRST", mine.Macros[0].Name)
	require.Equal(t, []string{"M420"}, mine.Commands)
	require.Equal(t, o.StartEnd, mine.StartEnd)
	require.Equal(t, before, model)
	same, err := model.With(profiles.Overlay{})
	require.NoError(t, err)
	require.Equal(t, before.StartEnd, same.StartEnd)
	require.Equal(t, before.Bed, same.Bed)
}

// The template shows every key there is.
func TestOverlayTemplateIsComplete(t *testing.T) {
	template := string(overlayFile(t, "_template.toml"))
	for table, of := range map[string]reflect.Type{
		"": reflect.TypeFor[profiles.Overlay](), "[limits]": reflect.TypeFor[profiles.OverlayLimits](),
		"[[clips]]": reflect.TypeFor[profiles.Clip](), "[[macros]]": reflect.TypeFor[profiles.Macro](),
		"[gcode]": reflect.TypeFor[profiles.PrinterStartEnd](),
	} {
		require.Contains(t, template, table)
		for field := range of.Fields() {
			key, _, _ := strings.Cut(field.Tag.Get("toml"), ",")
			require.True(t, strings.Contains(template, "\n"+key+" = ") || strings.Contains(template, "["+key+"]"), "%s %s", table, key)
		}
	}
}

// A machine whose macros home, heat and cool needs nothing else around a print; take one of these promises away, and
// the overlay is refused with what is missing.
func TestMacrosMayDoTheWorkOfStartAndEnd(t *testing.T) {
	text := string(overlayFile(t, "voron-print-start.toml"))
	o, err := profiles.ParseOverlay([]byte(text))
	require.NoError(t, err)
	model := shipped(t, "ender-3")
	mine, err := model.With(o)
	require.NoError(t, err)
	require.Contains(t, mine.StartEnd.Start, "PRINT_START EXTRUDER={nozzle_c} BED={bed_c}")
	for want, change := range map[string][2]string{
		"must home":              {"homes = true", "homes = false"},
		"wait for the nozzle":    {`nozzle_parameter = "EXTRUDER"`, `nozzle_parameter = "HOTEND"`},
		"wait for the bed":       {"BED={bed_c}", "BED=60"},
		"must switch the nozzle": {"cools = true", "cools = false"},
		"unknown placeholder":    {"{nozzle_c} BED", "{temperature} BED"},
	} {
		o, err := profiles.ParseOverlay([]byte(strings.Replace(text, change[0], change[1], 1)))
		require.NoError(t, err, want)
		_, err = model.With(o)
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, "overlay on ender-3")
	}
}

// What allows more than the model is refused, each key by its name.
func TestOverlaysOnlyTighten(t *testing.T) {
	model := shipped(t, "ender-3")
	model.PileMax = 3
	for _, limit := range []string{
		"min_x_um = -1", "min_y_um = -1", "max_x_um = 220001", "max_y_um = 220001", "height_um = 250001",
		"travel_margin_um = 5001", "part_inset_um = 4999", "nozzle_max_c = 256", "bed_max_c = 111", "chamber_max_c = 40",
	} {
		o, err := profiles.ParseOverlay([]byte("[limits]\n" + limit))
		require.NoError(t, err)
		_, err = model.With(o)
		key, _, _ := strings.Cut(limit, " ")
		require.ErrorContains(t, err, "key limits."+key+": ")
		require.ErrorContains(t, err, "only tightens")
	}
	_, err := model.With(profiles.Overlay{PileMax: 4})
	require.ErrorContains(t, err, "key pile_max: 4 is more than the model's 3")
	small := int64(40_000)
	_, err = model.With(profiles.Overlay{Limits: profiles.OverlayLimits{MaxX: &small}})
	require.ErrorContains(t, err, "bed.max_x_um", "a bed must remain")
}

// A mistake in the text is refused with its key.
func TestOverlayMistakesAreNamed(t *testing.T) {
	clip := "[[clips]]\nmin_x_um = 0\nmin_y_um = 0\nmax_x_um = 1000\nmax_y_um = 1000\nheight_um = 4000\n"
	for text, want := range map[string]string{
		"colour = 1": "unknown key colour", "[limits]\nmax_um = 1": "unknown key limits.max_um",
		"[limits]\nmax_x_um = \"wide\"": "max_x_um", "arcs = 1": "arcs", "arcs = ": "overlay",
		"pile_max = 51": "key pile_max", "pile_max = -1": "key pile_max",
		"extra_commands = [\"g80\"]":                                        "key extra_commands: \"g80\"",
		"[gcode]\nstart = \"G28 \\u00e9\"":                                  "key gcode.start: holds a character",
		"[gcode]\nend = \"M104 S0\\u0000\"":                                 "key gcode.end: holds a character",
		"[gcode]\nend = \"  \"":                                             "key gcode.end: is empty",
		"[gcode]\nstart = \"" + strings.Repeat(" ", 4100):                   "overlay",
		"[gcode]\nend = '" + strings.Repeat("G1\t", 2000) + "'":             "key gcode.end: 6000 bytes",
		strings.Repeat("#", profiles.MaxOverlayBytes+1):                     "16385 bytes are too many",
		strings.Repeat(clip, 17):                                            "key clips: 17 are too many",
		strings.Replace(clip, "4000", "0", 1):                               "key clips: clip 1: height_um = 0",
		strings.Replace(clip, "1000", "0", 1):                               "key clips: clip 1: max_x_um",
		"[[macros]]\nname = \"G28\"":                                        "key macros.name: \"G28\" is a command of its own",
		"[[macros]]\nname = \"start\"":                                      "key macros.name: \"start\"",
		"[[macros]]\nname = \"START\"\nbed_parameter = \"a b\"":             "key macros.bed_parameter",
		"[[macros]]\nname = \"END\"\ncools = true\nbed_parameter = \"BED\"": "both reach a temperature and cool",
	} {
		_, err := profiles.ParseOverlay([]byte(text))
		require.ErrorContains(t, err, want, text)
	}
	_, err := profiles.ParseOverlay([]byte("\xef\xbb\xbfarcs = true\r\npile_max = 2\r\n"))
	require.NoError(t, err, "as Windows writes it")
}

// What a page has put together is written as a person would write it, and read back the same.
func TestOverlaysAreWrittenAsTheyAreRead(t *testing.T) {
	for _, name := range []string{"_template.toml", "voron-print-start.toml", "voron-250.toml"} {
		o, err := profiles.ParseOverlay(overlayFile(t, name))
		require.NoError(t, err)
		text, err := o.TOML()
		require.NoError(t, err)
		again, err := profiles.ParseOverlay(text)
		require.NoError(t, err)
		require.Equal(t, o, again)
	}
	text, err := profiles.Overlay{PileMax: 1, StartEnd: profiles.PrinterStartEnd{End: "PRINT_END\n"}}.TOML()
	require.NoError(t, err)
	require.Equal(t, "pile_max = 1\n\n[gcode]\nend = '''\nPRINT_END\n'''\n", string(text))
	text, err = profiles.Overlay{}.TOML()
	require.NoError(t, err)
	require.Empty(t, text)
	_, err = profiles.Overlay{PileMax: 99}.TOML()
	require.ErrorContains(t, err, "pile_max")
}

// A clip of the overlay that stands nowhere near this bed belongs to another machine.
func TestClipsFarFromTheBedAreRefused(t *testing.T) {
	far := profiles.Overlay{Clips: []profiles.Clip{{MinX: 400_000, MinY: 0, MaxX: 410_000, MaxY: 10_000, Height: 4_000}}}
	_, err := shipped(t, "ender-3").With(far)
	require.ErrorContains(t, err, "clip 1 lies more than 50 mm beside the bed")
}

// Whatever a person writes, an overlay that is taken never allows more than the model.
func FuzzParseOverlay(f *testing.F) {
	for _, name := range []string{"_template.toml", "voron-print-start.toml", "voron-250.toml"} {
		f.Add(overlayFile(f, name))
	}
	f.Add([]byte("[limits]\nmax_x_um = 219999\nnozzle_max_c = 200\n"))
	model := shipped(f, "ender-3")
	f.Fuzz(func(t *testing.T, text []byte) {
		o, err := profiles.ParseOverlay(text)
		if err != nil {
			return
		}
		if written, err := o.TOML(); err == nil {
			again, err := profiles.ParseOverlay(written)
			require.NoError(t, err, string(written))
			first, err := again.TOML()
			require.NoError(t, err)
			require.Equal(t, string(written), string(first))
		}
		mine, err := model.With(o)
		if err != nil {
			return
		}
		require.NoError(t, mine.Validate())
		b, m := mine.Bed, model.Bed
		require.True(t, b.MinX >= m.MinX && b.MinY >= m.MinY && b.MaxX <= m.MaxX && b.MaxY <= m.MaxY && b.Height <= m.Height)
		require.True(t, b.Margin <= m.Margin && b.Inset >= m.Inset && len(b.Clips) >= len(m.Clips))
		require.True(t, mine.Heat.NozzleMax <= model.Heat.NozzleMax && mine.Heat.BedMax <= model.Heat.BedMax)
		require.True(t, mine.Heat.ChamberMax <= model.Heat.ChamberMax && mine.Heat.MinExtrude == model.Heat.MinExtrude)
	})
}
