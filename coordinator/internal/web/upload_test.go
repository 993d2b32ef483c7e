package web_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/pem"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/web"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

// file is one file of a form.
type file struct {
	field, name string
	data        []byte
}

// files posts a form with files, the fields first.
func (b *browser) files(path string, fields url.Values, files ...file) answer {
	b.l.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, values := range fields {
		for _, v := range values {
			require.NoError(b.l.t, w.WriteField(name, v))
		}
	}
	for _, f := range files {
		part, err := w.CreateFormFile(f.field, f.name)
		require.NoError(b.l.t, err)
		_, err = part.Write(f.data)
		require.NoError(b.l.t, err)
	}
	require.NoError(b.l.t, w.Close())
	req, err := http.NewRequestWithContext(b.l.t.Context(), http.MethodPost, b.l.server.URL+path, &body)
	require.NoError(b.l.t, err)
	req.Header = b.header.Clone()
	req.Header.Set("Content-Type", w.FormDataContentType())
	return b.send(req)
}

// box is a binary STL of a cube with this side in mm; inside out when flipped.
func box(side float32, flipped bool) []byte {
	at := func(i int) [3]float32 {
		return [3]float32{float32(i&1) * side, float32(i>>1&1) * side, float32(i>>2&1) * side}
	}
	faces := [...][3]int{{0, 2, 1}, {1, 2, 3}, {4, 5, 6}, {5, 7, 6}, {0, 1, 4}, {1, 5, 4}, {2, 6, 3}, {3, 6, 7}, {0, 4, 2}, {2, 4, 6}, {1, 3, 5}, {3, 7, 5}}
	var b bytes.Buffer
	b.Write(make([]byte, 80))
	_ = binary.Write(&b, binary.LittleEndian, uint32(len(faces)))
	for _, f := range faces {
		if flipped {
			f[1], f[2] = f[2], f[1]
		}
		_ = binary.Write(&b, binary.LittleEndian, [4][3]float32{{}, at(f[0]), at(f[1]), at(f[2])})
		b.Write([]byte{0, 0})
	}
	return b.Bytes()
}

func (w *workshop) versions() (names []string) {
	w.t.Helper()
	w.view(func(tx *store.Tx) error {
		designs, err := tx.Designs()
		for _, d := range designs {
			if d.Product == "visor" {
				names = append(names, d.Version)
			}
		}
		return err
	})
	return names
}

// Ensure that a new version takes the file that was sent, measured and drawn, and gets its plates for the machines of the
// lab, and that the version before stays as it is.
func TestNewVersion(t *testing.T) {
	w := sliced(t)
	page := "/desk/products/" + string(w.visor().ID)
	empty := w.desk.page(page + "/new")
	require.Contains(t, empty.main(), "Le fichier de la version précédente est gardé")
	a := w.desk.files(page+"/versions", url.Values{"version": {"2"}}, file{"file_visor-band", "bandeau.stl", box(20, false)})
	require.Equal(t, http.StatusSeeOther, a.status, a.body)
	made := w.desk.page(a.header.Get("Location"))
	for _, part := range []string{"La version est créée", "20 × 20 × 20 mm", "8 cm³", "À essayer"} {
		require.Contains(t, text(made.doc), part)
	}
	require.Equal(t, []string{"1", "2"}, w.versions())
	now := a.header.Get("Location")
	w.until("the new version has its plate", func(tx *store.Tx) bool {
		plates, err := tx.Plates(fab.DesignVersionID(strings.TrimPrefix(now, "/desk/products/")))
		require.NoError(t, err)
		return len(plates) == 1 && plates[0].Status == fab.PlateReady
	})
	require.Contains(t, w.desk.page(page).main(), "ne contient aucune forme", "the version before is as it was")

	require.Equal(t, "1", w.visor().Version, "a version that nobody tried is not begun with")
	w.desk.does(now+"/trialled", url.Values{"why": {"une infirmière, une journée"}}, "notée comme essayée")
	require.Equal(t, "2", w.visor().Version)
	w.desk.refuses(now+"/withdraw", url.Values{}, "Dites pourquoi")
	w.desk.does(now+"/withdraw", url.Values{"reason": {"replaced"}}, "La version est retirée")
	require.Equal(t, "1", w.visor().Version)
}

