package store

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/testkit"
)

// filler makes values for rows: none is zero, and no two numbers or times are the same.
type filler struct{ n int64 }

// allowed are values where the schema takes few, by type or by type and field.
var allowed = map[string]string{
	"FavourStatus": "done", "RelayStatus": "accepted",
	"RequestStatus": "approved", "DesignStatus": "trialled", "BatchStatus": "paused", "PlateStatus": "impossible", "JobStatus": "leased",
	"AttemptStatus": "printing", "CommandStatus": "accepted", "LotStatus": "ready", "BlockedStatus": "identified", "DeviceStatus": "given", "DonationStatus": "received", "RunStatus": "on_way",
	"StopStatus": "partly", "MakerStatus": "refused", "FacilityStatus": "refused", "ImportStatus": "done", "Import.Kind": "stock", "BlankForm.Kind": "bag", "BoxStatus": "loaded", "Worker.Kind": "printer", "Stop.Kind": "drop", "StockMove.From": "hub", "Plate.Source": "maker",
	"Mark.Act": "deliver", "Mark.Outcome": "late", "Recall.Way": "fetch", "RecallNotice.Kind": "maker", "ReloadStatus": "yes", "TrialStatus": "running", "Tester.Kind": "care",
}

// fill sets v, a field called name, to something that is not zero. Identifiers are named after their type, so that rows
// refer to each other.
func (f *filler) fill(v reflect.Value, name string) {
	f.n++
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Date(2020, 4, 3, 1, 2, 3, 456_000, time.UTC).Add(time.Duration(f.n) * time.Microsecond)))
	case v.Type() == reflect.TypeFor[fab.Args]():
		v.Set(reflect.ValueOf(fab.Args{"n": f.n, "town": "L’Étoile"}))
	case v.Kind() == reflect.String && allowed[name] != "":
		v.SetString(allowed[name])
	case v.Kind() == reflect.String && allowed[v.Type().Name()] != "":
		v.SetString(allowed[v.Type().Name()])
	case v.Kind() == reflect.String && strings.HasSuffix(v.Type().Name(), "ID"):
		v.SetString(v.Type().Name())
	case v.Kind() == reflect.String:
		v.SetString("é'\"?{}\n" + strings.Repeat("x", int(f.n%7)))
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.Kind() == reflect.Int64:
		v.SetInt(1<<40 + f.n)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			f.fill(v.Field(i), v.Type().Name()+"."+v.Type().Field(i).Name)
		}
	case v.Kind() == reflect.Map:
		value := reflect.New(v.Type().Elem()).Elem()
		f.fill(value, "")
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("fr"), value)
	case v.Type() == reflect.TypeFor[[]byte]():
		v.SetBytes([]byte{0, 1, 0xff, byte(f.n)})
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		f.fill(v.Index(0), "")
		f.fill(v.Index(1), "")
	default:
		panic("no value for " + v.Type().String())
	}
}

// trip stores a row, reads it back, changes every column but the key, and reads it back again.
func trip[T any](t *testing.T, tx *Tx) {
	t.Helper()
	var f filler
	var row, key T
	f.fill(reflect.ValueOf(&row).Elem(), "")
	copyKey(&key, row)
	require.NoError(t, add(tx, "row", &row))
	require.Empty(t, cmp.Diff(row, again(t, tx, key)))
	if _, fixed := any(row).(fab.StockMove); fixed { // never changed
		require.Error(t, inside(tx, func() error { return set(tx, "row", &row) }))
		return
	}
	if _, twins := any(row).(fab.KitLot); !twins {
		f.n += 1000
		f.fill(reflect.ValueOf(&row).Elem(), "")
		copyKey(&row, key)
	}
	require.NoError(t, set(tx, "row", &row))
	require.Empty(t, cmp.Diff(row, again(t, tx, key)))
}

// inside runs f in a savepoint that it does not keep, so that what f is refused ends nothing.
func inside(tx *Tx, f func() error) error {
	if _, err := tx.db.ExecContext(context.Background(), "SAVEPOINT aside"); err != nil {
		return err
	}
	refused := f()
	_, err := tx.db.ExecContext(context.Background(), "ROLLBACK TO SAVEPOINT aside")
	return errors.Join(refused, err)
}

func again[T any](t *testing.T, tx *Tx, key T) T {
	t.Helper()
	require.NoError(t, tx.db.NewSelect().Model(&key).WherePK().Scan(context.Background()))
	inUTC(reflect.ValueOf(&key).Elem())
	return key
}

func copyKey[T any](to *T, from T) {
	for i := range reflect.TypeFor[T]().NumField() {
		if slices.Contains(strings.Split(reflect.TypeFor[T]().Field(i).Tag.Get("bun"), ","), "pk") {
			reflect.ValueOf(to).Elem().Field(i).Set(reflect.ValueOf(from).Field(i))
		}
	}
}

// inUTC turns the times of a row, which are instants, to one zone.
func inUTC(v reflect.Value) {
	for i := range v.NumField() {
		if at, ok := v.Field(i).Interface().(time.Time); ok {
			v.Field(i).Set(reflect.ValueOf(at.UTC()))
		}
	}
}

