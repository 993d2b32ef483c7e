package finess_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/finess"
)

// spot is a point in the system of its department and in millionths of a degree, as PROJ 9 turns one into the other.
type spot struct {
	et, old, now string // the number's beginning, and the system as files of two ages name it
	x, y         float64
	lat, lon     int64
}

var spots = []spot{
	{"80001", "1,ATLASANTE,100,IGN,BD_ADRESSE,V2.2,LAMBERT_93", "1,ATLASANTE,96,BAN,EPSG:2154 RGF93 / Lambert-93 (Métropole)", 610000, 7010000, 50181665, 1741320},
	{"01000", "1,ATLASANTE,96,BAN,L93_METROPOLE", "1,ATLASANTE,96,BAN,EPSG:2154 RGF93 / Lambert-93 (Métropole)", 870262.2, 6571540.8, 46222286, 5209181},
	{"2A000", "1,ATLASANTE,96,BAN,L93_METROPOLE", "1,ATLASANTE,96,BAN,EPSG:2154 RGF93 / Lambert-93 (Métropole)", 1225000, 6090000, 41722470, 9300597},
	{"29001", "1,ATLASANTE,96,BAN,LAMBERT_93", "1,ATLASANTE,96,BAN,EPSG:2154 RGF93 / Lambert-93 (Métropole)", 120000, 6840000, 48400638, -4849095},
	{"97010", "2,ATLASANTE,100,IGN,BD_ADRESSE,V2.2,UTM_N20", "2,ATLASANTE,96,BAN,EPSG:5490 RGAF09/UTM Zone 20N (Antilles)", 657242.9, 1795384.4, 16234004, -61528737},
	{"97030", "2,ATLASANTE,96,BAN,UTM_N22", "2,ATLASANTE,96,BAN,EPSG:2972 RGFG95/UTM Zone 22N (Guyane)", 350000, 545000, 4929287, -52352858},
	{"97040", "2,ATLASANTE,96,BAN,UTM_S40", "2,ATLASANTE,96,BAN,EPSG:2975 RGR92/UTM Zone 40S (La Réunion)", 340000, 7690000, -20883319, 55461816},
	{"98050", "2,ATLASANTE,96,BAN,UTM_S38", "2,ATLASANTE,96,BAN,EPSG:4471 RGM04/UTM Zone 38S (Mayotte)", 520000, 8585000, -12799767, 45184285},
}

// invented is the n-th place of a register that does not exist.
func invented(n int) (fab.RegisterPlace, spot) {
	s := spots[n%len(spots)]
	p := fab.RegisterPlace{
		ET: fmt.Sprintf("%s%04d", s.et, n%10000), EJ: fmt.Sprintf("8%08d", n/3), Category: []string{"500", "355", "620", "437"}[n%4],
		Name: fmt.Sprintf("RÉSIDENCE DE L'ÎLE N° %d « Œuvre »", n), Phone: fmt.Sprintf("03%08d", n), Postcode: "80120", Town: "ST QUENTIN EN TOURMONT",
		Address: fmt.Sprintf("%d bis rue DES ÉGLANTIERS, BP 12", n+1), LatE6: s.lat, LonE6: s.lon,
	}
	if n%5 == 0 {
		p.Name = fmt.Sprintf(`LIEU DE VIE "LES ; ORMES %d"`, n)
	}
	p.Kind = []string{fab.FacilityCareHome, fab.FacilityHospital, fab.FacilityHealthPro, fab.FacilityOtherPlace}[n%4]
	return p, s
}

// sections writes places as the old two-section text, the way a spreadsheet of 2020 (windows) or of 2026 has them.
func sections(t testing.TB, n int, windows bool) []byte {
	var places, points strings.Builder
	for i := range n {
		p, s := invented(i)
		fmt.Fprintf(&places, "structureet;%s;%s;COURT;%s;;;%d;R;DES ÉGLANTIERS;B;BP 12;649;80;SOMME;80120 ST QUENTIN EN TOURMONT CEDEX 2;%s;;%s;libellé;1102;libellé;;;03;;1;;1979-02-13;1979-02-13;2020-02-04;\r\n",
			p.ET, p.EJ, quoted(p.Name), i+1, p.Phone, p.Category)
		system := s.now
		if windows {
			system = s.old
		}
		fmt.Fprintf(&points, "geolocalisation;%s;%.1f;%.1f;%s;2026-05-04\r\n", p.ET, s.x, s.y, system)
	}
	text := "finess;etalab;93;2026-05-12\r\n" + places.String() + points.String()
	if !windows {
		return []byte(text)
	}
	out, err := charmap.Windows1252.NewEncoder().Bytes([]byte(text))
	require.NoError(t, err)
	return out
}

