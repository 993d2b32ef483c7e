package fab

import (
	"errors"
	"fmt"
	"strings"
)

// The classes of refusal. The web edge turns them into HTTP statuses, the locales into sentences.
const (
	Invalid      = "invalid"      // the input is wrong; Field says where
	NotFound     = "not_found"    // there is no such thing, or the link is unknown
	Gone         = "gone"         // it was there, and is shown to nobody any more
	Conflict     = "conflict"     // the thing changed meanwhile, or the step is not possible from its state
	Forbidden    = "forbidden"    // signed in, but not allowed
	Unauthorised = "unauthorised" // not signed in, or the token is unknown
	TooMany      = "too_many"     // slow down
	Unavailable  = "unavailable"  // a part this needs is missing for now (slicer, broker)
)

// Args are the values that a sentence needs, by name.
type Args map[string]any

// Reason says why, as a code that locales words. The zero Reason means nothing to say.
type Reason struct {
	Code string `json:"code"`
	Args Args   `json:"args,omitempty"`
}

// Because builds a Reason from a code and name, value pairs.
func Because(code string, pairs ...any) Reason { return Reason{Code: code, Args: args(pairs)} }

// Error is a refusal meant for a person: Class for machines, Code for the sentence, Field for the form.
// Everything that is not an Error is an internal fault: logged once, shown as an apology.
type Error struct {
	Class string `json:"class"`
	Code  string `json:"code"`
	Field string `json:"field,omitempty"`
	Args  Args   `json:"args,omitempty"`
}

// Errors are several refusals at once, one per field of a form.
type Errors []*Error

// Refuse builds an Error from name, value pairs.
func Refuse(class, code, field string, pairs ...any) *Error {
	return &Error{Class: class, Code: code, Field: field, Args: args(pairs)}
}

// OrConflict is err, or else the refusal of a step that is not possible from where things stand. It ends a change that
// found nothing to change.
func OrConflict(err error, code string) error {
	if err != nil {
		return err
	}
	return Refuse(Conflict, code, "")
}

// OrOvertaken is err, or else says that the row changed since it was read: somebody else's compare-and-set came first.
func OrOvertaken(err error) error { return OrConflict(err, "changed_meanwhile") }

func (e *Error) Error() string {
	return strings.TrimSpace(fmt.Sprintf("%s: %s %s %v", e.Class, e.Code, e.Field, map[string]any(e.Args)))
}

func (e Errors) Error() string {
	parts := make([]string, len(e))
	for i, one := range e {
		parts[i] = one.Error()
	}
	return strings.Join(parts, "; ")
}

// Or returns nil when there is no refusal, so that a validation can end with return errs.Or().
func (e Errors) Or() error {
	if len(e) == 0 {
		return nil
	}
	return e
}

// RefusalsOf returns the refusals inside err, and false when err is an internal fault.
func RefusalsOf(err error) (Errors, bool) {
	var many Errors
	if errors.As(err, &many) && len(many) > 0 {
		return many, true
	}
	var one *Error
	if errors.As(err, &one) {
		return Errors{one}, true
	}
	return nil, false
}

// ClassOf returns the class of err, or "" for an internal fault.
func ClassOf(err error) string {
	if refusals, ok := RefusalsOf(err); ok {
		return refusals[0].Class
	}
	return ""
}

func args(pairs []any) Args {
	if len(pairs) == 0 {
		return nil
	}
	if len(pairs)%2 != 0 {
		panic("fab: odd number of name, value pairs")
	}
	a := make(Args, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		a[pairs[i].(string)] = pairs[i+1]
	}
	return a
}
