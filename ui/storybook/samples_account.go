package main

import (
	"net/url"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

func accountStories() []story {
	all := []story{
		{"signin", func(lang string) ui.Page { return ui.SignIn{Frame: frame(lang, "/signin"), Next: "/desk"} }},
		{"signin-wrong", func(lang string) ui.Page {
			return ui.SignIn{Frame: frame(lang, "/signin"), Form: ui.Form{
				Values: url.Values{ui.FieldLogin: {"atelier"}},
				Errors: fab.Errors{fab.Refuse(fab.Unauthorised, "sign_in_wrong", "")}}}
		}},
		{"setup", func(lang string) ui.Page {
			return ui.Setup{Frame: frame(lang, "/setup/abc"), Token: "abc", Form: ui.Form{
				Errors: fab.Errors{fab.Refuse(fab.Invalid, "password_length", ui.FieldPassword, "min", 12, "max", 200)}}}
		}},
	}
	for status, name := range map[int]string{400: "bad", 403: "forbidden", 404: "lost", 409: "changed", 410: "gone", 429: "slow", 500: "fault", 503: "away"} {
		all = append(all, story{"problem-" + name, func(lang string) ui.Page {
			p := ui.Problem{Frame: frame(lang, "/x"), Status: status}
			if status == 500 {
				p.Reference = "7F3K-9Q2M"
			}
			return p
		}})
	}
	return all
}
