package demo

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// desk is what the coordinator remembers between two looks at the pages.
type desk struct {
	*browser
	show       *Show
	phoned     bool
	miscounted bool
	awaySince  time.Time // since when the bags at the makers' are the same
	awayBags   string
}

// coordinate plays the coordinator: types the phone request, answers requests, receives gifts, sends the driver for the
// bags, counts, kits, packs, and sends the driver out.
func (s *Show) coordinate(ctx context.Context, b *browser) error {
	d := &desk{browser: b, show: s, phoned: s.Order.Visors+s.Order.Hooks == 0}
	return s.every(ctx, "coordinator", func(ctx context.Context) (bool, error) {
		for _, act := range []func(context.Context) error{d.phone, d.answer, d.receive, d.clear, d.deliveries} {
			if err := act(ctx); err != nil {
				return false, err
			}
		}
		return false, nil
	})
}

// phone types in what the care home said on the phone.
func (d *desk) phone(ctx context.Context) error {
	if d.phoned {
		return nil
	}
	p, err := d.get(ctx, "/desk/requests/new")
	if err != nil {
		return err
	}
	f, err := p.form("/desk/requests/new")
	if err != nil {
		return err
	}
	answer, err := d.send(ctx, f, url.Values{
		"go": {"send"}, "qty_visor": {strconv.Itoa(d.show.Order.Visors)}, "qty_hook": {strconv.Itoa(d.show.Order.Hooks)}, "qty_mask": {""},
		"facility": {careHome}, "kind": {"care_home"}, "address": {"12 rue des Dunes"}, "postcode": {"80120"}, "town": {careTown},
		"access": {"entrée cuisine, sonner"}, "contact": {"Accueil"}, "phone": {"03 00 00 00 10"}, "need_by": {inDays(3)},
	})
	if err != nil {
		return err
	}
	d.phoned = true
	return d.show.follow(ctx, d.browser, answer)
}

// follow finds the tracking page that a sent form leads to.
func (s *Show) follow(ctx context.Context, b *browser, p *page) error {
	links := p.links("/track/")
	if len(links) == 0 {
		for _, f := range p.forms("/desk/requests/", "/link") {
			shown, err := b.send(ctx, f, nil)
			if err != nil {
				return err
			}
			links = shown.links("/track/")
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tracks = append(s.tracks, links...)
	return nil
}

func inDays(n int) string { return time.Now().AddDate(0, 0, n).Format("2006-01-02") }

// answer approves the requests that wait.
func (d *desk) answer(ctx context.Context) error {
	p, err := d.get(ctx, "/desk/requests?show=todo")
	if err != nil {
		return err
	}
	for _, link := range p.links("/desk/requests/") {
		if strings.HasSuffix(link, "/new") {
			continue
		}
		one, err := d.get(ctx, link)
		if err != nil {
			return err
		}
		for _, f := range one.forms("/desk/requests/", "/approve") {
			d.show.think(ctx)
			if _, err := d.send(ctx, f, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *desk) receive(ctx context.Context) error {
	_, err := d.show.takeIn(ctx, d.browser)
	return err
}

// clear empties the beds of printers that nobody counts on: those that stand in error or were never confirmed.
func (d *desk) clear(ctx context.Context) error {
	p, err := d.get(ctx, "/desk/printers")
	if err != nil {
		return err
	}
	for _, f := range p.forms("/desk/printers/", "/clear") {
		if f.values.Get("good") != "0" && f.values.Get("good") != "" {
			continue // pieces to count: their maker does
		}
		d.show.think(ctx)
		if _, err := d.send(ctx, f, nil); err != nil {
			return err
		}
	}
	return nil
}

// deliveries leads from the bags at the makers' to the boxes on the road.
func (d *desk) deliveries(ctx context.Context) error {
	p, err := d.get(ctx, "/desk/deliveries")
	if err != nil {
		return err
	}
	if f := p.forms("/desk/bags/", "/settle"); len(f) > 0 {
		return d.settle(ctx, f)
	}
	if done, err := d.kit(ctx, p); done || err != nil {
		return err
	}
	if f := p.forms("/desk/runs", ""); len(f) > 0 {
		return d.dispatch(ctx, f[0])
	}
	return nil
}

// settle counts the bags on the table. Once, a bag labelled eight holds seven.
func (d *desk) settle(ctx context.Context, bags []form) error {
	for _, f := range bags {
		d.show.think(ctx)
		change := url.Values{"kit": {}}
		if f.values.Get("good") == "8" && !d.miscounted {
			d.miscounted = true
			change["good"], change["bad"], change["reason"] = []string{"7"}, []string{"0"}, []string{"miscounted"}
		}
		if _, err := d.send(ctx, f, change); err != nil {
			return err
		}
	}
	return nil
}

// kit packs a product once all that was promised of it can be packed, and boxes what is kitted.
func (d *desk) kit(ctx context.Context, p *page) (bool, error) {
	for _, f := range p.forms("/desk/kits", "") {
		row := p.byID("kit-" + f.values.Get("request") + "-" + f.values.Get("product"))
		if row == nil || f.values.Get("count") != attr(row, "data-left") {
			continue
		}
		d.show.think(ctx)
		_, err := d.send(ctx, f, nil)
		return true, err
	}
	for _, f := range p.forms("/desk/boxes", "") {
		if d.unpacked(p, f.values.Get("request")) {
			continue
		}
		_, err := d.send(ctx, f, nil)
		return true, err
	}
	return false, nil
}

// unpacked reports whether a request still lacks kits: then its boxes wait.
func (d *desk) unpacked(p *page, request string) bool {
	for n := range p.root.Descendants() {
		if n.Type == html.ElementNode && strings.HasPrefix(attr(n, "id"), "kit-"+request+"-") && attr(n, "data-left") != "0" {
			return true
		}
	}
	return false
}

// dispatch sends the driver out: with boxes when there are any, else for the bags once no more come for a while.
func (d *desk) dispatch(ctx context.Context, f form) error {
	change := url.Values{"driver": {driverName}, "phone": {"03 00 00 00 20"}, "day": {time.Now().Format("2006-01-02")}}
	lots := f.checkboxes("lot")
	switch bags := strings.Join(lots, " "); {
	case len(f.values["box"]) > 0:
		change["lot"] = lots
	case bags != d.awayBags:
		d.awayBags, d.awaySince = bags, time.Now()
		return nil
	case bags == "" || time.Since(d.awaySince) < 8*d.show.Tick+d.show.Think:
		return nil
	default:
		change["lot"] = lots
	}
	d.show.think(ctx)
	p, err := d.send(ctx, f, change)
	if err != nil {
		return err
	}
	d.show.mu.Lock()
	defer d.show.mu.Unlock()
	d.show.runs = append(d.show.runs, p.links("/run/")...)
	return nil
}
