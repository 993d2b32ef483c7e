package link

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// allCases is how many ways are known in which a wire between host and firmware goes wrong. A test named TestCase07…
// holds the seventh, whatever its room.
const allCases = 98

// heldElsewhere names the tests of cases that a test of another name holds: "room.Test".
var heldElsewhere = map[int]string{
	47: "port.TestHangUpOnCloseIsCleared",
	48: "port.TestBannerIsNotEchoed",
	51: "port.TestSetBaud",
	53: "port.TestReopenFollowsTheSocket",
	54: "port.TestPortIsLocked",
	55: "port.TestFullDeviceDoesNotHoldAWriter",
	56: "guard.TestWatchdogFindsFaults",
	91: "gcode.TestFilesThatHostsStumbleOver",
}

// cannotApply says why a case has no test.
var cannotApply = map[int]string{}

var caseTest = regexp.MustCompile(`^TestCase(\d\d)[A-Z]\w*$`)

// Ensure that every case has a test that exists, or a reason why it cannot arise, and that few have only that.
func TestEveryCaseIsHeld(t *testing.T) {
	tests := testsOf(t, "printer-agent", "slicer-bridge", "firmware-profiles")
	held := map[int][]string{}
	for name := range tests {
		_, test, _ := strings.Cut(name, ".")
		if m := caseTest.FindStringSubmatch(test); m != nil {
			n, err := strconv.Atoi(m[1])
			require.NoError(t, err)
			held[n] = append(held[n], name)
		}
	}
	for n, name := range heldElsewhere {
		require.True(t, tests[name], "case %d: there is no test %s", n, name)
		held[n] = append(held[n], name)
	}
	for n := 1; n <= allCases; n++ {
		reason, cannot := cannotApply[n]
		require.NotEqual(t, cannot, len(held[n]) > 0, "case %d needs a test, or else a reason why it cannot apply: %v", n, held[n])
		require.False(t, cannot && len(reason) < 40, "case %d: %q is no reason", n, reason)
	}
	for n := range held {
		require.True(t, 1 <= n && n <= allCases, "there is no case %d", n)
	}
	require.LessOrEqual(t, len(cannotApply), 10)
}

// testsOf finds the test functions with a body below folders of the repository, as "room.Test".
func testsOf(t *testing.T, folders ...string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join("..", "..", "..", folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			for _, decl := range file.Decls {
				f, ok := decl.(*ast.FuncDecl)
				if ok && f.Recv == nil && len(f.Body.List) > 0 && strings.HasPrefix(f.Name.Name, "Test") {
					found[filepath.Base(filepath.Dir(path))+"."+f.Name.Name] = true
				}
			}
			return nil
		})
		require.NoError(t, err)
	}
	require.NotEmpty(t, found)
	return found
}
