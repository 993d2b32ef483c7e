package report

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Ensure that a table opens in a French and in an English spreadsheet, with numbers as numbers, and that nothing in it is
// read as a formula.
func TestATableOpensInASpreadsheetAndRunsNothing(t *testing.T) {
	at := time.Date(2021, 1, 3, 12, 0, 0, 0, time.UTC)
	table := Table{Heads: []string{"day", "week", "place", "hours"}}
	for _, name := range []string{`=HYPERLINK("http://x")`, "@SUM(A1)", "+33 3 20", "-1+1", "\tx", "%x", "Œuvre ; « L’Étoile »\n2", ""} {
		table.Rows = append(table.Rows, []Cell{day(at), text(week(at)), text(name), thousandths(-1500)})
	}
	var french, english bytes.Buffer
	require.NoError(t, table.WriteCSV(&french, []string{"Jour", "Semaine", "Lieu", "Heures"}, true))
	require.NoError(t, table.WriteCSV(&english, []string{"Day", "Week", "Place", "Hours"}, false))
	lines := strings.SplitAfter(french.String(), "\r\n")
	require.Equal(t, "\ufeffJour;Semaine;Lieu;Heures\r\n", lines[0])
	require.Equal(t, "2021-01-03;2020-W53;\"'=HYPERLINK(\"\"http://x\"\")\";-1,5\r\n", lines[1])
	require.Equal(t, "2021-01-03;2020-W53;'@SUM(A1);-1,5\r\n", lines[2])
	require.Equal(t, "2021-01-03;2020-W53;'+33 3 20;-1,5\r\n", lines[3])
	require.Equal(t, "2021-01-03;2020-W53;'-1+1;-1,5\r\n", lines[4])
	require.Equal(t, "2021-01-03;2020-W53;'\tx;-1,5\r\n", lines[5])
	require.Equal(t, "2021-01-03;2020-W53;'%x;-1,5\r\n", lines[6])
	require.Contains(t, english.String(), "2021-01-03,2020-W53,'@SUM(A1),-1.5\r\n")
	require.Equal(t, "0", thousandths(0).write(true))
	require.Equal(t, "-0,5", thousandths(-500).write(true))
	require.Equal(t, "2,05", thousandths(2050).write(true))
}