// Ensure that a file that cannot be a part is refused in words in its field, whatever its name says, that the form comes
// back, and that no version is made.
func TestNewVersionRefusals(t *testing.T) {
	w := &workshop{}
	w.lab = newLab(t, func(c *web.Config) { c.MaxModel = 1 << 20 })
	w.account("desk", "", fab.RoleCoordinator)
	w.desk = w.signed("desk")
	page := "/desk/products/" + string(w.visor().ID) + "/versions"
	const field = "file_visor-band"
	cases := map[string]struct {
		data   []byte
		status int
		says   string
	}{
		"picture":   {[]byte("\xff\xd8\xff\xe0 JFIF photo"), http.StatusUnprocessableEntity, "Ce n’est pas un fichier STL"},
		"web page":  {[]byte("<!doctype html><script>alert(1)</script>"), http.StatusUnprocessableEntity, "Ce n’est pas un fichier STL"},
		"empty":     {nil, http.StatusUnprocessableEntity, "ne contient aucune forme"},
		"truncated": {box(20, false)[:300], http.StatusUnprocessableEntity, "incomplet"},
		"liar":      {append(append(make([]byte, 80), 0xff, 0xff, 0xff, 0xff), make([]byte, 500)...), http.StatusUnprocessableEntity, ""},
		"zip bomb":  {append([]byte("PK\x03\x04"), make([]byte, 900)...), http.StatusUnprocessableEntity, ""},
		"too large": {make([]byte, 1<<20+1), http.StatusRequestEntityTooLarge, "trop gros : 1 Mo au plus"},
	}
	for name, bad := range cases {
		t.Run(name, func(t *testing.T) {
			a := w.desk.files(page, url.Values{"version": {"2 <b>"}}, file{field, "../../etc/$(reboot) \u202egpj.stl", bad.data})
			require.Equal(t, bad.status, a.status)
			require.Contains(t, a.main(), bad.says)
			require.Contains(t, a.body, `id="`+field+`-error"`)
			require.Equal(t, "2 <b>", a.form(t, page).Get("version"))
			require.NotContains(t, a.body, "2 <b>")
		})
	}
	for _, f := range []url.Values{{"version": {"2"}}, {"version": {"2"}, "kept_visor-band": {"nothing"}}, {"version": {"2"}, "kept_visor-band": {strings.Repeat("0", 64)}}} {
		require.Equal(t, http.StatusUnprocessableEntity, w.desk.files(page, f).status)
	}
	require.Equal(t, http.StatusBadRequest/100, w.desk.post(page, url.Values{"version": {"2"}}).status/100, "a form without files has another type")
	require.Equal(t, http.StatusRequestEntityTooLarge, w.desk.files(page, url.Values{"version": {strings.Repeat("x", 70_000)}}).status)
	require.Equal(t, []string{"1"}, w.versions())
	require.Equal(t, http.StatusOK, w.desk.get("/desk/products").status, "the next page is served")
}

// Ensure that a file that is odd is shown before it is kept, that it need not be sent again, that nothing is done to it
// that nobody chose, and that its name is text and nothing else.
func TestNewVersionAsks(t *testing.T) {
	w := &workshop{}
	w.lab = newLab(t, nil)
	w.account("desk", "", fab.RoleCoordinator)
	w.desk = w.signed("desk")
	page := "/desk/products/" + string(w.visor().ID) + "/versions"
	a := w.desk.files(page, url.Values{"version": {"inch"}}, file{"file_visor-band", `a<img src=x onerror=alert(1)>" b.stl`, box(0.8, true)})
	require.Equal(t, http.StatusOK, a.status)
	require.Contains(t, a.main(), "Regardez avant de garder")
	require.Contains(t, a.main(), `a<img src=x onerror=alert(1)>" b.stl`)
	require.NotContains(t, a.body, "<img src=x")
	f := a.form(t, page)
	require.Equal(t, "inch", f.Get("version"))
	require.Empty(t, f.Get("scale_visor-band")+f.Get("repair_visor-band"), "nothing is chosen for anybody")
	require.Equal(t, http.StatusOK, w.desk.files(page, f).status, "it asks until somebody chose")
	f.Set("scale_visor-band", "7")
	f.Set("repair_visor-band", "yes")
	require.Equal(t, http.StatusOK, w.desk.files(page, f).status, "7 was not offered")
	require.Equal(t, []string{"1"}, w.versions())

	f.Set("scale_visor-band", "25.4")
	f.Set("version", " ")
	require.Equal(t, http.StatusUnprocessableEntity, w.desk.files(page, f).status)
	f.Set("version", "inch")
	a = w.desk.files(page, f)
	require.Equal(t, http.StatusSeeOther, a.status, a.body)
	made := w.desk.page(a.header.Get("Location")).main()
	require.Contains(t, made, "20,3 × 20,3 × 20,3 mm")
	require.NotContains(t, made, "retournée", "it was turned the right way out")
	require.Equal(t, http.StatusUnprocessableEntity, w.desk.files(page, f).status, "the same form again makes no second version")
	require.Equal(t, []string{"1", "inch"}, w.versions())
}

