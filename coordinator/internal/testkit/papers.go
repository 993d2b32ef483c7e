package testkit

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// PDFText is the text of a PDF in the order in which it was drawn, one string for each page.
func PDFText(t testing.TB, file string) (pages []string) {
	t.Helper()
	text := string(output(t, "pdftotext", "poppler-utils", "-raw", "-enc", "UTF-8", file, "-"))
	return strings.Split(strings.TrimSuffix(text, "\f"), "\f")
}

// PDFPages draws the first pages of a PDF, as many as most, at a resolution in dots per inch, and gives the names of the
// PNG files.
func PDFPages(t testing.TB, file string, dpi, most int) (pictures []string) {
	t.Helper()
	stem := filepath.Join(t.TempDir(), "page")
	output(t, "pdftoppm", "poppler-utils", "-r", strconv.Itoa(dpi), "-l", strconv.Itoa(most), "-gray", "-png", file, stem)
	pictures, err := filepath.Glob(stem + "*.png")
	if err != nil || len(pictures) == 0 {
		t.Fatalf("pdftoppm drew nothing of %s: %v", file, err)
	}
	slices.Sort(pictures)
	return pictures
}

// QRCodes are what the QR codes on pictures say, sorted; a picture without one makes the test fail.
func QRCodes(t testing.TB, pictures ...string) (codes []string) {
	t.Helper()
	args := append([]string{"--quiet", "--raw", "--nodbus", "-Sdisable", "-Sqrcode.enable"}, pictures...)
	for line := range strings.Lines(string(output(t, "zbarimg", "zbar-tools", args...))) {
		codes = append(codes, strings.TrimSpace(line))
	}
	slices.Sort(codes)
	return codes
}

// output runs a tool of a Debian package to its end.
func output(t testing.TB, name, pkg string, args ...string) []byte {
	t.Helper()
	program, err := tool(name, pkg)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), program, args...)
	var said bytes.Buffer
	command.Stderr = &said
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v: %s", name, err, said.String())
	}
	return out
}
