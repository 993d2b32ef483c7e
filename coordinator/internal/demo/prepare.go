package demo

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

var enrolCode = regexp.MustCompile(`[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{1,4}){7}`)

// prepare makes the lab ready, by the forms that a coordinator uses: the first account, which is signed in then, makers, agents, stock, spools on
// printers, clear beds. It returns the coordinator's browser.
func (s *Show) prepare(ctx context.Context) (*browser, error) {
	desk, err := s.person()
	if err != nil {
		return nil, err
	}
	p, err := desk.get(ctx, s.Lab.Setup)
	if err != nil {
		return nil, err
	}
	if err := s.submit(ctx, desk, p, p.url.Path, url.Values{"login": {deskLogin}, "name": {deskName}, "password": {password}}); err != nil {
		return nil, err
	}
	for _, v := range volunteers() {
		if err := s.welcome(ctx, desk, v); err != nil {
			return nil, err
		}
	}
	for _, g := range stock() {
		if _, err := s.pledge(ctx, g); err != nil {
			return nil, err
		}
	}
	if _, err := s.takeIn(ctx, desk); err != nil {
		return nil, err
	}
	return desk, s.loadSpools(ctx, desk)
}

func (s *Show) submit(ctx context.Context, b *browser, p *page, action string, values url.Values) error {
	f, err := p.form(action)
	if err != nil {
		return err
	}
	_, err = b.send(ctx, f, values)
	return err
}

func (s *Show) signIn(ctx context.Context, b *browser, login string) error {
	p, err := b.get(ctx, "/signin")
	if err != nil {
		return err
	}
	return s.submit(ctx, b, p, "/signin", url.Values{"login": {login}, "password": {password}})
}

// welcome registers a maker, and joins the agent when there are printers.
func (s *Show) welcome(ctx context.Context, desk *browser, v volunteer) error {
	p, err := desk.get(ctx, "/desk/people")
	if err != nil {
		return err
	}
	values := url.Values{"name": {v.name}, "town": {v.town}, "phone": {v.phone}, "login": {v.login}, "password": {password}}
	if len(v.steps) > 0 {
		values["steps"] = v.steps
	}
	f, err := p.form("/desk/people/makers")
	if err != nil {
		return err
	}
	if p, err = desk.send(ctx, f, values); err != nil || len(v.printers) == 0 {
		return err
	}
	if err := s.hardware.plugIn(ctx, v); err != nil {
		return err
	}
	code, err := s.code(ctx, desk, p, v)
	if err != nil {
		return err
	}
	return s.hardware.enrol(ctx, v, s.Lab.AgentURL, code)
}

// code asks for an enrolment code of the maker whose row names him.
func (s *Show) code(ctx context.Context, desk *browser, p *page, v volunteer) (string, error) {
	for _, f := range p.forms("/desk/people/", "/enrol-code") {
		row := p.byID("maker-" + strings.TrimSuffix(strings.TrimPrefix(f.action, "/desk/people/"), "/enrol-code"))
		if row == nil || !strings.Contains(text(row), v.name) {
			continue
		}
		shown, err := desk.send(ctx, f, nil)
		if err != nil {
			return "", err
		}
		if code := enrolCode.FindString(text(shown.root)); code != "" {
			return code, nil
		}
		return "", fmt.Errorf("no enrolment code on the page: %s", shown.excerpt())
	}
	return "", fmt.Errorf("no row of %s on the page: %s", v.name, p.excerpt())
}

// takeIn receives every pledge that waits, and reports whether there was one.
func (s *Show) takeIn(ctx context.Context, desk *browser) (bool, error) {
	p, err := desk.get(ctx, "/desk/materials")
	if err != nil {
		return false, err
	}
	forms := p.forms("/desk/donations/", "/receive")
	for _, f := range forms {
		s.think(ctx)
		if _, err := desk.send(ctx, f, nil); err != nil {
			return false, err
		}
	}
	return len(forms) > 0, nil
}

// loadSpools puts one spool on each printer.
func (s *Show) loadSpools(ctx context.Context, desk *browser) error {
	p, err := desk.get(ctx, "/desk/printers")
	if err != nil {
		return err
	}
	forms := p.forms("/desk/printers/", "/spool")
	if len(forms) == 0 {
		return fmt.Errorf("no printer to load: %s", p.excerpt())
	}
	for i, f := range forms {
		spools := f.options("spool")
		if i >= len(spools) {
			return fmt.Errorf("%d spools for %d printers", len(spools), len(forms))
		}
		if _, err := desk.send(ctx, f, url.Values{"spool": {spools[i]}}); err != nil {
			return err
		}
	}
	return nil
}
