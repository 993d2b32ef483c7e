package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/slicer-bridge/gcode"
	"github.com/mailleur/mailleur/slicer-bridge/mesh"
	"github.com/mailleur/mailleur/slicer-bridge/plate"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
	"github.com/mailleur/mailleur/ui/locales"
)

// The terminal has a sentence for every finding.
func TestEveryFindingHasASentence(t *testing.T) {
	for _, code := range gcode.Codes() {
		require.NotEmpty(t, words[code], code)
	}
}

// What is said of a mesh is worded on the terminal and on pages, in every language.
func TestEveryProblemOfAMeshIsWorded(t *testing.T) {
	for _, code := range mesh.Codes() {
		require.NotEmpty(t, words[code], code)
		for _, lang := range locales.Langs() {
			require.True(t, locales.Has(lang, code), "%s in %s", code, lang)
		}
	}
}

// What the bridge refuses or remarks is worded on the terminal and on pages, in every language.
func TestEveryProblemOfSlicingIsWorded(t *testing.T) {
	plates := []string{
		plate.CodeTooBig, plate.CodeTooTall, plate.CodeTooMany, plate.CodeClips, plate.CodeNotStackable, plate.CodePileTooTall, plate.CodeOverlap,
	}
	for _, code := range append(plates, slicing.Codes()...) {
		require.NotEmpty(t, words[code], code)
		for _, lang := range locales.Langs() {
			require.True(t, locales.Has(lang, code), "%s in %s", code, lang)
		}
	}
}

// A settings sheet can be read in every language.
func TestSettingsSheetsAreWorded(t *testing.T) {
	for _, code := range slicing.SheetCodes() {
		for _, lang := range locales.Langs() {
			require.True(t, locales.Has(lang, code), "%s in %s", code, lang)
		}
	}
}
