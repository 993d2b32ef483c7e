package ui

import (
	"fmt"
	"html/template"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui/locales"
)

// words binds the template functions to one language.
type words struct {
	lang   string
	assets *Assets
}

func functions(lang string, assets *Assets) template.FuncMap {
	w := words{lang, assets}
	return template.FuncMap{
		"t": w.text, "tb": w.strong, "has": func(code string) bool { return locales.Has(lang, code) },
		"word":    func(family, value string) string { return locales.Word(lang, family, value) },
		"refusal": w.refusal, "goods": w.goods, "goodslist": w.goodsList,
		"number":   func(n int64) string { return locales.Number(lang, n) },
		"percent":  func(n int) string { return locales.Percent(lang, n) },
		"grams":    func(mg int64) string { return locales.Grams(lang, mg) },
		"degrees":  func(milli int64) string { return locales.Degrees(lang, milli) },
		"duration": func(d time.Duration) string { return locales.Duration(lang, d) },
		"clock":    func(at time.Time) string { return locales.Clock(lang, at) },
		"date":     func(at time.Time) string { return locales.DayDate(lang, at) },
		"moment":   func(at time.Time) string { return locales.Moment(lang, at) },
		"day":      func(at, now time.Time) string { return locales.Day(lang, at, now) },
		"when":     func(at, now time.Time) string { return locales.When(lang, at, now) },
		"half":     func(at, now time.Time) string { return locales.Half(lang, at, now) },
		"window":   func(from, to, now time.Time) string { return locales.Window(lang, from, to, now) },
		"around":   func(from, to, now time.Time) string { return locales.Around(lang, from, to, now) },
		"dates":    func(from, to time.Time) string { return locales.Dates(lang, from, to) },
		"span":     func(from, to time.Time) string { return locales.Span(lang, from, to) },
		"ago":      func(at, now time.Time) string { return locales.Ago(lang, at, now) },
		"phone":    locales.Phone, "tel": tel, "maps": mapsURL,
		"ref":   fab.FormatReference,
		"list":  func(items ...string) string { return locales.List(lang, items...) },
		"upper": capital,
		"icon":  icon, "art": art, "asset": assets.URL, "picture": Picture,
		"input": w.input, "appealline": w.appealLine, "choices": w.choices, "act": newAct, "field": field,
		"otherlang": otherLang, "langlink": langLink, "lang": func() string { return lang },
		"pill": newPill, "since": func(at time.Time) bool { return !at.IsZero() },
		"heat":  func(known bool, milli, target int64) string { return heat(lang, known, milli, target) },
		"seen":  func(at, now time.Time) string { return seen(lang, at, now) },
		"stuff": w.stuff, "amount": w.amount, "stufflist": w.stuffList, "giftway": w.giftWay,
		"townlist":    func(towns []string) string { return locales.List(lang, towns...) },
		"stopstate":   stopState,
		"millimetres": func(um int64) string { return locales.Millimetres(lang, um) },
		"length":      func(um int64) string { return locales.Length(lang, um) },
		"sheetvalue":  w.sheetValue,
		"size":        func(um [3]int64) string { return locales.Size(lang, um) },
		"volume":      func(mm3 int64) string { return locales.Volume(lang, mm3) },
		"bytes":       func(n int64) string { return locales.Bytes(lang, n) },
		"dict":        dict, "pillkey": pillKey, "iso": func(at time.Time) string { return at.Format(time.RFC3339) },
	}
}

// text words a code with name, value pairs, or a reason as a room returned it. A
// reason's code is looked up as it stands, then below "why".
func (w words) text(what any, args ...any) (string, error) {
	switch v := what.(type) {
	case string:
		return locales.Text(w.lang, v, args...), nil
	case fab.Reason:
		if v.Code == "" {
			return "", nil
		}
		code := v.Code
		if !locales.Has(w.lang, code) && locales.Has(w.lang, "why."+code) {
			code = "why." + code
		}
		return locales.Text(w.lang, code, map[string]any(v.Args)), nil
	}
	return "", fmt.Errorf("t: cannot word a %T", what)
}

var starred = regexp.MustCompile(`\*\*(.+?)\*\*`)

// strong words a code and sets **what is between stars** in bold.
func (w words) strong(what any, args ...any) (template.HTML, error) {
	s, err := w.text(what, args...)
	escaped := template.HTMLEscapeString(s)
	return template.HTML(starred.ReplaceAllString(escaped, "<strong>$1</strong>")), err //nolint:gosec // escaped above
}

// refusal words a fab.Error: error.<code>_<field> when the catalogue has it, else error.<code>, else the sentence that the
// slicer bridge's codes have (mesh.flat).
func (w words) refusal(e *fab.Error) string {
	if e == nil {
		return ""
	}
	if code := "error." + e.Code + "_" + e.Field; e.Field != "" && locales.Has(w.lang, code) {
		return locales.Text(w.lang, code, map[string]any(e.Args))
	}
	if code := "error." + e.Code; locales.Has(w.lang, code) || !strings.Contains(e.Code, ".") {
		return locales.Text(w.lang, code, map[string]any(e.Args))
	}
	return locales.Text(w.lang, e.Code, map[string]any(e.Args))
}

