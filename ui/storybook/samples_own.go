package main

import (
	"net/url"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

func ownStories() []story {
	return []story{
		{"maker-printer", func(lang string) ui.Page {
			p := ownPrinter(lang)
			p.Self, p.Parts = false, nil
			return p
		}},
		{"maker-printer-self", func(lang string) ui.Page { return ownPrinter(lang) }},
		{"maker-printer-refused", func(lang string) ui.Page {
			p := ownPrinter(lang)
			p.Judged = &ui.Judged{Part: "visor-band", More: 3, Findings: []ui.Finding{
				{Line: 12, Stop: true, Text: fab.Because("gcode.too_hot", "want_c", "290", "max_c", "260")},
				{Line: 1204, Count: 318, Stop: true, Text: fab.Because("gcode.outside_bed", "axis", "X", "at_mm", "231.0", "min_mm", "0.0", "max_mm", "220.0")},
				{Line: 48_211, Stop: true, Text: fab.Because("gcode.heater_left_on", "target_c", "240")},
				{Text: fab.Because("gcode.pause", "command", "M0")},
			}}
			p.Parts[1].Open, p.Form.Values = true, url.Values{ui.FieldCopies: {"4"}}
			return p
		}},
		{"maker-printer-form-refused", func(lang string) ui.Page {
			p := ownPrinter(lang)
			p.Parts[1].Open, p.Form.Values = true, url.Values{ui.FieldCopies: {"beaucoup"}}
			p.Form.Errors = refusals("copies-2", "not_a_number", "gcode-2", "file_missing")
			return p
		}},
		{"desk-printer", func(lang string) ui.Page {
			p := ownPrinter(lang)
			p.Frame, p.Base, p.Own = desk(lang, ui.NavProduction, "/desk/printers/w1"), ui.BaseDesk, true
			return p
		}},
		{"maker-sheet", func(lang string) ui.Page {
			return ui.Sheet{Frame: maker(lang, "/maker/printers/w1/parts/d1/visor-band/sheet"), Printer: "Tortue", Model: "Creality Ender-3", Part: "visor-band", Filament: "petg",
				Back: "/maker/printers/w1", Ini: "/maker/printers/w1/parts/d1/visor-band/sheet.ini", Rows: sheetRows(),
				Start: "G28\nM190 S85\nM109 S240", End: "M104 S0\nM140 S0\nM107"}
		}},
		{"maker-settings", func(lang string) ui.Page { return settings(lang) }},
		{"maker-settings-refused", func(lang string) ui.Page {
			p := settings(lang)
			p.Form.Errors = fab.Errors{
				fab.Refuse(fab.Invalid, "settings_wrong", ui.FieldStart, "detail", "does not home"),
				fab.Refuse(fab.Invalid, "settings_wrong", ui.FieldMaxX, "detail", "300000 is more than the model's 220000"),
				fab.Refuse(fab.Invalid, "clip_wrong", ui.FieldClips, "line", 2),
			}
			p.Form.Values.Set(ui.FieldMore, "extra_commands = [\"M420\"]")
			return p
		}},
		{"desk-settings", func(lang string) ui.Page {
			p := settings(lang)
			p.Frame, p.Base, p.Own = desk(lang, ui.NavProduction, "/desk/printers/w1/settings"), ui.BaseDesk, false
			p.Form.Values = url.Values{ui.FieldArcs: {ui.ArcsModel}}
			return p
		}},
	}
}

func ownPrinter(lang string) ui.Printer {
	return ui.Printer{
		Frame: maker(lang, "/maker/printers/w1"), Base: ui.BaseMaker, ID: "w1", Name: "Tortue", Model: "Creality Ender-3", NozzleUM: 400, Filament: "petg", Self: true,
		Colour: pick(lang, "orange", "orange"), Heat: fab.Because("hours.day"), There: fab.Because("hours.text", "text", pick(lang, "lu-ve 18:00-22:00", "mo-fr 18:00-22:00")), WeekCap: 10, Agent: "pi-rue",
		Parts: []ui.OwnPart{
			{Base: "/maker/printers/w1/parts/d1/visor-band", Key: "1", Code: "visor-band", Name: "visor-band", Product: visor(lang, 1).Name + " 1.2", Ready: true, Copies: 4, Time: 2*time.Hour + 13*time.Minute, FilamentMG: 31_200, At: at(-1, 21, 4)},
			{Base: "/maker/printers/w1/parts/d1/visor-reinforcement", Key: "2", Code: "visor-reinforcement", Name: "visor-reinforcement", Product: visor(lang, 1).Name + " 1.2"},
		},
	}
}

func sheetRows() []ui.SheetRow {
	return []ui.SheetRow{{Code: "bed", Value: "220 × 220", Unit: "mm"}, {Code: "layer", Value: "0.2", Unit: "mm"}, {Code: "walls", Value: "3"}, {Code: "supports", Value: "none", Unit: ui.UnitWord}}
}

func settings(lang string) ui.OwnSettings {
	return ui.OwnSettings{
		Frame: maker(lang, "/maker/printers/w1/settings"), Base: ui.BaseMaker, ID: "w1", Name: "Tortue", Model: "Creality Ender-3", Own: true,
		Form: ui.Form{Values: url.Values{
			ui.FieldStart: {"G28\nM190 S{bed_c}\nM109 S{nozzle_c}"}, ui.FieldArcs: {ui.ArcsNo}, ui.FieldClips: {"0 0 15 10 4\n205 0 220 10 4"},
			ui.FieldPile: {"1"}, ui.FieldMaxX: {"210"}, ui.FieldNozzleMax: {"240"},
		}},
	}
}
