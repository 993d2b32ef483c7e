package main

import (
	"context"
	"fmt"

	"github.com/mailleur/mailleur/coordinator/catalog"
	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

// adoptCatalogue takes the products that the program ships into the lab, and its filaments as materials.
func (a *app) adoptCatalogue(ctx context.Context) error {
	products, err := catalog.Load()
	if err != nil {
		return err
	}
	materials := a.filaments()
	for _, p := range products {
		d, err := designOf(p)
		if err != nil {
			return fmt.Errorf("adopt %s: %w", p.ID, err)
		}
		files, err := filesOf(p)
		if err != nil {
			return fmt.Errorf("adopt %s: %w", p.ID, err)
		}
		for _, m := range p.Materials {
			materials = append(materials, fab.Material{Code: m.Code, Names: m.Names.Map(), Unit: m.Unit})
		}
		if err := a.production.Adopt(ctx, d, files, materials); err != nil {
			return fmt.Errorf("adopt %s: %w", p.ID, err)
		}
	}
	return nil
}

// filaments are materials too: weighed, and under the name of their profile.
func (a *app) filaments() (list []fab.Material) {
	for _, f := range a.profiles.Filaments() {
		list = append(list, fab.Material{Code: f.ID, Names: map[string]string{"fr": f.Name, "en": f.Name}, Unit: fab.UnitMG})
	}
	return list
}

func designOf(p catalog.Product) (fab.DesignVersion, error) {
	hash, err := p.ContentHash()
	if err != nil {
		return fab.DesignVersion{}, err
	}
	d := fab.DesignVersion{
		Product: p.ID, Version: p.Version, Hash: hash, Status: fab.DesignStatus(p.Status), Claim: p.Claim.Code, Names: p.Names.Map(),
		Blurbs: p.Blurb.Map(), Colour: p.Picture, Notices: map[string]string{},
	}
	for _, lang := range []string{"fr", "en"} {
		notice, err := p.Notice(lang)
		if err != nil {
			return d, err
		}
		d.Notices[lang] = string(notice)
	}
	minutes := map[string]int64{}
	for _, s := range p.Steps {
		minutes[s.Code] = int64(s.Minutes)
	}
	for _, part := range p.Parts {
		d.BOM.Parts = append(d.BOM.Parts, fab.Part{
			Code: part.Code, Names: part.Names.Map(), How: part.How, PerUnit: int64(part.PerUnit), PerPlate: int64(part.PerPlate), PileMax: part.PileMax, Filaments: part.Filaments,
			Step: part.Step, StepMS: minutes[part.Step] * 60_000,
		})
	}
	for _, c := range p.Checks {
		d.Checks = append(d.Checks, fab.Check{Part: c.Part, Texts: map[string]string{"fr": c.FR, "en": c.EN}, MinUM: c.MinMM * 1000, MaxUM: c.MaxMM * 1000})
	}
	for _, m := range p.Materials {
		d.BOM.Materials = append(d.BOM.Materials, fab.BOMMaterial{Material: m.Code, PerUnit: m.PerUnit})
	}
	d.BOM.Works = worksOf(p)
	return d, nil
}

// worksOf are the steps that people may do elsewhere.
func worksOf(p catalog.Product) (list []fab.Part) {
	per := map[string]fab.Input{}
	for _, part := range p.Parts {
		per[part.Code] = fab.Input{Item: fab.PartItem(part.Code), Per: part.PerUnit}
	}
	for _, m := range p.Materials {
		per[m.Code] = fab.Input{Item: fab.MaterialItem(m.Code), Per: m.PerUnit}
	}
	for _, s := range p.Steps {
		if s.Makes == nil {
			continue
		}
		w := fab.Part{Code: s.Makes.Code, Names: s.Makes.Names.Map(), How: fab.ByHand, PerUnit: 1, Step: s.Code, StepMS: s.Minutes * 60_000}
		for _, code := range s.Makes.Takes {
			w.Of = append(w.Of, per[code])
		}
		list = append(list, w)
	}
	return list
}

func filesOf(p catalog.Product) (map[string]production.Files, error) {
	files := map[string]production.Files{}
	for _, part := range p.Parts {
		model, err := p.File(part.File)
		if err != nil {
			return nil, err
		}
		f := production.Files{Model: model, Kind: "image/svg+xml"}
		if part.How == catalog.HowPrint {
			f.Kind = "model/stl"
			if f.Picture, err = slicing.Picture(model, slicing.View{Width: 480, Height: 360, Part: slicing.PartColor(p.Picture == "call")}); err != nil {
				return nil, fmt.Errorf("draw %s: %w", part.Code, err)
			}
		}
		files[part.Code] = f
	}
	return files, nil
}
