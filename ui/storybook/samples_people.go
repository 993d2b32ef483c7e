package main

import (
	"net/url"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

func peopleStories() []story {
	return []story{
		{"join", func(lang string) ui.Page { return join(lang) }},
		{"join-invited", func(lang string) ui.Page {
			p := join(lang)
			p.Action, p.Invited = "/join/abc", true
			return p
		}},
		{"join-refused", func(lang string) ui.Page {
			p := join(lang)
			p.Form.Values = url.Values{ui.FieldName: {"Courlis"}, ui.FieldPhone: {"03"}}
			p.Form.Errors = refusals(ui.FieldTown, "town_or_postcode", ui.FieldPhone, "phone_wrong", ui.FieldSkills, "skills_missing", ui.FieldConsent, "consent_missing")
			return p
		}},
		{"join-sent", func(lang string) ui.Page { return ui.JoinSent{Frame: frame(lang, "/join/sent")} }},
		{"enter", func(lang string) ui.Page { return ui.Enter{Frame: frame(lang, "/enter/abc"), Token: "abc"} }},
		{"me-new", func(lang string) ui.Page {
			p := me(lang)
			p.New, p.Skilled, p.Word = true, true, pick(lang, "Bienvenue\u00a0! Deux PETG vous attendent ici.", "Welcome! Two spools of PETG wait for you here.")
			return p
		}},
		{"me", func(lang string) ui.Page {
			p := me(lang)
			p.Code = enrolCode()
			return p
		}},
		{"desk-person", func(lang string) ui.Page {
			p := person(lang)
			p.Code = enrolCode()
			return p
		}},
		{"desk-person-link", func(lang string) ui.Page {
			p := person(lang)
			p.Link = &ui.EnterLink{URL: "https://atelier.example/enter/aTokenThatIsLong", Until: at(7, 14, 0)}
			return p
		}},
		{"desk-person-asks", func(lang string) ui.Page {
			p := person(lang)
			p.Status, p.Links, p.Agents = "pending", nil, nil
			return p
		}},
		{"desk-person-gone", func(lang string) ui.Page {
			return ui.Person{Frame: desk(lang, ui.NavPeople, "/desk/people/m9"), MakerRow: ui.MakerRow{ID: "m9", Name: "M-3F2A1"}, Status: "gone"}
		}},
		{"desk-calls", func(lang string) ui.Page {
			f := desk(lang, ui.NavPeople, "/desk/calls")
			f.Live = ""
			return ui.Calls{Frame: f, Calls: []ui.Call{
				{ID: "a1", Maker: "Sterne", Mobile: "0300000000", Part: ui.Goods{Code: "mask", Name: "mask", N: 25}, Step: "sew", Taken: at(-16, 9, 0), Due: at(-2, 0, 0), Propose: "2026-11-30"},
				{ID: "a2", Maker: "Bécassine", Mobile: "0300000001", Part: ui.Goods{Code: "hook", Name: "hook", N: 10}, Step: "print", Taken: at(-9, 9, 0), Due: at(-1, 0, 0), Doubled: true, Propose: "2026-11-30"},
			}, Reminders: []ui.Call{
				{ID: "a3", Maker: "Courlis", Mobile: "0300000002", Part: ui.Goods{Code: "mask", Name: "mask", N: 30}, Step: "sew", Taken: at(-13, 9, 0), Due: at(1, 0, 0)},
			}}
		}},
		{"desk-calls-none", func(lang string) ui.Page {
			f := desk(lang, ui.NavPeople, "/desk/calls")
			f.Live = ""
			return ui.Calls{Frame: f}
		}},
		{"desk-people-invite", func(lang string) ui.Page {
			p := people(lang)
			p.Invite = &ui.EnterLink{URL: "https://atelier.example/join/aTokenThatIsLong", Until: at(14, 14, 0)}
			p.Asking = []ui.Asking{{ID: "m7", Name: "Courlis", Where: "80120 Rue", Said: []string{"printer", "sew"}, Note: pick(lang, "Je suis là le soir.", "I am there in the evening."), At: now().Add(-3 * time.Hour)}}
			return p
		}},
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

func join(lang string) ui.Join { return ui.Join{Frame: frame(lang, "/join"), Action: "/join"} }

func enrolCode() *ui.EnrolCode {
	return &ui.EnrolCode{Maker: "Tortue", Code: "7F3K-9Q2M-XY01", Command: "printer-agent enrol https://atelier.example 7F3K-9Q2M-XY01", Until: at(2, 14, 0)}
}

func typedMe(lang string) url.Values {
	return url.Values{ui.FieldName: {"Tortue"}, ui.FieldTown: {"Rue"}, ui.FieldPostcode: {"80120"}, ui.FieldPhone: {"0300000000"}, ui.FieldCollect: {"home"}}
}

func typedWork() url.Values {
	return url.Values{ui.FieldSteps: {"sew"}, ui.FieldQuota: {"20"}, ui.FieldThere: {ui.HoursAlways}}
}

func somePlaces() []ui.Choice {
	return []ui.Choice{{Value: "home"}, {Value: "hub"}, {Value: "maker-m2", Label: "Sterne"}}
}

func me(lang string) ui.Me {
	f := maker(lang, "/maker/me")
	f.Live = ""
	return ui.Me{Frame: f, Places: somePlaces()[:2], Form: ui.Form{Values: typedMe(lang)}, Work: ui.Form{Values: typedWork()}}
}

func person(lang string) ui.Person {
	f := desk(lang, ui.NavPeople, "/desk/people/m1")
	f.Live = ""
	return ui.Person{Frame: f, Email: "goeland@example.org", Said: []string{"printer", "sew"}, Note: pick(lang, "Je suis là le soir.", "I am there in the evening."), Since: at(-20, 9, 0),
		MakerRow: ui.MakerRow{ID: "m1", Name: "Goéland", Town: "80120 Rue", Mobile: "0300000000", Agents: []ui.AgentRow{
			{ID: "a1", Name: "pi-rue", Version: "0.1", Online: true, Seen: now().Add(-3 * time.Second), Words: pick(lang, "loutre tilleul barque", "otter linden boat")}}},
		Links: []ui.PrinterLink{
			{ID: "w1", Name: "Tortue", Model: "Creality Ender-3", Heat: fab.Because("hours.day"), Box: "pi-rue"},
			{ID: "w2", Name: "Galet", Model: "RepRap", Heat: fab.Because("hours.always"), Unknown: true, Rests: at(5, 0, 0)}},
		Places: somePlaces(), Form: ui.Form{Values: typedMe(lang)}, Work: ui.Form{Values: typedWork()}}
}
