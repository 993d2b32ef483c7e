package paper

import (
	"strings"
	"time"

	"github.com/mailleur/mailleur/ui"
	"github.com/mailleur/mailleur/ui/locales"
)

// Box is what stands on a box.
type Box struct {
	Code     string
	To       Place
	Ref      string // of the request
	Packed   time.Time
	Inside   []Goods
	Lots     []string
	Claims   []string // codes of what may be said of what is inside
	Cleaning []string // the first word on cleaning, one for each product
	Recalled bool
	Supplied []string // names of materials that the place adds
	ToSign   bool     // an information sheet goes with it, to be signed
}

// BoxLabels are the labels of boxes.
func BoxLabels(lang string, lab Lab, boxes []Box) (ui.Document, error) {
	title := newSheet(lang, lab)
	var sheets []*sheet
	for _, b := range boxes {
		s := newSheet(lang, lab)
		s.code(b.Code, b.Code, "for", joined(", ", b.To.Name, b.To.Town), "inside", s.goods(b.Inside), "request", b.Ref, "packed", s.date(b.Packed))
		if b.Recalled {
			s.notice(s.say("recalled"))
		}
		if len(b.Supplied) > 0 {
			s.notice(s.say("supplied", "what", strings.Join(b.Supplied, ", ")))
		}
		sheet := ""
		if b.ToSign {
			sheet = s.say("sheet_with")
		}
		s.fields("sheet", sheet, "lots", strings.Join(b.Lots, ", "), "cleaning", strings.Join(b.Cleaning, " "), "claim", strings.Join(s.claims(b.Claims...), " "))
		sheets = append(sheets, s)
	}
	return document(lang, lab, title.say("box_labels", "n", len(boxes)), true, sheets...)
}

func (s *sheet) goods(list []Goods) string {
	var parts []string
	for _, g := range list {
		parts = append(parts, s.number(g.Count)+"\u00a0× "+g.Name)
	}
	return strings.Join(parts, ", ")
}

// Kit is what stands on the bag of one product, which is given to one person: no place, no name.
type Kit struct {
	Box      string
	Name     string
	Version  string
	Made     time.Time
	Lots     []string
	Claim    string // code
	Cleaning string
	Trial    string // the code of the trial that it belongs to; "" for none
	Count    int64  // labels
	Supplied []string
}

// MaxKitLabels bounds the labels of one box: a page for each eight.
const MaxKitLabels = 2000

// KitLabels are the labels of the products in one box, one for each.
func KitLabels(lang string, lab Lab, kits []Kit) (ui.Document, error) {
	var sheets []*sheet
	for _, k := range kits {
		s := newSheet(lang, lab)
		s.code(k.Box, k.Name, "version", k.Version, "made", s.date(k.Made), "lots", strings.Join(k.Lots, ", "), "box", k.Box)
		if k.Trial != "" {
			s.notice(s.say("prototype", "trial", k.Trial))
		}
		if len(k.Supplied) > 0 {
			s.notice(s.say("supplied", "what", strings.Join(k.Supplied, ", ")))
		}
		s.fields("cleaning", k.Cleaning, "claim", strings.Join(s.claims(k.Claim), ""))
		for range min(k.Count, int64(MaxKitLabels-len(sheets))) {
			sheets = append(sheets, s)
		}
	}
	return document(lang, lab, newSheet(lang, lab).say("kit_labels", "n", len(sheets)), true, sheets...)
}

// Bag is what a maker puts on a bag of parts.
type Bag struct {
	Lot      string
	Part     Goods
	Version  string
	Maker    string
	Made     time.Time
	Material string // code
	Colour   string
	Spool    string
	Trial    string
}

func (s *sheet) material(code string) string {
	if code == "" || !locales.Has(s.lang, "material."+code) {
		return code
	}
	return locales.Word(s.lang, "material", code)
}

// BagLabels are the labels of bags, with the word that nobody ill hands anything in.
func BagLabels(lang string, lab Lab, bags []Bag) (ui.Document, error) {
	var sheets []*sheet
	for _, b := range bags {
		s := newSheet(lang, lab)
		s.code(b.Lot, b.Lot, "part", s.goods([]Goods{b.Part}), "version", b.Version, "maker", b.Maker, "made", s.date(b.Made), "material", joined(", ", s.material(b.Material), b.Colour), "spool", b.Spool)
		if b.Trial != "" {
			s.notice(s.say("prototype", "trial", b.Trial))
		}
		s.text(s.say("ill"))
		sheets = append(sheets, s)
	}
	return document(lang, lab, newSheet(lang, lab).say("bag_labels", "n", len(bags)), true, sheets...)
}
