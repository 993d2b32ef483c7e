// Package frame turns one line of G-code into what goes over the wire: cleaned of what firmwares stumble over, rewritten
// where it could never pass, numbered and checksummed. It is pure, and appends to the caller's buffers without allocating.
package frame

import (
	"fmt"
	"strconv"
)

// Format is how a line is guarded on the wire. The zero value sends it bare.
type Format uint8

// The formats.
const (
	// Bare is the command and a line feed: no number, no checksum.
	Bare Format = iota
	// XOR is "N<number> <command>*<XOR of all bytes before the asterisk>".
	XOR
	// CRC16 is "N<number> <command>*<five digits>": CRC-16 with polynomial 0x1021, initial value 0, neither reflected nor
	// inverted, over all bytes from the N to before the asterisk (RepRapFirmware StringParser.cpp, CRC16.cpp). The
	// firmware tells it from the XOR by the number of its digits alone, so that zeros in front count.
	CRC16
)

// ParseFormat finds the format that a dialect calls "none", "xor" or "crc16".
func ParseFormat(kind string) (Format, error) {
	switch kind {
	case "none":
		return Bare, nil
	case "xor":
		return XOR, nil
	case "crc16":
		return CRC16, nil
	}
	return Bare, fmt.Errorf("checksum %q: want none, xor or crc16", kind)
}

// Append appends the whole line with its line feed to dst. The number of a bare line is not sent.
func (f Format) Append(dst []byte, number int64, command []byte) []byte {
	if f == Bare {
		return append(append(dst, command...), '\n')
	}
	start := len(dst)
	dst = append(dst, 'N')
	dst = strconv.AppendInt(dst, number, 10)
	dst = append(dst, ' ')
	dst = append(dst, command...)
	if f == CRC16 {
		return append(appendFive(append(dst, '*'), crc16(dst[start:])), '\n')
	}
	cs := Checksum(dst[start:])
	dst = append(dst, '*')
	dst = strconv.AppendUint(dst, uint64(cs), 10)
	return append(dst, '\n')
}

// Size is the length of the framed line without its line feed, at most.
func (f Format) Size(number int64, command []byte) int {
	return f.overhead(number) + len(command)
}

// Room is how long a command may be for its framed line to have at most limit bytes without the line feed.
func (f Format) Room(number int64, limit int) int { return limit - f.overhead(number) }

func (f Format) overhead(number int64) int {
	n := len("N") + len(" ")
	switch f {
	case Bare:
		return 0
	case CRC16:
		n += len("*65535")
	default:
		n += len("*255")
	}
	if number < 0 {
		n++
	}
	for {
		n++
		if number /= 10; number == 0 {
			return n
		}
	}
}

// Append appends "N<number> <command>*<checksum>\n" to dst.
func Append(dst []byte, number int64, command []byte) []byte { return XOR.Append(dst, number, command) }

// Checksum is the XOR of all bytes.
func Checksum(b []byte) byte {
	var cs byte
	for _, c := range b {
		cs ^= c
	}
	return cs
}

// crc16 is CRC-16 with polynomial 0x1021 from 0.
func crc16(b []byte) uint16 {
	var crc uint16
	for _, c := range b {
		x := crc>>8 ^ uint16(c)
		x ^= x >> 4
		crc = crc<<8 ^ x<<12 ^ x<<5 ^ x
	}
	return crc
}

func appendFive(dst []byte, v uint16) []byte {
	for unit := uint16(10000); unit > 0; unit /= 10 {
		dst = append(dst, '0'+byte(v/unit%10))
	}
	return dst
}
