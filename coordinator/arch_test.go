package main_test

import (
	"os"
	"testing"
)

// module is the import path of the repository's root.
const module = "github.com/mailleur/mailleur/"

// room is what the code of one folder, and of the folders below it that are no rooms themselves, may import.
type room struct {
	ours   []string // rooms; "x/..." means every room below x
	stdlib bool     // of others' code the standard library only
	toml   bool     // and a TOML decoder
	pure   bool     // no clock, no context, no goroutine, no operating system
}

// useCases are the rooms that change the books. None imports another: what two of them need is a rule in fab or a
// method of store.Tx.
var useCases = []string{
	"coordinator/internal/delivery",
	"coordinator/internal/dispatch",
	"coordinator/internal/fleet",
	"coordinator/internal/identity",
	"coordinator/internal/imports",
	"coordinator/internal/intake",
	"coordinator/internal/partner",
	"coordinator/internal/production",
	"coordinator/internal/report",
	"coordinator/internal/supply",
}

// rooms are all the rooms there are, and every arrow between them.
var rooms = map[string]room{
	"coordinator": {ours: []string{"coordinator/...", "ui", "ui/locales", "firmware-profiles", "slicer-bridge/slicing"}},

	"coordinator/fab":     {stdlib: true, pure: true},
	"coordinator/wire":    {stdlib: true, pure: true},
	"coordinator/catalog": {ours: []string{"coordinator/fab"}, stdlib: true, toml: true},

	"coordinator/internal/schedule": {ours: []string{"coordinator/fab"}, pure: true},
	"coordinator/internal/route":    {stdlib: true, pure: true},
	"coordinator/internal/finess":   {ours: []string{"coordinator/fab"}, pure: true},
	"coordinator/internal/store":    {ours: []string{"coordinator/fab"}},
	"coordinator/internal/live":     {ours: []string{"coordinator/fab"}},
	"coordinator/internal/paper":    {ours: []string{"coordinator/fab", "ui", "ui/locales"}},
	"coordinator/internal/notify":   {ours: []string{"coordinator/fab", "ui/locales"}},
	"coordinator/internal/config":   {},
	"coordinator/internal/broker":   {ours: []string{"coordinator/wire"}},
	"coordinator/internal/testkit":  {},
	"coordinator/internal/demo":     {ours: []string{"coordinator/fab", "coordinator/internal/store", "ui"}},
	"coordinator/internal/labsim": {ours: []string{
		"coordinator/fab", "coordinator/internal/store", "coordinator/internal/schedule", "coordinator/internal/dispatch",
	}},

	"coordinator/internal/delivery":   {ours: booksAnd("coordinator/internal/route")},
	"coordinator/internal/dispatch":   {ours: booksAnd("coordinator/internal/schedule")},
	"coordinator/internal/fleet":      {ours: booksAnd("coordinator/wire")},
	"coordinator/internal/identity":   {ours: booksAnd()},
	"coordinator/internal/imports":    {ours: booksAnd("coordinator/internal/finess")},
	"coordinator/internal/intake":     {ours: booksAnd()},
	"coordinator/internal/partner":    {ours: booksAnd()},
	"coordinator/internal/production": {ours: booksAnd("slicer-bridge/slicing")},
	"coordinator/internal/report":     {ours: booksAnd()},
	"coordinator/internal/supply":     {ours: booksAnd()},
	"coordinator/internal/web":        {ours: append(booksAnd("ui", "coordinator/internal/paper", "coordinator/internal/finess"), useCases...)},

	"coordinator/internal/store/storetest": {ours: []string{"coordinator/internal/store", "coordinator/internal/testkit"}},

	"ui":         {ours: []string{"coordinator/fab", "ui/locales"}},
	"ui/locales": {stdlib: true, toml: true},

	"firmware-profiles": {stdlib: true, toml: true},

	"slicer-bridge":                      {ours: []string{"slicer-bridge/...", "firmware-profiles"}},
	"slicer-bridge/internal/prusaslicer": {},
	"slicer-bridge/internal/queue":       {ours: []string{"slicer-bridge/slicing"}},
	"slicer-bridge/internal/corpus":      {stdlib: true, pure: true},
	"slicer-bridge/mesh":                 {ours: []string{"firmware-profiles"}},
	"slicer-bridge/gcode":                {ours: []string{"firmware-profiles"}},
	"slicer-bridge/gcode/arcfit":         {},
	"slicer-bridge/plate":                {ours: []string{"slicer-bridge/mesh"}},
	"slicer-bridge/slicing": {ours: []string{
		"firmware-profiles", "slicer-bridge/mesh", "slicer-bridge/gcode", "slicer-bridge/gcode/arcfit", "slicer-bridge/plate",
		"slicer-bridge/internal/prusaslicer",
	}},

	"printer-agent":                   {ours: []string{"printer-agent/...", "firmware-profiles", "coordinator/wire", "slicer-bridge/gcode", "ui/locales"}},
	"printer-agent/internal/frame":    {pure: true},
	"printer-agent/internal/guard":    {ours: []string{"firmware-profiles"}, stdlib: true, pure: true},
	"printer-agent/internal/port":     {},
	"printer-agent/internal/detect":   {ours: []string{"printer-agent/internal/port", "firmware-profiles"}},
	"printer-agent/internal/spool":    {ours: []string{"coordinator/wire"}},
	"printer-agent/internal/printsim": {ours: []string{"printer-agent/internal/frame", "firmware-profiles"}},
	"printer-agent/internal/link":     {ours: []string{"printer-agent/internal/frame", "firmware-profiles"}},
	"printer-agent/internal/local":    {ours: []string{"ui", "ui/locales"}},
	"printer-agent/internal/soak": {ours: []string{
		"printer-agent/internal/printsim", "printer-agent/internal/link", "printer-agent/internal/spool", "firmware-profiles",
	}},
	"printer-agent/internal/bench": {ours: []string{
		"printer-agent/internal/printsim", "printer-agent/internal/frame", "printer-agent/internal/link",
		"printer-agent/internal/port", "firmware-profiles",
	}},
	"printer-agent/internal/agent": {ours: []string{
		"printer-agent/internal/link", "printer-agent/internal/port", "printer-agent/internal/spool",
		"printer-agent/internal/local", "printer-agent/internal/guard", "firmware-profiles",
		"coordinator/wire", "slicer-bridge/gcode",
	}},
}

