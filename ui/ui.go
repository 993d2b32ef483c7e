// Package ui draws the pages: one typed struct and one template per page, all
// parsed at start, worded by package locales. It knows no database and no route;
// handlers fill a struct and call Render.
package ui

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/mailleur/mailleur/ui/locales"
)

//go:embed templates
var templates embed.FS

// Page is the data of one page. Only structs of this package are pages: each
// embeds Frame and names its template.
type Page interface {
	frame() Frame
	view() string
}

// Renderer draws pages. It is safe for concurrent use.
type Renderer struct {
	pages  map[string]map[string]*template.Template // by language, by page
	assets *Assets
}

// New parses the templates for every language and hashes the static files. With names it reads those pages alone, which
// spares a small machine time and memory: names are those of templates/pages, without the ending.
func New(only ...string) (*Renderer, error) {
	if err := locales.Check(); err != nil {
		return nil, fmt.Errorf("read catalogue: %w", err)
	}
	assets, err := newAssets()
	if err != nil {
		return nil, fmt.Errorf("hash static files: %w", err)
	}
	r := &Renderer{pages: map[string]map[string]*template.Template{}, assets: assets}
	for _, lang := range locales.Langs() {
		if r.pages[lang], err = parse(lang, assets, only); err != nil {
			return nil, fmt.Errorf("parse templates: %w", err)
		}
	}
	return r, nil
}

// parse builds one template per file of templates/pages, or of those that are named, each with the layout and the parts.
func parse(lang string, assets *Assets, only []string) (map[string]*template.Template, error) {
	base, err := template.New("layout.html").Funcs(functions(lang, assets)).
		ParseFS(templates, "templates/layout.html", "templates/parts/*.html")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(templates, "templates/pages/*.html")
	if err != nil {
		return nil, err
	}
	out := map[string]*template.Template{}
	for _, name := range names {
		view := strings.TrimSuffix(path.Base(name), ".html")
		if len(only) > 0 && !slices.Contains(only, view) {
			continue
		}
		page, err := base.Clone()
		if err != nil {
			return nil, err
		}
		if page, err = page.ParseFS(templates, name); err != nil {
			return nil, err
		}
		out[view] = page
	}
	return out, nil
}

// Render writes the whole page, or nothing and an error.
func (r *Renderer) Render(w io.Writer, page Page) error {
	lang := page.frame().Lang
	if !locales.Known(lang) {
		lang = locales.French
	}
	t, ok := r.pages[lang][page.view()]
	if !ok {
		return fmt.Errorf("render %s: no such template", page.view())
	}
	var out bytes.Buffer
	if err := t.Execute(&out, page); err != nil {
		return fmt.Errorf("render %s: %w", page.view(), err)
	}
	_, err := w.Write(out.Bytes())
	return err
}

// Assets are the static files, to be served below StaticPrefix.
func (r *Renderer) Assets() *Assets { return r.assets }
