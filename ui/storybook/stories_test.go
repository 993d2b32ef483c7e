package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/ui"
	"github.com/mailleur/mailleur/ui/locales"
)

// element is one start tag of a page.
type element struct {
	name  string
	attrs map[string]string
}

func (e element) has(attr string) bool { _, ok := e.attrs[attr]; return ok }

// scan reads the page as a browser would at its strictest: every element that is
// not void must be closed, in order.
func scan(t *testing.T, page string) []element {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(page))
	d.AutoClose = xml.HTMLAutoClose
	d.Entity = xml.HTMLEntity
	d.Strict = false
	var all []element
	var open []string
	void := map[string]bool{}
	for _, name := range xml.HTMLAutoClose {
		void[strings.ToLower(name)] = true
	}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		switch tag := token.(type) {
		case xml.StartElement:
			e := element{tag.Name.Local, map[string]string{}}
			for _, a := range tag.Attr {
				e.attrs[a.Name.Local] = a.Value
			}
			all = append(all, e)
			open = append(open, tag.Name.Local)
		case xml.EndElement:
			require.NotEmpty(t, open)
			require.Equal(t, open[len(open)-1], tag.Name.Local, "closed out of order")
			open = open[:len(open)-1]
		}
	}
	require.Empty(t, open, "not closed")
	return all
}

var (
	unworded   = regexp.MustCompile(`⟦[^⟧]*⟧`)
	thirdParty = regexp.MustCompile(`(?i)(src|href|action|srcset)\s*=\s*["']?(https?:)?//`)
	inlineCode = regexp.MustCompile(`(?i)<[^>]+\s(on[a-z]+|style)\s*=`)
	badFrench  = regexp.MustCompile(`\pL [?!;](<| |$)`)
	leftOver   = regexp.MustCompile(`ZgotmplZ|<no value>|%!`)
)

// Every page, in both languages, holds to what every reader counts on.
func TestEveryPageIsWellMade(t *testing.T) {
	renderer, err := ui.New()
	require.NoError(t, err)
	for _, lang := range locales.Langs() {
		for _, s := range stories() {
			t.Run(lang+"/"+s.name, func(t *testing.T) {
				var out bytes.Buffer
				require.NoError(t, renderer.Render(&out, s.page(lang)))
				page := out.String()
				require.Empty(t, unworded.FindAllString(page, -1), "a sentence or an argument is missing")
				require.Empty(t, thirdParty.FindAllString(page, -1), "no page asks another host")
				require.Empty(t, inlineCode.FindAllString(page, -1), "the security policy allows no inline script or style")
				require.Empty(t, leftOver.FindAllString(page, -1), "a template left something behind")
				if lang == locales.French {
					require.Empty(t, badFrench.FindAllString(page, -1), "a breaking space before a mark")
				}
				check(t, lang, scan(t, page))
			})
		}
	}
}

func check(t *testing.T, lang string, all []element) {
	t.Helper()
	ids, labels := map[string]bool{}, map[string]bool{}
	count := map[string]int{}
	for _, e := range all {
		count[e.name]++
		if id := e.attrs["id"]; id != "" {
			require.False(t, ids[id], "the id %q stands twice", id)
			ids[id] = true
		}
		if e.name == "label" && e.has("for") {
			labels[e.attrs["for"]] = true
		}
		if strings.Contains(" "+e.attrs["class"]+" ", " primary ") {
			count[".primary"]++
		}
	}
	require.Equal(t, 1, count["h1"], "one h1 a page")
	require.Equal(t, 1, count["main"])
	require.LessOrEqual(t, count[".primary"], 1, "one primary button a page")
	require.Equal(t, "html", all[0].name)
	require.Equal(t, lang, all[0].attrs["lang"])
	for i, e := range all {
		checkField(t, e, all[:i], labels)
		checkReferences(t, e, ids)
		if e.name == "img" {
			require.True(t, e.has("alt"), "an image without alt")
		}
		if e.name == "progress" {
			require.True(t, e.has("aria-label") || e.has("aria-labelledby"), "a progress bar without a name")
		}
	}
}

// checkField ensures that a field says what it asks for: by a label for its id, by
// the label around it, or not at all when it is hidden.
func checkField(t *testing.T, e element, before []element, labels map[string]bool) {
	t.Helper()
	switch e.name {
	case "input", "select", "textarea":
	default:
		return
	}
	kind := e.attrs["type"]
	if kind == "hidden" {
		return
	}
	require.NotEmpty(t, e.attrs["name"], "a field without a name")
	if (kind == "radio" || kind == "checkbox") && !e.has("id") {
		require.Equal(t, "label", before[len(before)-1].name, "the box %s stands in no label", e.attrs["name"])
		return
	}
	require.True(t, labels[e.attrs["id"]], "the field %s has no label", e.attrs["name"])
}

// checkReferences ensures that what an element points to within the page is there.
func checkReferences(t *testing.T, e element, ids map[string]bool) {
	t.Helper()
	for _, attr := range []string{"aria-describedby", "aria-labelledby", "for"} {
		for _, id := range strings.Fields(e.attrs[attr]) {
			require.True(t, ids[id], "%s=%q points nowhere", attr, id)
		}
	}
	if href := e.attrs["href"]; strings.HasPrefix(href, "#") && len(href) > 1 {
		require.True(t, ids[href[1:]], "the link %s points nowhere", href)
	}
	if e.name == "form" {
		require.Equal(t, map[bool]string{true: "get", false: "post"}[e.attrs["role"] == "search"], e.attrs["method"], "a form that changes nothing is a link")
		require.True(t, strings.HasPrefix(e.attrs["action"], "/"), "a form without action")
	}
}

func TestStoryNamesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range stories() {
		require.False(t, seen[s.name], s.name)
		seen[s.name] = true
	}
}
