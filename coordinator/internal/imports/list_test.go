package imports_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/imports"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// stocked gives a lab two materials.
func stocked(t *testing.T, s *store.Store) {
	t.Helper()
	require.NoError(t, s.Update(t.Context(), func(tx *store.Tx) error {
		film := fab.Material{Code: "film-a4", Names: map[string]string{"fr": "Feuilles transparentes A4", "en": "A4 clear sheets"}, Unit: fab.UnitPiece, Measures: []fab.Measure{{Code: "pack", Factor: 100}}}
		if err := tx.AddMaterial(&film); err != nil {
			return err
		}
		return tx.AddMaterial(&fab.Material{Code: "petg", Names: map[string]string{"fr": "Filament PETG"}, Unit: fab.UnitMG, Measures: []fab.Measure{}})
	}))
}

func show(t *testing.T, i *imports.Imports, kind, file string) imports.Plan {
	t.Helper()
	imp, err := i.Show(t.Context(), kind, "liste.csv", []byte(file), "")
	require.NoError(t, err)
	p, err := i.Plan(t.Context(), imp.ID)
	require.NoError(t, err)
	return p
}

func codeOf(t *testing.T, err error) string {
	t.Helper()
	refusals, ok := fab.RefusalsOf(err)
	require.True(t, ok, "%v", err)
	return refusals[0].Code
}

// audited ensures that the books add up.
func audited(t *testing.T, s *store.Store) {
	t.Helper()
	require.NoError(t, s.View(t.Context(), func(tx *store.Tx) error {
		found, err := tx.Audit()
		require.Empty(t, found)
		return err
	}))
}

// Ensure that a list is the same in every shape that a spreadsheet saves: between commas, semicolons or tabs, in UTF-8 with
// or without a mark, in UTF-16 or Windows-1252, with French or English heads.
func TestEveryShapeOfAListIsTheSame(t *testing.T) {
	onBoth(t, func(t *testing.T, i *imports.Imports, s *store.Store) {
		french := "Nom;Ville;Téléphone;Sait faire;Couleur préférée\r\n\"Bécassine; dite “Bec”\";Rue;0300000001;couture, découpe;bleu\r\n;;;;\r\nGoéland;Quend;300000002;;\r\n"
		windows, err := charmap.Windows1252.NewEncoder().String(french)
		require.NoError(t, err)
		wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(strings.ReplaceAll(strings.ReplaceAll(french, "; dite", ", dite"), ";", "\t"))
		require.NoError(t, err)
		for name, file := range map[string]string{
			"semicolons": french, "a mark": "\ufeff" + french, "Windows-1252": windows, "UTF-16 and tabs": wide, "a word of Excel": "sep=;\n" + french,
			"English, commas": "name,town,phone,skills,colour\n\"Bécassine; dite “Bec”\",Rue,0300000001,\"sewing, cutting\",blue\nGoéland,Quend,0300000002,,\n",
		} {
			p := show(t, i, fab.ImportMakers, file)
			require.Equal(t, []int{2, 0, 0}, []int{p.New, p.Same, p.Bad}, "%s: %v", name, p.Lines)
			require.Len(t, p.Ignored, 1, name)
			require.Contains(t, p.Lines[0].Does.Args["name"], "Bécassine")
		}
	})
}

// Ensure that makers come in with hands and a place, that a second time changes nothing, and that all of it is taken back
// unless one of them was used meanwhile, whose name is said.
func TestMakersComeInAndAreTakenBack(t *testing.T) {
	onBoth(t, func(t *testing.T, i *imports.Imports, s *store.Store) {
		file := "nom;commune;tel;sait faire\nBécassine;Rue;'+33300000001;couture\nGoéland;Quend;;\nBECASSINE;Rue;;\n"
		p := show(t, i, fab.ImportMakers, file)
		require.Equal(t, []int{2, 1, 0}, []int{p.New, p.Same, p.Bad})
		require.NoError(t, i.Confirm(t.Context(), p.Import.ID, ""))
		require.NoError(t, i.Confirm(t.Context(), p.Import.ID, ""), "a double click")
		makers := func() (all []fab.Maker) {
			require.NoError(t, s.View(t.Context(), func(tx *store.Tx) (err error) { all, err = tx.Makers(); return err }))
			return all
		}
		require.Len(t, makers(), 2)
		require.Equal(t, "+33300000001", makers()[0].Phone)
		again := show(t, i, fab.ImportMakers, file)
		require.Equal(t, []int{0, 3, 0}, []int{again.New, again.Same, again.Bad})
		require.Equal(t, "import_nothing", codeOf(t, i.Confirm(t.Context(), again.Import.ID, "")))
		require.NoError(t, s.Update(t.Context(), func(tx *store.Tx) error {
			m := makers()[1]
			return tx.AddAccount(&fab.Account{ID: "a", Login: "goeland", Name: m.Name, Roles: []string{fab.RoleMaker}, MakerID: m.ID, CreatedAt: tx.Now()})
		}))
		err := i.Undo(t.Context(), p.Import.ID, "")
		require.Equal(t, "import_used", codeOf(t, err))
		refusals, _ := fab.RefusalsOf(err)
		require.Equal(t, "Goéland", refusals[0].Args["name"])
		require.Len(t, makers(), 2, "as one act")
		require.NoError(t, s.Update(t.Context(), func(tx *store.Tx) error {
			a, err := tx.Account("a")
			require.NoError(t, err)
			a.MakerID = ""
			return tx.SetAccount(&a)
		}))
		require.NoError(t, i.Undo(t.Context(), p.Import.ID, ""))
		require.NoError(t, i.Undo(t.Context(), p.Import.ID, ""), "a double click")
		require.Empty(t, makers())
		audited(t, s)
	})
}

