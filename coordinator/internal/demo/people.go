package demo

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// pledge announces a gift by the public form and returns the donor's page.
func (s *Show) pledge(ctx context.Context, g gift) (string, error) {
	b, err := s.person()
	if err != nil {
		return "", err
	}
	p, err := b.get(ctx, "/give")
	if err != nil {
		return "", err
	}
	f, err := p.form("/give")
	if err != nil {
		return "", err
	}
	thanks, err := b.send(ctx, f, url.Values{
		"material": {g.material}, "count": {g.count}, "donor": {g.donor}, "town": {g.town}, "phone": {"03 00 00 00 30"}, "consent": {"yes"},
	})
	if err != nil {
		return "", err
	}
	if strings.HasPrefix(thanks.url.Path, "/gift/") {
		return thanks.url.String(), nil
	}
	if links := thanks.links("/gift/"); len(links) > 0 {
		return links[0], nil
	}
	return "", fmt.Errorf("no donor's page after the gift: %s", thanks.excerpt())
}

// give plays the donor: the sheets come once the lab waits for film.
func (s *Show) give(ctx context.Context) error {
	return s.every(ctx, "donor", func(ctx context.Context) (bool, error) {
		s.mu.Lock()
		asked := len(s.tracks) > 0
		s.mu.Unlock()
		if !asked {
			return false, nil
		}
		for range 4 { // long enough to see what waits for film
			s.think(ctx)
		}
		page, err := s.pledge(ctx, gift{material: "film-a4", count: strconv.Itoa(sheetsGiven), donor: donorName, town: labTown})
		if err != nil {
			return false, err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.gifts = append(s.gifts, page)
		return true, nil
	})
}

// ask plays the town hall: masks, by the public form, step by step.
func (s *Show) ask(ctx context.Context) error {
	if s.Order.Masks == 0 {
		return nil
	}
	return s.every(ctx, "town hall", func(ctx context.Context) (bool, error) {
		b, err := s.person()
		if err != nil {
			return false, err
		}
		p, err := b.get(ctx, "/ask")
		if err != nil {
			return false, err
		}
		typed := url.Values{
			"qty_mask": {strconv.Itoa(s.Order.Masks)}, "facility": {townHall}, "kind": {"town"}, "town": {townHallIn}, "postcode": {"80120"},
			"address": {"1 place de la Mairie"}, "contact": {"Secrétariat"}, "phone": {"03 00 00 00 11"}, "need_by": {inDays(5)},
		}
		for range 6 {
			if p, err = s.step(ctx, b, p, typed); err != nil {
				return false, err
			}
			if links := p.links("/track/"); len(links) > 0 {
				s.mu.Lock()
				defer s.mu.Unlock()
				s.tracks = append(s.tracks, links...)
				return true, nil
			}
		}
		return false, fmt.Errorf("the form does not end: %s", p.excerpt())
	})
}

// step fills what the step shows and presses its main button.
func (s *Show) step(ctx context.Context, b *browser, p *page, typed url.Values) (*page, error) {
	f, err := p.form("/ask")
	if err != nil {
		return nil, err
	}
	change := url.Values{}
	for name, v := range typed {
		if f.shows(name) {
			change[name] = v
		}
	}
	change["go"] = []string{f.button("go")}
	return b.send(ctx, f, change)
}

// make plays a maker: counts what comes off the printers, takes offers, hands work in. Once, a piece is lost.
func (s *Show) make(ctx context.Context, v volunteer) error {
	var b *browser
	careless := v.login == carelessLogin
	since := map[string]time.Time{}
	return s.every(ctx, v.name, func(ctx context.Context) (bool, error) {
		if b == nil {
			fresh, err := s.person()
			if err != nil {
				return false, err
			}
			if err := s.signIn(ctx, fresh, v.login); err != nil {
				return false, err
			}
			b = fresh
		}
		p, err := b.get(ctx, "/maker")
		if err != nil {
			return false, err
		}
		for _, f := range p.forms("/maker/printers/", "/count") {
			s.think(ctx)
			change := url.Values{}
			if good, _ := strconv.Atoi(f.values.Get("good")); careless && good > 0 { //nolint:errcheck // not a number: nothing to lose
				careless = false
				change["good"], change["bad"] = []string{strconv.Itoa(good - 1)}, []string{"1"}
			}
			if _, err := b.send(ctx, f, change); err != nil {
				return false, err
			}
		}
		return false, s.byHand(ctx, b, p, since)
	})
}

// byHand takes offers, and hands work in once it had its time.
func (s *Show) byHand(ctx context.Context, b *browser, p *page, since map[string]time.Time) error {
	todo := p.forms("/maker/offers/", "/accept")
	for _, f := range p.forms("/maker/work/", "/handin") {
		if began, known := since[f.action]; !known {
			since[f.action] = time.Now()
		} else if time.Since(began) >= s.Hands {
			todo = append(todo, f)
		}
	}
	for _, f := range todo {
		s.think(ctx)
		if _, err := b.send(ctx, f, nil); err != nil {
			return err
		}
	}
	return nil
}

// drive plays the driver: follows each link to each stop, collects, hands over and asks for a name.
func (s *Show) drive(ctx context.Context) error {
	b, err := s.person()
	if err != nil {
		return err
	}
	done := map[string]bool{}
	return s.every(ctx, "driver", func(ctx context.Context) (bool, error) {
		s.mu.Lock()
		runs := slices.Clone(s.runs)
		s.mu.Unlock()
		for _, run := range runs {
			if done[run] {
				continue
			}
			if err := s.tour(ctx, b, run); err != nil {
				return false, err
			}
			done[run] = true
		}
		return false, nil
	})
}

func (s *Show) tour(ctx context.Context, b *browser, run string) error {
	p, err := b.get(ctx, run)
	if err != nil {
		return err
	}
	for _, link := range p.links(p.url.Path + "/stop/") {
		stop, err := b.get(ctx, link)
		if err != nil {
			return err
		}
		for _, f := range append(stop.forms("/run/", "/collect"), stop.forms("/run/", "/deliver")...) {
			s.think(ctx)
			if _, err := b.send(ctx, f, url.Values{"receiver": {receiver}}); err != nil {
				return err
			}
		}
	}
	return nil
}

// receive plays the care home and the town hall: they look at their pages until all has come, and confirm.
func (s *Show) receive(ctx context.Context) error {
	b, err := s.person()
	if err != nil {
		return err
	}
	return s.every(ctx, "requesters", func(ctx context.Context) (bool, error) {
		asked, delivered, err := s.figures(ctx, b)
		if err != nil || asked < s.Order.sum() || delivered < asked {
			return false, err
		}
		s.mu.Lock()
		tracks := slices.Clone(s.tracks)
		s.mu.Unlock()
		for _, track := range tracks {
			p, err := b.get(ctx, track)
			if err != nil {
				return false, err
			}
			for _, f := range p.forms("/track/", "/confirm") {
				if _, err := b.send(ctx, f, nil); err != nil {
					return false, err
				}
			}
		}
		close(s.delivered)
		return true, nil
	})
}

// figures reads from the tracking pages how much was asked and how much was delivered.
func (s *Show) figures(ctx context.Context, b *browser) (asked, delivered int64, err error) {
	s.mu.Lock()
	tracks := slices.Clone(s.tracks)
	s.mu.Unlock()
	for _, track := range tracks {
		p, err := b.get(ctx, track)
		if err != nil {
			return 0, 0, err
		}
		for _, product := range []string{"visor", "hook", "mask"} {
			asked += number(p.live("asked." + product))
			delivered += number(p.live("delivered." + product))
		}
	}
	return asked, delivered, nil
}

// number reads a figure as a page writes it; nothing is 0.
func number(text string) int64 {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// waitFor asks every so often until ok, for at most so long.
func waitFor(ctx context.Context, most, every time.Duration, ok func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	for {
		done, err := ok()
		if err != nil || done {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(every):
		}
	}
}
