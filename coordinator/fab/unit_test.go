package fab_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Ensure that what people type, in any measure of a material, becomes exactly so many of its unit, or is refused with the
// reason.
func TestAmountsAreExactOrRefused(t *testing.T) {
	petg := fab.Material{Unit: fab.UnitMG, Measures: []fab.Measure{{Code: "reel", Factor: 750_000}}}
	elastic := fab.Material{Unit: fab.UnitUM, Measures: []fab.Measure{{Code: "roll", Factor: 50_000_000}}}
	film := fab.Material{Unit: fab.UnitPiece, Measures: []fab.Measure{{Code: "m", Factor: 3}, {Code: "pack", Factor: 100}}}
	for _, c := range []struct {
		material       fab.Material
		typed, measure string
		want           int64
		code           string
	}{
		{petg, "250", "", 250_000, ""},
		{petg, "0,75", "kg", 750_000, ""},
		{petg, "1 000", "g", 1_000_000, ""},
		{petg, "2", "reel", 1_500_000, ""},
		{petg, "0.0000001", "kg", 0, "amount_too_fine"},
		{petg, "1", "m", 0, "measure_unknown"},
		{elastic, "1,5", "m", 1_500_000, ""},
		{elastic, "12", "cm", 120_000, ""},
		{elastic, "1", "roll", 50_000_000, ""},
		{film, "12", "", 12, ""},
		{film, "1,5", "", 0, "amount_too_fine"},
		{film, "2", "m", 6, ""},
		{film, "0,5", "m", 0, "amount_too_fine"},
		{film, "0,5", "pack", 50, ""},
		{film, "0", "", 0, "quantity_not_positive"},
		{film, "-3", "", 0, "quantity_not_positive"},
		{film, "−3", "", 0, "quantity_not_positive"},
		{film, "", "", 0, "amount_wrong"},
		{film, "3 kg", "", 0, "amount_wrong"},
		{film, "1e3", "", 0, "amount_wrong"},
		{film, "1,2,3", "", 0, "amount_wrong"},
		{film, "3,", "", 0, "amount_wrong"},
		{film, "NaN", "", 0, "amount_wrong"},
		{film, strings.Repeat("9", 400), "", 0, "amount_too_large"},
		{petg, "9223372036854775807", "kg", 0, "amount_too_large"},
		{film, "１２", "", 12, ""},
	} {
		n, refused := c.material.Amount(c.typed, c.measure, "count")
		if c.code != "" {
			require.NotNil(t, refused, "%q %s", c.typed, c.measure)
			require.Equal(t, c.code, refused.Code, "%q %s", c.typed, c.measure)
			require.Equal(t, "count", refused.Field)
			continue
		}
		require.Nil(t, refused, "%q %s", c.typed, c.measure)
		require.Equal(t, c.want, n, "%q %s", c.typed, c.measure)
	}
}

// Ensure that reading is the arithmetic of fractions: never off by one, never a float.
func TestReadingIsExactArithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.Int64Range(0, 100_000).Draw(t, "whole")
		fraction := rapid.StringMatching(`[0-9]{1,9}`).Draw(t, "fraction")
		factor := rapid.Int64Range(1, 1_000_000).Draw(t, "factor")
		typed := fmt.Sprintf("%d,%s", whole, fraction)
		want, ok := new(big.Rat).SetString(strings.Replace(typed, ",", ".", 1))
		require.True(t, ok)
		want.Mul(want, new(big.Rat).SetInt64(factor))
		n, refused := fab.Exact(typed, factor, "count")
		if !want.IsInt() {
			require.NotNil(t, refused)
			require.Equal(t, "amount_too_fine", refused.Code)
			return
		}
		require.Nil(t, refused)
		require.Equal(t, want.Num().Int64(), n)
	})
}

// Ensure that a material's own measures are known words, each once, and none that its unit has already.
func TestMeasuresAreChecked(t *testing.T) {
	require.NoError(t, fab.CheckMeasures(fab.UnitPiece, []fab.Measure{{Code: "m", Factor: 3}, {Code: "pack", Factor: 100}}))
	for code, list := range map[string][]fab.Measure{
		"measure_unknown": {{Code: "barrel", Factor: 3}},
		"measure_twice":   {{Code: "pack", Factor: 3}, {Code: "pack", Factor: 4}},
		"factor_wrong":    {{Code: "pack", Factor: 0}},
		"too_many":        make([]fab.Measure, fab.MaxMeasures+1),
	} {
		refusals, ok := fab.RefusalsOf(fab.CheckMeasures(fab.UnitPiece, list))
		require.True(t, ok)
		require.Equal(t, code, refusals[0].Code)
	}
	refusals, _ := fab.RefusalsOf(fab.CheckMeasures(fab.UnitUM, []fab.Measure{{Code: "m", Factor: 3}}))
	require.Equal(t, "measure_twice", refusals[0].Code)
}

// Ensure that a home is shown to a kilometre, on both sides of the equator and of Greenwich.
func TestAHomeIsShownToAKilometre(t *testing.T) {
	s := fab.Spot{LatE6: 50_234_567, LonE6: -1_655_000}.Rounded()
	if s.LatE6 != 50_230_000 || s.LonE6 != -1_660_000 {
		t.Errorf("rounded to %d, %d", s.LatE6, s.LonE6)
	}
}
