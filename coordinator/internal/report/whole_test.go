package report_test

import (
	"bytes"
	"database/sql"
	"encoding/csv"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/internal/report"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// source is where a database lies.
type source struct{ driver, dsn string }

// ledger are the figures as SQL finds them in the moves alone, whatever bags and boxes say: pieces that came into being less
// those that a count at the hub did not find good, what reached the places, and what the printers took.
var ledger = map[string]string{
	"good": `SELECT COALESCE(SUM(CASE WHEN from_location = 'outside-made' THEN quantity WHEN why = 'counted_short' OR why = 'scrapped' AND subject = source THEN -quantity ELSE 0 END), 0)
		FROM stock_moves WHERE item LIKE 'part:%'`,
	"delivered": `SELECT COALESCE(SUM(quantity), 0) FROM stock_moves WHERE why = 'delivered' AND item LIKE 'kit:%'`,
	"grams":     `SELECT CAST(FLOOR(COALESCE(SUM(quantity), 0) / 1000) AS bigint) FROM stock_moves WHERE why = 'printed'`,
	"gifts":     `SELECT COUNT(DISTINCT d.id) FROM donations d JOIN stock_moves m ON m.subject = d.id WHERE m.from_location = 'outside-given'`,
	"asked":     `SELECT COALESCE(SUM(l.asked), 0) FROM request_lines l JOIN requests r ON r.id = l.request_id WHERE r.trial_id IS NULL`,
}

// figuresHold compares every figure with the tables to take along, cell by cell as a spreadsheet reads them, and with SQL
// over the ledger; and the sums by week, place, maker, product and donor with the whole.
func figuresHold(t testing.TB, s *store.Store, at source) report.Sums {
	t.Helper()
	r := report.New(s)
	w, err := r.Whole(t.Context(), time.UTC)
	require.NoError(t, err)
	db, err := sql.Open(at.driver, at.dsn)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	for head, said := range map[string]struct {
		table string
		n     int64
	}{
		"asked": {report.TableAsked, w.Asked}, "good": {report.TableMade, w.Made}, "bad": {report.TableMade, w.Bad}, "hours": {report.TableMade, w.Hours}, "grams": {report.TableMade, w.Grams},
		"gifts": {report.TableGiven, w.Gifts}, "delivered": {report.TableDelivered, w.Delivered},
	} {
		require.Equal(t, said.n, spreadsheet(t, r, said.table, head), head)
		if query, ok := ledger[head]; ok {
			var n int64
			require.NoError(t, db.QueryRowContext(t.Context(), query).Scan(&n))
			require.Equal(t, n, said.n, head)
		}
	}
	var weeks report.Sums
	for _, one := range w.Weeks {
		weeks = report.Sums{Asked: weeks.Asked + one.Asked, Made: weeks.Made + one.Made, Bad: weeks.Bad + one.Bad, Gifts: weeks.Gifts + one.Gifts, Delivered: weeks.Delivered + one.Delivered}
	}
	require.Equal(t, w.Sums, weeks)
	for _, by := range []struct {
		groups []report.Group
		column int
		n      int64
	}{{w.Places, 0, w.Asked}, {w.Places, 2, w.Delivered}, {w.Products, 1, w.Delivered}, {w.Makers, 0, w.Made}, {w.Makers, 1, w.Bad}, {w.Donors, 0, w.Gifts}} {
		n := int64(0)
		for _, g := range by.groups {
			n += g.Sums[by.column] / 1000
		}
		require.Equal(t, by.n, n)
	}
	return w.Sums
}

// spreadsheet adds a column of a table up as a French spreadsheet reads its file, cut to whole numbers.
func spreadsheet(t testing.TB, r *report.Report, name, head string) int64 {
	t.Helper()
	table, err := r.Table(t.Context(), name, time.UTC)
	require.NoError(t, err)
	var file bytes.Buffer
	require.NoError(t, table.WriteCSV(&file, table.Heads, true))
	rows := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.String(), "\ufeff")))
	rows.Comma = ';'
	all, err := rows.ReadAll()
	require.NoError(t, err)
	i, sum := slices.Index(all[0], head), int64(0)
	for _, row := range all[1:] {
		v, err := strconv.ParseFloat(strings.ReplaceAll(row[i], ",", "."), 64)
		require.NoError(t, err)
		sum += int64(v*1000 + 0.5)
	}
	return sum / 1000
}

// Ensure that the figures of a season are those of its tables and of its ledger, in whole and in every part.
func TestFiguresOfASeasonAreThoseOfItsLedger(t *testing.T) {
	for _, database := range [...]string{"sqlite", "postgres"} {
		t.Run(database, func(t *testing.T) {
			s, at := filledAt(t, database, 1000, true)
			require.Equal(t, report.Sums{Asked: 100*36 + 43*24, Made: 4000, Gifts: 1, Delivered: 3600}, figuresHold(t, s, at))
		})
	}
}
