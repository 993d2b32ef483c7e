package main_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/internal/testkit"
)

// shots is where the pictures of the README go; empty takes none.
var shots = flag.String("shots", "", "write pictures of the main pages into this folder")

// patience is how long a visitor waits for what a page shall show: two prints take most of it on a busy machine.
const patience = 90 * time.Second

// visitor is a person at one tab: reads what the page shows, types and clicks with real mouse and key events.
type visitor struct {
	t    *testing.T
	tab  context.Context
	home string
}

// openDemo starts the sample lab with actors that wait, and gives the address of its first page.
func openDemo(t *testing.T, args ...string) string {
	t.Helper()
	program := filepath.Join(testkit.Programs(t), "coordinator")
	cmd := exec.Command(program, append([]string{"demo", "--keep", t.TempDir()}, args...)...)
	read, write := io.Pipe()
	cmd.Stdout = write
	process := testkit.Start(t, cmd)
	go func() {
		<-process.Ended()
		_ = write.Close()
	}()
	lines := bufio.NewScanner(read)
	for lines.Scan() {
		if address := strings.TrimSpace(lines.Text()); strings.HasPrefix(address, "http://") {
			go func() { _, _ = io.Copy(io.Discard, read) }()
			return strings.TrimSuffix(address, "/demo")
		}
	}
	require.NoError(t, process.Wait())
	t.Fatal("the demo prints no address")
	return ""
}

// eval asks the page something.
func eval[T any](v visitor, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(v.tab, 5*time.Second)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression))
}

// await looks at the page until the expression is true. A page that is just being replaced is looked at again.
func (v visitor) await(what, expression string) {
	v.t.Helper()
	v.awaitWithin(patience, what, expression)
}

func (v visitor) awaitWithin(limit time.Duration, what, expression string) {
	v.t.Helper()
	end := time.Now().Add(limit)
	for {
		if ok, err := eval[bool](v, `document.readyState === "complete" && Boolean(`+expression+`)`); err == nil && ok {
			return
		}
		if time.Now().After(end) {
			v.fail("never seen: %s", what)
		}
		time.Sleep(30 * time.Millisecond)
	}
}

// fail ends the test with a picture of what the visitor sees.
func (v visitor) fail(format string, args ...any) {
	v.t.Helper()
	at, _ := eval[string](v, `location.pathname`)
	dir, err := os.MkdirTemp("", "mailleur-failed-") // outlives the test
	require.NoError(v.t, err)
	v.t.Fatalf("%s; the page %s is in %s", fmt.Sprintf(format, args...), at, v.picture(dir, "page"))
}

// reads waits until the element's text holds the words, and gives the whole text with plain spaces.
func (v visitor) reads(css, words string) string {
	v.t.Helper()
	text := fmt.Sprintf(`([...document.querySelectorAll(%q)].map(e => e.textContent).join("\n").replace(/\s+/g, " "))`, css)
	v.await(fmt.Sprintf("%q in %s", words, css), fmt.Sprintf(`%s.includes(%q)`, text, words))
	all, err := eval[string](v, text)
	require.NoError(v.t, err)
	return all
}

// where finds the first visible element that satisfies a selector and whose text begins with the words, and brings it
// into view. It gives the middle of it once nothing else lies above it and it does not move.
const where = `((css, words) => {
	const e = [...document.querySelectorAll(css)].find(e => e.getClientRects().length && e.textContent.replace(/\s+/g, " ").trim().startsWith(words));
	if (!e || document.readyState !== "complete") return null;
	e.scrollIntoView({block: "center", behavior: "instant"});
	const r = e.getBoundingClientRect(), x = r.left + r.width / 2, y = r.top + r.height / 2;
	const top = document.elementFromPoint(x, y);
	return top && (e.contains(top) || top.contains(e)) ? [x, y] : null;
})(%q, %q)`

// find waits for an element and gives the middle of it on the screen.
func (v visitor) find(css, words string) (x, y float64) {
	v.t.Helper()
	expression := fmt.Sprintf(where, css, words)
	v.await(fmt.Sprintf("%s %q", css, words), expression+` !== null`)
	at, err := eval[[]float64](v, expression)
	if err != nil || len(at) != 2 {
		v.fail("lost: %s %q (%v)", css, words, err)
	}
	return at[0], at[1]
}

