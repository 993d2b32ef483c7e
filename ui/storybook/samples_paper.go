package main

import (
	"strings"

	"github.com/mailleur/mailleur/ui"
)

func paperStories() []story {
	return []story{
		{"paper-note", func(lang string) ui.Page { return noteOnPaper(lang) }},
		{"paper-labels", func(lang string) ui.Page { return labelsOnPaper(lang) }},
		{"scan-box", func(lang string) ui.Page { return scanned(lang, false) }},
		{"scan-recalled", func(lang string) ui.Page { return scanned(lang, true) }},
		{"scan-prototype", func(lang string) ui.Page {
			p := scanned(lang, false)
			p.Code, p.Kind, p.Products[0].Tried = "V-121", ui.ScanBag, false
			return p
		}},
		{"scan-run", func(lang string) ui.Page {
			return ui.Scan{Frame: frame(lang, "/q/T-003"), Code: "T-003", Kind: ui.ScanRun}
		}},
	}
}

func scanned(lang string, recalled bool) ui.Scan {
	return ui.Scan{
		Frame: frame(lang, "/q/B-012"), Code: "B-012", Kind: ui.ScanBox, Recalled: recalled,
		Products: []ui.ScanProductRow{{Code: "visor", Name: pick(lang, "Visière anti-projection", "Splash visor"), Claim: "anti-projection", Tried: true}},
	}
}

// sampleCode looks like a code and says nothing.
func sampleCode(url string) *ui.QR {
	q := &ui.QR{URL: url}
	for y := range 25 {
		var row strings.Builder
		for x := range 25 {
			row.WriteByte(".#"[(x*y+x/3+y/2)%2])
		}
		q.Rows = append(q.Rows, row.String())
	}
	return q
}

func says(text string) []ui.PaperSpan { return []ui.PaperSpan{{Text: text}} }

const longName = "Établissement d’hébergement pour personnes âgées dépendantes « Les Œillets » (fictif) de la communauté de communes du Marquenterre"

func noteOnPaper(lang string) ui.Paper {
	sheet := ui.PaperSheet{Copy: pick(lang, "Exemplaire de l’établissement (1 sur 2)", "Copy of the facility (1 of 2)"), Blocks: []ui.PaperBlock{
		{Kind: ui.PaperCode, Code: sampleCode("https://atelier.example/q/BL-0042"), Fields: []ui.PaperField{
			{Label: pick(lang, "Établi le", "Issued on"), Value: pick(lang, "jeudi 26 novembre 2026", "Thursday 26 November 2026")},
			{Label: pick(lang, "Demande", "Request"), Value: "VM7K-3T9X"}, {Label: pick(lang, "Tournée", "Run"), Value: "T-003"}}},
		{Kind: ui.PaperHeading, Text: says(pick(lang, "Destinataire", "To"))},
		{Kind: ui.PaperFields, Fields: []ui.PaperField{{Label: pick(lang, "Lieu", "Place"), Value: longName}, {Label: pick(lang, "Adresse", "Address"), Value: "12 bis, allée du Marais, 80120 Rue"}}},
		{Kind: ui.PaperTable, Table: &ui.PaperGrid{
			Head:   []string{pick(lang, "Boîte", "Box"), pick(lang, "Contenu", "Contents"), pick(lang, "Quantité", "Quantity"), pick(lang, "Vu", "Seen")},
			Rows:   [][]string{{"B-012", pick(lang, "Visière anti-projection", "Splash visor"), "24", ui.TickBox}, {"B-013", pick(lang, "Crochet mains libres", "Hands-free hook"), "10", ui.TickBox}},
			Widths: []int{2, 5, 2, 1}, Right: []bool{false, false, true, false}}},
		{Kind: ui.PaperNotice, Text: says(pick(lang, "Comptez avant de signer.", "Count before you sign."))},
		{Kind: ui.PaperList, Numbered: true, Items: [][]ui.PaperSpan{says(pick(lang, "Comptez", "Count")), {{Text: pick(lang, "Signez", "Sign"), Bold: true}}}},
		{Kind: ui.PaperText, Text: says(pick(lang, "Remis gratuitement.", "Handed over free of charge."))},
		{Kind: ui.PaperBlanks, Blanks: []string{pick(lang, "Nom et fonction", "Name and function"), pick(lang, "Date et heure", "Date and time"), "Signature"}},
	}}
	title := pick(lang, "Bon de livraison BL-0042", "Delivery note BL-0042")
	return ui.Paper{
		Frame: frame(lang, "/run/x/stop/1/paper"), Back: "/run/x/stop/1", PDF: "/run/x/stop/1/paper.pdf",
		Doc: ui.Document{Lang: lang, Title: title, Sender: "Atelier de la Baie · 03 00 00 00 00", Sheets: []ui.PaperSheet{sheet, sheet}},
	}
}

func labelsOnPaper(lang string) ui.Paper {
	label := ui.PaperSheet{Blocks: []ui.PaperBlock{
		{Kind: ui.PaperCode, Big: "B-012", Code: sampleCode("https://atelier.example/q/B-012"), Fields: []ui.PaperField{
			{Label: pick(lang, "Pour", "For"), Value: longName}, {Label: "Lots", Value: "V-118, V-119"}}},
	}}
	return ui.Paper{
		Frame: desk(lang, ui.NavDeliveries, "/desk/boxes/b/paper"), Back: "/desk/deliveries", PDF: "/desk/boxes/b/paper.pdf",
		Doc: ui.Document{Lang: lang, Title: pick(lang, "Étiquettes de boîtes", "Labels of boxes"), Sender: "Atelier de la Baie", Labels: true, Sheets: []ui.PaperSheet{label, label, label}},
	}
}