// Ensure that places come in known, take from the register what a line leaves out, and are taken back unless one asked.
func TestPlacesComeInAndAreTakenBack(t *testing.T) {
	onBoth(t, func(t *testing.T, i *imports.Imports, s *store.Store) {
		require.NoError(t, s.Update(t.Context(), func(tx *store.Tx) error {
			return tx.PutRegister([]fab.RegisterPlace{{ET: "010000024", EJ: "010780054", Name: "CH DE LA BAIE", Kind: fab.FacilityHospital, Postcode: "01440", Town: "VIRIAT", LatE6: 46222286, LonE6: 5209181, ListedAt: tx.Now()}})
		}))
		p := show(t, i, fab.ImportPlaces, "Établissement,Genre,N° FINESS,Ville,Horaires\nBoulangerie du Port,commerce,,Le Crotoy,mo-sa 07:00-13:00\n,,10000024,,\n")
		require.Equal(t, []int{2, 0, 0}, []int{p.New, p.Same, p.Bad}, "%v", p.Lines)
		require.NoError(t, i.Confirm(t.Context(), p.Import.ID, ""))
		var places []fab.Facility
		read := func() {
			require.NoError(t, s.View(t.Context(), func(tx *store.Tx) (err error) { places, err = tx.Facilities(); return err }))
		}
		read()
		require.Equal(t, []string{"Boulangerie du Port", "CH DE LA BAIE"}, []string{places[0].Name, places[1].Name})
		require.Equal(t, fab.FacilityKnown, places[1].Status)
		require.True(t, places[1].Spot().Located())
		require.NoError(t, s.Update(t.Context(), func(tx *store.Tx) error {
			return tx.AddRequest(&fab.Request{ID: "r", Ref: "r", FacilityID: places[0].ID, Status: fab.RequestReceived, SubmitKey: "k", NeedBy: tx.Now(), CreatedAt: tx.Now()}, []fab.RequestLine{{ID: "l", RequestID: "r", Product: "visor", Asked: 1}})
		}))
		require.Equal(t, "import_used", codeOf(t, i.Undo(t.Context(), p.Import.ID, "")))
		read()
		require.Len(t, places, 2)
	})
}

// Ensure that stock comes in as moves of the ledger, each line in its own measure and a comma for a point, once; and that it
// is taken back by moves, unless some of it is gone.
func TestStockComesInAsMoves(t *testing.T) {
	onBoth(t, func(t *testing.T, i *imports.Imports, s *store.Store) {
		stocked(t, s)
		file := "matière;quantité;unité;lieu\nFeuilles transparentes A4;2;paquets;\npetg;0,75;kilos;atelier\npetg;1 250;g;\n"
		p := show(t, i, fab.ImportStock, file)
		require.Equal(t, []int{3, 0, 0}, []int{p.New, p.Same, p.Bad}, "%v", p.Lines)
		require.NoError(t, i.Confirm(t.Context(), p.Import.ID, ""))
		total := func(code string) (n int64) {
			require.NoError(t, s.View(t.Context(), func(tx *store.Tx) error {
				rows, err := tx.Holding(fab.MaterialItem(code))
				for _, b := range rows {
					n += b.Quantity
				}
				return err
			}))
			return n
		}
		require.Equal(t, []int64{200, 2_000_000}, []int64{total("film-a4"), total("petg")})
		audited(t, s)
		twice := show(t, i, fab.ImportStock, file)
		require.Equal(t, "import_twice", codeOf(t, i.Confirm(t.Context(), twice.Import.ID, "")))
		require.NoError(t, i.Undo(t.Context(), p.Import.ID, ""))
		require.Equal(t, []int64{0, 0}, []int64{total("film-a4"), total("petg")})
		audited(t, s)
		require.NoError(t, i.Confirm(t.Context(), twice.Import.ID, ""), "what was taken back may come again")
		require.NoError(t, s.Update(t.Context(), func(tx *store.Tx) error {
			rows, err := tx.Holding(fab.MaterialItem("film-a4"))
			require.NoError(t, err)
			return tx.Post(fab.StockMove{Item: rows[0].Item, Source: rows[0].Source, From: fab.TheHub, To: fab.OutsideScrapped, Quantity: 1, Why: fab.MoveScrapped})
		}))
		require.Equal(t, "import_used", codeOf(t, i.Undo(t.Context(), twice.Import.ID, "")))
		require.EqualValues(t, 2_000_000, total("petg"), "as one act")
		audited(t, s)
	})
}

