// Command storybook shows every page of the ui with sample data, without a
// database. It writes them as files (-out) or serves them (-listen).
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"html/template"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/mailleur/mailleur/ui"
	"github.com/mailleur/mailleur/ui/locales"
)

func main() {
	out := flag.String("out", "", "write the pages below this folder")
	listen := flag.String("listen", "", "serve the pages at this address")
	flag.Parse()
	if err := run(*out, *listen); err != nil {
		fmt.Fprintln(os.Stderr, "storybook:", err)
		os.Exit(1)
	}
}

func run(out, listen string) error {
	renderer, err := ui.New()
	if err != nil {
		return err
	}
	if out == "" && listen == "" {
		return errors.New("give -out or -listen")
	}
	if out != "" {
		if err := write(renderer, out); err != nil {
			return err
		}
	}
	if listen == "" {
		return nil
	}
	fmt.Fprintln(os.Stderr, "storybook: http://"+listen)
	server := &http.Server{Addr: listen, Handler: handler(renderer), ReadHeaderTimeout: 5 * time.Second}
	return server.ListenAndServe()
}

// write makes one file per page and language; links to static files become
// relative and the event streams, which only a server has, are left out.
func write(renderer *ui.Renderer, out string) error {
	for _, lang := range locales.Langs() {
		for _, s := range stories() {
			var page bytes.Buffer
			if err := renderer.Render(&page, s.page(lang)); err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			html := strings.NewReplacer(`"`+ui.StaticPrefix, `"..`+ui.StaticPrefix, " data-live=", " data-story-live=").Replace(page.String())
			if err := save(filepath.Join(out, lang, s.name+".html"), []byte(html)); err != nil {
				return err
			}
		}
	}
	for _, name := range renderer.Assets().Names() {
		content, _ := renderer.Assets().File(name)
		if err := save(filepath.Join(out, ui.StaticPrefix, name), content); err != nil {
			return err
		}
	}
	return nil
}

func save(name string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, content, 0o644)
}

func handler(renderer *ui.Renderer) http.Handler {
	mux := http.NewServeMux()
	mux.Handle(ui.StaticPrefix, renderer.Assets())
	mux.HandleFunc("GET /{$}", index)
	for _, s := range stories() {
		for _, lang := range locales.Langs() {
			mux.HandleFunc("GET /"+lang+"/"+s.name, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Security-Policy", "default-src 'self'")
				if err := renderer.Render(w, s.page(lang)); err != nil {
					http.Error(w, err.Error(), http.StatusInternalServerError)
				}
			})
		}
	}
	return mux
}

func index(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	for _, s := range stories() {
		name := template.HTMLEscapeString(s.name)
		fmt.Fprintf(w, `<p><a href="/fr/%s">%s</a> · <a href="/en/%s">en</a></p>`, name, name, name)
	}
}
