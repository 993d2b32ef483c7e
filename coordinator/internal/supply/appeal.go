package supply

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// SettingAppeal holds the codes of what the public is asked for, apart by spaces.
const SettingAppeal = "appeal"

// Lack is what open work takes of a material, or of a kind of device, beyond what is in the lab and pledged; or what is missing
// up to the amount at which the lab asks for more.
type Lack struct {
	Material fab.Material // of a device its code and pieces
	Short    int64        // in the unit of the material
	By       time.Time    // when the first of it is needed; zero when no open work takes any
}

// Lacking lists what open work lacks: materials by their code, then devices.
func Lacking(tx *store.Tx) (list []Lack, err error) {
	wanted := map[string]Lack{}
	if err := wantedMaterials(tx, wanted); err != nil {
		return nil, err
	}
	stock, err := tx.MaterialStock()
	if err != nil {
		return nil, err
	}
	materials, err := tx.Materials()
	if err != nil {
		return nil, err
	}
	for _, m := range materials {
		l := wanted[m.Code]
		if l.Short = m.Lacks(stock[m.Code], l.Short); l.Short > 0 {
			l.Material = m
			list = append(list, l)
		}
	}
	devices, err := lackingDevices(tx)
	return append(list, devices...), err
}

// wantedMaterials adds up what the bills of material of open batches take for products that are not assembled yet.
func wantedMaterials(tx *store.Tx, wanted map[string]Lack) error {
	batches, err := tx.Batches(fab.BatchOpen, fab.BatchPaused)
	if err != nil {
		return err
	}
	kitted, err := tx.Kitted()
	if err != nil {
		return err
	}
	supplied, err := tx.Supplied()
	if err != nil {
		return err
	}
	for _, b := range batches {
		design, err := tx.Design(b.DesignID)
		if err != nil {
			return err
		}
		for _, m := range design.BOM.Without(supplied[b.ID]).Materials {
			if n := m.PerUnit * max(0, b.Quantity-kitted[b.ID]); n > 0 {
				wanted[m.Material] = wanted[m.Material].plus(n, b.DueAt)
			}
		}
	}
	return nil
}

func (l Lack) plus(n int64, by time.Time) Lack {
	if l.By.IsZero() || by.Before(l.By) {
		l.By = by
	}
	l.Short += n
	return l
}

// lackingDevices lists the devices that open requests wait for and nobody gave.
func lackingDevices(tx *store.Tx) (list []Lack, err error) {
	wanted, err := wantedDevices(tx)
	if err != nil || len(wanted) == 0 {
		return nil, err
	}
	here, err := tx.DevicesHere()
	if err != nil {
		return nil, err
	}
	pledges, err := tx.Pledges()
	if err != nil {
		return nil, err
	}
	for _, kind := range fab.Devices {
		l := wanted[kind]
		for _, v := range here {
			if v.Kind == kind {
				l.Short--
			}
		}
		for _, d := range pledges {
			if d.Device == kind {
				l.Short -= d.Rest()
			}
		}
		if l.Short > 0 {
			l.Material = fab.Material{Code: kind, Unit: fab.UnitPiece}
			list = append(list, l)
		}
	}
	return list, nil
}

func wantedDevices(tx *store.Tx) (map[string]Lack, error) {
	lines, err := openLines(tx)
	if err != nil {
		return nil, err
	}
	of := map[string]Lack{}
	for _, l := range lines {
		if !fab.IsDevice(l.line.Product) {
			continue
		}
		left, err := wanted(tx, l.line)
		if err != nil {
			return nil, err
		}
		if left > 0 {
			of[l.line.Product] = of[l.line.Product].plus(left, l.request.NeedBy)
		}
	}
	return of, nil
}

// Appeal is what the public is asked for now: of what was published, what is still lacking.
func Appeal(tx *store.Tx) ([]Lack, error) {
	said, err := tx.Setting(SettingAppeal)
	if err != nil || said == "" {
		return nil, err
	}
	codes := strings.Fields(said)
	list, err := Lacking(tx)
	return slices.DeleteFunc(list, func(l Lack) bool { return !slices.Contains(codes, l.Material.Code) }), err
}

// PublishAppeal asks the public for all that is lacking now. It refuses when that is nothing.
func (s *Supply) PublishAppeal(ctx context.Context) error {
	return s.store.Update(ctx, func(tx *store.Tx) error {
		list, err := Lacking(tx)
		if err == nil && len(list) == 0 {
			err = fab.Refuse(fab.Conflict, "appeal_nothing", "")
		}
		if err != nil {
			return err
		}
		return setAppeal(tx, list)
	})
}

// WithdrawAppeal asks the public for nothing any more.
func (s *Supply) WithdrawAppeal(ctx context.Context) error {
	return s.store.Update(ctx, func(tx *store.Tx) error { return setAppeal(tx, nil) })
}

// keepAppeal takes out of the public appeal what is covered.
func keepAppeal(tx *store.Tx) error {
	said, err := tx.Setting(SettingAppeal)
	if err != nil || said == "" {
		return err
	}
	list, err := Appeal(tx)
	if err != nil || len(list) == len(strings.Fields(said)) {
		return err
	}
	return setAppeal(tx, list)
}

func setAppeal(tx *store.Tx, list []Lack) error {
	codes := make([]string, len(list))
	for i, l := range list {
		codes[i] = l.Material.Code
	}
	return tx.SetSetting(SettingAppeal, strings.Join(codes, " "))
}