// goods words "24 visières", or "Name × 24" for what the catalogue does not know.
func (w words) goods(g Goods) string {
	if code := "goods." + g.Code; locales.Has(w.lang, code) {
		return locales.Text(w.lang, code, "n", g.N)
	}
	return locales.Text(w.lang, "goods.any", "name", locales.Word(w.lang, "part", nonEmpty(g.Name, g.Code)), "n", g.N)
}

func (w words) goodsList(all []Goods) string {
	items := make([]string, len(all))
	for i, g := range all {
		items[i] = w.goods(g)
	}
	return locales.List(w.lang, items...)
}

// input builds a text field from name, value options: "type" "tel", "optional" true, …
func (w words) input(f Form, name string, options ...any) (control, error) {
	c := control{ID: name, Name: name, Type: "text", Value: f.Value(name), Error: f.Error(name)}
	c.Label = locales.Text(w.lang, "field."+name)
	if hint := "field." + name + "_hint"; locales.Has(w.lang, hint) {
		c.Hint = locales.Text(w.lang, hint)
	}
	for i := 0; i+1 < len(options); i += 2 {
		if err := w.option(&c, options[i], options[i+1]); err != nil {
			return c, fmt.Errorf("input %s: %w", name, err)
		}
	}
	return c, nil
}

func (w words) option(c *control, name, value any) error {
	s := fmt.Sprint(value)
	switch name {
	case "id":
		c.ID = s
	case "type":
		c.Type = s
	case "label":
		c.Label = locales.Text(w.lang, s)
	case "labeltext":
		c.Label = s
	case "hint":
		c.Hint = ""
		if s != "" {
			c.Hint = locales.Text(w.lang, s)
		}
	case "value":
		if c.Value == "" {
			c.Value = s
		}
	case "autocomplete":
		c.Autocomplete = s
	case "inputmode":
		c.Inputmode = s
	case "min":
		c.Min = s
	case "max":
		c.Max = s
	case "optional":
		c.Optional = value == true
	case "big":
		c.Big = value == true
	case "checked":
		c.Checked = value == true
	case "hidelabel":
		c.HideLabel = value == true
	case "autofocus":
		c.Autofocus = value == true
	case "rows":
		n, _ := value.(int)
		c.Rows = n
	default:
		return fmt.Errorf("unknown option %v", name)
	}
	return nil
}

// choices turns a field into radios or a list of options worded family.<value>.
func (w words) choices(f Form, c control, family string, values any) (control, error) {
	var codes []string
	switch v := values.(type) {
	case []string:
		codes = v
	case []Choice:
		for _, one := range v {
			c.Options = append(c.Options, option{one.Value, nonEmpty(one.Label, locales.Word(w.lang, family, one.Value)), f.Is(c.Name, one.Value) || c.Value == one.Value})
		}
		return c, nil
	default:
		return c, fmt.Errorf("choices: cannot read a %T", values)
	}
	for _, code := range codes {
		c.Options = append(c.Options, option{code, locales.Word(w.lang, family, code), f.Is(c.Name, code) || c.Value == code})
	}
	return c, nil
}

// Choice is one option whose label is a name and not a sentence of the catalogue; without a label it is worded as others are.
type Choice struct{ Value, Label string }

// field names a form field in a template by its constant, so that both stay equal.
func field(name, suffix string) string { return name + suffix }

// action is a button that posts to a URL.
type action struct {
	URL, Label, Class string
	Fields            map[string]any
}

// newAct builds an action; the label is a sentence code, pairs are hidden fields.
func newAct(target, label, class string, pairs ...any) action {
	return action{URL: target, Label: label, Class: class, Fields: dict(pairs...)}
}

func dict(pairs ...any) map[string]any {
	m := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return m
}

// Picture is the address of a picture by its content hash; "" when there is none.
func Picture(hash string) string {
	if hash == "" {
		return ""
	}
	return "/picture/" + url.PathEscape(hash) + ".png"
}

// tel is the target of a telephone link.
func tel(number string) template.URL {
	keep := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, number)
	return template.URL("tel:" + keep) //nolint:gosec // digits and plus only
}

// mapsURL opens the map application of the phone; nothing is loaded by the page.
func mapsURL(address string) template.URL {
	return template.URL("geo:0,0?q=" + strings.ReplaceAll(url.QueryEscape(address), "+", "%20")) //nolint:gosec // escaped
}

func otherLang(lang string) string {
	if lang == locales.English {
		return locales.French
	}
	return locales.English
}

func langLink(f Frame) string {
	return "/lang/" + otherLang(f.Lang) + "?" + url.Values{"back": {f.Path}}.Encode()
}

func nonEmpty(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// capital writes the first letter of a sentence in upper case.
func capital(s string) string {
	for _, r := range s {
		return strings.ToUpper(string(r)) + s[len(string(r)):]
	}
	return s
}
