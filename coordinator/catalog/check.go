package catalog

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"time"
)

var codeForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// check refuses a product that lacks what its users rely on.
func (p Product) check() error {
	errs := []error{
		p.checkHead(),
		p.checkEvidence(),
		checkText("names", p.Names),
		checkText("blurb", p.Blurb),
		checkText("claim.text", p.Claim.Text),
		p.checkFile(p.Notices.FR),
		p.checkFile(p.Notices.EN),
	}
	if len(p.Parts) == 0 || len(p.Steps) == 0 {
		errs = append(errs, errors.New("parts and steps must not be empty"))
	}
	for _, part := range p.Parts {
		errs = append(errs, within("part "+part.Code, p.checkPart(part)))
	}
	for _, m := range p.Materials {
		errs = append(errs, within("material "+m.Code, m.check()))
	}
	for _, s := range p.Steps {
		errs = append(errs, within("step "+s.Code, errors.Join(s.check(), p.checkMade(s.Makes))))
	}
	return errors.Join(errs...)
}

func (p Product) checkHead() error {
	switch {
	case p.Version == "":
		return errors.New("version is empty")
	case !isDay(p.Dated):
		return fmt.Errorf("dated %q is not YYYY-MM-DD", p.Dated)
	case !slices.Contains([]string{StatusPrototype, StatusTrialled, StatusWithdrawn}, p.Status):
		return fmt.Errorf("status %q is unknown", p.Status)
	case p.Picture != PictureThread && p.Picture != PictureCall:
		return fmt.Errorf("picture %q is unknown", p.Picture)
	}
	return checkCode("claim.code", p.Claim.Code)
}

// checkEvidence holds "trialled" to at least one trial.
func (p Product) checkEvidence() error {
	if p.Status == StatusTrialled && len(p.Evidence) == 0 {
		return errors.New("status trialled without evidence")
	}
	for _, e := range p.Evidence {
		if !isDay(e.Date) {
			return fmt.Errorf("evidence date %q is not YYYY-MM-DD", e.Date)
		}
		if err := errors.Join(checkText("evidence.function", e.Function), checkText("evidence.summary", e.Summary)); err != nil {
			return err
		}
	}
	return nil
}

func (p Product) checkPart(part Part) error {
	err := errors.Join(checkCode("code", part.Code), checkText("names", part.Names), p.checkFile(part.File))
	if err != nil {
		return err
	}
	if part.PerUnit < 1 {
		return errors.New("per_unit is below 1")
	}
	switch part.How {
	case HowPrint:
		return p.checkPrinted(part)
	case HowHand:
		if part.PerPlate != 0 || part.PileMax != 0 || len(part.LayerHeightsUm) > 0 || len(part.Filaments) > 0 {
			return errors.New("hand work has no plate, pile, layer height or filament")
		}
		if !slices.ContainsFunc(p.Steps, func(s Step) bool { return s.Code == part.Step }) {
			return fmt.Errorf("step %q is not among the steps", part.Step)
		}
		return nil
	}
	return fmt.Errorf("how %q is unknown", part.How)
}

func (p Product) checkPrinted(part Part) error {
	if part.Step != "" {
		return errors.New("a printed part has no step")
	}
	if part.PerPlate < 1 || len(part.LayerHeightsUm) == 0 || len(part.Filaments) == 0 {
		return errors.New("a printed part needs per_plate, layer_heights_um and filaments")
	}
	if part.PileMax < 0 || part.PileMax > 50 {
		return fmt.Errorf("pile_max %d is outside 0 to 50", part.PileMax)
	}
	for _, um := range part.LayerHeightsUm {
		if um < 50 || um > 400 {
			return fmt.Errorf("layer height %d µm is outside 50 to 400", um)
		}
	}
	return p.checkFile(part.Source)
}

func (m Material) check() error {
	if m.Unit != UnitPiece && m.Unit != UnitMg {
		return fmt.Errorf("unit %q is unknown", m.Unit)
	}
	if m.PerUnit < 1 {
		return errors.New("per_unit is below 1")
	}
	return errors.Join(checkCode("code", m.Code), checkText("names", m.Names))
}

func (s Step) check() error {
	if s.Minutes < 1 {
		return errors.New("minutes is below 1")
	}
	return errors.Join(checkCode("code", s.Code), checkText("names", s.Names))
}

// maxWorks keeps the ways to put a product together few.
const maxWorks = 4

func (p Product) checkMade(m *Made) error {
	if m == nil {
		return nil
	}
	errs := []error{checkCode("makes.code", m.Code), checkText("makes.names", m.Names)}
	if len(m.Takes) == 0 {
		errs = append(errs, errors.New("makes.takes is empty"))
	}
	for i, code := range m.Takes {
		part := slices.ContainsFunc(p.Parts, func(part Part) bool { return part.Code == code })
		material := slices.ContainsFunc(p.Materials, func(m Material) bool { return m.Code == code })
		if !part && !material || slices.Contains(m.Takes[:i], code) {
			errs = append(errs, fmt.Errorf("makes.takes %q is no part or material, or stands there twice", code))
		}
	}
	works := 0
	for _, s := range p.Steps {
		if s.Makes != nil {
			works++
		}
	}
	if works > maxWorks {
		errs = append(errs, fmt.Errorf("more than %d steps make something", maxWorks))
	}
	return errors.Join(errs...)
}

func (p Product) checkFile(name string) error {
	if name == "" {
		return errors.New("a file name is missing")
	}
	_, err := fs.Stat(p.dir, name)
	return err
}

func checkText(key string, t Text) error {
	if t.FR == "" || t.EN == "" {
		return fmt.Errorf("%s lacks a language", key)
	}
	return nil
}

func checkCode(key, code string) error {
	if !codeForm.MatchString(code) {
		return fmt.Errorf("%s %q is not a code", key, code)
	}
	return nil
}

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

func within(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// codes are those of its parts and of what its steps make.
func (p Product) codes() (list []string) {
	for _, part := range p.Parts {
		list = append(list, part.Code)
	}
	for _, s := range p.Steps {
		if s.Makes != nil {
			list = append(list, s.Makes.Code)
		}
	}
	return list
}

// checkUnique holds part codes apart: stock counts parts by code alone.
func checkUnique(products []Product) error {
	owner := map[string]string{}
	for _, p := range products {
		for _, code := range p.codes() {
			if first, taken := owner[code]; taken {
				return fmt.Errorf("part %s is in %s and in %s", code, first, p.ID)
			}
			owner[code] = p.ID
		}
	}
	return nil
}
