package main

import (
	"net/url"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

func peopleStories() []story {
	return []story{
		{"printer-form-new", func(lang string) ui.Page {
			p := printerForm(lang)
			p.Action, p.Back, p.ID, p.Name = "/maker/printers", "/maker", "", ""
			p.Form.Values = url.Values{ui.FieldNozzleMM: {"0.4"}, ui.FieldHeat: {ui.HoursDay}, ui.FieldThere: {ui.HoursDay}}
			return p
		}},
		{"printer-form", func(lang string) ui.Page {
			p := printerForm(lang)
			p.Removable = true
			return p
		}},
		{"printer-form-refused", func(lang string) ui.Page {
			p := printerForm(lang)
			p.Form.Values.Set(ui.FieldHeatOwn, "le soir")
			p.Form.Errors = fab.Errors{fab.Refuse(fab.Invalid, "printer_name_taken", ui.FieldName, "name", "Tortue"), fab.Refuse(fab.Invalid, "hours_unreadable", ui.FieldHeatOwn, "text", "le soir")}
			return p
		}},
		{"desk-printer-form", func(lang string) ui.Page {
			p := printerForm(lang)
			p.Frame, p.Base, p.Action, p.Back = desk(lang, ui.NavPeople, "/desk/printers/w1/edit"), ui.BaseDesk, "/desk/printers/w1/edit", "/desk/printers/w1"
			p.Owner, p.Agent, p.Model, p.Retired = "Goéland", true, "Creality Ender-3", at(-3, 9, 0)
			p.Makers = []ui.Choice{{Value: "m2", Label: "Sterne"}, {Value: "m3", Label: "Courlis"}}
			p.Agents = []ui.Choice{{Value: "a2", Label: "pi-quend"}}
			return p
		}},
	}
}

func printerForm(lang string) ui.PrinterForm {
	return ui.PrinterForm{
		Frame: maker(lang, "/maker/printers/w1/edit"), Action: "/maker/printers/w1/edit", Back: "/maker/printers/w1", Base: ui.BaseMaker, ID: "w1", Name: "Tortue",
		Models:    []ui.Choice{{Value: "ender-3", Label: "Creality Ender-3"}, {Value: "prusa-mk3s", Label: "Prusa i3 MK3S"}, {Value: ui.ModelOther}},
		Filaments: []ui.Choice{{Value: "petg", Label: "PETG"}, {Value: "pla", Label: "PLA"}},
		Form: ui.Form{Values: url.Values{ui.FieldName: {"Tortue"}, ui.FieldPrinterModel: {"ender-3"}, ui.FieldNozzleMM: {pick(lang, "0,4", "0.4")}, ui.FieldFilament: {"petg"},
			ui.FieldColour: {pick(lang, "orange", "orange")}, ui.FieldHeat: {ui.HoursDay}, ui.FieldThere: {ui.HoursOwn}, ui.FieldThereOwn: {pick(lang, "lu-ve 18:00-22:00", "mo-fr 18:00-22:00")}, ui.FieldWeekCap: {"10"}}},
	}
}
