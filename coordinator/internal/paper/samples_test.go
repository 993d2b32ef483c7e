package paper_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/paper"
	"github.com/mailleur/mailleur/ui"
)

var noon = time.Date(2026, 11, 26, 12, 5, 0, 0, time.UTC)

func lab() paper.Lab {
	return paper.Lab{Name: "Atelier de la Baie", Phone: "0300000000", Site: "https://atelier.example"}
}

// hard is a place whose name nobody thought of: long, accented, Polish and Greek, with a word wider than any column.
func hard() paper.Place {
	return paper.Place{
		Name:    "Établissement d’hébergement pour personnes âgées dépendantes « Les Œillets – Źdźbło Łódź Ελλάδα » de la Communauté-de-communes",
		Address: "12 bis, allée du Maréchal-de-Lattre-" + strings.Repeat("Donaudampfschifffahrt", 6), Town: "80120 Saint-Quentin-en-Tourmont-lès-Œuf-en-Ternois",
		Access: "Porte bleue à l’arrière, sonner deux fois, 9 h à 11 h", Contact: "M. Zbigniew Ćwiek-Żółkiewski", Phone: "03 00 00 00 07",
	}
}

func visor(lang string) string {
	if lang == "en" {
		return "Splash visor"
	}
	return "Visière anti-projection"
}

func note(lang string) paper.Note {
	return paper.Note{
		No: "BL-0042", Ref: "VM7K-3T9X", Issued: noon, Day: noon, Run: "T-003", Driver: "Żaneta O’Brien", To: hard(),
		Lines: []paper.NoteLine{
			{Box: "B-012", What: paper.Goods{Name: visor(lang), Count: 24}, Lots: []string{"V-118", "V-119", "V-120"}},
			{Box: "B-013", What: paper.Goods{Name: "Crochet mains libres", Count: 12345}, Lots: []string{"H-001"}},
		},
		Claims: []string{"anti-projection"},
	}
}

// many are more lots than a page holds in one cell.
func many(n int) (codes []string) {
	for i := range n {
		codes = append(codes, "V-"+string(rune('1'+i%9))+strings.Repeat("0", 2)+string(rune('0'+i%10)))
	}
	return codes
}

func box(lang string) paper.Box {
	return paper.Box{Code: "B-012", To: hard(), Ref: "VM7K-3T9X", Packed: noon, Inside: []paper.Goods{{Name: visor(lang), Count: 24}},
		Lots: []string{"V-118", "V-119"}, Claims: []string{"anti-projection"}, Cleaning: []string{"Avant le premier usage et après chaque usage : eau savonneuse, rinçage, puis alcool à 70 % passé avec un linge. Laissez sécher."}}
}

func notice(t testing.TB, product, lang string) string {
	text, err := os.ReadFile("../../catalog/" + product + "/notice." + lang + ".md")
	require.NoError(t, err)
	return string(text)
}

func product(t testing.TB, lang string) paper.Product {
	return paper.Product{Code: "P-visor", Name: visor(lang), Version: "1", Notice: notice(t, "visor", lang), Claim: "anti-projection", Dated: noon, Tried: []paper.Tried{{Function: "infirmière", Place: "EHPAD Les Tilleuls (fictif)", At: noon}}}
}

func run(lang string) paper.Run {
	return paper.Run{Code: "T-003", Driver: "Żaneta O’Brien", Phone: "0300000008", Day: noon, Leaves: noon, Vehicle: "Vélo-cargo", Stops: []paper.Stop{
		{Kind: fab.StopCollect, Place: paper.Place{Name: "Tortue", Town: "Rue", Phone: "0300000001"}, Load: []paper.Load{{Code: "V-121", What: "24 × Bandeau"}}},
		{Kind: fab.StopCollect, Gift: true, Place: paper.Place{Name: "Papeterie", Town: "Abbeville"}, Expected: noon, Load: []paper.Load{{Code: "VM7K-3T9X", Take: paper.Take{Material: "film-a4", Count: 50}}}},
		{Kind: fab.StopDrop, Place: paper.Place{Name: "Sterne", Town: "Quend"}, Load: []paper.Load{{Code: "F-004", Take: paper.Take{Material: "petg"}}}},
		{Kind: fab.StopDeliver, Place: hard(), Expected: noon, Opens: noon.Add(-time.Hour), Closes: noon.Add(time.Hour), Note: "BL-0042", Load: []paper.Load{{Code: "B-012", What: "24 × " + visor(lang)}, {Code: "B-013", What: "12 × Crochet mains libres"}}},
		{Kind: fab.StopDeliver, Place: paper.Place{Name: "Cabinet infirmier du Crotoy", Address: "1, quai Léonard", Town: "80550 Le Crotoy"}, Note: "BL-0043", Load: []paper.Load{{Code: "B-014", What: "6 × " + visor(lang)}}},
	}}
}

type made func() (ui.Document, error)

