// Package supply keeps the stock: gifts pledged and received, spools, and kits assembled from parts and materials.
// Every change of stock is a ledger move, and every gram and sheet keeps the name of the gift that it came from.
package supply

import "github.com/mailleur/mailleur/coordinator/internal/store"

// Bounds of one gift, and of what people write.
const (
	maxPieces = 1_000_000
	maxGrams  = 1_000_000
	maxMetres = 1_000_000
	spoolMG   = 1_000_000 // on a reel of filament when nobody said
	maxSpools = 1_000
	maxNote   = 200 // characters
	maxName   = 80
)

// Pictures as they are kept.
const (
	photoSide  = 1280
	photoBytes = 300 << 10
)

// Supply answers for one lab. It is safe for concurrent use.
type Supply struct{ store *store.Store }

// New builds a Supply.
func New(s *store.Store) *Supply { return &Supply{store: s} }
