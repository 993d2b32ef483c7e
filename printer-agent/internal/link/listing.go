package link

import (
	"bytes"
	"time"
)

// longestListing is how long the next name of a listing may take: some firmware never says that it has ended.
const longestListing = time.Second

// lists takes the listing of a printer's card, which somebody at the machine may have asked for: names look like anything,
// while reports and acknowledgements come in between (Marlin, cardreader.cpp).
func (l *Link) lists(r reply) bool {
	s := &l.s
	switch {
	case bytes.HasPrefix(r.text, []byte("Begin file list")):
		s.listing = s.now.Add(longestListing)
		return true
	case bytes.HasPrefix(r.text, []byte("End file list")):
		s.listing = time.Time{}
		return true
	case s.now.After(s.listing) || !isName(r.text):
		return false
	}
	s.listing = s.now.Add(longestListing)
	return true
}

// isName says whether a line of a listing names a file: "NAME.GCO", "/folder/name.gcode 12345", "ok.g 7".
func isName(line []byte) bool {
	name, _, _ := bytes.Cut(line, []byte{' '})
	dot := bytes.LastIndexByte(name, '.')
	if dot < 1 || len(name)-dot > 6 {
		return false
	}
	letter := name[dot+1:]
	return len(letter) > 0 && (letter[0]|0x20) >= 'a' && (letter[0]|0x20) <= 'z'
}
