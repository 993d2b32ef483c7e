package ui

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

// StaticPrefix is the path below which the static files are served.
const StaticPrefix = "/static/"

//go:embed static
var static embed.FS

// Assets serves the static files under names that hold a hash of their content,
// so that browsers may keep them for ever.
type Assets struct {
	urls  map[string]string // name -> URL
	files map[string][]byte // hashed name -> content
}

func newAssets() (*Assets, error) {
	a := &Assets{urls: map[string]string{}, files: map[string][]byte{}}
	err := fs.WalkDir(static, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := static.ReadFile(name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		base := path.Base(name)
		ext := path.Ext(base)
		hashed := strings.TrimSuffix(base, ext) + "." + hex.EncodeToString(sum[:6]) + ext
		a.urls[base] = StaticPrefix + hashed
		a.files[hashed] = content
		return nil
	})
	return a, err
}

// URL returns the address of a static file, "" for a name that does not exist.
func (a *Assets) URL(name string) string { return a.urls[name] }

// Names lists the hashed names; File returns the content of one.
func (a *Assets) Names() []string {
	out := make([]string, 0, len(a.files))
	for name := range a.files {
		out = append(out, name)
	}
	return out
}

// File returns the content of a hashed name.
func (a *Assets) File(hashed string) ([]byte, bool) {
	content, ok := a.files[hashed]
	return content, ok
}

// Named returns the content of a static file by its plain name, for those that browsers ask for at another address.
func (a *Assets) Named(name string) ([]byte, bool) {
	return a.File(path.Base(a.urls[name]))
}

// ServeHTTP answers requests for StaticPrefix + hashed name.
func (a *Assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := path.Base(r.URL.Path)
	content, ok := a.files[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(content)
}
