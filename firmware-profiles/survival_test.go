package profiles

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the tables of docs/survival.md")

const survivalDoc = "../docs/survival.md"

// Ensure that the document says what the data says. go test ./firmware-profiles -update writes it.
func TestSurvivalDocumentSaysWhatTheDataSays(t *testing.T) {
	set, err := Load()
	require.NoError(t, err)
	text, err := os.ReadFile(survivalDoc)
	require.NoError(t, err)
	want := between(t, string(text), "firmware", firmwareTable(set))
	want = between(t, want, "printers", printerTable(t, set))
	if *update {
		require.NoError(t, os.WriteFile(survivalDoc, []byte(want), 0o644))
	}
	require.Equal(t, want, string(text), "run go test ./firmware-profiles -update")
}

// between replaces what stands between the marker of that name and the next end.
func between(t *testing.T, text, marker, table string) string {
	before, rest, found := strings.Cut(text, "<!-- "+marker+" -->\n")
	require.True(t, found, marker)
	_, after, found := strings.Cut(rest, "<!-- end -->")
	require.True(t, found, marker)
	return before + "<!-- " + marker + " -->\n" + table + "<!-- end -->" + after
}

const columns = "agent killed or upgraded | cable out and back | board reset | power lost |\n"

func cells(s Survival) string {
	return fmt.Sprintf("%s | %s | %s | %s |", s.HostDeath, s.Unplugged, s.BoardReset, s.PowerLoss)
}

func firmwareTable(set *Set) string {
	b := &strings.Builder{}
	b.WriteString("| firmware | recorded | " + columns + "|---|---|---|---|---|---|\n")
	proved := map[string]bool{}
	for _, name := range recordings {
		proved[name] = true
	}
	for _, d := range set.Dialects() {
		fmt.Fprintf(b, "| %s | %s | %s\n", d.Title, map[bool]string{true: "yes", false: "no"}[proved[d.Name]], cells(d.Survival))
	}
	return b.String()
}

func printerTable(t *testing.T, set *Set) string {
	b := &strings.Builder{}
	b.WriteString("| printer | reset by opening the port | " + columns + "|---|---|---|---|---|---|\n")
	for _, p := range set.Printers() {
		s, ok := set.Survival(p)
		require.True(t, ok, p.ID)
		fmt.Fprintf(b, "| %s | %s | %s\n", p.Name, map[bool]string{true: "yes", false: "no"}[p.Link.ResetsOnDTR], cells(s))
	}
	return b.String()
}

// Ensure that a board that is reset when its port opens does not survive a cable out and back as one that is not.
func TestABoardResetByItsPortLosesItsPlace(t *testing.T) {
	set, err := Load()
	require.NoError(t, err)
	i := slices.IndexFunc(set.Printers(), func(p Printer) bool { return p.Dialect == "marlin1" || p.Dialect == "marlin2" })
	require.GreaterOrEqual(t, i, 0)
	p := set.Printers()[i]
	p.Link.ResetsOnDTR = false
	s, _ := set.Survival(p)
	require.Equal(t, Survival{HostDeath: Exactly, Unplugged: Exactly, BoardReset: Confirmed, PowerLoss: Not}, s)
	p.Link.ResetsOnDTR = true
	s, _ = set.Survival(p)
	require.Equal(t, Survival{HostDeath: Exactly, Unplugged: Confirmed, BoardReset: Confirmed, PowerLoss: Not}, s)
	p.Dialect = "unknown"
	_, ok := set.Survival(p)
	require.False(t, ok)
}
