package imports

import (
	"cmp"
	"slices"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

var placeColumns = []column{
	{"name", true, []string{"nom", "name", "etablissement", "lieu", "raison sociale", "place", "facility", "nom du lieu"}},
	{"kind", false, []string{"genre", "type", "kind", "categorie", "category"}},
	{"finess", false, []string{"finess", "numero finess", "n finess", "nofinesset", "finess et", "finess number"}},
	{"address", false, []string{"adresse", "address", "rue", "street"}},
	{"postcode", false, []string{"code postal", "cp", "postcode", "zip", "zip code", "postal code"}},
	{"town", false, []string{"commune", "ville", "town", "city"}},
	{"access", false, []string{"acces", "access", "comment entrer", "how to get in"}},
	{"hours", false, []string{"horaires", "heures", "hours", "quand livrer", "opening hours"}},
	{"at", false, []string{"coordonnees", "sur la carte", "coordinates", "on the map", "gps"}},
	{"contact", false, []string{"contact", "personne", "person", "nom du contact"}},
	{"phone", false, []string{"telephone", "tel", "portable", "mobile", "phone", "phone number"}},
	{"email", false, []string{"e mail", "email", "mail", "courriel"}},
}

// kindWords are how people call the kinds of facility, folded.
var kindWords = map[string]string{
	"ehpad": fab.FacilityCareHome, "residence": fab.FacilityCareHome, "maison de retraite": fab.FacilityCareHome, "care home": fab.FacilityCareHome, "nursing home": fab.FacilityCareHome,
	"hopital": fab.FacilityHospital, "clinique": fab.FacilityHospital, "hospital": fab.FacilityHospital, "clinic": fab.FacilityHospital, "centre hospitalier": fab.FacilityHospital,
	"cabinet": fab.FacilityHealthPro, "pharmacie": fab.FacilityHealthPro, "infirmier": fab.FacilityHealthPro, "infirmiere": fab.FacilityHealthPro, "medecin": fab.FacilityHealthPro,
	"professionnel": fab.FacilityHealthPro, "liberal": fab.FacilityHealthPro, "professional": fab.FacilityHealthPro, "pharmacy": fab.FacilityHealthPro, "nurse": fab.FacilityHealthPro, "doctor": fab.FacilityHealthPro,
	"commerce": fab.FacilityShop, "magasin": fab.FacilityShop, "shop": fab.FacilityShop, "store": fab.FacilityShop, "mairie": fab.FacilityTown, "commune": fab.FacilityTown,
	"town": fab.FacilityTown, "town hall": fab.FacilityTown, "membre": fab.FacilityMember, "adherent": fab.FacilityMember, "member": fab.FacilityMember,
	"autre": fab.FacilityOtherPlace, "other": fab.FacilityOtherPlace,
}

func (i *Imports) placeSteps(tx *store.Tx, rows []row) (steps []step, err error) {
	all, err := tx.Facilities()
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, f := range all {
		known[keyOf(f)], known[f.FinessET] = true, true
	}
	delete(known, "")
	for _, r := range rows {
		f, wrong, err := i.readPlace(tx, r)
		if err != nil {
			return nil, err
		}
		s := step{Line: Line{No: r.line, Does: fab.Because("import_place_new", "name", f.Name, "where", f.Town), Wrong: wrong}}
		switch {
		case len(wrong) > 0:
		case known[keyOf(f)] || known[f.FinessET]:
			s.Does = fab.Because("import_place_same", "name", f.Name)
		default:
			known[keyOf(f)] = true
			if f.FinessET != "" {
				known[f.FinessET] = true
				s.Does = fab.Because("import_place_listed", "name", f.Name, "where", f.Town, "number", f.FinessET)
			}
			s.do = func(imp *fab.Import) error {
				f.ID, f.CreatedAt = store.NewID[fab.FacilityID](tx), tx.Now()
				imp.Made = append(imp.Made, fab.Made{Kind: fab.MadeFacility, ID: string(f.ID), Name: f.Name})
				return tx.AddFacility(&f)
			}
		}
		steps = append(steps, s)
	}
	return steps, nil
}

// keyOf is the name and town by which two lines are the same place.
func keyOf(f fab.Facility) string { return fab.Folded(f.Name) + " | " + fab.Folded(f.Town) }

func (i *Imports) readPlace(tx *store.Tx, r row) (f fab.Facility, wrong fab.Errors, err error) {
	f = fab.Facility{
		Name: r.get("name"), Address: r.get("address"), Postcode: r.get("postcode"), Town: r.get("town"), Access: r.get("access"), Contact: r.get("contact"),
		Phone: digitsBack(r.get("phone")), Email: r.get("email"), Hours: fab.Hours(r.get("hours")), FinessET: zeroBack(r.get("finess")),
	}
	if i.Hours != nil {
		f.Hours = i.Hours(r.get("hours"))
	}
	if wrong, err = tx.Listed(&f, ""); err != nil {
		return f, nil, err
	}
	wrong = append(append(wrong, fab.CheckLength("name", f.Name, 120, "facility_missing")...), fab.CheckLength("town", f.Town, 80, "town_missing")...)
	switch kind, ok := kindWords[fab.Folded(r.get("kind"))]; {
	case ok:
		f.Kind = kind
	case slices.Contains(fab.FacilityKinds[:], r.get("kind")):
		f.Kind = r.get("kind")
	case r.get("kind") != "":
		wrong = append(wrong, fab.Refuse(fab.Invalid, "import_kind_unknown", "kind", "text", r.get("kind")))
	}
	f.Kind = cmp.Or(f.Kind, fab.FacilityOtherPlace)
	wrong = append(append(wrong, f.Spot().Check()...), fab.CheckReach(f.Phone, "phone", f.Email, "email")...)
	if at := r.get("at"); at != "" {
		lat, lon, ok := fab.ReadPoint(at)
		if !ok {
			wrong = append(wrong, fab.Refuse(fab.Invalid, "point_wrong", "at"))
		}
		f.LatE6, f.LonE6 = lat, lon
	}
	return f, wrong, nil
}

// zeroBack gives a number of the register the zero of the first departments, which a spreadsheet took.
func zeroBack(typed string) string {
	if len(typed) == 8 {
		return "0" + typed
	}
	return typed
}
