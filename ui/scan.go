package ui

// Kinds of Scan, worded scan.kind_<kind>.
const (
	ScanBag     = "bag"
	ScanBox     = "box"
	ScanRun     = "run"
	ScanNote    = "note"
	ScanSpool   = "spool"
	ScanRequest = "request"
	ScanProduct = "product"
	ScanForm    = "form"
	ScanGift    = "gift"
	ScanBlocked = "blocked"
	ScanDevice  = "device"
)

// Scan is what everybody may read who scans the code on a label or a paper. Whoever is known is led to another page
// instead.
//
//	GET /q/{code}
type Scan struct {
	Frame
	Code     string
	Kind     string
	Products []ScanProductRow
	Recalled bool
}

func (Scan) view() string { return "scan" }

// ScanProductRow is a product that bears a code.
type ScanProductRow struct {
	Code  string
	Name  string
	Claim string // code, "" for none
	Tried bool   // it may leave the lab outside of a trial, so that its notice is public
}
