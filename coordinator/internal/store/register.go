package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// PutRegister stores places of the register, or what changed about them. Where a place is stays as it was when the new
// row does not say it: files give it apart.
func (tx *Tx) PutRegister(places []fab.RegisterPlace) error {
	if len(places) == 0 {
		return nil
	}
	q := tx.db.NewInsert().Model(&places).On("CONFLICT (et) DO UPDATE")
	for _, column := range [...]string{"ej", "name", "kind", "category", "address", "postcode", "town", "phone", "closed", "words", "listed_at"} {
		q = q.Set("? = EXCLUDED.?", bun.Ident(column), bun.Ident(column))
	}
	for _, column := range [...]string{"lat_e6", "lon_e6"} {
		q = q.Set("? = CASE WHEN EXCLUDED.lat_e6 = 0 AND EXCLUDED.lon_e6 = 0 THEN register_place.? ELSE EXCLUDED.? END", bun.Ident(column), bun.Ident(column), bun.Ident(column))
	}
	if _, err := q.Exec(context.Background()); err != nil {
		return fmt.Errorf("store register: %w", err)
	}
	return nil
}

// LocateRegister stores where sites of the register are, and gives the numbers of those that it does not list.
func (tx *Tx) LocateRegister(points []fab.RegisterPoint) (unknown []string, err error) {
	if len(points) == 0 {
		return nil, nil
	}
	values, numbers := make([]string, len(points)), make([]string, len(points))
	args := make([]any, 0, 3*len(points))
	for i, p := range points {
		values[i], numbers[i] = "(?, ?, ?)", p.ET
		args = append(args, p.ET, p.LatE6, p.LonE6)
	}
	_, err = tx.db.NewRaw(`WITH points (et, lat, lon) AS (VALUES `+strings.Join(values, ", ")+`)
		UPDATE register_places SET lat_e6 = points.lat, lon_e6 = points.lon FROM points WHERE points.et = register_places.et`, args...).Exec(context.Background())
	if err != nil {
		return nil, fmt.Errorf("locate register: %w", err)
	}
	var known []string
	err = tx.db.NewSelect().Model((*fab.RegisterPlace)(nil)).Column("et").Where("et IN (?)", in(numbers)).Scan(context.Background(), &known)
	if err != nil {
		return nil, fmt.Errorf("read register: %w", err)
	}
	listed := make(map[string]bool, len(known))
	for _, et := range known {
		listed[et] = true
	}
	for _, et := range numbers {
		if !listed[et] {
			unknown = append(unknown, et)
		}
	}
	return unknown, nil
}

// RegisterPlace reads the place with this number of a site.
func (tx *Tx) RegisterPlace(et string) (fab.RegisterPlace, error) {
	return one[fab.RegisterPlace](tx, "register_place", func(q query) query { return q.Where("et = ?", et) })
}

// Listed checks the number of a facility, which may be empty, and takes from the register what the facility leaves out. The
// number that it had before is not asked about again; nor is any while the lab has no register.
func (tx *Tx) Listed(f *fab.Facility, before string) (refused fab.Errors, err error) {
	if f.FinessET == "" {
		f.FinessEJ = ""
		return nil, nil
	}
	no, ok := fab.FinessNumber(f.FinessET)
	if !ok {
		return fab.Errors{fab.Refuse(fab.Invalid, "finess_number_wrong", "finess")}, nil
	}
	f.FinessET = no
	p, err := tx.RegisterPlace(no)
	switch {
	case fab.ClassOf(err) == fab.NotFound:
		if n, _, err := tx.RegisterSize(); n == 0 || no == before {
			return nil, err
		}
		return fab.Errors{fab.Refuse(fab.Invalid, "finess_not_listed", "finess")}, nil
	case err == nil:
		f.TakeFrom(p)
	}
	return nil, err
}

// RegisterRunBy reads the open places of a legal entity, at most limit of them.
func (tx *Tx) RegisterRunBy(ej string, limit int64) ([]fab.RegisterPlace, error) {
	return many[fab.RegisterPlace](tx, "register", func(q query) query {
		return q.Where("ej = ?", ej).Where("NOT closed").Order("name", "et").Limit(limit)
	})
}

// RegisterWith reads the open places whose name and town have all these words, folded; of one postcode when it is not
// empty; at most limit of them.
func (tx *Tx) RegisterWith(words []string, postcode string, limit int64) ([]fab.RegisterPlace, error) {
	return many[fab.RegisterPlace](tx, "register", func(q query) query {
		q = q.Where("NOT closed").Order("name", "et").Limit(limit)
		if postcode != "" {
			q = q.Where("postcode = ?", postcode)
		}
		for _, w := range words {
			q = q.Where("words LIKE ?", "%"+likeless(w)+"%")
		}
		return q
	})
}

// likeless takes out what a pattern of LIKE gives a meaning to.
func likeless(w string) string { return strings.NewReplacer("%", "", "_", "", `\`, "").Replace(w) }

// RegisterSize is how many open places the register lists, and the date of its newest file; the zero time when there is
// none.
func (tx *Tx) RegisterSize() (n int64, newest time.Time, err error) {
	last, err := many[fab.RegisterPlace](tx, "register", func(q query) query { return q.Order("listed_at DESC").Limit(1) })
	if err != nil || len(last) == 0 {
		return 0, newest, err
	}
	count, err := tx.db.NewSelect().Model((*fab.RegisterPlace)(nil)).Where("NOT closed").Count(context.Background())
	if err != nil {
		return 0, newest, fmt.Errorf("count register: %w", err)
	}
	return int64(count), last[0].ListedAt, nil
}

// PlaceListed gives the facilities that are in the register, and whose place is not known, the place that it says. It
// gives how many.
func (tx *Tx) PlaceListed() (int64, error) {
	res, err := tx.db.NewRaw(`UPDATE facilities SET lat_e6 = r.lat_e6, lon_e6 = r.lon_e6 FROM register_places AS r
		WHERE r.et = facilities.finess_et AND facilities.lat_e6 = 0 AND facilities.lon_e6 = 0 AND (r.lat_e6 <> 0 OR r.lon_e6 <> 0)`).Exec(context.Background())
	if err != nil {
		return 0, fmt.Errorf("locate facilities: %w", err)
	}
	return res.RowsAffected()
}
