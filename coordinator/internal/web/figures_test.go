package web_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// column reads one column of a table for a French spreadsheet.
func (a answer) column(t *testing.T, head string) (cells []string) {
	t.Helper()
	require.Equal(t, "text/csv; charset=utf-8", a.header.Get("Content-Type"))
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(a.body, "\ufeff")))
	r.Comma = ';'
	rows, err := r.ReadAll()
	require.NoError(t, err)
	at := slices.Index(rows[0], head)
	require.GreaterOrEqual(t, at, 0, "%v", rows[0])
	for _, row := range rows[1:] {
		cells = append(cells, row[at])
	}
	return cells
}

func sum(t *testing.T, cells []string) (n int) {
	t.Helper()
	for _, c := range cells {
		v, err := strconv.Atoi(c)
		require.NoError(t, err)
		n += v
	}
	return n
}

// Ensure that the figures that everybody reads are the sums of the tables that a coordinator takes along, and those of the
// first page; and that the tables are for coordinators.
func TestPublicFiguresAreTheSumsOfTheTables(t *testing.T) {
	w := newWorkshop(t)
	request, _ := w.ready(16, 8)
	run := w.drive(request)
	driver := w.browser()
	form := driver.page(run+"/stop/1").form(t, run+"/stop/1/deliver")
	driver.sends(run+"/stop/1/deliver", with(form, url.Values{"receiver": {"Mme Martin"}}))
	delivered := w.desk.page("/desk/report/delivered.csv")
	require.True(t, strings.HasPrefix(delivered.body, "\ufeffJour;Semaine;Carton;"), delivered.body)
	require.Equal(t, 24, sum(t, delivered.column(t, "Livré")))
	require.Equal(t, []string{"EHPAD Les Tilleuls", "EHPAD Les Tilleuls"}, delivered.column(t, "Lieu"))
	require.Equal(t, 24, sum(t, w.desk.page("/desk/report/asked.csv").column(t, "Livré")))
	require.Contains(t, w.browser().page("/figures").main(), "24 pièces sont arrivées")
	require.Contains(t, w.browser().page("/").main(), "24")
	require.Contains(t, w.desk.page("/desk/report").main(), "Ce qui a été livré, par lieu")
	require.NotEqual(t, http.StatusOK, w.browser().get("/desk/report/asked.csv").status)
	require.Equal(t, http.StatusNotFound, w.desk.get("/desk/report/castles.csv").status)
	for _, table := range []string{"made", "given"} {
		w.desk.page("/desk/report/" + table + ".csv")
	}
}
