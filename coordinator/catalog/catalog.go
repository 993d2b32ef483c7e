// Package catalog holds the products that ship with Mailleur: their designs, bills of material and notices.
// It reads them from the program itself, refuses any entry it does not fully understand, and never changes them.
package catalog

import (
	"embed"
	"fmt"
	"io/fs"

	"github.com/BurntSushi/toml"
)

//go:embed visor hook mask checks.toml
var shipped embed.FS

// Load returns the shipped products in the order in which people are shown them.
// An unknown key, a missing sentence or a missing file is an error. Callers may use the result from many goroutines.
func Load() ([]Product, error) {
	return load(shipped, "visor", "hook", "mask")
}

func load(root fs.FS, ids ...string) ([]Product, error) {
	products := make([]Product, 0, len(ids))
	for _, id := range ids {
		p, err := read(root, id)
		if err != nil {
			return nil, fmt.Errorf("read product %s: %w", id, err)
		}
		products = append(products, p)
	}
	if err := readChecks(root, products); err != nil {
		return nil, err
	}
	return products, checkUnique(products)
}

func read(root fs.FS, id string) (Product, error) {
	dir, err := fs.Sub(root, id)
	if err != nil {
		return Product{}, err
	}
	text, err := fs.ReadFile(dir, "product.toml")
	if err != nil {
		return Product{}, err
	}
	p := Product{dir: dir}
	meta, err := toml.Decode(string(text), &p)
	if err != nil {
		return Product{}, err
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return Product{}, fmt.Errorf("unknown key %q", unknown[0].String())
	}
	if p.ID != id {
		return Product{}, fmt.Errorf("id %q differs from its folder", p.ID)
	}
	return p, p.check()
}
