package gcode

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"image/jpeg"
	"image/png"
	"io"
	"strconv"
)

const (
	maxThumbnails     = 8
	maxThumbnailBytes = 1 << 20 // of one picture's base64
	maxThumbnailSide  = 2048    // pixels
	thumbnailRoom     = 4 << 20 // bytes of a file looked at
)

// ErrThumbnail is a picture in a file that is damaged, or not what its heading says.
var ErrThumbnail = errors.New("thumbnail is damaged")

// Thumbnail is a picture of the part that a slicer has put into a file.
type Thumbnail struct {
	Width, Height int    // pixels, as the picture itself says
	Type          string // image/png or image/jpeg
	Data          []byte
}

// Thumbnails reads the pictures at the beginning of a file, in its order, up to the first move: PrusaSlicer's blocks
// "; thumbnail begin 220x124 4567" with lines of base64 and "; thumbnail end", and thumbnail_PNG and thumbnail_JPG
// alike. QOI pictures are passed over. One that is damaged, larger than 1 MiB or not of the size announced is left out,
// and the error, which wraps ErrThumbnail, names its line; the others are returned all the same.
func Thumbnails(r io.Reader) ([]Thumbnail, error) {
	t := thumbnails{}
	if err := scan(io.LimitReader(r, thumbnailRoom), t.piece); err != nil {
		return nil, err
	}
	if t.open {
		t.wrong("has no end")
	}
	return t.found, errors.Join(t.errs...)
}

type thumbnails struct {
	found []Thumbnail
	errs  []error
	line  int64

	open          bool
	skip          bool // of a kind that is not read, or already known to be wrong
	begin         int64
	width, height int
	size          int
	text          []byte
}

func (t *thumbnails) piece(p piece) bool {
	t.line++
	s := bytes.TrimSpace(p.text)
	if len(s) == 0 {
		return true
	}
	if s[0] != ';' {
		return len(s) < 2 || upper(s[0]) != 'G' || s[1] != '1' && s[1] != '0'
	}
	s = bytes.TrimSpace(s[1:])
	rest, ok := bytes.CutPrefix(s, []byte("thumbnail"))
	kind, words := split(rest)
	switch {
	case ok && bytes.HasPrefix(words, []byte("begin")):
		t.start(kind, bytes.Fields(words))
	case ok && bytes.HasPrefix(words, []byte("end")):
		t.end()
	case t.open && !t.skip:
		t.text = append(t.text, s...)
		if len(t.text) > t.size {
			t.wrong("is longer than announced")
		}
	}
	return len(t.found) < maxThumbnails
}

// split parts "_JPG begin …" into kind and words.
func split(s []byte) (kind string, words []byte) {
	i := bytes.IndexByte(s, ' ')
	if i < 0 {
		return string(s[:min(len(s), 8)]), nil
	}
	return string(s[:min(i, 8)]), s[i+1:]
}

func (t *thumbnails) start(kind string, words [][]byte) {
	if t.open && !t.skip {
		t.wrong("has no end")
	}
	t.open, t.skip, t.begin, t.text = true, true, t.line, nil
	if kind != "" && kind != "_PNG" && kind != "_JPG" || len(t.errs) >= maxThumbnails {
		return
	}
	if len(words) == 4 { // Kiri:Moto writes the size as two words
		words = [][]byte{words[0], append(append(bytes.Clone(words[1]), 'x'), words[2]...), words[3]}
	}
	if len(words) != 3 || !t.heading(words) {
		t.wrong("has a heading that cannot be read")
		return
	}
	if t.size > maxThumbnailBytes || t.width > maxThumbnailSide || t.height > maxThumbnailSide {
		t.wrong("is too large")
		return
	}
	t.skip = false
}

func (t *thumbnails) heading(words [][]byte) bool {
	w, h, ok := bytes.Cut(words[1], []byte("x"))
	width, err1 := strconv.Atoi(string(w))
	height, err2 := strconv.Atoi(string(h))
	size, err3 := strconv.Atoi(string(words[2]))
	t.width, t.height, t.size = width, height, size
	return ok && errors.Join(err1, err2, err3) == nil && width > 0 && height > 0 && size > 0
}

func (t *thumbnails) end() {
	if t.open && !t.skip {
		if one, why := t.decode(); why == "" {
			t.found = append(t.found, one)
		} else {
			t.wrong(why)
		}
	}
	t.open, t.text = false, nil
}

func (t *thumbnails) decode() (Thumbnail, string) {
	if len(t.text) != t.size {
		return Thumbnail{}, "is not as long as announced"
	}
	data, err := base64.StdEncoding.Strict().DecodeString(string(t.text))
	if err != nil {
		return Thumbnail{}, "is no base64"
	}
	one := Thumbnail{Type: "image/png", Data: data}
	c, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		one.Type = "image/jpeg"
		c, err = jpeg.DecodeConfig(bytes.NewReader(data))
	}
	if err != nil {
		return Thumbnail{}, "is no PNG or JPEG"
	}
	if one.Width, one.Height = c.Width, c.Height; one.Width != t.width || one.Height != t.height {
		return Thumbnail{}, "has another size than announced"
	}
	return one, ""
}

// wrong notes that the open picture cannot be used.
func (t *thumbnails) wrong(why string) {
	t.skip, t.text = true, nil
	t.errs = append(t.errs, fmt.Errorf("picture at line %d %s: %w", t.begin, why, ErrThumbnail))
}