// press clicks what stays on the page: a summary, a box, a field.
func (v visitor) press(css, words string) {
	v.t.Helper()
	x, y := v.find(css, words)
	require.NoError(v.t, chromedp.Do(v.tab, chromedp.MouseClickXY(x, y)))
}

// go clicks what leads to another page, and waits for that page.
func (v visitor) click(css, words string) {
	v.t.Helper()
	x, y := v.find(css, words)
	_, err := eval[bool](v, `window.before = true`)
	require.NoError(v.t, err)
	require.NoError(v.t, chromedp.Do(v.tab, chromedp.MouseClickXY(x, y)))
	v.await(fmt.Sprintf("a page after %q", words), `!window.before`)
}

// write replaces what a field holds.
func (v visitor) write(css, text string) {
	v.t.Helper()
	v.press(css, "")
	selected, err := eval[string](v, fmt.Sprintf(`(f => { f.select && f.select(); return f.type })(document.querySelector(%q))`, css))
	require.NoError(v.t, err)
	if selected == "date" { // its keys depend on the language of the machine
		_, err = eval[string](v, fmt.Sprintf(`document.querySelector(%q).value = %q`, css, text))
	} else {
		err = chromedp.Do(v.tab, chromedp.KeyEvent(string(kb.Backspace)), chromedp.KeyEvent(text))
	}
	require.NoError(v.t, err)
	v.await(css+" holding "+text, fmt.Sprintf(`document.querySelector(%q).value === %q`, css, text))
}

// choose takes an entry of a list by its value.
func (v visitor) choose(css, value string) {
	v.t.Helper()
	v.find(css, "")
	_, err := eval[string](v, fmt.Sprintf(`(f => { f.value = %q; f.dispatchEvent(new Event("change", {bubbles: true})); return f.value })(document.querySelector(%q))`, value, css))
	require.NoError(v.t, err)
}

// as becomes another person by the demo's bar.
func (v visitor) as(role string) {
	v.t.Helper()
	v.click(`.roles button[value="`+role+`"]`, "")
}

// Ensure that one person at one browser, being everybody in turn, brings a request from the telephone to the signed
// delivery, and that every page says what it should on the way.
func TestBrowserFromRequestToDelivered(t *testing.T) {
	home := openDemo(t, "--mine", "--visors", "2", "--hooks", "0", "--masks", "0", "--speed", "3000")
	v := visitor{t: t, tab: testkit.Chromium(t), home: home}
	require.NoError(t, chromedp.Do(v.tab, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(home+"/lang/fr?back=/demo")))
	v.reads("h1", "L’atelier ouvre ses portes.")

	story := v.watch()
	v.as("requester") // nothing is asked yet: the form
	v.reads("h1", "De quoi avez-vous besoin ?")
	v.shot("ask", 390, 844)
	v.clearBeds()
	v.askByPhone()
	v.giveFilm()
	v.countPlates()
	v.packAndPlan()
	v.drive()
	v.confirm()
	v.readTheGift()
	story.sawItAll()
	if *shots != "" {
		v.home = openDemo(t, "--speed", "60")
		v.showTheLivelyLab()
	}
}

// watch opens the story in a second tab, marked so that a reload would be noticed.
func (v visitor) watch() visitor {
	v.t.Helper()
	tab, cancel := chromedp.NewContext(v.tab)
	v.t.Cleanup(cancel)
	w := visitor{t: v.t, tab: tab, home: v.home}
	require.NoError(v.t, chromedp.Do(tab, chromedp.Navigate(v.home+"/demo")))
	_, err := eval[bool](w, `window.sameSince = true`)
	require.NoError(v.t, err)
	return w
}

// sawItAll holds the story's page against the end of the story: it followed without a reload.
func (v visitor) sawItAll() {
	v.t.Helper()
	v.await("every station behind us", `document.querySelectorAll("#way li").length === 9 && document.querySelectorAll("#way li.done").length === 9`)
	v.await("the figure of what is delivered", `document.querySelector('[data-live-key="story.delivered"]').textContent === "2"`)
	v.await("the page of the beginning", `window.sameSince`)
	v.reads("#says", "a tout reçu, et le confirme.")
}