// Ensure that each wrong line is named with its number, its field and the way out, and that a list with one does nothing.
func TestAWrongLineIsNamedAndStopsTheList(t *testing.T) {
	onBoth(t, func(t *testing.T, i *imports.Imports, s *store.Store) {
		stocked(t, s)
		for _, one := range []struct{ kind, file, code, field string }{
			{fab.ImportMakers, "nom;ville\nA;Rue\n;Rue\n", "name_missing", "name"},
			{fab.ImportMakers, "nom;ville\nA;Rue\nB;\n", "town_or_postcode", "town"},
			{fab.ImportMakers, "nom;ville;tel\nA;Rue;\nB;Rue;0\n", "phone_wrong", "phone"},
			{fab.ImportMakers, "nom;ville;mail\nA;Rue;\nB;Rue;\"B\r\nBcc: x@y.z\"\n", "email_wrong", "email"},
			{fab.ImportMakers, "nom;ville;sait faire\nA;Rue;\nB;Rue;crochet\n", "import_skill_unknown", "skills"},
			{fab.ImportPlaces, "nom;ville;genre\nA;Rue;\nB;Rue;château\n", "import_kind_unknown", "kind"},
			{fab.ImportPlaces, "nom;ville;finess\nA;Rue;\nB;Rue;12\n", "finess_number_wrong", "finess"},
			{fab.ImportPlaces, "nom;ville;horaires\nA;Rue;\nB;Rue;le matin\n", "hours_unreadable", "hours"},
			{fab.ImportStock, "matière;quantité\nfilm-a4;1\nvelours;1\n", "import_material_unknown", "material"},
			{fab.ImportStock, "matière;quantité\nfilm-a4;1\nfilm-a4;12,5\n", "amount_too_fine", "quantity"},
			{fab.ImportStock, "matière;quantité\nfilm-a4;1\nfilm-a4;-5\n", "quantity_not_positive", "quantity"},
			{fab.ImportStock, "matière;quantité\nfilm-a4;1\nfilm-a4;vingt\n", "amount_wrong", "quantity"},
			{fab.ImportStock, "matière;quantité\nfilm-a4;1\nfilm-a4;9223372036854775808\n", "amount_too_large", "quantity"},
			{fab.ImportStock, "matière;quantité;unité\nfilm-a4;1;\nfilm-a4;1;kg\n", "measure_unknown", "unit"},
			{fab.ImportStock, "matière;quantité;lieu\nfilm-a4;1;\nfilm-a4;1;la lune\n", "import_place_unknown", "place"},
		} {
			p := show(t, i, one.kind, one.file)
			require.Equal(t, 1, p.Bad, "%s: %v", one.code, p.Lines)
			bad := p.Lines[1]
			require.EqualValues(t, 3, bad.No)
			require.Equal(t, []string{one.code, one.field}, []string{bad.Wrong[0].Code, bad.Wrong[0].Field})
			require.Equal(t, "import_wrong_lines", codeOf(t, i.Confirm(t.Context(), p.Import.ID, "")))
		}
		require.NoError(t, s.View(t.Context(), func(tx *store.Tx) error {
			makers, err := tx.Makers()
			require.Empty(t, makers)
			return err
		}))
	})
}

// Ensure that what is no list is refused in its field with the way out, and that nothing of it is kept.
func TestWhatIsNoListIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, i *imports.Imports, _ *store.Store) {
		for code, file := range map[string]string{
			"import_workbook":       "PK\x03\x04…",
			"import_empty":          "nom;ville\n;\n",
			"import_column_missing": "personne;lieu\nA;B\n",
			"import_column_twice":   "nom;name\nA;B\n",
			"import_large":          strings.Repeat("x", imports.MaxFile+1),
			"import_long":           "nom;ville\n" + strings.Repeat("A;B\n", 5001),
		} {
			_, err := i.Show(t.Context(), fab.ImportMakers, "x.csv", []byte(file), "")
			require.Equal(t, code, codeOf(t, err))
		}
		for _, file := range []string{"", "\x00\x00", "\xff\xfe", "nom\n\"", "nom;\xff\xfe\nA"} {
			_, err := i.Show(t.Context(), fab.ImportMakers, "../../etc/passwd", []byte(file), "")
			_, ok := fab.RefusalsOf(err)
			require.True(t, ok || err == nil, "%q: %v", file, err)
		}
		_, err := i.Show(t.Context(), "castles", "x.csv", []byte("nom\nA"), "")
		require.Equal(t, "import_kind_missing", codeOf(t, err))
	})
}
