package paper

import (
	"slices"
	"strings"
	"time"

	"github.com/mailleur/mailleur/ui"
)

// Place is where things go.
type Place struct {
	Name    string
	Address string
	Town    string // postcode and town
	Access  string // how to get in
	Contact string
	Phone   string
}

func (p Place) where() string { return joined(", ", p.Address, p.Town) }

// joined puts what is not empty together.
func joined(between string, parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, between)
}

// Note is a delivery note. Dates are in the lab's zone.
type Note struct {
	No       string // BL-0042
	Ref      string // of the request, as it is spoken
	Issued   time.Time
	Day      time.Time // of the run
	Run      string
	Driver   string
	To       Place
	Lines    []NoteLine
	Claims   []string // codes of what may be said of the products
	Recalled bool     // something in it must not be handed over

	Receiver string // who took it over; "" before
	At       time.Time
	Reserves string
}

// NoteLine is one product in one box.
type NoteLine struct {
	Box  string
	What Goods
	Lots []string

	Supplied []string // names of materials that the place adds
}

// DeliveryNote is one delivery in two copies, one for the place and one that comes back signed.
func DeliveryNote(lang string, lab Lab, n Note) (ui.Document, error) {
	var copies []*sheet
	for _, which := range []string{"copy_place", "copy_lab"} {
		s := newSheet(lang, lab)
		s.Copy = s.say(which)
		s.note(n)
		copies = append(copies, s)
	}
	return document(lang, lab, copies[0].say("note_title", "no", n.No), false, copies...)
}

// DeliveryNotes are the notes of a whole run, one after the other.
func DeliveryNotes(lang string, lab Lab, run string, notes []Note) (all ui.Document, err error) {
	for _, n := range notes {
		one, err := DeliveryNote(lang, lab, n)
		if err != nil {
			return all, err
		}
		for _, s := range one.Sheets {
			s.Copy = joined(" · ", n.No, s.Copy)
			all.Sheets = append(all.Sheets, s)
		}
	}
	all.Lang, all.Sender, all.Title = lang, lab.sender(), newSheet(lang, lab).say("notes_title", "run", run)
	return all, nil
}

func (s *sheet) note(n Note) {
	s.code(n.No, "", "issued", s.date(n.Issued), "request", n.Ref, "day", s.date(n.Day), "run", n.Run, "driver", n.Driver)
	if n.Recalled {
		s.notice(s.say("recalled"))
	}
	s.heading(s.say("to"))
	s.fields("place", n.To.Name, "address", n.To.where(), "access", n.To.Access, "contact", joined(", ", n.To.Contact, phone(n.To.Phone)))
	boxes := map[string]bool{}
	var supplied []string
	var rows [][]string
	for _, l := range n.Lines {
		boxes[l.Box] = true
		for _, name := range l.Supplied {
			if !slices.Contains(supplied, name) {
				supplied = append(supplied, name)
			}
		}
		rows = append(rows, []string{l.Box, l.What.Name, s.number(l.What.Count), strings.Join(l.Lots, ", "), ui.TickBox})
	}
	s.heading(s.say("boxes", "n", len(boxes)))
	s.table([]column{{code: "box", share: 13}, {code: "goods", share: 36}, {code: "count", share: 13, right: true}, {code: "lots", share: 30}, {code: "seen", share: 8}}, rows)
	if len(supplied) > 0 {
		s.notice(s.say("supplied", "what", strings.Join(supplied, ", ")))
	}
	s.text(s.say("gift"))
	s.lines(s.claims(n.Claims...)...)
	s.heading(s.say("received"))
	if n.Receiver != "" {
		at := s.date(n.At)
		if at != "" {
			at += ", " + s.clock(n.At)
		}
		reserves := n.Reserves
		if reserves == "" {
			reserves = s.say("no_reserve")
		}
		s.fields("receiver", n.Receiver, "taken", at, "reserves", reserves)
		return
	}
	s.text(s.say("reserve_how"))
	s.blanks("reserves_blank")
	s.blanks("receiver_blank", "taken_blank", "receiver_sign", "driver_sign")
}
