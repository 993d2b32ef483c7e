package main

import (
	"net/url"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

func placeStories() []story {
	return []story{
		{"ask-who-proposals", func(lang string) ui.Page {
			return ui.Ask{Frame: frame(lang, "/ask"), Step: ui.AskWho, Proposals: candidates(), Form: ui.Form{Key: "k", Values: url.Values{
				ui.FieldFacility: {"Résidence Les Tilleuls"}, ui.FieldKind: {fab.FacilityCareHome}, ui.FieldTown: {"Rue"}, ui.FieldContact: {"Accueil"}, ui.FieldPhone: {"0300000000"}}}}
		}},
		{"desk-places", func(lang string) ui.Page {
			return ui.Places{Frame: still(desk(lang, ui.NavRequests, "/desk/places")), Listed: ui.Listed{N: 103022, At: at(-190, 0, 0)}, More: 12,
				Chips: []ui.Chip{{Code: "places", URL: "/desk/places", N: 4, Current: true}, {Code: "todo", URL: "/desk/places?show=todo", N: 1}},
				Items: []ui.PlaceItem{
					{ID: "f1", Name: "Résidence Les Tilleuls", Kind: fab.FacilityCareHome, Where: "80120 Rue", State: ui.StateNewPlace},
					{ID: "f2", Name: "Centre hospitalier de la Baie", Kind: fab.FacilityHospital, Where: "80100 Abbeville", State: ui.StateListed, Sites: 3},
					{ID: "f3", Name: "Boulangerie du Port", Kind: fab.FacilityShop, Where: "80550 Le Crotoy"},
					{ID: "f4", Name: "Château de sable", Kind: fab.FacilityOtherPlace, Where: "Quend", State: ui.StateTurnedAway},
				}}
		}},
		{"desk-places-empty", func(lang string) ui.Page {
			return ui.Places{Frame: still(desk(lang, ui.NavRequests, "/desk/places")), Form: ui.Form{Values: url.Values{ui.FieldSearch: {"orme"}}}}
		}},
		{"desk-place-new", func(lang string) ui.Page {
			return ui.Place{Frame: still(desk(lang, ui.NavRequests, "/desk/places/new"))}
		}},
		{"desk-place-asks", func(lang string) ui.Page {
			p := place(lang)
			p.PlaceItem.State, p.EJ, p.Proposals, p.People = ui.StateNewPlace, "", candidates(), nil
			return p
		}},
		{"desk-place", func(lang string) ui.Page { return place(lang) }},
		{"desk-place-refused-form", func(lang string) ui.Page {
			p := place(lang)
			p.Form.Errors = fab.Errors{fab.Refuse(fab.Invalid, "place_twice", ui.FieldFacility, "name", "Les Tilleuls"), fab.Refuse(fab.Invalid, "point_wrong", ui.FieldAt), fab.Refuse(fab.Invalid, "phone_or_email", ui.FieldTheirPhone)}
			return p
		}},
		{"desk-site", func(lang string) ui.Page {
			return ui.Site{Frame: still(desk(lang, ui.NavRequests, "/desk/places/f2/sites/s1")), Place: "Centre hospitalier de la Baie", PlaceID: "f2", ID: "s1", Name: "Quai des livraisons",
				Form: ui.Form{Values: url.Values{ui.FieldSite: {"Quai des livraisons"}, ui.FieldHours: {pick(lang, "lu-ve 08:00-11:30", "mo-fr 08:00-11:30")}}}}
		}},
		{"desk-register", func(lang string) ui.Page {
			return ui.Register{Frame: still(desk(lang, ui.NavRequests, "/desk/register"))}
		}},
		{"desk-register-done", func(lang string) ui.Page {
			return ui.Register{Frame: still(desk(lang, ui.NavRequests, "/desk/register")), Listed: ui.Listed{N: 103022, At: at(-190, 0, 0)}, Done: &ui.Registered{
				Lines: 205123, Places: 103022, Points: 102100, Bad: 2, Placed: 7,
				Named: []ui.BadLine{{Line: 312, ET: "80001O0OO", Why: fab.Because("finess.number_wrong", "number", "80001O0OO")}, {Line: 153001, ET: "800000010", Why: fab.Because("finess.point_wrong", "x", "0", "y", "0")}},
			}}
		}},
		{"desk-forms", func(lang string) ui.Page {
			return ui.Forms{Frame: still(desk(lang, ui.NavRequests, "/desk/forms")), Products: []ui.Offered{{Code: "visor", Name: pick(lang, "Visière", "Visor")}, {Code: "hook", Name: pick(lang, "Crochet", "Hook")}}, Lines: []ui.FormLine{
				{N: 1, Form: ui.Form{Values: url.Values{"code_1": {"VM7K3T9Y"}, "facility_1": {"Les Tilleuls"}}}, Wrong: fab.Errors{fab.Refuse(fab.Invalid, "form_keyed", ui.FieldPaper, "ref", "7F3K-9Q2M")}}, {N: 2},
			}}
		}},
		{"desk-forms-printed", func(lang string) ui.Page {
			return ui.Forms{Frame: still(desk(lang, ui.NavRequests, "/desk/forms")), Products: []ui.Offered{{Code: "visor", Name: pick(lang, "Visière", "Visor")}}, Lines: []ui.FormLine{{N: 1}}}
		}},
		{"figures", func(lang string) ui.Page { return figures(frame(lang, "/figures")) }},
		{"figures-none", func(lang string) ui.Page { return ui.Figures{Frame: frame(lang, "/figures")} }},
		{"desk-report", func(lang string) ui.Page {
			p := figures(still(desk(lang, ui.NavDeliveries, "/desk/report")))
			p.Desk, p.Tables = true, []string{"asked", "made", "given", "delivered"}
			return p
		}},
		{"desk-imports", func(lang string) ui.Page {
			return ui.Imports{Frame: still(desk(lang, ui.NavRequests, "/desk/imports")), Past: []ui.ImportRow{
				{ID: "i3", Kind: fab.ImportStock, File: "stock mars.csv", State: ui.StateImportShown, At: now().Add(-time.Hour)},
				{ID: "i2", Kind: fab.ImportPlaces, File: "etablissements.csv", State: ui.StateDone, Made: 41, At: at(-2, 9, 0)},
				{ID: "i1", Kind: fab.ImportMakers, File: "benevoles.csv", State: ui.StateImportUndone, Made: 12, At: at(-3, 9, 0)},
			}}
		}},
		{"desk-imports-refused", func(lang string) ui.Page {
			return ui.Imports{Frame: still(desk(lang, ui.NavRequests, "/desk/imports")), Form: ui.Form{Values: url.Values{ui.FieldKind: {fab.ImportMakers}}, Errors: fab.Errors{fab.Refuse(fab.Invalid, "import_column_missing", ui.FieldFile, "column", "nom", "found", "personne | lieu")}}}
		}},
		{"desk-import-bad", func(lang string) ui.Page {
			p := imported(lang)
			p.Bad, p.Lines[0].Wrong = 1, []*fab.Error{fab.Refuse(fab.Invalid, "town_or_postcode", "town"), fab.Refuse(fab.Invalid, "import_skill_unknown", "skills", "text", "crochet")}
			return p
		}},
		{"desk-import-good", func(lang string) ui.Page { return imported(lang) }},
		{"desk-import-done", func(lang string) ui.Page {
			p := imported(lang)
			p.State, p.Made, p.Names = ui.StateDone, 2, []string{"Bécassine", "Goéland"}
			return p
		}},
	}
}

func imported(lang string) ui.Import {
	return ui.Import{Frame: still(desk(lang, ui.NavRequests, "/desk/imports/i1")), ImportRow: ui.ImportRow{ID: "i1", Kind: fab.ImportMakers, File: "benevoles.csv", State: ui.StateImportShown, At: now().Add(-time.Minute)},
		Ignored: []string{"Couleur préférée"}, New: 2, Same: 1, Lines: []ui.ImportLine{
			{No: 3, Does: fab.Because("import_maker_new", "name", "Bécassine", "where", "Rue")}, {No: 2, Does: fab.Because("import_maker_new", "name", "Goéland", "where", "Quend")},
			{No: 4, Does: fab.Because("import_maker_same", "name", "Sterne"), Same: true}}}
}

// still is a frame of a page that does not change by itself.
func still(f ui.Frame) ui.Frame {
	f.Live = ""
	return f
}

func candidates() []ui.Match {
	return []ui.Match{{ET: "800000010", Name: "EHPAD LES TILLEULS", Where: "12 rue DES DUNES, 80120 RUE"}, {ET: "800000028", Name: "EHPAD LES TILLEULS DE LA BAIE ET DU MARQUENTERRE", Where: "80120 QUEND"}}
}

func place(lang string) ui.Place {
	return ui.Place{
		Frame:     still(desk(lang, ui.NavRequests, "/desk/places/f2")),
		PlaceItem: ui.PlaceItem{ID: "f2", Name: "Centre hospitalier de la Baie", Kind: fab.FacilityHospital, Where: "80100 Abbeville", State: ui.StateListed, Sites: 2}, EJ: "800000001",
		Sites:    []ui.PlaceSite{{ID: "s1", Name: "Quai des livraisons", Where: "3 rue des Docks", Access: pick(lang, "sonner deux fois", "ring twice"), Hours: pick(lang, "lu-ve 08:00-11:30", "mo-fr 08:00-11:30")}, {ID: "s2", Name: "Annexe", Closed: true}},
		People:   []ui.PlacePerson{{ID: "c1", Name: "Sterne", Duty: pick(lang, "quai, le matin", "dock, in the morning"), Mobile: "0300000001", Email: "quai@baie.example"}},
		Requests: []ui.RequestItem{{ID: "r1", Goods: []ui.Goods{visor(lang, 24)}, State: ui.StateDelivered, Received: now().Add(-72 * time.Hour)}},
		Form: ui.Form{Values: url.Values{
			ui.FieldFacility: {"Centre hospitalier de la Baie"}, ui.FieldKind: {fab.FacilityHospital}, ui.FieldFiness: {"800000036"}, ui.FieldAddress: {"1 rue de la Baie"}, ui.FieldPostcode: {"80100"},
			ui.FieldTown: {"Abbeville"}, ui.FieldAt: {"50.105500, 1.834300"}, ui.FieldContact: {"Accueil"}, ui.FieldPhone: {"0300000000"},
		}},
	}
}

func figures(f ui.Frame) ui.Figures {
	return ui.Figures{Frame: f, Asked: 2140, Made: 1893, Bad: 112, Gifts: 17, Delivered: 1650, Hours: 1204, Grams: 64800, Weeks: []ui.FigureWeek{
		{Name: "2026-W43", Made: 120, Delivered: 60}, {Name: "2026-W44", Made: 410, Delivered: 340}, {Name: "2026-W45", Made: 520, Delivered: 480}, {Name: "2026-W46", Made: 503, Delivered: 410}, {Name: "2026-W47", Made: 340, Delivered: 360},
	}}
}
