package main

import (
	"net/url"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

func productStories() []story {
	return []story{
		{"desk-products", func(lang string) ui.Page { return products(lang) }},
		{"desk-products-empty", func(lang string) ui.Page {
			return ui.Products{Frame: desk(lang, ui.NavProduction, "/desk/products")}
		}},
		{"desk-products-key", func(lang string) ui.Page {
			p := products(lang)
			p.Key = &ui.SlicerKey{Name: "PC du fablab", Key: "4f6d2c8e1b7a90d35ce21f08ab94d7734f6d2c8e1b7a90d35ce21f08ab94d773",
				Command: "slicer-bridge work --coordinator https://atelier.example:8443 --key-file slicing.key"}
			return p
		}},
		{"desk-products-key-refused", func(lang string) ui.Page {
			p := products(lang)
			p.Form.Errors = refusals(ui.FieldName, "name_missing")
			return p
		}},
		{"desk-new-version", func(lang string) ui.Page { return newVersion(lang) }},
		{"desk-new-version-refused", func(lang string) ui.Page {
			p := newVersion(lang)
			p.Form.Values = url.Values{}
			p.Form.Errors = fab.Errors{
				fab.Refuse(fab.Invalid, "name_missing", ui.FieldVersion), fab.Refuse(fab.Invalid, "model_too_large", ui.FieldModel+"visor-band", "max", 64),
				fab.Refuse(fab.Invalid, "mesh.not_stl", ui.FieldModel+"visor-reinforcement", "is", "jpeg"),
			}
			return p
		}},
		{"desk-new-version-asks", func(lang string) ui.Page {
			p := newVersion(lang)
			p.Asks = true
			p.Parts[0].Kept, p.Parts[0].AskScale, p.Parts[0].AskRepair, p.Parts[0].CanRepair = "aa", true, true, true
			p.Parts[0].Called = "<b>bandeau</b> ../../v13 \"final\".stl"
			p.Parts[0].New = &ui.ModelPart{Code: "visor-band", Size: [3]int64{7_181, 6_102, 787}, VolumeMM3: 2, Triangles: 8412,
				Problems: []fab.Reason{fab.Because("mesh.units_uncertain", "size_mm", "7.2"), fab.Because("mesh.open_edges", "edges", "12")}}
			return p
		}},
		{"desk-version", func(lang string) ui.Page { return version(lang) }},
		{"desk-version-new", func(lang string) ui.Page {
			p := version(lang)
			p.Tally, p.Plates = ui.PlateTally{}, nil
			return p
		}},
		{"desk-version-done", func(lang string) ui.Page {
			p := version(lang)
			p.VersionRow = versions()[1]
			p.TriedAt, p.Why, p.Dated, p.Notice, p.Claim, p.Proofs = at(-5, 9, 0), pick(lang, "Deux essais.", "Two trials."), at(-5, 9, 0), true, fab.ClaimTriedByCare, proofs(lang)
			p.Borne = p.Proofs[:1]
			p.Trials = []ui.TrialRow{{ID: "e1", Code: "E-004", State: ui.StateClosed, Testers: 2, Answers: 2}}
			p.Recalls = []string{"/desk/recalls/r1"}
			p.Plates[0].Rows = p.Plates[0].Rows[:1]
			p.Plates = p.Plates[:1]
			return p
		}},
	}
}

func versions() []ui.VersionRow {
	return []ui.VersionRow{
		{ID: "d3", Version: "1.2", State: ui.StatePrototype, Made: at(0, 9, 0), Tally: ui.PlateTally{All: 12, Ready: 6, Cannot: 2, Open: 4}},
		{ID: "d2", Version: "1.1", State: ui.StateTrialled, Made: at(-9, 9, 0), Tally: ui.PlateTally{All: 12, Ready: 12}},
		{ID: "d1", Version: "1.0", State: ui.StateWithdrawn, Dangerous: true, Made: at(-30, 9, 0), Tally: ui.PlateTally{All: 9, Ready: 9}},
	}
}

func products(lang string) ui.Products {
	return ui.Products{
		Frame: desk(lang, ui.NavProduction, "/desk/products"),
		Products: []ui.ProductRow{
			{Code: "visor", Name: visor(lang, 1).Name, Versions: versions()},
			{Code: "hook", Name: hook(lang, 1).Name, Versions: versions()[1:2]},
			{Code: "mask", Name: "mask", Versions: []ui.VersionRow{{ID: "d9", Version: "1.0", State: ui.StateTrialled, Made: at(-9, 9, 0), ByHand: true}}},
		},
		Slicers: []ui.SlicerRow{
			{ID: "k1", Name: "PC du fablab", Seen: now().Add(-2 * time.Minute)},
			{ID: "k2", Name: "Portable de secours"},
			{ID: "k3", Name: "Ancien poste", Revoked: true, Seen: at(-20, 9, 0)},
		},
	}
}

func newVersion(lang string) ui.NewVersion {
	return ui.NewVersion{
		Frame: desk(lang, ui.NavProduction, "/desk/products/d3/new"), From: versions()[0], Product: visor(lang, 1).Name, MaxMB: 64,
		Parts: []ui.Candidate{{Code: "visor-band", Name: "visor-band"}, {Code: "visor-reinforcement", Name: "visor-reinforcement"}},
		Form:  ui.Form{Key: "k9", Values: url.Values{ui.FieldVersion: {"1.3"}}},
	}
}

func version(lang string) ui.Version {
	kind := func(id, machine, filament, state string) ui.PlateRow {
		return ui.PlateRow{ID: id, Machine: machine, NozzleUM: 400, Filament: filament, State: state, Copies: 2}
	}
	ready := kind("p1", "Prusa MK3S", "petg", ui.StatePlateReady)
	ready.Copies, ready.Time, ready.FilamentMG, ready.Layers = 4, 2*time.Hour+13*time.Minute, 31_200, 84
	busy := kind("p2", "Creality Ender-3", "petg", ui.StateSlicing)
	busy.Percent = 42
	no := kind("p3", "Dagoma DiscoEasy200", "petg", ui.StateImpossible)
	no.Why = fab.Because("plate.too_big", "part_mm", "212.0 × 180.0", "bed_mm", "205 × 205")
	again := kind("p4", "Voron 2.4", "pla", ui.StateAgain)
	again.Why, again.Next, again.Settings = fab.Because("slicing.slicer_limit"), at(0, 14, 21), "Foudre"
	own := kind("p5", "Creality Ender-3", "petg", ui.StatePlateReady)
	own.Owner, own.Copies, own.Time, own.FilamentMG, own.Layers = "Tortue", 3, 3*time.Hour, 28_000, 90
	own.Notes = []fab.Reason{fab.Because("gcode.pause", "command", "M0")}
	off := kind("p6", "Artillery Sidewinder X1", "pla", ui.StatePlateCancelled)
	next := kind("p7", "Creality CR-10", "petg", ui.StateWaiting)
	second := []ui.PlateRow{kind("p8", "Prusa MK3S", "petg", ui.StateWaiting)}
	return ui.Version{
		Frame: desk(lang, ui.NavProduction, "/desk/products/d3"), VersionRow: versions()[0], Product: visor(lang, 1).Name, Checks: checkLines(lang), Back: []ui.DefectRow{{N: 2, Why: "cracked", Said: pick(lang, "au pli", "at the fold"), At: at(-1, 9, 0)}},
		Parts: []ui.ModelPart{
			{Code: "visor-band", Name: "visor-band", PerUnit: 1, File: "/desk/products/d3/parts/visor-band", Size: [3]int64{182_400, 155_000, 20_000}, VolumeMM3: 24_310, Triangles: 8412,
				Problems: []fab.Reason{fab.Because("mesh.open_edges", "edges", "12")}},
			{Code: "visor-reinforcement", Name: "visor-reinforcement", PerUnit: 1, File: "/desk/products/d3/parts/visor-reinforcement", Refused: fab.Because("mesh.flat", "axis", "Z")},
			{Code: "mask", Name: "mask", ByHand: true, Step: "sew", PerUnit: 1},
		},
		Plates: []ui.PartPlates{
			{Code: "visor-band", Name: "visor-band", Rows: []ui.PlateRow{ready, busy, no, again, own, off, next}},
			{Code: "visor-reinforcement", Name: "visor-reinforcement", Rows: second},
		},
	}
}
