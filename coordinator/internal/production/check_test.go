package production_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Ensure that a line of a check list that lacks a language, is too long, is of no part, or has its limits the wrong way
// round is refused by its field, and a list that is too long as a whole.
func TestACheckListIsRefusedByField(t *testing.T) {
	bom := fab.BOM{Parts: []fab.Part{{Code: "band"}}}
	good := fab.Check{Part: "band", Texts: map[string]string{"fr": "Entier", "en": "Whole"}, MinUM: 1, MaxUM: 2}
	require.NoError(t, fab.CheckLists(bom, []fab.Check{good, {Texts: good.Texts}}))
	for name, c := range map[string]struct {
		spoil       func(*fab.Check)
		field, code string
	}{
		"no English":  {func(c *fab.Check) { c.Texts = map[string]string{"fr": "Entier", "en": " "} }, "en-0", "check_language"},
		"long":        {func(c *fab.Check) { c.Texts = map[string]string{"fr": strings.Repeat("é", 161), "en": "x"} }, "fr-0", "too_long"},
		"of nothing":  {func(c *fab.Check) { c.Part = "gold" }, "part-0", "part_unknown"},
		"backwards":   {func(c *fab.Check) { c.MinUM = 3 }, "max-0", "check_limits"},
		"below zero":  {func(c *fab.Check) { c.MinUM = -1 }, "max-0", "check_limits"},
		"a long mile": {func(c *fab.Check) { c.MaxUM = fab.MaxCheckUM + 1 }, "max-0", "check_limits"},
	} {
		one := good
		c.spoil(&one)
		refused, _ := fab.RefusalsOf(fab.CheckLists(bom, []fab.Check{one}))
		require.Len(t, refused, 1, name)
		require.Equal(t, []string{c.field, c.code}, []string{refused[0].Field, refused[0].Code}, name)
	}
	many := make([]fab.Check, fab.MaxChecks+1)
	for i := range many {
		many[i] = good
	}
	refused, _ := fab.RefusalsOf(fab.CheckLists(bom, many))
	require.Equal(t, "checks_many", refused[0].Code)
}
