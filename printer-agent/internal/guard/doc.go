// Package guard holds the rules that keep a printer from harm: what temperatures may do, when it may heat, which plate may
// be printed on, what a person may change. Every rule is a small state machine that is told what happened and when, and
// answers with a code; it reads no clock, sends nothing, and is safe for one goroutine at a time.
package guard