// booksAnd is what a room that changes the books may import, and more.
func booksAnd(more ...string) []string {
	return append([]string{"coordinator/fab", "coordinator/internal/store"}, more...)
}

// importers names, for a package or everything below it, the only rooms that may import it. It keeps each outside
// thing replaceable in one place.
var importers = map[string][]string{
	"database/sql":                        {"coordinator/internal/store"},
	"github.com/uptrace/bun":              {"coordinator/internal/store"},
	"github.com/pressly/goose":            {"coordinator/internal/store"},
	"github.com/jackc/pgx":                {"coordinator/internal/store"},
	"modernc.org/sqlite":                  {"coordinator/internal/store"},
	"os/exec":                             {"slicer-bridge/slicing", "slicer-bridge/internal/prusaslicer", "coordinator/internal/demo", "coordinator/internal/testkit", "printer-agent/internal/bench"},
	"go.bug.st/serial":                    {"printer-agent/internal/port"},
	"html/template":                       {"ui"},
	"github.com/gin-gonic/gin":            {"coordinator/internal/web"},
	"github.com/eclipse/paho.mqtt.golang": {"coordinator/internal/fleet", "printer-agent/internal/agent"},
	"github.com/mochi-mqtt/server":        {"coordinator/internal/broker"},
	"codeberg.org/go-pdf/fpdf":            {"coordinator/internal/paper"},
	"github.com/boombuler/barcode":        {"coordinator/internal/paper"},
}

// topFolders are the folders of the root; those whose name begins with a dot are tools' own.
var topFolders = []string{
	"bin", "coordinator", "docs", "firmware-profiles", "printer-agent", "scripts", "slicer-bridge", "ui",
}

// Sizes above which a file or a function is named in the test's log, and above which it fails.
const (
	longFile, hugeFile = 400, 600
	longFunc, hugeFunc = 60, 100
)

// minPackageDoc is the shortest package comment, in characters, that can state a duty.
const minPackageDoc = 80

// The sources keep the shape that this file states.
func TestArchitecture(t *testing.T) {
	repo, err := readTree(os.DirFS(".."))
	if err != nil {
		t.Fatal(err)
	}
	for name, rule := range rules {
		t.Run(name, func(t *testing.T) {
			for _, finding := range rule(repo) {
				t.Error(finding)
			}
		})
	}
	for _, note := range long(repo) {
		t.Log("getting long: " + note)
	}
}