// Ensure that the name of a file is shown as text, short and without tricks, and is no path of anything.
func TestNamesOfFilesAreOnlyShown(t *testing.T) {
	w := &workshop{}
	w.lab = newLab(t, nil)
	w.account("desk", "", fab.RoleCoordinator)
	w.desk = w.signed("desk")
	page := "/desk/products/" + string(w.visor().ID) + "/versions"
	for name, shown := range map[string]string{
		"../../etc/passwd":        "Fichier reçu : passwd",
		"inno\u202egpj.stl":       "Fichier reçu : innogpj.stl",
		"$(touch pwned).stl":      "Fichier reçu : $(touch pwned).stl",
		"-rf":                     "Fichier reçu : -rf",
		"CON":                     "Fichier reçu : CON",
		strings.Repeat("x", 5000): strings.Repeat("x", 80) + "…",
	} {
		a := w.desk.files(page, url.Values{"version": {"2"}}, file{"file_visor-band", name, box(0.8, false)})
		require.Equal(t, http.StatusOK, a.status)
		require.Contains(t, a.main(), shown)
		require.NotContains(t, a.body, strings.Repeat("x", 81))
	}
	require.NoFileExists(t, "pwned")
}

// Ensure that only a coordinator makes versions and lets computers slice.
func TestNewVersionIsTheCoordinators(t *testing.T) {
	w, maker, _ := atHome(t)
	page := "/desk/products/" + string(w.visor().ID)
	require.Equal(t, http.StatusForbidden, maker.get(page+"/new").status)
	require.Equal(t, http.StatusForbidden, maker.files(page+"/versions", url.Values{"version": {"2"}}, file{"file_visor-band", "a.stl", box(20, false)}).status)
	for _, path := range []string{page + "/trialled", page + "/withdraw", "/desk/slicers", "/desk/slicers/x/revoke"} {
		require.Equal(t, http.StatusForbidden, maker.post(path, url.Values{"name": {"mine"}, "reason": {"dangerous"}}).status, path)
	}
	require.Equal(t, []string{"1"}, w.versions())
	require.Equal(t, http.StatusNotFound, w.desk.get("/desk/products/nothing/new").status)
	require.Equal(t, http.StatusNotFound, w.desk.files("/desk/products/nothing/versions", url.Values{}).status)
	foreign := w.signed("desk")
	foreign.header.Set("Sec-Fetch-Site", "cross-site")
	require.Equal(t, http.StatusForbidden, foreign.files(page+"/versions", url.Values{"version": {"2"}}, file{"file_visor-band", "a.stl", box(20, false)}).status)
}

// Ensure that the key of a slicing computer is shown once, opens the door, and shuts it when it is revoked.
func TestSlicingKeys(t *testing.T) {
	w := newWorkshop(t)
	w.desk.refuses("/desk/slicers", url.Values{"name": {" "}}, "nom")
	a := w.desk.post("/desk/slicers", url.Values{"name": {"PC <du> fablab"}})
	require.Equal(t, http.StatusOK, a.status)
	require.Contains(t, a.main(), "Clé pour PC <du> fablab")
	require.Contains(t, a.main(), "slicer-bridge work --coordinator "+w.server.URL)
	key := text(find(find(a.doc, "pre")[0], "code")[0])
	one, err := w.identity.Slicer(t.Context(), key)
	require.NoError(t, err)
	list := w.desk.page("/desk/products")
	require.Contains(t, list.main(), "PC <du> fablab")
	require.NotContains(t, list.body, key)
	w.desk.does("/desk/slicers/"+string(one.ID)+"/revoke", url.Values{}, "La clé est retirée")
	_, err = w.identity.Slicer(t.Context(), key)
	require.Error(t, err)
	require.Equal(t, http.StatusNotFound, w.desk.post("/desk/slicers/nothing/revoke", url.Values{}).status)
}