func quoted(cell string) string {
	if strings.ContainsAny(cell, `";`) {
		return `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
	}
	return cell
}

// table writes places a line each under named columns.
func table(n int) []byte {
	var b strings.Builder
	b.WriteString("\ufeffnofinesset;nofinessej;rs;rslongue;numvoie;typvoie;voie;compvoie;lieuditbp;ligneacheminement;telephone;categetab;coordxet;coordyet;sourcecoordet\n")
	for i := range n {
		p, s := invented(i)
		fmt.Fprintf(&b, "%s;%s;COURT;%s;%d;R;DES ÉGLANTIERS;B;BP 12;80120 ST QUENTIN EN TOURMONT;%s;%s;%s;%s;%s\n", p.ET, p.EJ, quoted(p.Name), i+1,
			strings.TrimPrefix(p.Phone, "0"), p.Category, strings.ReplaceAll(fmt.Sprintf("%.1f", s.x), ".", ","), strings.ReplaceAll(fmt.Sprintf("%.1f", s.y), ".", ","), s.now)
	}
	return []byte(b.String())
}

type object = map[string]any

// entities writes places as FINESS+ does: each below its legal entity, coordinates in the three layouts that were seen.
func entities(t testing.TB, n int) []byte {
	var all []object
	for i := range n {
		p, s := invented(i)
		at := object{"coordonneeX": fmt.Sprint(s.y), "coordonneeY": fmt.Sprint(s.x), "directionLatitude": fmt.Sprint(float64(s.lat) / 1e6), "directionLongitude": fmt.Sprint(float64(s.lon) / 1e6)}
		switch i % 3 {
		case 1:
			at = object{"coordonneeX": fmt.Sprint(float64(s.lon) / 1e6), "coordonneeY": fmt.Sprint(float64(s.lat) / 1e6), "directionLatitude": "N", "directionLongitude": "E"}
		case 2:
			at = object{"coordonneeX": fmt.Sprint(s.x), "coordonneeY": fmt.Sprint(s.y), "directionLatitude": nil, "scoreBAN": 0.9}
		}
		all = append(all, object{
			"informationsGeneralesPMEJ": object{"numFinessPm": p.EJ, "denominationPm": "ENTITÉ", "siren": 123456789}, "engagement": []any{object{"engagementId": "E"}},
			"ege": []object{{
				"informationsGeneralesEGE":            object{"numFinessEge": p.ET, "nomEgeCourt": "COURT", "nomEgeLong": p.Name, "espic": []string{"1"}},
				"categorieentiteGeographiqueExercice": p.Category, "etatObjet": "A", "contact": []object{{"telecom": object{"telephone": p.Phone}}},
				"adresse": []object{{"usageAdresse": "02", "libelleVoie": "AUTRE"}, {
					"usageAdresse": "03", "numeroVoie": i + 1, "complementVoie": "B", "typeVoie": "R", "libelleVoie": "DES ÉGLANTIERS", "lieuDit": "BP 12",
					"codePostal": "80120", "ligneAcheminement": "ST QUENTIN EN TOURMONT", "coordonneesGeographique": at,
				}},
			}},
		})
	}
	out, err := json.Marshal(object{"schemaVersion": "v1.0.0", "generatedAt": "2026-05-12T02:06:22Z", "gco": []object{{"deep": []any{object{"a": []any{1, 2}}}}}, "pmej": all, "gcc": nil})
	require.NoError(t, err)
	return out
}

func packed(t testing.TB, data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(data)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

// sink keeps everything.
type sink struct {
	places map[string]fab.RegisterPlace
	alone  []string
	bad    []finess.Bad
}

func newSink() *sink { return &sink{places: map[string]fab.RegisterPlace{}} }

func (s *sink) Place(p fab.RegisterPlace) error { s.places[p.ET] = p; return nil }

func (s *sink) Point(_ int64, at fab.RegisterPoint) error {
	p, known := s.places[at.ET]
	if !known {
		s.alone = append(s.alone, at.ET)
		return nil
	}
	p.LatE6, p.LonE6 = at.LatE6, at.LonE6
	s.places[at.ET] = p
	return nil
}

func (s *sink) Bad(b finess.Bad) error { s.bad = append(s.bad, b); return nil }