// askByPhone types what the care home says on the phone, and promises it.
func (v visitor) askByPhone() {
	v.t.Helper()
	v.as("coordinator")
	v.click("a.button", "Saisir un appel")
	v.write("#facility", "EHPAD Les Tilleuls (fictif)")
	v.choose("#kind", "care_home")
	v.write("#address", "12 rue des Dunes")
	v.write("#postcode", "80120")
	v.write("#town", "Rue")
	v.write("#contact", "Accueil")
	v.write("#phone", "0300000010")
	v.write("#qty_visor", "2")
	v.write("#need_by", time.Now().AddDate(0, 0, 3).Format(time.DateOnly))
	v.click("button", "Enregistrer la demande")
	v.reads(".notice.done", "C’est noté. La référence à donner est")
	v.reads("h1", "EHPAD Les Tilleuls (fictif)")
	v.click("button", "Accepter la demande")
	v.reads(".notice.done", "La demande est acceptée.")
	v.click("nav a", "Fabrication")
	v.reads("#main", "Il manque 2 feuilles")
}

// giveFilm brings the sheets that the work waits for.
func (v visitor) giveFilm() {
	v.t.Helper()
	v.as("donor")
	v.reads(".notice.call", "Il nous manque en ce moment : 2 feuilles.")
	v.press("label.option", "Film transparent A4")
	v.write("#count", "50")
	v.write("#donor", "Papeterie des Remparts (fictive)")
	v.write("#town", "Abbeville")
	v.write("#phone", "0300000030")
	v.click("button", "Annoncer le don")
	v.reads("h1", "Merci ! Votre don est annoncé : 50 feuilles")
	v.as("coordinator")
	v.click("nav a", "Matière")
	v.reads("#gifts", "1 don à recevoir")
	v.click("button", "Recevoir")
	v.reads(".notice.done", "Le don est reçu. Merci !")
	v.click("nav a", "Fabrication")
	v.await("work at a printer", `document.querySelector("main table tbody tr td:last-child")`)
	v.await("no more waiting for film", `!document.querySelector("main").textContent.includes("Il manque")`)
}

// clearBeds says of every printer that its plate is free: without that word none begins.
func (v visitor) clearBeds() {
	v.t.Helper()
	v.as("coordinator")
	v.click("nav a", "Fabrication")
	v.click("a.button", "Voir les imprimantes")
	for range 4 {
		v.click("button", "Le plateau est vide")
		v.reads(".notice.done", "plateau vidé, c’est noté.")
	}
	v.reads("h1 + p", "Aucune n’attend quelqu’un")
}

// byHand selects what takes an offer and what hands finished pieces in. The page has other lists beside.
const byHand = `[action$='/accept'] button.filled, [action$='/handin'] button.filled`

// countPlates does as a maker what the page asks for until all parts are there: counts a plate that came off, or, where
// a maker prints from a card, takes the offer and hands the pieces in.
func (v visitor) countPlates() {
	v.t.Helper()
	for !v.partsMade() {
		v.as("maker")
		v.await("something to do", `document.querySelector(".count-form summary, `+byHand+`")`)
		if hands, err := eval[bool](v, `Boolean(document.querySelector("`+byHand+`"))`); err == nil && hands {
			v.click(byHand, "")
			continue
		}
		v.press("summary", "J’ai vidé le plateau")
		v.reads(".count-form[open] label", "Bonnes")
		v.click(".count-form[open] button", "Enregistrer")
		v.reads(".notice.done", "plateau vidé, c’est noté.")
	}
}

// partsMade reads whether the batch is among those that are finished.
func (v visitor) partsMade() bool {
	v.t.Helper()
	v.as("coordinator")
	v.click("nav a", "Fabrication")
	return strings.Contains(v.reads(".chips", "Terminées"), "Terminées 1")
}

