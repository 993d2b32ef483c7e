package ui

import "github.com/mailleur/mailleur/coordinator/fab"

// Refusal words what is wrong with a field, for answers that are not pages.
func Refusal(lang string, e *fab.Error) string { return words{lang: lang}.refusal(e) }
