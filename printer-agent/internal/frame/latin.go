package frame

import "unicode/utf8"

// What may stand before a command and is not ASCII.
const (
	noBreakSpace  = 0xa0
	byteOrderMark = 0xfeff
)

// decode reads one character of UTF-8, or of Latin-1 where the bytes are no UTF-8.
func decode(b []byte) (r rune, size int) {
	r, size = utf8.DecodeRune(b)
	if r == utf8.RuneError && size <= 1 {
		return rune(b[0]), 1
	}
	return r, size
}

// appendLatin appends the nearest printable ASCII of a character outside it, or an underscore. Outside text only a space
// and a minus sign have one. No quote comes out of it, so that what stands in quotes stays there.
func appendLatin(dst []byte, r rune, text bool) []byte {
	switch {
	case r == noBreakSpace:
		return append(dst, ' ')
	case r == 0x2212:
		return append(dst, '-')
	case !text:
		return append(dst, '_')
	case r >= 0xc0 && r <= 0xff:
		return appendAccented(dst, r)
	}
	return append(dst, sign(r)...)
}

// appendAccented covers the letters of Latin-1, U+00C0 to U+00FF; a dot in the table stands for a letter that becomes two.
func appendAccented(dst []byte, r rune) []byte {
	const plain = "AAAAAA.CEEEEIIIIDNOOOOOxOUUUUY..aaaaaa.ceeeeiiiidnooooo/ouuuuy.y"
	if c := plain[r-0xc0]; c != '.' {
		return append(dst, c)
	}
	switch r {
	case 0xc6:
		return append(dst, "AE"...)
	case 0xe6:
		return append(dst, "ae"...)
	case 0xdf:
		return append(dst, "ss"...)
	case 0xde:
		return append(dst, "Th"...)
	}
	return append(dst, "th"...)
}

// sign covers what word processors and keyboards put into messages.
func sign(r rune) string {
	switch r {
	case 0x152:
		return "OE"
	case 0x153:
		return "oe"
	case 0xb0, 0xba:
		return "deg"
	case 0xb5, 0x3bc:
		return "u"
	case 0xb1:
		return "+-"
	case 0xb7, 0x2022:
		return "."
	case 0xab, 0xbb, 0x2018, 0x2019, 0x201a, 0x201c, 0x201d, 0x201e, 0x2039, 0x203a, 0xb4:
		return "'"
	case 0x2010, 0x2011, 0x2012, 0x2013, 0x2014:
		return "-"
	case 0x2026:
		return "..."
	case 0x20ac:
		return "EUR"
	case 0x2192:
		return "->"
	case 0xb2:
		return "^2"
	case 0xb3:
		return "^3"
	case 0x11b, 0x119:
		return "e"
	case 0x10d, 0x107:
		return "c"
	case 0x161, 0x15b:
		return "s"
	case 0x17e, 0x17a, 0x17c:
		return "z"
	case 0x159:
		return "r"
	case 0x16f:
		return "u"
	case 0x105:
		return "a"
	case 0x142:
		return "l"
	case 0x144, 0x148:
		return "n"
	}
	return "_"
}
