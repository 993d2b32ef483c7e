package imports

import (
	"strings"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

var makerColumns = []column{
	{"name", true, []string{"nom", "name", "maker", "benevole", "volunteer", "nom complet", "full name", "nom prenom", "prenom nom"}},
	{"town", false, []string{"commune", "ville", "town", "city"}},
	{"postcode", false, []string{"code postal", "cp", "postcode", "zip", "zip code", "postal code"}},
	{"phone", false, []string{"telephone", "tel", "portable", "mobile", "phone", "numero", "phone number"}},
	{"email", false, []string{"e mail", "email", "mail", "courriel", "adresse e mail"}},
	{"skills", false, []string{"sait faire", "savoir faire", "competences", "skills", "can", "travaux"}},
	{"note", false, []string{"remarque", "remarques", "note", "notes", "commentaire", "remark", "comment"}},
}

// skillWords are how people call the hand steps, folded.
var skillWords = map[string]string{
	"impression": "print", "imprimer": "print", "imprime": "print", "print": "print", "printing": "print", "carte sd": "print",
	"couture": "sew", "coudre": "sew", "sew": "sew", "sewing": "sew", "decoupe": "cut", "decouper": "cut", "couper": "cut", "cut": "cut", "cutting": "cut",
	"perforer": "punch", "percage": "punch", "punch": "punch", "assemblage": "assemble", "assembler": "assemble", "montage": "assemble", "assemble": "assemble", "assembly": "assemble",
}

// handQuota is how many pieces of hand work somebody gets at a time who said nothing of it.
const handQuota = 50

func makerSteps(tx *store.Tx, rows []row) (steps []step, err error) {
	all, err := tx.Makers()
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, m := range all {
		known[fab.Folded(m.Name)] = m.Status != fab.MakerGone
	}
	for _, r := range rows {
		m, skills, wrong := readMaker(r)
		s := step{Line: Line{No: r.line, Does: fab.Because("import_maker_new", "name", m.Name, "where", m.Around()), Wrong: wrong}}
		switch key := fab.Folded(m.Name); {
		case len(wrong) > 0:
		case known[key]:
			s.Does = fab.Because("import_maker_same", "name", m.Name)
		default:
			known[key] = true
			s.do = func(imp *fab.Import) error { return addMaker(tx, imp, m, skills) }
		}
		steps = append(steps, s)
	}
	return steps, nil
}

func readMaker(r row) (m fab.Maker, skills []string, wrong fab.Errors) {
	m = fab.Maker{Name: r.get("name"), Town: r.get("town"), Postcode: r.get("postcode"), Phone: digitsBack(r.get("phone")), Email: r.get("email"), Note: r.get("note")}
	wrong = append(fab.CheckLength("name", m.Name, 80, "name_missing"), fab.CheckLength("town", m.Town, 80, "")...)
	if m.Town == "" && m.Postcode == "" {
		wrong = append(wrong, fab.Refuse(fab.Invalid, "town_or_postcode", "town"))
	}
	wrong = append(append(wrong, fab.CheckLength("note", m.Note, 1000, "")...), fab.CheckReach(m.Phone, "phone", m.Email, "email")...)
	for word := range strings.FieldsFuncSeq(r.get("skills"), func(c rune) bool { return strings.ContainsRune(",;/+|", c) }) {
		skill, ok := skillWords[fab.Folded(word)]
		if !ok {
			wrong = append(wrong, fab.Refuse(fab.Invalid, "import_skill_unknown", "skills", "text", fab.Line(word)))
			continue
		}
		skills = append(skills, skill)
	}
	return m, skills, wrong
}

func addMaker(tx *store.Tx, imp *fab.Import, m fab.Maker, skills []string) error {
	m.ID, m.CreatedAt = store.NewID[fab.MakerID](tx), tx.Now()
	place := fab.Location{ID: fab.PlaceOf(fab.LocationMaker, string(m.ID)), Kind: fab.LocationMaker, Name: m.Name, CreatedAt: tx.Now()}
	m.LocationID = place.ID
	if err := tx.AddLocation(&place); err != nil {
		return err
	}
	if err := tx.AddMaker(&m); err != nil {
		return err
	}
	imp.Made = append(imp.Made, fab.Made{Kind: fab.MadeMaker, ID: string(m.ID), Name: m.Name})
	if len(skills) == 0 {
		return nil
	}
	return tx.AddWorker(&fab.Worker{
		ID: store.NewID[fab.WorkerID](tx), Kind: fab.WorkerHand, Name: m.Name, MakerID: m.ID, Steps: skills, Quota: handQuota, TimeFactorPM: 1000,
		CreatedAt: tx.Now(), UpdatedAt: tx.Now(),
	})
}

// digitsBack gives a French number the zero that a spreadsheet took for worth nothing.
func digitsBack(phone string) string {
	if len(phone) == 9 && strings.Trim(phone, "0123456789") == "" && phone[0] != '0' {
		return "0" + phone
	}
	return phone
}