// rowTrips are the trips of all rows, those first that others refer to.
func rowTrips() (names []string, trips []func(*testing.T, *Tx)) {
	put := func(name string, trip func(*testing.T, *Tx)) { names, trips = append(names, name), append(trips, trip) }
	put("Facility", trip[fab.Facility])
	put("FacilitySite", trip[fab.FacilitySite])
	put("FacilityContact", trip[fab.FacilityContact])
	put("RegisterPlace", trip[fab.RegisterPlace])
	put("Import", trip[fab.Import])
	put("BlankForm", trip[fab.BlankForm])
	put("Location", trip[fab.Location])
	put("Maker", trip[fab.Maker])
	put("Account", trip[fab.Account])
	put("Session", trip[fab.Session])
	put("Link", trip[fab.Link])
	put("Setting", trip[fab.Setting])
	put("Blob", trip[fab.Blob])
	put("Change", trip[fab.Change])
	put("Material", trip[fab.Material])
	put("Donation", trip[fab.Donation])
	put("BlockedLot", trip[fab.BlockedLot])
	put("Spool", trip[fab.Spool])
	put("Agent", trip[fab.Agent])
	put("Slicer", trip[fab.Slicer])
	put("AgentEvent", trip[fab.AgentEvent])
	put("Worker", trip[fab.Worker])
	put("Pace", trip[fab.Pace])
	put("DesignVersion", trip[fab.DesignVersion])
	put("Trial", trip[fab.Trial])
	put("Request", trip[fab.Request])
	put("RequestLine", trip[fab.RequestLine])
	put("Tester", trip[fab.Tester])
	put("Batch", trip[fab.Batch])
	put("Plate", trip[fab.Plate])
	put("Reload", trip[fab.Reload])
	put("Relay", trip[fab.Relay])
	put("RelayPart", trip[fab.RelayPart])
	put("Job", trip[fab.Job])
	put("Attempt", trip[fab.Attempt])
	put("Handout", trip[fab.Handout])
	put("Command", trip[fab.Command])
	put("Lot", trip[fab.Lot])
	put("RelayLot", trip[fab.RelayLot])
	put("Favour", trip[fab.Favour])
	put("FavourLot", trip[fab.FavourLot])
	put("LotGive", trip[fab.LotGive])
	put("Inspection", trip[fab.Inspection])
	put("Recall", trip[fab.Recall])
	put("RecallNotice", trip[fab.RecallNotice])
	put("StockMove", trip[fab.StockMove])
	put("Balance", trip[fab.Balance])
	put("Reservation", trip[fab.Reservation])
	put("StockTake", trip[fab.StockTake])
	put("StockTakeLine", trip[fab.StockTakeLine])
	put("Weighing", trip[fab.Weighing])
	put("Run", trip[fab.Run])
	put("Fetch", trip[fab.Fetch])
	put("Stop", trip[fab.Stop])
	put("StopGoods", trip[fab.StopGoods])
	put("Mark", trip[fab.Mark])
	put("Box", trip[fab.Box])
	put("Kit", trip[fab.Kit])
	put("KitLot", trip[fab.KitLot])
	put("Device", trip[fab.Device])
	put("Slot", trip[fab.Slot])
	put("Pickup", trip[fab.Pickup])
	put("Defect", trip[fab.Defect])
	put("DeliveryNote", trip[fab.DeliveryNote])
	put("Proof", trip[fab.Proof])
	put("blobChunk", trip[blobChunk])
	return names, trips
}

// Ensure that every column of every row comes back as it was written, at first and after a change, on both databases;
// and that a database opened again is as it was.
func TestEveryRowComesBack(t *testing.T) {
	for name, dsn := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "lab.db") },
		"postgres": func(t *testing.T) string { return testkit.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			at := dsn(t)
			s, err := Open(t.Context(), at, slog.New(slog.DiscardHandler))
			require.NoError(t, err)
			require.NoError(t, s.Update(t.Context(), func(tx *Tx) error {
				names, trips := rowTrips()
				for i, trip := range trips {
					trip(t, tx)
					if t.Failed() {
						t.Log("the row is", names[i])
					}
				}
				return nil
			}))
			require.NoError(t, s.Close())
			s, err = Open(t.Context(), at, slog.New(slog.DiscardHandler))
			require.NoError(t, err)
			require.NoError(t, s.View(t.Context(), func(tx *Tx) error {
				_, err := tx.Proofs("StopID")
				require.NoError(t, err)
				w, err := tx.Worker("WorkerID")
				require.Equal(t, fab.SpoolID("SpoolID"), w.SpoolID)
				return err
			}))
			require.NoError(t, s.Close())
		})
	}
}

// Ensure that no row of the domain is forgotten above: whatever has a key is stored.
func TestNoRowIsForgotten(t *testing.T) {
	paths, err := filepath.Glob("../../fab/*.go")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	names, _ := rowTrips()
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			row, ok := spec.Type.(*ast.StructType)
			if !ok {
				return true
			}
			for _, field := range row.Fields.List {
				if field.Tag != nil && strings.Contains(field.Tag.Value, ",pk") {
					require.Contains(t, names, spec.Name.Name)
				}
			}
			return true
		})
	}
}
