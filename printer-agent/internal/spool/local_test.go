package spool

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/wire"
)

func content(t *testing.T, s *Spool, name string) string {
	t.Helper()
	f, _, err := s.OpenLocal(name)
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	raw, err := io.ReadAll(f)
	require.NoError(t, err)
	return string(raw)
}

func TestALocalFileIsThereWholeAndByItsName(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	f, err := s.PutLocal("visière.gcode", strings.NewReader("G28\n"))
	require.NoError(t, err)
	require.Equal(t, "visière.gcode", f.Name)
	require.Equal(t, shaOf("G28\n"), f.SHA256)
	require.Equal(t, int64(4), f.Bytes)
	require.WithinDuration(t, time.Now(), f.Added, time.Minute)
	_, err = s.PutLocal("boat.gcode", strings.NewReader("G1 X1\n"))
	require.NoError(t, err)

	require.NoError(t, s.Close())
	s = open(t, dir)
	list, err := s.Local()
	require.NoError(t, err)
	require.Len(t, list, 2)
	require.Equal(t, "boat.gcode", list[0].Name)
	require.Equal(t, f, list[1])
	require.Equal(t, "G28\n", content(t, s, "visière.gcode"))
	_, err = s.Lookup(f.SHA256)
	require.NoError(t, err, "it can be printed as any other")
	_, _, err = s.OpenLocal("nothing.gcode")
	require.ErrorIs(t, err, ErrMissing)
	_, _, err = s.OpenLocal("")
	require.ErrorIs(t, err, ErrMissing)
}

// Ensure that whatever fails leaves the old content under the name, and no half file.
func TestAFailedUploadChangesNothing(t *testing.T) {
	s, err := Open(t.TempDir(), Limits{File: 100, Local: 150})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	_, err = s.PutLocal("a.gcode", strings.NewReader("old"))
	require.NoError(t, err)
	for text, want := range map[string]error{
		strings.Repeat("x", 101): ErrTooLarge,
		"":                       ErrEmpty,
	} {
		_, err = s.PutLocal("a.gcode", strings.NewReader(text))
		require.ErrorIs(t, err, want)
	}
	_, err = s.PutLocal("a.gcode", io.MultiReader(strings.NewReader("half"), broken{}))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	_, err = s.PutLocal("...", strings.NewReader("x"))
	require.ErrorIs(t, err, ErrName)
	_, err = s.PutLocal("b.gcode", strings.NewReader(strings.Repeat("b", 100)))
	require.NoError(t, err)
	_, err = s.PutLocal("c.gcode", strings.NewReader(strings.Repeat("c", 60)))
	require.ErrorIs(t, err, ErrDiskFull, "the allowance is used up")
	require.Equal(t, "old", content(t, s, "a.gcode"))
	left, err := os.ReadDir(s.files)
	require.NoError(t, err)
	require.Len(t, left, 2)

	_, err = s.PutLocal("b.gcode", strings.NewReader(strings.Repeat("B", 100)))
	require.NoError(t, err, "what is replaced does not count")
	require.NoError(t, s.RemoveLocal("b.gcode"))
	_, err = s.PutLocal("c.gcode", strings.NewReader(strings.Repeat("c", 60)))
	require.NoError(t, err)
}

func TestANameIsMadeSafe(t *testing.T) {
	for name, want := range map[string]string{
		"../../etc/passwd":                "passwd",
		`C:\Users\me\Maison 2.gcode`:      "Maison 2.gcode",
		"a\x00b\nc.gcode":                 "a_b_c.gcode",
		".hidden":                         "hidden",
		"bad\xffutf8.g":                   "bad_utf8.g",
		"right\u202eedocg.exe":            "right_edocg.exe",
		`x"<script>.gcode`:                "x__script_.gcode",
		strings.Repeat("é", 100) + ".gco": strings.Repeat("é", 58) + ".gco",
	} {
		got, err := cleanName(name)
		require.NoError(t, err, name)
		require.Equal(t, want, got)
	}
	for _, name := range []string{"", "/", "..", "dir/", " . "} {
		_, err := cleanName(name)
		require.ErrorIs(t, err, ErrName, "%q", name)
	}
}

func FuzzCleanName(f *testing.F) {
	for _, seed := range []string{"", "a/b\\c.gcode", "\xff\xfe.g", strings.Repeat("é.", 200), "x" + strings.Repeat(".", 150) + "y"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		clean, err := cleanName(name)
		if err != nil {
			return
		}
		if len(clean) > maxName || !utf8.ValidString(clean) || clean != filepath.Base(clean) || clean == "." || clean == ".." {
			t.Fatalf("%q became %q", name, clean)
		}
		if again, err := cleanName(clean); err != nil || again != clean {
			t.Fatalf("%q became %q, then %q", name, clean, again)
		}
	})
}

// Ensure that neither a sweep nor the maker's own removal takes a file from under a print.
func TestAFileInUseStays(t *testing.T) {
	s, err := Open(t.TempDir(), Limits{Files: 1})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	old, err := s.PutLocal("a.gcode", strings.NewReader("first"))
	require.NoError(t, err)
	require.NoError(t, s.Begin("", Print{Printer: "tortue", Attempt: "a1", Owner: OwnerMaker, File: wire.File{SHA256: old.SHA256}}))
	_, err = s.PutLocal("a.gcode", strings.NewReader("second"))
	require.NoError(t, err)
	_, err = s.PutLocal("copy.gcode", strings.NewReader("second"))
	require.NoError(t, err)
	strange, err := s.Put(shaOf("other"), 5, strings.NewReader("other"))
	require.NoError(t, err)

	require.NoError(t, s.Sweep())
	require.NoFileExists(t, strange)
	_, err = s.Lookup(old.SHA256)
	require.NoError(t, err, "the print goes on with what it began with")
	require.NoError(t, s.RemoveLocal("a.gcode"))
	require.ErrorIs(t, s.RemoveLocal("a.gcode"), ErrMissing)
	require.Equal(t, "second", content(t, s, "copy.gcode"), "another name has the same content")
	require.NoError(t, s.RemoveLocal("copy.gcode", shaOf("second")))
	_, err = s.Lookup(shaOf("second"))
	require.NoError(t, err, "kept by its caller")

	require.NoError(t, s.End("tortue", "a1", false))
	require.NoError(t, s.Sweep())
	for _, text := range []string{"first", "second"} {
		_, err = s.Lookup(shaOf(text))
		require.ErrorIs(t, err, ErrMissing)
	}
}

// sweeping is a reader that sweeps the spool before its end.
type sweeping struct {
	t *testing.T
	s *Spool
	r io.Reader
}

func (r sweeping) Read(b []byte) (int, error) {
	n, err := r.r.Read(b)
	require.NoError(r.t, r.s.Sweep())
	return n, err
}

func TestASweepSparesAnUploadUnderWay(t *testing.T) {
	s := open(t, t.TempDir())
	_, err := s.PutLocal("a.gcode", sweeping{t, s, strings.NewReader("G28\n")})
	require.NoError(t, err)
	_, err = s.Put(shaOf("G29\n"), 4, sweeping{t, s, strings.NewReader("G29\n")})
	require.NoError(t, err)
	require.Equal(t, "G28\n", content(t, s, "a.gcode"))
}