// Ensure that the command for a slicing computer names the lab's certificate authority where pages come over TLS.
func TestSlicingKeyOverTLS(t *testing.T) {
	der := []byte("a certificate")
	sum := sha256.Sum256(der)
	l := newLab(t, func(c *web.Config) {
		c.TLS, c.CA = true, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	})
	token, err := l.identity.OpenSession(t.Context(), l.account("desk", "", fab.RoleCoordinator).ID)
	require.NoError(t, err)
	b := l.browser()
	b.header.Set("Cookie", "__Host-session="+token)
	require.Contains(t, b.post("/desk/slicers", url.Values{"name": {"PC"}}).main(), "--coordinator https://"+strings.TrimPrefix(l.server.URL, "http://")+" --key-file slicing.key --ca "+hex.EncodeToString(sum[:]))
}

// Ensure that a maker's own file is kept when it is good, with the pieces that the maker counted, and is refused line by
// line in words when it is not, without any change.
func TestOwnGCode(t *testing.T) {
	w, maker, printer := atHome(t)
	w.readyPrinter()
	maker.post(printer+"/self", url.Values{"self": {"yes"}})
	part := printer + "/parts/" + string(w.visor().ID) + "/visor-band"
	require.Equal(t, "solid visor-band", maker.model(part+"/model").body)
	good := file{"gcode", "../../a$(reboot).gcode", []byte("G28\nG1 X1 E1\n")}

	a := maker.files(part+"/gcode", url.Values{"copies": {"4"}}, file{"gcode", "a.gcode", []byte("G28\nM0\nM104 S999\n")})
	require.Equal(t, http.StatusUnprocessableEntity, a.status)
	for _, says := range []string{"Ce fichier n’est pas gardé : Bandeau", "ligne 3 Le fichier chauffe à 999 °C, 260 °C au plus. (7 lignes) Baissez la température", "ligne 2"} {
		require.Contains(t, a.main(), says)
	}
	require.NotContains(t, a.body, "<b>M0")
	require.Less(t, strings.Index(a.body, "ligne 3"), strings.Index(a.body, "ligne 2"), "what forbids to print comes first")
	require.Empty(t, w.ownPlates())

	for copies, says := range map[string]string{"": "nombre entier", "beaucoup": "nombre entier", "0": "plus grand que zéro", "-3": "plus grand que zéro", "99999": "500 au plus"} {
		a := maker.files(part+"/gcode", url.Values{"copies": {copies}}, good)
		require.Equal(t, http.StatusUnprocessableEntity, a.status)
		require.Contains(t, a.main(), says)
	}
	require.Contains(t, maker.files(part+"/gcode", url.Values{"copies": {"4"}}).main(), "Choisissez un fichier")
	require.Empty(t, w.ownPlates())

	a = maker.files(part+"/gcode", url.Values{"copies": {"4"}}, good)
	require.Equal(t, http.StatusSeeOther, a.status, a.body)
	require.Contains(t, text(maker.page(a.header.Get("Location")).doc), "Gardé : 10 min, 5 g, 4 pièces")
	plates := w.ownPlates()
	require.Len(t, plates, 1)
	require.EqualValues(t, 4, plates[0].Copies)
	require.Contains(t, w.desk.page("/desk/products/"+string(w.visor().ID)).main(), "tranché par Tortue")
}

// model asks for a file that must be there.
func (b *browser) model(path string) answer {
	b.l.t.Helper()
	a := b.get(path)
	require.Equal(b.l.t, http.StatusOK, a.status, path)
	return a
}

func (w *workshop) ownPlates() (plates []fab.Plate) {
	w.t.Helper()
	w.view(func(tx *store.Tx) (err error) { plates, err = tx.PlatesOf(w.tortue.ID); return err })
	return plates
}

