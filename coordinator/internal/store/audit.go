package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// rule is a question whose every answer is a fault: rows of a name and two figures that should agree.
type rule struct {
	code string
	sql  string
}

type fault struct {
	Name string `bun:"name"`
	Have int64  `bun:"have"`
	Want int64  `bun:"want"`
}

// Audit lists everything in the books that does not add up; nothing when they do.
func (tx *Tx) Audit() ([]fab.Reason, error) {
	var found []fab.Reason
	for _, r := range slices.Concat(ledgerRules[:], goodsRules[:], awayRules[:], relayRules[:], giftRules[:], workRules[:], []rule{{"audit_move_rule", unruly()}}) {
		var faults []fault
		if err := tx.db.NewRaw(r.sql).Scan(context.Background(), &faults); err != nil {
			return nil, fmt.Errorf("audit %s: %w", r.code, err)
		}
		for _, f := range faults {
			found = append(found, fab.Because(r.code, "name", f.Name, "have", f.Have, "want", f.Want))
		}
	}
	return found, nil
}

// unruly asks for moves that are not as fab.MoveRules has them.
func unruly() string {
	var ways []string
	end := func(column string, place fab.LocationID) string {
		if place == "" {
			return column + " NOT LIKE 'outside-%'"
		}
		return column + " = '" + string(place) + "'"
	}
	for _, r := range fab.MoveRules {
		var kinds []string
		for _, kind := range r.Kinds {
			kinds = append(kinds, "item LIKE '"+kind+":%'")
		}
		ways = append(ways, fmt.Sprintf("why = '%s' AND %s AND %s AND (%s)", r.Why, end("from_location", r.From), end("to_location", r.To), strings.Join(kinds, " OR ")))
	}
	return `SELECT why || ' ' || item || ' ' || id AS name, quantity AS have, 0 AS want FROM stock_moves
		WHERE reverses IS NULL AND NOT (` + strings.Join(ways, " OR ") + `) OR reverses IS NOT NULL AND why <> 'undone'`
}
