package delivery

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/route"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// The settings that say where runs begin and end.
const (
	SettingHubTown     = "hub_town"
	SettingHubPostcode = "hub_postcode"
	SettingHubLatE6    = "hub_lat_e6" // WGS 84, millionths of a degree
	SettingHubLonE6    = "hub_lon_e6"
)

// spotOf is where a stop is, as its driver has to find it.
func spotOf(tx *store.Tx, s fab.Stop) (fab.Spot, error) {
	switch {
	case s.RequestID != "":
		r, err := tx.Request(s.RequestID)
		if err != nil {
			return fab.Spot{}, err
		}
		return tx.SpotOf(r)
	case s.DonationID != "":
		g, err := tx.Donation(s.DonationID)
		return fab.Spot{Name: g.Donor, Address: g.Address, Town: g.Town, Access: g.Hours, Phone: g.Phone, LatE6: s.LatE6, LonE6: s.LonE6}, err
	case s.FetchID != "":
		f, err := tx.Fetch(s.FetchID)
		return fab.Spot{Name: f.Name, Town: f.Place, Phone: f.Phone, LatE6: s.LatE6, LonE6: s.LonE6}, err
	}
	m, err := stopMaker(tx, s)
	return fab.Spot{Name: m.Name, Postcode: m.Postcode, Town: m.Town, Phone: m.Phone, LatE6: m.LatE6, LonE6: m.LonE6}, err
}

// stopMaker is the maker at whose place a stop is.
func stopMaker(tx *store.Tx, s fab.Stop) (fab.Maker, error) {
	m, err := tx.Maker(s.MakerID)
	if err != nil || s.Kind != fab.StopCollect {
		return m, err
	}
	return hostOf(tx, m)
}

// townMap finds places for reckoning ways. It asks about each town once.
type townMap struct {
	tx     *store.Tx
	towns  map[string]route.Place
	places []route.Place
}

func newMap(tx *store.Tx) *townMap { return &townMap{tx: tx, towns: map[string]route.Place{}} }

// known is what is known of a stop: one of Whereabouts, and whether it is closed all day.
type known struct {
	sure string
	shut bool
}

// How well it is known where a stop is.
const (
	WhereExact = "exact" // its own position
	WhereTown  = "town"  // the middle of its town
	WhereNot   = "not"
)

// Whereabouts lists them.
var Whereabouts = [...]string{WhereExact, WhereTown, WhereNot}

func (m *townMap) stop(s fab.Stop, k *known) (fab.Spot, error) {
	spot, err := spotOf(m.tx, s)
	if err != nil {
		return spot, err
	}
	k.sure, err = m.add(spot)
	return spot, err
}

func (m *townMap) hub() error {
	spot, err := hubSpot(m.tx)
	if err == nil {
		_, err = m.add(spot)
	}
	return err
}

// add places a spot: at its own position, else in the middle of its town.
func (m *townMap) add(spot fab.Spot) (sure string, err error) {
	sure = WhereExact
	p := route.Place{At: route.Point{Lat: float64(spot.LatE6) / 1e6, Lon: float64(spot.LonE6) / 1e6}, Known: spot.Located(), Town: cmp.Or(fab.Folded(spot.Town), spot.Postcode)}
	if !p.Known {
		if p, err = m.town(spot, p.Town); err != nil {
			return "", err
		}
		if sure = WhereNot; p.Known {
			sure = WhereTown
		}
	}
	m.places = append(m.places, p)
	return sure, nil
}

func (m *townMap) town(spot fab.Spot, name string) (p route.Place, err error) {
	key := name + " " + spot.Postcode
	if p, asked := m.towns[key]; asked {
		return p, nil
	}
	lat, lon, known, err := m.tx.TownCentre(spot.Town, spot.Postcode)
	p = route.Place{At: route.Point{Lat: float64(lat) / 1e6, Lon: float64(lon) / 1e6}, Known: known, About: known, Town: name}
	m.towns[key] = p
	return p, err
}

// Locate notes where an open stop is: as maps write a position ("50.2712, 1.6690"), or by the number of a place in the
// FINESS register. A facility, one of its sites and a maker keep it for the runs to come, a gift and what is fetched from
// somebody who left only for this one. The order stays as it is.
func (d *Delivery) Locate(ctx context.Context, id fab.RunID, no int64, typed string) error {
	return d.change(ctx, id, func(tx *store.Tx, _ fab.Run, stops []fab.Stop) error {
		i := slices.IndexFunc(stops, func(s fab.Stop) bool { return s.No == no })
		if i < 0 {
			return fab.Refuse(fab.NotFound, "not_found", "", "what", "stop")
		}
		lat, lon, err := readPlace(tx, typed)
		if err != nil {
			return err
		}
		return locate(tx, stops[i], lat, lon)
	})
}

