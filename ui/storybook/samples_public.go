package main

import (
	"net/url"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

func publicStories() []story {
	return []story{
		{"home", func(lang string) ui.Page {
			return ui.Home{Frame: frame(lang, "/"), Products: offered(lang), Delivered: 1284, DeliveredTowns: 17}
		}},
		{"ask-what", func(lang string) ui.Page {
			return ask(lang, ui.AskWhat, url.Values{ui.FieldQuantity + "visor": {"24"}})
		}},
		{"ask-what-empty", func(lang string) ui.Page {
			p := ask(lang, ui.AskWhat, url.Values{ui.FieldQuantity + "hook": {"dix"}})
			p.Form.Errors = refusals(ui.FieldQuantity+"hook", "not_a_number")
			return p
		}},
		{"ask-who", func(lang string) ui.Page { return ask(lang, ui.AskWho, typed()) }},
		{"ask-who-errors", func(lang string) ui.Page {
			v := typed()
			v.Set(ui.FieldFacility, "")
			v.Set(ui.FieldPhone, "03 00")
			p := ask(lang, ui.AskWho, v)
			p.Form.Errors = refusals(ui.FieldFacility, "facility_missing", ui.FieldPhone, "phone_wrong")
			return p
		}},
		{"ask-when", func(lang string) ui.Page { return ask(lang, ui.AskWhen, typed()) }},
		{"ask-check", func(lang string) ui.Page { return ask(lang, ui.AskCheck, typed()) }},
		{"sent", func(lang string) ui.Page {
			return ui.Sent{Frame: frame(lang, "/ask/sent/VM7K3T9X"), Ref: "VM7K3T9X", TrackURL: "/track/abcdefgh",
				Goods: []ui.Goods{visor(lang, 24), hook(lang, 10)}, Facility: "EHPAD Les Tilleuls (fictif)", NeedBy: at(3, 0, 0), Channel: "phone", AnswerBy: at(1, 18, 0),
				Ready: ui.Outlook{From: at(2, 9, 0), To: at(3, 18, 0), Now: now()}}
		}},
		{"track", func(lang string) ui.Page { return tracked(lang) }},
		{"track-call", func(lang string) ui.Page {
			p := tracked(lang)
			p.CanChange = false
			return p
		}},
		{"track-still", func(lang string) ui.Page {
			p := tracked(lang)
			p.Still = ui.StillNeeded{Action: "/track/abcdefgh/still", Lines: p.Lines}
			return p
		}},
		{"track-received", func(lang string) ui.Page {
			p := tracked(lang)
			p.Status, p.Channel = fab.RequestReceived, fab.ChannelWeb
			p.Lines = []ui.TrackLine{{Code: "visor", Name: visor(lang, 1).Name, Asked: 24}, {Code: "hook", Name: hook(lang, 1).Name, Asked: 10}}
			p.Gathered, p.Gift, p.Makers = false, ui.Gift{}, 0
			p.Approved, p.CheckDay, p.From, p.To = p.Delivered, p.Delivered, p.Delivered, p.Delivered
			p.Ready = ui.Outlook{From: at(9, 9, 0), To: at(12, 18, 0), Late: true, Now: now()}
			return p
		}},
		{"track-making", func(lang string) ui.Page {
			p := tracked(lang)
			p.CheckDay, p.From, p.To = p.Delivered, p.Delivered, p.Delivered
			p.Ready = ui.Outlook{From: at(1, 9, 0), To: at(3, 18, 0), Now: now()}
			return p
		}},
		{"track-moved", func(lang string) ui.Page {
			p := tracked(lang)
			p.CheckDay, p.From, p.To = p.Delivered, p.Delivered, p.Delivered
			p.Ready = slipped()
			return p
		}},
		{"track-sooner", func(lang string) ui.Page {
			p := tracked(lang)
			p.CheckDay, p.From, p.To = p.Delivered, p.Delivered, p.Delivered
			p.Ready = ui.Outlook{From: at(1, 9, 0), To: at(1, 18, 0), Now: now(), ToldFrom: at(3, 9, 0), ToldTo: at(5, 18, 0), Moved: []fab.Reason{fab.Because("moved_sooner")}}
			return p
		}},
		{"track-delivered", func(lang string) ui.Page {
			p := tracked(lang)
			p.Status, p.Packed, p.CanChange, p.CanCancel = fab.RequestDelivered, true, false, false
			p.Lines[0].Made, p.Lines[0].Making, p.Lines[0].Delivered = 24, 0, 24
			p.Delivered = at(0, 9, 40)
			return p
		}},
		{"track-refused", func(lang string) ui.Page {
			p := tracked(lang)
			p.Status, p.CanChange, p.CanCancel = fab.RequestRefused, false, false
			p.Why = fab.Because("request.refuse_too_far")
			return p
		}},
		{"track-cancel", func(lang string) ui.Page {
			return ui.TrackCancel{Frame: frame(lang, "/track/abcdefgh/cancel"), Token: "abcdefgh", Ref: "VM7K3T9X", Goods: []ui.Goods{visor(lang, 24)}}
		}},
	}
}

func offered(lang string) []ui.Offered {
	return []ui.Offered{
		{Code: "visor", Name: visor(lang, 1).Name, Days: 4, Takes: sheetsOrElastic(lang),
			Blurb: pick(lang, "Se lave. Film transparent remplaçable.", "Washable. The clear film can be replaced.")},
		{Code: "hook", Name: hook(lang, 1).Name, Stock: 31,
			Blurb: pick(lang, "Ouvre les portes, appuie sur les boutons.", "Opens doors, presses buttons.")},
		{Code: "mask", Name: pick(lang, "Masque en tissu", "Fabric mask"), Days: 6,
			Blurb: pick(lang, "Cousu main, lavable.", "Sewn by hand, washable.")},
	}
}

func ask(lang, step string, values url.Values) ui.Ask {
	return ui.Ask{Frame: frame(lang, "/ask"), Step: step, Products: offered(lang)[:2], Form: ui.Form{Values: values, Key: "k1"}}
}

func typed() url.Values {
	return url.Values{
		ui.FieldQuantity + "visor": {"24"}, ui.FieldQuantity + "hook": {"10"},
		ui.FieldFacility: {"EHPAD Les Tilleuls (fictif)"}, ui.FieldKind: {fab.FacilityCareHome},
		ui.FieldAddress: {"12 rue des Dunes"}, ui.FieldPostcode: {"80120"}, ui.FieldTown: {"Rue"},
		ui.FieldAccess: {"entrée cuisine, sonner"}, ui.FieldContact: {"Accueil"}, ui.FieldPhone: {"0300000000"},
		ui.FieldNeedBy: {"2026-11-26"}, ui.FieldNote: {"Plutôt le matin."},
	}
}

func tracked(lang string) ui.Track {
	f := frame(lang, "/track/abcdefgh")
	f.Live = "/live?track=abcdefgh"
	return ui.Track{
		Frame: f, Token: "abcdefgh", Ref: "VM7K3T9X", Status: fab.RequestApproved, Channel: fab.ChannelPhone,
		Lines:    []ui.TrackLine{{Code: "visor", Name: visor(lang, 1).Name, Asked: 24, Promised: 24, Making: 24, Made: 15}},
		Received: at(0, 7, 5), Approved: at(0, 7, 30), Gathered: true,
		Gift: ui.Gift{Material: "film-a4", Count: 50, Town: "Abbeville"}, Makers: 4,
		CheckDay: at(2, 10, 0), From: at(3, 9, 0), To: at(3, 11, 0), CanChange: true, CanCancel: true,
	}
}
