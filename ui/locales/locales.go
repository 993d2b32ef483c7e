// Package locales owns every sentence a person reads, in French and in English.
// Rooms return codes and arguments; Text turns them into words, with plurals,
// numbers, dates and the typography of each language.
package locales

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"sort"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"
)

// The languages of the catalogue. French is what an unknown language falls back to.
const (
	French  = "fr"
	English = "en"
)

// Langs lists the languages of the catalogue, the default one first.
func Langs() []string { return []string{French, English} }

// Known reports whether lang is a language of the catalogue.
func Known(lang string) bool { return lang == French || lang == English }

//go:embed fr/*.toml en/*.toml
var files embed.FS

// entry is one sentence, or the forms of one sentence chosen by the number named by.
type entry struct {
	by               string
	zero, one, other string
	plural           bool
}

// catalogue maps language, then code, to a sentence. It is never changed once loaded.
type catalogue map[string]map[string]entry

var loaded = sync.OnceValues(func() (catalogue, error) { return load(files) })

// Check reports whether the embedded files could be read: a program calls it
// once at start, after which Text cannot fail.
func Check() error {
	_, err := loaded()
	return err
}

// Has reports whether the catalogue words code in lang.
func Has(lang, code string) bool {
	all, err := loaded()
	if err != nil {
		return false
	}
	_, ok := all[fallback(lang)][code]
	return ok
}

// Text words code in lang. Arguments are name, value pairs ("n", 24, "town", "Rue")
// or one map of them. Integers are written with the
// language's separators; times need a format in the sentence ({at|time}). A code
// the catalogue does not know comes out as ⟦code⟧, which tests look for.
func Text(lang, code string, args ...any) string {
	all, err := loaded()
	if err != nil {
		return missing(code)
	}
	lang = fallback(lang)
	e, ok := all[lang][code]
	if !ok {
		return missing(code)
	}
	values := named(args)
	return fill(lang, e.form(lang, values), values)
}

func missing(code string) string { return "⟦" + code + "⟧" }

func fallback(lang string) string {
	if Known(lang) {
		return lang
	}
	return French
}

// named gathers the arguments of Text by name.
func named(args []any) map[string]any {
	if len(args) == 1 {
		if m := reflect.ValueOf(args[0]); m.Kind() == reflect.Map && m.Type().Key().Kind() == reflect.String {
			out := make(map[string]any, m.Len())
			for _, k := range m.MapKeys() {
				out[k.String()] = m.MapIndex(k).Interface()
			}
			return out
		}
	}
	out := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		out[fmt.Sprint(args[i])] = args[i+1]
	}
	return out
}

// form chooses the plural form of the sentence.
func (e entry) form(lang string, values map[string]any) string {
	if !e.plural {
		return e.other
	}
	n, ok := integer(values[e.by])
	if !ok {
		return e.other
	}
	switch {
	case n == 0 && e.zero != "":
		return e.zero
	case n == 1 || n == -1 || (n == 0 && lang == French):
		return e.one
	}
	return e.other
}

// load reads every file of every language. A code may stand in one file only.
func load(fsys fs.FS) (catalogue, error) {
	all := catalogue{}
	for _, lang := range Langs() {
		names, err := fs.Glob(fsys, path.Join(lang, "*.toml"))
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", lang, err)
		}
		sort.Strings(names)
		all[lang] = map[string]entry{}
		for _, name := range names {
			if err := loadFile(fsys, name, lang, all[lang]); err != nil {
				return nil, fmt.Errorf("read %s: %w", name, err)
			}
		}
	}
	return all, nil
}

func loadFile(fsys fs.FS, name, lang string, into map[string]entry) error {
	var tree map[string]any
	if _, err := toml.DecodeFS(fsys, name, &tree); err != nil {
		return err
	}
	return walk("", tree, lang, into)
}

// walk flattens nested tables to dotted codes. A table with the key "one" is a
// plural: it must hold other and may hold by and zero.
func walk(prefix string, tree map[string]any, lang string, into map[string]entry) error {
	for key, value := range tree {
		code := strings.TrimPrefix(prefix+"."+key, ".")
		var e entry
		switch v := value.(type) {
		case string:
			e = entry{other: typeset(lang, v)}
		case map[string]any:
			if _, ok := v["one"]; !ok {
				if err := walk(code, v, lang, into); err != nil {
					return err
				}
				continue
			}
			var err error
			if e, err = plural(lang, v); err != nil {
				return fmt.Errorf("%s: %w", code, err)
			}
		default:
			return fmt.Errorf("%s: must be a sentence or a plural table", code)
		}
		if _, twice := into[code]; twice {
			return fmt.Errorf("%s: worded twice", code)
		}
		into[code] = e
	}
	return nil
}

func plural(lang string, table map[string]any) (entry, error) {
	e := entry{by: "n", plural: true}
	for key, value := range table {
		s, ok := value.(string)
		if !ok || s == "" {
			return e, fmt.Errorf("form %q must be a sentence", key)
		}
		switch key {
		case "by":
			e.by = s
		case "zero":
			e.zero = typeset(lang, s)
		case "one":
			e.one = typeset(lang, s)
		case "other":
			e.other = typeset(lang, s)
		default:
			return e, fmt.Errorf("unknown plural form %q", key)
		}
	}
	if e.other == "" {
		return e, fmt.Errorf("the form \"other\" is missing")
	}
	return e, nil
}