func readPlace(tx *store.Tx, typed string) (latE6, lonE6 int64, err error) {
	if lat, lon, ok := fab.ReadPoint(typed); ok {
		return lat, lon, nil
	}
	no, ok := fab.FinessNumber(typed)
	if !ok {
		return 0, 0, fab.Refuse(fab.Invalid, "stop_place_wrong", "at")
	}
	p, err := tx.RegisterPlace(no)
	switch {
	case fab.ClassOf(err) == fab.NotFound:
		return 0, 0, fab.Refuse(fab.Invalid, "finess_not_listed", "at")
	case err != nil:
		return 0, 0, err
	case p.LatE6 == 0 && p.LonE6 == 0:
		return 0, 0, fab.Refuse(fab.Invalid, "finess_not_placed", "at", "name", p.Name)
	}
	return p.LatE6, p.LonE6, nil
}

func locate(tx *store.Tx, s fab.Stop, latE6, lonE6 int64) error {
	switch {
	case s.RequestID != "":
		r, err := tx.Request(s.RequestID)
		if err != nil {
			return err
		}
		return locateFacility(tx, r, latE6, lonE6)
	case s.DonationID != "" || s.FetchID != "":
		s.LatE6, s.LonE6 = latE6, lonE6
		return tx.SetStop(&s)
	}
	m, err := stopMaker(tx, s)
	if err != nil {
		return err
	}
	m.LatE6, m.LonE6 = latE6, lonE6
	return tx.SetMaker(&m)
}

func locateFacility(tx *store.Tx, r fab.Request, latE6, lonE6 int64) error {
	if r.SiteID != "" {
		site, err := tx.Site(r.SiteID)
		if err != nil {
			return err
		}
		site.LatE6, site.LonE6 = latE6, lonE6
		return tx.SetSite(&site)
	}
	f, err := tx.Facility(r.FacilityID)
	if err != nil {
		return err
	}
	f.LatE6, f.LonE6 = latE6, lonE6
	return tx.SetFacility(&f)
}

// Hub is where runs begin and end, as far as it was said.
func (d *Delivery) Hub(ctx context.Context) (spot fab.Spot, err error) {
	err = d.store.View(ctx, func(tx *store.Tx) error {
		spot, err = hubSpot(tx)
		return err
	})
	return spot, err
}

// SetHub notes where runs begin and end: its town, and typedAt as Locate takes it; empty means that the town has to do.
func (d *Delivery) SetHub(ctx context.Context, spot fab.Spot, typedAt string) error {
	town, postcode := fab.Line(spot.Town), fab.Line(spot.Postcode)
	if utf8.RuneCountInString(town) > maxName {
		return fab.Refuse(fab.Invalid, "too_long", "town", "max", maxName)
	}
	if len(postcode) > maxPhone {
		return fab.Refuse(fab.Invalid, "too_long", "postcode", "max", maxPhone)
	}
	return d.store.Update(ctx, func(tx *store.Tx) (err error) {
		if typedAt = fab.Line(typedAt); typedAt != "" {
			if spot.LatE6, spot.LonE6, err = readPlace(tx, typedAt); err != nil {
				return err
			}
		}
		return errors.Join(
			tx.SetSetting(SettingHubTown, town), tx.SetSetting(SettingHubPostcode, postcode),
			tx.SetSetting(SettingHubLatE6, strconv.FormatInt(spot.LatE6, 10)), tx.SetSetting(SettingHubLonE6, strconv.FormatInt(spot.LonE6, 10)),
		)
	})
}

func hubSpot(tx *store.Tx) (spot fab.Spot, err error) {
	said := map[string]string{}
	for _, key := range [...]string{SettingHubTown, SettingHubPostcode, SettingHubLatE6, SettingHubLonE6} {
		if said[key], err = tx.Setting(key); err != nil {
			return spot, err
		}
	}
	spot.Town, spot.Postcode = said[SettingHubTown], said[SettingHubPostcode]
	spot.LatE6, _ = strconv.ParseInt(said[SettingHubLatE6], 10, 64) // what was never set is not known
	spot.LonE6, _ = strconv.ParseInt(said[SettingHubLonE6], 10, 64)
	return spot, nil
}
