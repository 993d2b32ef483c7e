package imports

import (
	"fmt"
	"strings"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

var stockColumns = []column{
	{"material", true, []string{"matiere", "material", "article", "item", "produit", "reference"}},
	{"quantity", true, []string{"quantite", "quantity", "combien", "qte", "nombre", "count", "amount"}},
	{"unit", false, []string{"unite", "unit", "mesure", "measure"}},
	{"place", false, []string{"lieu", "ou", "place", "where", "chez", "at", "stock"}},
	{"note", false, []string{"remarque", "note", "commentaire", "remark", "comment", "origine", "origin"}},
}

// unitWords are how people call the measures of a material, folded; what is not here is taken as it stands.
var unitWords = map[string]string{
	"gramme": "g", "grammes": "g", "gram": "g", "grams": "g", "kilo": "kg", "kilos": "kg", "kilogramme": "kg", "kilogrammes": "kg", "metre": "m", "metres": "m", "meter": "m", "meters": "m",
	"piece": "piece", "pieces": "piece", "unite": "piece", "unites": "piece", "feuille": "sheet", "feuilles": "sheet", "sheets": "sheet", "paquet": "pack", "paquets": "pack", "packs": "pack",
	"rouleau": "roll", "rouleaux": "roll", "rolls": "roll", "bobine": "reel", "bobines": "reel", "reels": "reel", "spool": "reel", "spools": "reel", "boite": "box", "boites": "box", "boxes": "box", "carton": "box", "cartons": "box",
}

// goods are the materials and places of a lab by what people call them, folded.
type goods struct {
	materials map[string]fab.Material
	places    map[string]fab.LocationID
}

func goodsOf(tx *store.Tx) (g goods, err error) {
	g = goods{map[string]fab.Material{}, map[string]fab.LocationID{"": fab.TheHub, "atelier": fab.TheHub, "hub": fab.TheHub, "lab": fab.TheHub, "local": fab.TheHub}}
	materials, err := tx.Materials()
	if err != nil {
		return g, err
	}
	for _, m := range materials {
		g.materials[fab.Folded(m.Code)] = m
		for _, name := range m.Names {
			g.materials[fab.Folded(name)] = m
		}
	}
	makers, err := tx.Makers()
	for _, m := range makers {
		if m.Status == fab.MakerActive {
			g.places[fab.Folded(m.Name)] = m.LocationID
		}
	}
	return g, err
}

func stockSteps(tx *store.Tx, rows []row) (steps []step, err error) {
	g, err := goodsOf(tx)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		move, m, wrong := g.read(r)
		amount := strings.TrimSpace(r.get("quantity") + " " + r.get("unit"))
		s := step{Line: Line{No: r.line, Wrong: wrong, Does: fab.Because("import_stock_new", "material", r.get("material"), "amount", amount)}}
		if move.To != fab.TheHub {
			s.Does = fab.Because("import_stock_at", "material", r.get("material"), "amount", amount, "place", r.get("place"))
		}
		if len(wrong) == 0 {
			s.do = func(imp *fab.Import) error { return bring(tx, imp, move, m) }
		}
		steps = append(steps, s)
	}
	return steps, nil
}

func (g goods) read(r row) (move fab.StockMove, m fab.Material, wrong fab.Errors) {
	m, known := g.materials[fab.Folded(r.get("material"))]
	if !known {
		wrong = append(wrong, fab.Refuse(fab.Invalid, "import_material_unknown", "material", "text", r.get("material")))
	}
	to, known := g.places[fab.Folded(r.get("place"))]
	if !known {
		wrong = append(wrong, fab.Refuse(fab.Invalid, "import_place_unknown", "place", "text", r.get("place")))
	}
	wrong = append(wrong, fab.CheckLength("note", r.get("note"), 200, "")...)
	move = fab.StockMove{Item: fab.MaterialItem(m.Code), From: fab.OutsideGiven, To: to, Why: fab.MoveBrought, Note: r.get("note")}
	if m.Code == "" {
		return move, m, wrong
	}
	unit := r.get("unit")
	if word, ok := unitWords[fab.Folded(unit)]; ok {
		unit = word
	}
	var refused *fab.Error
	if move.Quantity, refused = m.Amount(r.get("quantity"), unit, "quantity"); refused != nil {
		if refused.Code == "measure_unknown" {
			refused.Field = "unit"
		}
		wrong = append(wrong, refused)
	}
	return move, m, wrong
}

// bring books one line. Filament comes as a spool with a code of its own; anything else travels under the import.
func bring(tx *store.Tx, imp *fab.Import, move fab.StockMove, m fab.Material) error {
	move.Source, move.Subject, move.By = string(imp.ID), string(imp.ID), imp.By
	if m.Unit == fab.UnitMG {
		n, err := tx.Next("spool")
		if err != nil {
			return err
		}
		spool := fab.Spool{ID: store.NewID[fab.SpoolID](tx), Code: fmt.Sprintf("F-%03d", n), Filament: m.Code, InitialMG: move.Quantity, CreatedAt: tx.Now()}
		if err := tx.AddSpool(&spool); err != nil {
			return err
		}
		move.Source = string(spool.ID)
	}
	before, err := tx.Moves("subject", string(imp.ID))
	if err != nil {
		return err
	}
	if err := tx.Post(move); err != nil {
		return err
	}
	after, err := tx.Moves("subject", string(imp.ID))
	if err != nil || len(after) != len(before)+1 {
		return err
	}
	imp.Made = append(imp.Made, fab.Made{Kind: fab.MadeMove, ID: string(after[len(after)-1].ID), Name: m.Code})
	return nil
}
