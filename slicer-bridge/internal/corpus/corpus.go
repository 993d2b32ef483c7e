// Package corpus makes, for tests, the odd and broken model files that people and
// their programs send, and says of each what has to come of it. Every file is made
// in memory and is the same every time; none is kept in the repository.
package corpus

// File is one model and what has to come of it.
type File struct {
	Name    string // as a file name without its suffix
	Make    func() []byte
	Refusal string   // the code of the refusal; empty where the file is a part
	Want    Facts    // of a part
	Notes   []string // codes of what is said of a part, in their order
	Plate   string   // what slicing one copy for a bed of 220 mm gives: Made, the code of a refusal, or empty where it is not tried
	Large   bool     // a million triangles
}

// Made stands for a plate with layers.
const Made = "made"

// Facts are what a look at a part tells.
type Facts struct {
	Triangles  int
	VolumeMM3  float64 // within a thousandth; not looked at where the surface is open
	OpenEdges  int
	Shells     int
	Watertight bool
	Repairable bool
	Units      string // "mm" when empty
}

// Files are all of them, the large ones last.
func Files() []File {
	var all []File
	for _, group := range [][]File{binaries(), surfaces(), texts(), strangers(), packages(), evilPackages(), large()} {
		all = append(all, group...)
	}
	return all
}

// cubeFacts are those of a closed cube of 20 mm.
var cubeFacts = Facts{Triangles: 12, VolumeMM3: 8000, Shells: 1, Watertight: true}

func refused(name, code string, make func() []byte) File {
	return File{Name: name, Make: make, Refusal: code}
}

func part(name string, want Facts, make func() []byte) File {
	return File{Name: name, Make: make, Want: want}
}

// with is a file that says something of the part.
func (f File) with(notes ...string) File {
	f.Notes = notes
	return f
}

// sliced is a file worth the slicer's time.
func (f File) sliced(as string) File {
	f.Plate = as
	return f
}

func give(data []byte) func() []byte { return func() []byte { return data } }
