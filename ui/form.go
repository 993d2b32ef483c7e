package ui

import (
	"net/url"
	"slices"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Form is what was typed and what is wrong with it. A handler that refuses a form
// shows the page again with the values as posted and the refusals of the room.
type Form struct {
	Values url.Values
	Errors fab.Errors
	Key    string // random key made with the empty form: the same form sent twice counts once
}

// Value returns what was typed.
func (f Form) Value(name string) string { return f.Values.Get(name) }

// Is reports whether a radio or box of this name and value was chosen.
func (f Form) Is(name, value string) bool { return slices.Contains(f.Values[name], value) }

// Error returns the refusal of a field, nil when it is fine.
func (f Form) Error(name string) *fab.Error {
	for _, e := range f.Errors {
		if e.Field == name {
			return e
		}
	}
	return nil
}

// control is one field as the templates draw it. Its label is the sentence
// field.<name>, its hint field.<name>_hint when the catalogue has one.
type control struct {
	ID, Name, Type, Label, Hint       string
	Value, Autocomplete, Inputmode    string
	Min, Max                          string
	Optional, Big, Checked, HideLabel bool
	Autofocus                         bool
	Rows                              int
	Error                             *fab.Error
	Options                           []option
}

type option struct {
	Value, Label string
	Chosen       bool
}

// Describes lists the ids that explain the field.
func (c control) Describes() string {
	switch {
	case c.Error != nil && c.Hint != "":
		return c.ID + "-hint " + c.ID + "-error"
	case c.Error != nil:
		return c.ID + "-error"
	case c.Hint != "":
		return c.ID + "-hint"
	}
	return ""
}

// Unchosen reports whether a list needs an empty option: nothing is chosen, or
// choosing nothing is allowed.
func (c control) Unchosen() bool {
	return c.Optional || !slices.ContainsFunc(c.Options, func(o option) bool { return o.Chosen })
}
