package mesh

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Bounds of a 3MF: what the slicers of this trade write stays far below them, a
// bomb does not.
const (
	maxParts    = 1000      // entries of the archive
	maxModel    = 64 << 20  // bytes of XML that are read, of all models
	maxUnpacked = 512 << 20 // bytes that all entries announce
	maxRatio    = 200       // of unpacked to packed bytes, above a mebibyte
	maxDepth    = 32        // of elements in each other, and of components
	maxText     = 1 << 20   // bytes between two elements, or within one
	maxPlaced   = 20_000    // components that are followed
)

const defaultModel = "3d/3dmodel.model"

// parcel is an opened 3MF. Names of parts are without case, as the Open
// Packaging Conventions want it (ECMA-376 part 2, 9.1.1).
type parcel struct {
	parts map[string]*zip.File
	left  int // bytes of XML that may still be read
	room  int // objects, components and items that may still be read
}

// openParcel looks at the directory alone and refuses by what it announces. A
// zip without a model is a file of another kind.
func openParcel(data []byte) (*parcel, *Problem) {
	if bytes.Count(data, []byte("PK\x01\x02")) > maxParts { // before a directory is read that fills the memory
		return nil, NewProblem(Code3MFTooMuch, "what", "parts", "max", maxParts)
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, NewProblem(CodeNotSTL, "is", "zip")
	}
	p := &parcel{parts: map[string]*zip.File{}, left: maxModel, room: maxPlaced}
	var unpacked uint64
	for _, f := range archive.File {
		if what := unsafePart(f); what != "" {
			return nil, NewProblem(Code3MFUnsafe, "what", what)
		}
		if f.UncompressedSize64 > 1<<20 && f.UncompressedSize64/maxRatio > f.CompressedSize64 {
			return nil, NewProblem(Code3MFTooMuch, "what", "ratio", "max", maxRatio)
		}
		if unpacked += f.UncompressedSize64; f.UncompressedSize64 > maxUnpacked || unpacked > maxUnpacked {
			return nil, NewProblem(Code3MFTooMuch, "what", "size", "max", maxUnpacked)
		}
		name := partName(f.Name)
		if p.parts[name] != nil {
			return nil, NewProblem(Code3MFUnsafe, "what", "twice")
		}
		p.parts[name] = f
	}
	if overlap(archive.File) {
		return nil, NewProblem(Code3MFUnsafe, "what", "overlap")
	}
	return p, nil
}

func partName(name string) string { return strings.ToLower(strings.TrimPrefix(name, "/")) }

func unsafePart(f *zip.File) string {
	clean := path.Clean("/" + f.Name)
	switch {
	case strings.ContainsAny(f.Name, "\\\x00") || "/"+strings.TrimSuffix(f.Name, "/") != clean:
		return "path"
	case f.Mode()&fs.ModeSymlink != 0:
		return "link"
	case f.Flags&1 != 0:
		return "encrypted"
	}
	return ""
}

// overlap finds entries that share bytes: a bomb made of one payload.
func overlap(files []*zip.File) bool {
	type span struct{ from, to int64 }
	spans := make([]span, 0, len(files))
	for _, f := range files {
		at, err := f.DataOffset()
		if err != nil {
			return true
		}
		spans = append(spans, span{at, at + int64(f.CompressedSize64)})
	}
	slices.SortFunc(spans, func(a, b span) int { return int(min(1, max(-1, a.from-b.from))) })
	for i := 1; i < len(spans); i++ {
		if spans[i].from < spans[i-1].to {
			return true
		}
	}
	return false
}

// start names the model to begin with.
func (p *parcel) start() (string, *Problem) {
	if p.parts["_rels/.rels"] != nil {
		name, prob := p.related()
		if prob != nil {
			return "", prob
		}
		if name != "" {
			return name, nil
		}
	}
	if p.parts[defaultModel] == nil {
		return "", NewProblem(CodeNotSTL, "is", "zip")
	}
	return defaultModel, nil
}

// hasSettings tells whether a slicer left its settings in the parcel.
func (p *parcel) hasSettings() bool {
	for name := range p.parts {
		if strings.HasPrefix(name, "metadata/") && strings.HasSuffix(name, ".config") {
			return true
		}
	}
	return false
}

// open gives the XML of a part through a gate.
func (p *parcel) open(name string) (*gate, *Problem) {
	f := p.parts[partName(name)]
	if f == nil {
		return nil, NewProblem(Code3MFUnsafe, "what", "reference")
	}
	r, err := f.Open()
	if err != nil {
		return nil, NewProblem(Code3MF, "detail", err)
	}
	return &gate{part: r, parcel: p, token: maxText}, nil
}

// gate lets XML through until a bound is reached.
type gate struct {
	part   io.ReadCloser
	parcel *parcel
	token  int // bytes that may come before the next element
}

// The bounds of a gate, as errors that pass through the XML decoder.
var (
	errSize = errors.New("too much XML")
	errText = errors.New("too long a stretch without an element")
)

func (g *gate) Read(b []byte) (int, error) {
	switch {
	case g.parcel.left <= 0:
		return 0, errSize
	case g.token <= 0:
		return 0, errText
	}
	n, err := g.part.Read(b[:min(len(b), g.parcel.left, g.token)])
	g.parcel.left -= n
	g.token -= n
	return n, err
}

// takeRoom counts what an XML of a few bytes makes grow in memory.
func (p *parcel) takeRoom() *Problem {
	if p.room--; p.room < 0 {
		return NewProblem(Code3MFTooMuch, "what", "copies", "max", maxPlaced)
	}
	return nil
}

func (g *gate) close() { _ = g.part.Close() }