// Ensure that a maker gets the settings to enter as a page with words and figures of the language, and all of them as a
// file; and that what stands in the way of them is said.
func TestSettingsSheet(t *testing.T) {
	w := &workshop{}
	var refuses error
	w.lab = newLab(t, func(c *web.Config) {
		c.Production = production.New(production.Config{Store: c.Store, Log: c.Log, SettingsSheet: func(q slicing.CheckRequest, _ slicing.Quality) (slicing.Sheet, error) {
			return slicing.Sheet{Lines: []slicing.SheetLine{{Code: "layer", Value: "0.2", Unit: "mm"}, {Code: "supports", Value: "none", Unit: "word"}}, Start: "G28 ; " + q.Filament, INI: []byte("layer_height = 0.2\n")}, refuses
		}})
	})
	w.tortue, w.maker = w.enrolled("Tortue")
	w.account("tortue", w.maker.ID, fab.RoleMaker)
	maker, printer := w.signed("tortue"), "/maker/printers/"+string(w.tortue.ID)
	part := printer + "/parts/" + string(w.visor().ID) + "/visor-band"
	require.Contains(t, text(maker.page(maker.goes(part+"/sheet")).doc), "Mettez d’abord une bobine")
	w.readyPrinter()
	sheet := maker.page(part + "/sheet")
	for _, says := range []string{"Réglages pour : Bandeau", "0,2 mm", "aucun", "G28 ; petg"} {
		require.Contains(t, sheet.main(), says)
	}
	require.Contains(t, sheet.body, `href="`+part+`/sheet.ini"`)
	ini := maker.model(part + "/sheet.ini")
	require.Equal(t, "layer_height = 0.2\n", ini.body)
	require.Equal(t, `attachment; filename="ender3-petg.ini"`, ini.header.Get("Content-Disposition"))
	refuses = &slicing.Problem{Code: "slicing.filament_too_hot", Args: map[string]string{"want_c": "240", "max_c": "200"}}
	require.Contains(t, text(maker.page(maker.goes(part+"/sheet")).doc), "200 °C")
}

// goes asks for a page that sends the browser elsewhere, and says where to.
func (b *browser) goes(path string) string {
	b.l.t.Helper()
	a := b.get(path)
	require.Equal(b.l.t, http.StatusSeeOther, a.status, path)
	return a.header.Get("Location")
}

// Ensure that a file that is too large says so, that nobody sends files for another maker's printer or takes its models,
// and that a broken form gets an answer.
func TestOwnGCodeAttacks(t *testing.T) {
	w := &workshop{}
	w.lab = newLab(t, func(c *web.Config) { c.MaxGCode = 1 << 20 })
	w.tortue, w.maker = w.enrolled("Tortue")
	w.account("tortue", w.maker.ID, fab.RoleMaker)
	w.readyPrinter()
	maker, printer := w.signed("tortue"), "/maker/printers/"+string(w.tortue.ID)
	maker.post(printer+"/self", url.Values{"self": {"yes"}})
	part := printer + "/parts/" + string(w.visor().ID) + "/visor-band"
	a := maker.files(part+"/gcode", url.Values{"copies": {"4"}}, file{"gcode", "a.gcode", bytes.Repeat([]byte("G1 X1\n"), 200_000)})
	require.Equal(t, http.StatusRequestEntityTooLarge, a.status)
	require.Contains(t, a.main(), "trop gros : 1 Mo au plus")

	_, other := w.enrolled("Galet")
	w.account("galet", other.ID, fab.RoleMaker)
	galet := w.signed("galet")
	require.Equal(t, http.StatusForbidden, galet.files(part+"/gcode", url.Values{"copies": {"4"}}, file{"gcode", "a.gcode", []byte("G28\n")}).status)
	for _, path := range []string{"/model", "/sheet", "/sheet.ini"} {
		require.Equal(t, http.StatusForbidden, galet.get(part+path).status)
	}
	for _, path := range []string{printer + "/parts/nothing/visor-band/model", printer + "/parts/" + string(w.visor().ID) + "/nothing/model"} {
		require.Equal(t, http.StatusNotFound, maker.get(path).status)
	}
	require.Equal(t, http.StatusBadRequest/100, maker.post(part+"/gcode", url.Values{"copies": {"4"}}).status/100)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.server.URL+part+"/gcode", strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"copies\"\r\n\r\n4"))
	require.NoError(t, err)
	req.Header = maker.header.Clone()
	req.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	require.Equal(t, http.StatusBadRequest, maker.send(req).status, "the form has no end")
	require.Empty(t, w.ownPlates())
}