// packAndPlan counts the bags, packs what is complete, and sends the driver out.
func (v visitor) packAndPlan() {
	v.t.Helper()
	v.click(".chips a", "Terminées 1")
	v.click("section h2 a", "2 visières")
	v.reads("td[data-label='Bonnes']", "2")
	v.click("nav a", "Livraisons")
	v.reads("#bags", "à compter")
	v.shot("deliveries", 1280, 900)
	bags, err := eval[int](v, `document.querySelectorAll('form[action$="/settle"]').length`)
	require.NoError(v.t, err)
	require.GreaterOrEqual(v.t, bags, 2)
	for range bags {
		v.click("button", "Compter et ranger")
		v.reads(".notice.done", "est compté")
	}
	v.reads("#bags", "Aucun sachet à compter")
	v.click("button", "Mettre en boîte")
	v.reads(".notice.done", "1 boîte est prête.")
	v.reads("h2#boxes + .sheet", "2 visières")
	v.write("#driver", "Camille, la camionnette")
	v.write("#phone", "0300000020")
	v.click("button", "Créer la tournée")
	v.reads(".notice.done", "est prête.")
}

// drive follows the run to its one stop and asks for a name.
func (v visitor) drive() {
	v.t.Helper()
	v.as("driver")
	v.reads("h1", "Encore 1 arrêt")
	v.click("a.button", "Aller à l’arrêt 1")
	v.reads("h1", "EHPAD Les Tilleuls (fictif), Rue")
	v.reads("dl.facts", "2 visières")
	v.shot("stop", 390, 844)
	v.write("#receiver", "Accueil, M. Fictif")
	v.click("button", "Livré en entier")
	v.reads("h1", "Tournée terminée")
}

// confirm reads the tracking page and says that all has come.
func (v visitor) confirm() {
	v.t.Helper()
	v.as("requester")
	v.reads("h1", "Votre livraison est arrivée : 2 visières")
	for _, figure := range []string{"asked", "promised", "delivered"} {
		require.Equal(v.t, "2", v.reads(`[data-live-key="`+figure+`.visor"]`, ""), figure)
	}
	v.click("button", "J’ai tout reçu")
	v.reads(".notice.done", "vous avez confirmé la réception.")
}

// readTheGift reads what became of the sheets.
func (v visitor) readTheGift() {
	v.t.Helper()
	v.as("donor")
	v.reads("h1", "2 feuilles sont devenues 2 visières livrées à Rue")
	require.Equal(v.t, "50 feuilles", v.reads("dl.figures dd:nth-of-type(1)", ""))
	v.shot("gift", 390, 844)
}

// showTheLivelyLab takes the pictures for which something must be going on, with the actors at work.
func (v visitor) showTheLivelyLab() {
	v.t.Helper()
	require.NoError(v.t, chromedp.Do(v.tab, chromedp.Navigate(v.home+"/demo")))
	v.awaitWithin(3*time.Minute, "pieces made and three printers at work", `document.querySelector('[data-live-key="story.good"]').textContent >= 5 && [...document.querySelectorAll(".minis .pill")].filter(p => p.textContent.includes("Imprime")).length >= 3`)
	v.shot("story", 1280, 960)
	v.as("coordinator")
	v.click("nav a", "Fabrication")
	v.reads("td", "finira le plus tôt")
	v.shot("production", 1280, 860)
	v.click("a.button", "Voir les imprimantes")
	v.shot("wall", 1280, 900)
	v.as("maker")
	v.shot("maker", 390, 844)
	v.as("requester")
	v.shot("track", 390, 844)
}

// shot takes a picture for the README in a window of this size, when pictures are asked for.
func (v visitor) shot(name string, width, height int64) {
	v.t.Helper()
	if *shots == "" {
		return
	}
	require.NoError(v.t, chromedp.Do(v.tab, chromedp.EmulateViewport(width, height)))
	_, err := eval[bool](v, `(scrollTo(0, 0), true)`)
	require.NoError(v.t, err)
	v.await("all pictures", `[...document.images].every(i => i.complete || i.loading === "lazy")`)
	v.picture(*shots, name)
	require.NoError(v.t, chromedp.Do(v.tab, chromedp.EmulateViewport(1280, 900)))
}

// picture writes what the visitor sees, and gives the path.
func (v visitor) picture(dir, name string) string {
	v.t.Helper()
	path := filepath.Join(dir, name+".png")
	image, err := chromedp.Run(v.tab, chromedp.CaptureScreenshot())
	require.NoError(v.t, err)
	require.NoError(v.t, os.WriteFile(path, image, 0o644))
	return path
}
