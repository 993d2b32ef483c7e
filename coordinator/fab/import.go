package fab

import "time"

// Kinds of list that a lab imports.
const (
	ImportMakers = "makers"
	ImportPlaces = "places"
	ImportStock  = "stock"
)

// ImportKinds lists them in the order in which a lab that begins wants them.
var ImportKinds = [...]string{ImportMakers, ImportPlaces, ImportStock}

// ImportStatus is where an import stands.
type ImportStatus string

// The statuses of an import.
const (
	ImportShown  ImportStatus = "shown" // what it would do can be read
	ImportDone   ImportStatus = "done"
	ImportUndone ImportStatus = "undone"
)

// ImportTable is the state table of Import.Status.
var ImportTable = Table[ImportStatus]{ImportShown: {ImportDone}, ImportDone: {ImportUndone}}

// ImportFor is how long a list that was read waits to be imported. It holds names and numbers, so it is not kept longer.
const ImportFor = 7 * 24 * time.Hour

// Import is one list of a spreadsheet, taken in as one act. Data is its text until then; what it made can be taken back.
type Import struct {
	ID        ImportID     `bun:"id,pk"`
	Kind      string       `bun:"kind"`
	File      string       `bun:"file"` // what its sender calls it; shown, never a path
	Hash      string       `bun:"hash"` // SHA-256 of the file
	Data      string       `bun:"data"` // UTF-8; "" once it is done
	Status    ImportStatus `bun:"status"`
	Made      []Made       `bun:"made,type:text"`
	By        AccountID    `bun:"by_account,nullzero"`
	CreatedAt time.Time    `bun:"created_at"`
	DoneAt    time.Time    `bun:"done_at,nullzero"`
	UndoneAt  time.Time    `bun:"undone_at,nullzero"`
}

// Made is one row that an import made: a maker, a facility, or a move of the ledger.
type Made struct {
	Kind string `json:"kind"` // MadeMaker, MadeFacility, MadeMove
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Kinds of Made.
const (
	MadeMaker    = "maker"
	MadeFacility = "facility"
	MadeMove     = "move"
)

// Kinds of blank form, to be written on by hand.
const (
	BlankRequest = "request"
	BlankBag     = "bag"
	BlankHandIn  = "handin"
)

// BlankForm is one printed form with a code on it, and what became of it: "" while nobody keyed it in.
type BlankForm struct {
	Code      string    `bun:"code,pk"` // eight characters with a check digit, as a Reference
	Kind      string    `bun:"kind"`
	Subject   string    `bun:"subject"` // id of the request or lot that was made of it
	By        AccountID `bun:"by_account,nullzero"`
	CreatedAt time.Time `bun:"created_at"`
	KeyedAt   time.Time `bun:"keyed_at,nullzero"`
}
