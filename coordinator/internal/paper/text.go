package paper

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/mailleur/mailleur/ui"
)

// written are the scripts that the embedded fonts hold, beside punctuation and signs. Other letters are printed as "�": the
// page of the paper shows them.
var written = []*unicode.RangeTable{unicode.Latin, unicode.Greek, unicode.Cyrillic}

// signs are the last of the characters of no script that the fonts hold: general punctuation, currencies, letter-like signs.
const signs = 0x214f

// printable composes letters with their accents, drops what only steers the display, and marks what the fonts lack.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t', unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
			return ' '
		case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r):
			return -1
		case r <= signs && r != unicode.ReplacementChar && unicode.IsOneOf([]*unicode.RangeTable{unicode.Common, unicode.Inherited}, r):
			return r
		case r <= 0xffff && unicode.IsOneOf(written, r):
			return r
		}
		return unicode.ReplacementChar
	}, norm.NFC.String(text))
}

// piece is text of one weight inside a line.
type piece struct {
	text string
	bold bool
}

// breakable are the parts of a word after which it may be broken when it is wider than a line.
var breakable = regexp.MustCompile(`[^-/]*[-/]+|[^-/]+`)

// line is a line of text as it is set.
type line []piece

// meter tells how wide text is.
type meter func(text string, bold bool) float64

// wrap sets text in lines no wider than width. Lines break at spaces, and where it must be inside a word that is wider than
// a line; nothing is ever cut. No text is one empty line.
func wrap(spans []ui.PaperSpan, width float64, measure meter) []line {
	w := wrapper{width: width, measure: measure}
	for _, span := range spans {
		for i, paragraph := range strings.Split(printable(span.Text), "\n") {
			if i > 0 {
				w.endWord()
				w.endLine()
			}
			for j, word := range strings.Split(paragraph, " ") {
				if j > 0 {
					w.endWord()
				}
				if word != "" {
					w.word = append(w.word, piece{word, span.Bold})
				}
			}
		}
	}
	w.endWord()
	w.endLine()
	return w.lines
}

type wrapper struct {
	width   float64
	measure meter
	lines   []line
	now     line
	at      float64 // width of now
	word    line    // not yet in a line
}

// endWord puts the word into this line, or the next.
func (w *wrapper) endWord() {
	if len(w.word) == 0 {
		return
	}
	wide := 0.0
	for _, p := range w.word {
		wide += w.measure(p.text, p.bold)
	}
	space := 0.0
	if len(w.now) > 0 {
		space = w.measure(" ", w.word[0].bold)
	}
	if len(w.now) > 0 && w.at+space+wide > w.width {
		w.endLine()
		space = 0
	}
	if space > 0 {
		w.put(piece{" ", w.word[0].bold}, space)
	}
	for _, p := range w.word {
		if wide > w.width {
			for _, part := range breakable.FindAllString(p.text, -1) {
				w.putLong(piece{part, p.bold})
			}
		} else {
			w.put(p, w.measure(p.text, p.bold))
		}
	}
	w.word = nil
}

// putLong puts a part of a word that is wider than a line, and breaks it inside when it is wider than one itself.
func (w *wrapper) putLong(p piece) {
	wide := w.measure(p.text, p.bold)
	if len(w.now) > 0 && w.at+wide > w.width {
		w.endLine()
	}
	if wide <= w.width {
		w.put(p, wide)
		return
	}
	for _, r := range p.text {
		wide = w.measure(string(r), p.bold)
		if len(w.now) > 0 && w.at+wide > w.width+0.01 {
			w.endLine()
		}
		w.put(piece{string(r), p.bold}, wide)
	}
}

func (w *wrapper) put(p piece, wide float64) {
	w.at += wide
	if last := len(w.now) - 1; last >= 0 && w.now[last].bold == p.bold {
		w.now[last].text += p.text
		return
	}
	w.now = append(w.now, p)
}

func (w *wrapper) endLine() {
	w.lines, w.now, w.at = append(w.lines, w.now), nil, 0
}
