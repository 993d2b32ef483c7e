package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"sort"
)

// File is one file of a design version.
type File struct {
	Name   string
	Size   int64
	SHA256 string // lower-case hexadecimal
}

// File returns the bytes of one of the product's files, by the name that a Part, Notices or Files gives.
func (p Product) File(name string) ([]byte, error) {
	b, err := fs.ReadFile(p.dir, name)
	if err != nil {
		return nil, fmt.Errorf("read file of %s: %w", p.ID, err)
	}
	return b, nil
}

// Notice returns the notice in lang ("fr" or "en"; any other gets French), as Markdown.
func (p Product) Notice(lang string) ([]byte, error) {
	return p.File(p.Notices.In(lang))
}

// Files lists everything the design version is made of, by name.
func (p Product) Files() ([]File, error) {
	entries, err := fs.ReadDir(p.dir, ".")
	if err != nil {
		return nil, fmt.Errorf("list files of %s: %w", p.ID, err)
	}
	files := make([]File, 0, len(entries))
	for _, e := range entries {
		b, err := p.File(e.Name())
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(b)
		files = append(files, File{Name: e.Name(), Size: int64(len(b)), SHA256: hex.EncodeToString(sum[:])})
	}
	sort.Slice(files, func(i, j int) bool { return files[i].Name < files[j].Name })
	return files, nil
}

// ContentHash names the design version by its content: the SHA-256, in lower-case hexadecimal, of one line
// "name NUL sha256 LF" per file in order of name. Any changed byte in any file gives another hash.
func (p Product) ContentHash() (string, error) {
	files, err := p.Files()
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, f := range files {
		fmt.Fprintf(h, "%s\x00%s\n", f.Name, f.SHA256)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
