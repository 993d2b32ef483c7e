package finess

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// said is a value of the register's JSON: text, whatever type the file gives it.
type said string

// UnmarshalJSON reads text; of a list the first; of anything else how it is written.
func (s *said) UnmarshalJSON(data []byte) error {
	var v any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return fmt.Errorf("read value: %w", err)
	}
	if list, ok := v.([]any); ok && len(list) > 0 {
		v = list[0]
	}
	switch v := v.(type) {
	case string:
		*s = said(fab.Line(v))
	case json.Number:
		*s = said(v.String())
	case bool:
		*s = said(fmt.Sprint(v))
	default:
		*s = ""
	}
	return nil
}

// entity is a legal entity ("PMEJ") with its places ("EGE"), as far as they are used here.
type entity struct {
	General struct {
		EJ   said `json:"numFinessPm"`
		Name said `json:"denominationPm"`
	} `json:"informationsGeneralesPMEJ"`
	Places []establishment `json:"ege"`
}

type establishment struct {
	General struct {
		ET    said `json:"numFinessEge"`
		Short said `json:"nomEgeCourt"`
		Long  said `json:"nomEgeLong"`
	} `json:"informationsGeneralesEGE"`
	Category  said `json:"categorieentiteGeographiqueExercice"`
	Addresses []struct {
		Use        said `json:"usageAdresse"`
		Number     said `json:"numeroVoie"`
		Again      said `json:"complementVoie"`
		Type       said `json:"typeVoie"`
		Street     said `json:"libelleVoie"`
		Hamlet     said `json:"lieuDit"`
		Complement said `json:"complementPointGeographique"`
		Postcode   said `json:"codePostal"`
		Routing    said `json:"ligneAcheminement"`
		At         struct {
			X   said `json:"coordonneeX"`
			Y   said `json:"coordonneeY"`
			Lat said `json:"directionLatitude"`
			Lon said `json:"directionLongitude"`
		} `json:"coordonneesGeographique"`
	} `json:"adresse"`
	Contacts []struct {
		By struct {
			Phone said `json:"telephone"`
		} `json:"telecom"`
	} `json:"contact"`
	State said `json:"etatObjet"`
}

// postal is the use of an address at which a place works.
const postal said = "03"

type jsonFile struct {
	Summary
	to Sink
	d  *json.Decoder
}

// readJSON goes through the document an entity at a time. Lines are entities.
func readJSON(in io.Reader, to Sink) (Summary, error) {
	f := jsonFile{Summary: Summary{Shape: ShapeJSON}, to: to, d: json.NewDecoder(in)}
	if _, err := f.d.Token(); err != nil {
		return f.Summary, fab.Refuse(fab.Invalid, "finess_broken", "file", "after", f.Lines)
	}
	found := false
	for f.d.More() {
		key, err := f.d.Token()
		if err != nil {
			return f.Summary, f.broken(err)
		}
		switch key {
		case "generatedAt":
			err = f.generated()
		case "pmej":
			found, err = true, f.entities()
		default:
			err = f.skip()
		}
		if err != nil {
			return f.Summary, f.broken(err)
		}
	}
	if _, err := f.d.Token(); err != nil {
		return f.Summary, f.broken(err)
	}
	if !found {
		return f.Summary, fab.Refuse(fab.Invalid, "finess_unknown", "file")
	}
	return f.Summary, nil
}

// broken says after which entity the file breaks off. What is not of the file's making comes back as it is.
func (f *jsonFile) broken(err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fab.Refuse(fab.Invalid, "finess_broken", "file", "after", f.Lines)
	}
	return err
}

func (f *jsonFile) generated() error {
	var at said
	if err := f.d.Decode(&at); err != nil {
		return fmt.Errorf("read the date: %w", err)
	}
	f.Date, _ = time.Parse(time.RFC3339, string(at))
	f.Date = f.Date.UTC().Truncate(24 * time.Hour)
	return nil
}

// skip passes one value by without holding it.
func (f *jsonFile) skip() error {
	for depth := 0; ; {
		token, err := f.d.Token()
		if err != nil {
			return fmt.Errorf("pass a value by: %w", err)
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}

func (f *jsonFile) entities() error {
	open, err := f.d.Token()
	if err != nil {
		return fmt.Errorf("read entities: %w", err)
	}
	if open != json.Delim('[') {
		return fab.Refuse(fab.Invalid, "finess_unknown", "file")
	}
	for f.d.More() {
		var e entity
		err := f.d.Decode(&e)
		f.Lines++
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) {
			if err := f.tell(f.to, Bad{Line: f.Lines, ET: string(e.General.EJ), Why: fab.Because("finess.object_wrong", "field", kind.Field), Lost: true}); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return fmt.Errorf("read entity %d: %w", f.Lines, err)
		}
		for _, p := range e.Places {
			if err := f.place(e, p); err != nil {
				return err
			}
		}
	}
	_, err = f.d.Token()
	return err //nolint:wrapcheck // broken words it
}

func (f *jsonFile) place(e entity, p establishment) error {
	et, ok := fab.FinessNumber(string(p.General.ET))
	if !ok {
		return f.tell(f.to, Bad{Line: f.Lines, ET: begins(et), Why: fab.Because("finess.number_wrong", "number", begins(et)), Lost: true})
	}
	row := fab.RegisterPlace{
		ET: et, Name: first(string(p.General.Long), string(p.General.Short)), Category: string(p.Category), Closed: p.State == "I", ListedAt: f.Date,
	}
	if row.Name == "" {
		return f.tell(f.to, Bad{Line: f.Lines, ET: et, Why: fab.Because("finess.name_missing"), Lost: true})
	}
	if ej, ok := fab.FinessNumber(string(e.General.EJ)); ok {
		row.EJ = ej
	} else if err := f.tell(f.to, Bad{Line: f.Lines, ET: et, Why: fab.Because("finess.entity_wrong", "number", begins(ej))}); err != nil {
		return err
	}
	if len(p.Contacts) > 0 {
		row.Phone = tenDigits(string(p.Contacts[0].By.Phone))
	}
	if err := f.address(&row, p); err != nil {
		return err
	}
	f.Places++
	return f.to.Place(whole(row))
}

// address takes the address at which the place works, or else its first one, and where that is.
func (f *jsonFile) address(row *fab.RegisterPlace, p establishment) error {
	if len(p.Addresses) == 0 {
		return nil
	}
	a := p.Addresses[0]
	for _, other := range p.Addresses {
		if other.Use == postal {
			a = other
			break
		}
	}
	row.Address = address(street{string(a.Number), string(a.Again), string(a.Type), string(a.Street), string(a.Complement), string(a.Hamlet)})
	row.Postcode, row.Town = routing(strings.TrimSpace(string(a.Postcode) + " " + strings.TrimPrefix(string(a.Routing), string(a.Postcode))))
	tries := [][2]said{{a.At.Lon, a.At.Lat}, {a.At.X, a.At.Y}, {a.At.Y, a.At.X}}
	for _, xy := range tries {
		if lat, lon, ok := locate(row.ET, string(xy[0]), string(xy[1]), ""); ok {
			row.LatE6, row.LonE6 = lat, lon
			f.Points++
			return nil
		}
	}
	if a.At.X == "" && a.At.Lat == "" {
		return nil
	}
	return f.tell(f.to, Bad{Line: f.Lines, ET: row.ET, Why: fab.Because("finess.point_wrong", "x", begins(string(a.At.X)), "y", begins(string(a.At.Y)))})
}
