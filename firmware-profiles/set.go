package profiles

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// Set is everything known of machines and materials. It is immutable after Load and safe for concurrent use.
type Set struct {
	dialects  []Dialect
	printers  []Printer
	filaments []Filament
}

// Load reads every embedded file. An unknown key, a pattern that does not compile or a value out of range is an error
// that names the file and the key.
func Load() (*Set, error) {
	dialects, err := loadDir[Dialect](dialectFiles, "dialects")
	if err != nil {
		return nil, err
	}
	printers, err := loadDir[Printer](printerFiles, "printers")
	if err != nil {
		return nil, err
	}
	filaments, err := loadDir[Filament](filamentFiles, "filaments")
	if err != nil {
		return nil, err
	}
	s := &Set{dialects: dialects, printers: printers, filaments: filaments}
	return s, s.checkLinks()
}

// checkLinks refuses a printer that names a dialect nobody described.
func (s *Set) checkLinks() error {
	for _, p := range s.printers {
		if _, ok := s.Dialect(p.Dialect); !ok {
			return fmt.Errorf("printers/%s.toml: %w", p.ID, keyError("dialect", "no file dialects/%s.toml", p.Dialect))
		}
	}
	return nil
}

// Dialect finds a dialect by its name, as in "marlin2".
func (s *Set) Dialect(name string) (Dialect, bool) {
	i := slices.IndexFunc(s.dialects, func(d Dialect) bool { return d.Name == name })
	if i < 0 {
		return Dialect{}, false
	}
	return s.dialects[i], true
}

// Dialects lists all dialects in order of name.
func (s *Set) Dialects() []Dialect { return slices.Clone(s.dialects) }

// Printer finds a printer by its id, as in "ender-3".
func (s *Set) Printer(id string) (Printer, bool) {
	i := slices.IndexFunc(s.printers, func(p Printer) bool { return p.ID == id })
	if i < 0 {
		return Printer{}, false
	}
	return s.printers[i], true
}

// Printers lists all printers in order of id.
func (s *Set) Printers() []Printer { return slices.Clone(s.printers) }

// Filament finds a filament by its id, as in "petg".
func (s *Set) Filament(id string) (Filament, bool) {
	i := slices.IndexFunc(s.filaments, func(f Filament) bool { return f.ID == id })
	if i < 0 {
		return Filament{}, false
	}
	return s.filaments[i], true
}

// Filaments lists all filaments in order of id.
func (s *Set) Filaments() []Filament { return slices.Clone(s.filaments) }

// profile is what loadDir asks of each kind of file.
type profile interface {
	// ProfileName is the value of the key "name" or "id"; it must equal the file's name without its extension.
	ProfileName() string
	// Validate reports every value out of range, each with its key.
	Validate() error
}

// loadDir strictly decodes each *.toml of dir in order of name, leaving out those whose name begins with an underscore.
func loadDir[T profile](fsys fs.FS, dir string) ([]T, error) {
	files, err := fs.Glob(fsys, path.Join(dir, "*.toml"))
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", dir, err)
	}
	var all []T
	for _, file := range files {
		if strings.HasPrefix(path.Base(file), "_") {
			continue
		}
		one, err := loadFile[T](fsys, file)
		if err != nil {
			return nil, err
		}
		if stem := strings.TrimSuffix(path.Base(file), ".toml"); one.ProfileName() != stem {
			return nil, fmt.Errorf("%s: key name: %q must equal the file's name %q", file, one.ProfileName(), stem)
		}
		all = append(all, one)
	}
	return all, nil
}

// loadFile strictly decodes and validates one file.
func loadFile[T profile](fsys fs.FS, file string) (T, error) {
	var one T
	text, err := fs.ReadFile(fsys, file)
	if err != nil {
		return one, fmt.Errorf("read %s: %w", file, err)
	}
	meta, err := toml.Decode(string(text), &one)
	if err != nil {
		return one, fmt.Errorf("%s: %w", file, err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return one, fmt.Errorf("%s: unknown key %s", file, unknown[0])
	}
	if err := one.Validate(); err != nil {
		return one, fmt.Errorf("%s: %w", file, err)
	}
	return one, nil
}

// keyError is one value out of range; errs of a Validate are joined with errors.Join.
func keyError(key, format string, args ...any) error {
	return fmt.Errorf("key %s: %s", key, fmt.Sprintf(format, args...))
}