// papers are all the papers there are, with texts that are hard to set.
func papers(t testing.TB, lang string) map[string]made {
	l := lab()
	return map[string]made{
		"note": func() (ui.Document, error) { return paper.DeliveryNote(lang, l, note(lang)) },
		"note-signed": func() (ui.Document, error) {
			n := note(lang)
			n.Receiver, n.At, n.Reserves, n.Recalled = "Léa Œuf, cadre de santé", noon, "B-013 : 2 crochets cassés", true
			return paper.DeliveryNote(lang, l, n)
		},
		"notes": func() (ui.Document, error) {
			return paper.DeliveryNotes(lang, l, "T-003", []paper.Note{note(lang), note(lang)})
		},
		"note-long": func() (ui.Document, error) {
			n := note(lang)
			n.Lines[0].Lots = many(700)
			for range 60 {
				n.Lines = append(n.Lines, n.Lines[1])
			}
			return paper.DeliveryNote(lang, l, n)
		},
		"box": func() (ui.Document, error) { return paper.BoxLabels(lang, l, []paper.Box{box(lang)}) },
		"box-old": func() (ui.Document, error) {
			b := box(lang)
			b.Recalled = true
			return paper.BoxLabels(lang, l, []paper.Box{b, box(lang), b})
		},
		"box-long": func() (ui.Document, error) {
			b := box(lang)
			b.Lots = many(1500)
			return paper.BoxLabels(lang, l, []paper.Box{b, box(lang)})
		},
		"kit": func() (ui.Document, error) {
			return paper.KitLabels(lang, l, []paper.Kit{{Box: "B-012", Name: visor(lang), Version: "1", Made: noon, Lots: []string{"V-118"}, Claim: "anti-projection", Cleaning: box(lang).Cleaning[0], Count: 11}})
		},
		"bag": func() (ui.Document, error) {
			return paper.BagLabels(lang, l, []paper.Bag{
				{Lot: "V-118", Part: paper.Goods{Name: "Bandeau de visière", Count: 8}, Version: "1", Maker: "Tortue", Made: noon, Material: "petg", Spool: "F-004"},
				{Lot: "V-119", Part: paper.Goods{Name: "Bandeau de visière", Count: 8}, Version: "2", Maker: "Zbigniew Ćwiek-Żółkiewski Κωνσταντινουπολίτης", Made: noon, Material: "petg", Colour: "Blanc cassé", Spool: "F-004", Trial: "E-004"},
			})
		},
		"blank": func() (ui.Document, error) {
			products := []string{visor(lang), "Crochet mains libres"}
			return paper.BlankForms(lang, l, []paper.Blank{{Code: "VM7K3T9X", Kind: fab.BlankRequest, Products: products}, {Code: "6C2X9K4R", Kind: fab.BlankHandIn}, {Code: "7C2X9K4R", Kind: fab.BlankBag}})
		},
		"blank-bags": func() (ui.Document, error) {
			return paper.BlankForms(lang, l, []paper.Blank{{Code: "VM7K3T9X", Kind: fab.BlankBag}, {Code: "6C2X9K4R", Kind: fab.BlankBag}})
		},
		"run": func() (ui.Document, error) { return paper.RunSheet(lang, l, run(lang)) },
		"picking": func() (ui.Document, error) {
			return paper.PickingList(lang, l, paper.Picking{Ref: "VM7K-3T9X", For: hard(), NeedBy: noon, Lines: []paper.PickLine{{What: paper.Goods{Name: visor(lang), Count: 24}, Left: 6, Takes: []paper.Take{
				{Name: "Bandeau de visière", Count: 18, From: "V-118"}, {Name: "Bandeau de visière", Count: 6, From: "V-119"}, {Material: "film-a4", Count: 24, From: "VM7K-3T9X"}, {Name: "Film au poids", Count: 1_250_000, Unit: fab.UnitMG},
			}}}})
		},
		"picking-empty": func() (ui.Document, error) { return paper.PickingList(lang, l, paper.Picking{Ref: "VM7K-3T9X"}) },
		"notice":        func() (ui.Document, error) { return paper.ProductNotice(lang, l, product(t, lang)) },
		"sheet": func() (ui.Document, error) {
			return paper.InformationSheet(lang, l, product(t, lang), paper.Given{To: hard().Name, Lots: []string{"V-118"}, Count: 24})
		},
		"recall": func() (ui.Document, error) {
			return paper.RecallLetters(lang, l, "F-004", []paper.Letter{
				{To: hard(), Kind: fab.ToldFacility, Date: noon, Words: "Des bandeaux faits de cette bobine se fendent.\nN’en gardez aucun.", Boxes: recalled(lang), Others: []paper.Goods{{Name: "Crochet", Count: 10}}, Way: fab.RecallFetch, FetchOn: noon.AddDate(0, 0, 2)},
				{To: paper.Place{Name: "Cabinet infirmier", Town: "80550 Le Crotoy"}, Kind: fab.ToldFacility, Date: noon, Way: fab.RecallSend, Answers: "Mme Delattre, 03 22 00 00 00"},
				{To: paper.Place{Name: "Tortue", Town: "80120 Rue"}, Kind: fab.ToldMaker, Date: noon, Reels: []string{"F-004"}, Bags: []paper.BagAtHome{{Code: "V-119", What: paper.Goods{Name: "Bandeau", Count: 8}}}},
				{To: paper.Place{Name: "Goéland", Town: "80120 Rue"}, Kind: fab.ToldMaker, Date: noon},
				{To: paper.Place{Name: "Papeterie du Port", Town: "Abbeville"}, Kind: fab.ToldDonor, Date: noon, Gift: "ABCD-EFGH", Itself: true},
				{To: paper.Place{Name: "Imprimerie", Town: "Abbeville"}, Kind: fab.ToldDonor, Date: noon, Gift: "ABCD-EFGH"},
			})
		},
	}
}

// recalled are the lines of a delivery note of which one came in a box that is still on its way.
func recalled(lang string) (list []paper.RecalledGoods) {
	for i, l := range note(lang).Lines {
		at := noon
		if i > 0 {
			at = time.Time{}
		}
		list = append(list, paper.RecalledGoods{NoteLine: l, At: at})
	}
	return list
}
