package demo

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// browser is one person at the pages: it reads HTML, fills forms and sends them, without JavaScript.
type browser struct {
	client *http.Client
	base   *url.URL
}

func newBrowser(base string, ca *x509.CertPool) (*browser, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, fmt.Errorf("address of the pages: %w", err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: ca, MinVersion: tls.VersionTLS12}, MaxIdleConnsPerHost: 2}
	return &browser{client: &http.Client{Jar: jar, Timeout: 30 * time.Second, Transport: transport}, base: u}, nil
}

// page is what one answer showed.
type page struct {
	url    *url.URL
	status int
	root   *html.Node
}

// form is one form of a page with its fields as the page filled them.
type form struct {
	action string
	values url.Values
	node   *html.Node
}

// get reads a page.
func (b *browser) get(ctx context.Context, path string) (*page, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.absolute(path), nil)
	if err != nil {
		return nil, err
	}
	return b.do(req)
}

// send sends a form with some fields changed. A refused form is an error that quotes the page.
func (b *browser) send(ctx context.Context, f form, change url.Values) (*page, error) {
	values := url.Values{}
	for name, list := range f.values {
		values[name] = slices.Clone(list)
	}
	for name, list := range change {
		values[name] = list
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.absolute(f.action), strings.NewReader(values.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", b.base.Scheme+"://"+b.base.Host)
	p, err := b.do(req)
	if err != nil {
		return nil, err
	}
	if p.status >= 400 {
		return p, fmt.Errorf("%s refused (%d): %s", f.action, p.status, p.excerpt())
	}
	return p, nil
}

func (b *browser) absolute(path string) string {
	if u, err := b.base.Parse(path); err == nil {
		return u.String()
	}
	return path
}

func (b *browser) do(req *http.Request) (*page, error) {
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Accept-Language", "fr")
	resp, err := b.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close() //nolint:errcheck // read to the end below
	body, err := io.ReadAll(io.LimitReader(resp.Body, 8<<20))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", req.URL.Path, err)
	}
	root, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("parse %s: %w", req.URL.Path, err)
	}
	return &page{url: resp.Request.URL, status: resp.StatusCode, root: root}, nil
}

// forms lists the forms whose action begins with prefix and ends with suffix.
func (p *page) forms(prefix, suffix string) []form {
	var found []form
	for n := range p.root.Descendants() {
		if n.Type != html.ElementNode || n.Data != "form" {
			continue
		}
		action := attr(n, "action")
		path, _, _ := strings.Cut(action, "?")
		if strings.HasPrefix(path, prefix) && strings.HasSuffix(path, suffix) {
			found = append(found, form{action: action, values: fields(n), node: n})
		}
	}
	return found
}

// form is the first form with this action.
func (p *page) form(action string) (form, error) {
	found := p.forms(action, "")
	if len(found) == 0 {
		return form{}, fmt.Errorf("%s shows no form %s (%d): %s", p.url.Path, action, p.status, p.excerpt())
	}
	return found[0], nil
}

// links lists the addresses that begin with prefix.
func (p *page) links(prefix string) []string {
	var found []string
	for n := range p.root.Descendants() {
		href := attr(n, "href")
		if n.Type != html.ElementNode || n.Data != "a" {
			continue
		}
		if u, err := p.url.Parse(href); err == nil && strings.HasPrefix(u.Path, prefix) && !slices.Contains(found, u.String()) {
			found = append(found, u.String())
		}
	}
	return found
}

// live is the text of the element with this data-live-key.
func (p *page) live(key string) string {
	for n := range p.root.Descendants() {
		if n.Type == html.ElementNode && attr(n, "data-live-key") == key {
			return strings.TrimSpace(text(n))
		}
	}
	return ""
}

// byID is the element with this id, nil when there is none.
func (p *page) byID(id string) *html.Node {
	for n := range p.root.Descendants() {
		if n.Type == html.ElementNode && attr(n, "id") == id {
			return n
		}
	}
	return nil
}

// excerpt is the beginning of what the page's main part says, for an error.
func (p *page) excerpt() string {
	main := p.root
	if n := p.byID("main"); n != nil {
		main = n
	}
	words := strings.Join(strings.Fields(text(main)), " ")
	return string([]rune(words)[:min(300, len([]rune(words)))])
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// fields are the values that a browser would send if nobody touched the form. Buttons are left out.
func fields(form *html.Node) url.Values {
	values := url.Values{}
	for n := range form.Descendants() {
		name := attr(n, "name")
		if n.Type != html.ElementNode || name == "" || has(n, "disabled") {
			continue
		}
		switch n.Data {
		case "textarea":
			values.Add(name, text(n))
		case "select":
			values.Add(name, chosen(n))
		case "input":
			kind := attr(n, "type")
			if kind == "submit" || kind == "button" || (kind == "checkbox" || kind == "radio") && !has(n, "checked") {
				continue
			}
			values.Add(name, attr(n, "value"))
		}
	}
	return values
}

// options lists the values of the list called name, the empty one left out.
func (f form) options(name string) (values []string) {
	for list := range f.node.Descendants() {
		if list.Type != html.ElementNode || list.Data != "select" || attr(list, "name") != name {
			continue
		}
		for n := range list.Descendants() {
			if n.Type == html.ElementNode && n.Data == "option" && attr(n, "value") != "" {
				values = append(values, attr(n, "value"))
			}
		}
	}
	return values
}

// shows reports whether a person can type into the field called name.
func (f form) shows(name string) bool {
	for n := range f.node.Descendants() {
		if n.Type == html.ElementNode && attr(n, "name") == name && attr(n, "type") != "hidden" {
			return true
		}
	}
	return false
}

// button is the value of the main button called name: the last one, and the one styled as primary when there is one.
func (f form) button(name string) (value string) {
	for n := range f.node.Descendants() {
		if n.Type != html.ElementNode || n.Data != "button" || attr(n, "name") != name {
			continue
		}
		value = attr(n, "value")
		if strings.Contains(attr(n, "class"), "primary") {
			return value
		}
	}
	return value
}

// checkboxes lists the values of the boxes called name, ticked or not.
func (f form) checkboxes(name string) (values []string) {
	for n := range f.node.Descendants() {
		if n.Type == html.ElementNode && attr(n, "type") == "checkbox" && attr(n, "name") == name {
			values = append(values, attr(n, "value"))
		}
	}
	return values
}

func chosen(list *html.Node) string {
	first, found := "", false
	for n := range list.Descendants() {
		if n.Type != html.ElementNode || n.Data != "option" {
			continue
		}
		if has(n, "selected") {
			return attr(n, "value")
		}
		if !found {
			first, found = attr(n, "value"), true
		}
	}
	return first
}
