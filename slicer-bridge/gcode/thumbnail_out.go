package gcode

import (
	"encoding/base64"
	"strconv"
)

const thumbnailRow = 78 // characters of base64 in a line, as PrusaSlicer writes them

// AppendThumbnail appends a picture of w × h pixels as PrusaSlicer writes one (libslic3r/GCode/Thumbnails.hpp), so that
// firmwares and hosts show it: a heading, base64 in lines of 78 characters, an end. The picture is taken for a PNG of
// this size; Thumbnails reads it back byte by byte, if it is one of at most 2048 pixels a side. A block belongs before
// the first move of a file.
func AppendThumbnail(dst []byte, w, h int, png []byte) []byte {
	size := base64.StdEncoding.EncodedLen(len(png))
	dst = append(dst, "\n;\n; thumbnail begin "...)
	dst = strconv.AppendInt(dst, int64(w), 10)
	dst = append(dst, 'x')
	dst = strconv.AppendInt(dst, int64(h), 10)
	dst = append(dst, ' ')
	dst = strconv.AppendInt(dst, int64(size), 10)
	dst = append(dst, '\n')
	text := base64.StdEncoding.AppendEncode(make([]byte, 0, size), png)
	for len(text) > 0 {
		n := min(len(text), thumbnailRow)
		dst = append(append(append(dst, "; "...), text[:n]...), '\n')
		text = text[n:]
	}
	return append(dst, "; thumbnail end\n;\n"...)
}
