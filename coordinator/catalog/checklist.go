package catalog

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/BurntSushi/toml"
)

// Check is one line of what is looked at before a product is handed over.
type Check struct {
	Part  string `toml:"part"` // code; "" is of the whole product
	FR    string `toml:"fr"`
	EN    string `toml:"en"`
	MinMM int64  `toml:"min_mm"`
	MaxMM int64  `toml:"max_mm"` // above 0: it is measured
}

// readChecks gives each product its check list.
func readChecks(root fs.FS, products []Product) error {
	text, err := fs.ReadFile(root, "checks.toml")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	var lists map[string][]Check
	meta, err := toml.Decode(string(text), &lists)
	if err != nil {
		return fmt.Errorf("read check lists: %w", err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return fmt.Errorf("read check lists: unknown key %q", unknown[0].String())
	}
	for i := range products {
		p := &products[i]
		p.Checks = lists[p.ID]
		delete(lists, p.ID)
		for n, c := range p.Checks {
			if err := p.checkLine(c); err != nil {
				return fmt.Errorf("check %d of %s: %w", n+1, p.ID, err)
			}
		}
	}
	for id := range lists {
		return fmt.Errorf("check list of unknown product %q", id)
	}
	return nil
}

func (p Product) checkLine(c Check) error {
	known := c.Part == ""
	for _, part := range p.Parts {
		known = known || part.Code == c.Part
	}
	switch {
	case !known:
		return fmt.Errorf("part %q is unknown", c.Part)
	case c.FR == "" || c.EN == "":
		return errors.New("a language is missing")
	case c.MinMM < 0 || c.MaxMM < c.MinMM:
		return errors.New("limits stand the wrong way round")
	}
	return nil
}
