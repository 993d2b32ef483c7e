package local

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The requests of this file are written byte by byte as the slicers put them on the wire: PrusaSlicer and OrcaSlicer by
// libcurl (src/slic3r/Utils/OctoPrint.cpp, Http.cpp), Cura by Qt (Cura-OctoPrintPlugin, OctoPrintOutputDevice.py).

// wire sends bytes to a running server and reads the answers.
type wire struct {
	t    *testing.T
	conn net.Conn
	r    *bufio.Reader
	host string
}

func dial(t *testing.T, fakes ...*fake) *wire {
	t.Helper()
	address, _ := served(t, newServer(t, nil, fakes...))
	conn, err := net.Dial("tcp", address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(5*time.Second)))
	return &wire{t, conn, bufio.NewReader(conn), address}
}

// send writes lines, which end as in HTTP, and a body.
func (w *wire) send(body string, lines ...string) {
	w.t.Helper()
	text := strings.NewReplacer("$HOST", w.host, "$LENGTH", fmt.Sprint(len(body)), "$KEY", testKey).Replace(strings.Join(lines, "\r\n"))
	_, err := io.WriteString(w.conn, text+"\r\n\r\n"+body)
	require.NoError(w.t, err)
}

func (w *wire) answer(status int) (map[string]any, *http.Response) {
	w.t.Helper()
	resp, err := http.ReadResponse(w.r, nil)
	require.NoError(w.t, err)
	data, err := io.ReadAll(resp.Body)
	require.NoError(w.t, err)
	require.Equal(w.t, status, resp.StatusCode, string(data))
	var out map[string]any
	if len(data) > 0 && resp.Header.Get("Content-Type") == "application/json" {
		require.NoError(w.t, json.Unmarshal(data, &out))
	}
	return out, resp
}

const curlBoundary = "------------------------d74496d66958873e"

// curlForm is the body of a form by libcurl; OrcaSlicer names the plate too.
func curlForm(print, path, plate string) string {
	b := "--" + curlBoundary + "\r\nContent-Disposition: form-data; name=\"print\"\r\n\r\n" + print + "\r\n" +
		"--" + curlBoundary + "\r\nContent-Disposition: form-data; name=\"path\"\r\n\r\n" + path + "\r\n"
	if plate != "" {
		b += "--" + curlBoundary + "\r\nContent-Disposition: form-data; name=\"plateindex\"\r\n\r\n" + plate + "\r\n"
	}
	return b + "--" + curlBoundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"crochet_0.2mm_PETG.gcode\"\r\nContent-Type: application/octet-stream\r\n\r\n" +
		someCode + "\r\n--" + curlBoundary + "--\r\n"
}

// PrusaSlicer tests the host, then uploads; it waits for 100 Continue with large files.
func TestPrusaSlicerSends(t *testing.T) {
	f := newFake()
	w := dial(t, f)
	w.send("", "GET /api/version HTTP/1.1", "Host: $HOST", "User-Agent: PrusaSlicer/2.9.2", "Accept: */*", "X-Api-Key: $KEY")
	version, _ := w.answer(200)
	require.Contains(t, version, "api")
	require.True(t, strings.HasPrefix(version["text"].(string), "OctoPrint"), "as PrusaSlicer checks it")

	body := curlForm("false", "", "")
	w.send("", "POST /api/files/local HTTP/1.1", "Host: $HOST", "User-Agent: PrusaSlicer/2.9.2", "Accept: */*", "X-Api-Key: $KEY",
		"Content-Length: "+fmt.Sprint(len(body)), "Content-Type: multipart/form-data; boundary="+curlBoundary, "Expect: 100-continue")
	line, err := w.r.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "HTTP/1.1 100 Continue\r\n", line)
	_, err = w.r.ReadString('\n')
	require.NoError(t, err)
	_, err = io.WriteString(w.conn, body)
	require.NoError(t, err)
	done, resp := w.answer(201)
	require.Equal(t, true, done["done"])
	require.Equal(t, false, done["effectivePrint"])
	local := done["files"].(map[string]any)["local"].(map[string]any)
	require.Equal(t, "crochet_0.2mm_PETG.gcode", local["name"])
	require.Equal(t, "local", local["origin"])
	require.Equal(t, "http://"+w.host+"/api/files/local/crochet_0.2mm_PETG.gcode", local["refs"].(map[string]any)["resource"])
	require.Equal(t, resp.Header.Get("Location"), local["refs"].(map[string]any)["resource"])
	require.Equal(t, []string{fmt.Sprintf("upload crochet_0.2mm_PETG.gcode %d", len(someCode))}, f.told())
}

// On Windows PrusaSlicer names the host without its port.
func TestAHostWithoutPortIsOurs(t *testing.T) {
	w := dial(t, newFake())
	w.send("", "GET /api/version HTTP/1.1", "Host: 127.0.0.1", "X-Api-Key: $KEY")
	w.answer(200)
}

// "Upload and print" starts nothing while nobody said to be there: the file waits on the page. With somebody there it starts.
func TestUploadAndPrintStartsOnlyWithSomebodyThere(t *testing.T) {
	f := newFake()
	w := dial(t, f)
	upload := func(print string) map[string]any {
		w.send(curlForm(print, "crochets", "1"), "POST /api/files/local HTTP/1.1", "Host: $HOST", "User-Agent: OrcaSlicer/2.3.0", "Accept: */*", "X-Api-Key: $KEY",
			"Content-Length: $LENGTH", "Content-Type: multipart/form-data; boundary="+curlBoundary)
		done, _ := w.answer(201)
		return done
	}
	require.Equal(t, false, upload("true")["effectivePrint"])
	require.Len(t, f.told(), 1)

	f.change(beside)
	require.Equal(t, true, upload("true")["effectivePrint"])
	require.Equal(t, "print crochet_0.2mm_PETG.gcode", f.told()[2])

	require.Equal(t, false, upload("false")["effectivePrint"])
	require.Len(t, f.told(), 4)
}

// A print that the printer refuses leaves the file uploaded all the same.
func TestARefusedStartLeavesTheFile(t *testing.T) {
	f := newFake()
	f.change(func(v *View) { v.Here = noon().Add(-time.Minute) })
	body, kind := form("file:part.gcode", someCode, "print", "TRUE", "select", "yes")
	w := send201(newServer(t, nil, f), "/api/files/local?print=true&path=..", body, kind)
	require.Equal(t, http.StatusCreated, w.Code)
	require.Contains(t, w.Body.String(), `"effectivePrint":false`)
	require.Contains(t, w.Body.String(), `"effectiveSelect":true`)
	require.Len(t, f.List(), 2)
}

const qtBoundary = "boundary_.oOo._MTQ1OTY0NzQ5Mw=="

func qtPart(disposition, kind, text string) string {
	return "--" + qtBoundary + "\r\nContent-Type: " + kind + "\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + text + "\r\n"
}

// Cura looks around, uploads, reads where the file is, and asks for it to be printed.
func TestCuraSends(t *testing.T) {
	f := newFake()
	w := dial(t, f)
	get := func(path string) map[string]any {
		w.send("", "GET /api/"+path+" HTTP/1.1", "Host: $HOST", "Content-Type: application/json", "X-Api-Key: $KEY",
			"User-Agent: Cura/5.8.0 OctoPrintPlugin/3.7.3", "Connection: Keep-Alive", "Accept-Encoding: gzip, deflate", "Accept-Language: en-US,*")
		out, _ := w.answer(200)
		return out
	}
	post := func(path, body string, status int) {
		w.send(body, "POST /api/"+path+" HTTP/1.1", "Host: $HOST", "Content-Type: application/json", "X-Api-Key: $KEY", "Content-Length: $LENGTH")
		w.answer(status)
	}
	flags := get("printer")["state"].(map[string]any)["flags"].(map[string]any)
	for _, flag := range []string{"error", "closedOrError", "paused", "pausing", "printing", "cancelling", "ready", "operational"} {
		require.Contains(t, flags, flag, "Cura reads it without asking whether it is there")
	}
	require.Equal(t, true, flags["ready"])
	require.Equal(t, "Operational", get("job")["state"])
	require.Equal(t, false, get("settings")["feature"].(map[string]any)["sdSupport"])
	require.Equal(t, "0.1", get("version")["server"])
	profile := get("printerprofiles")["profiles"].(map[string]any)["_default"].(map[string]any)
	require.Equal(t, "Tortue", profile["name"])
	require.Contains(t, profile["axes"].(map[string]any)["e"], "speed")
	post("login", `{"passive": true}`, 200)

	body := qtPart(`name="path"`, "text/plain", "") + qtPart(`name="file"; filename="CE3_crochet.gcode"`, "application/octet-stream", someCode) +
		qtPart(`name="select"`, "text/plain", "true") + qtPart(`name="print"`, "text/plain", "true") + "--" + qtBoundary + "--\r\n"
	w.send(body, "POST /api/files/local HTTP/1.1", "Host: $HOST", `Content-Type: multipart/form-data; boundary="`+qtBoundary+`"`, "MIME-Version: 1.0",
		"X-Api-Key: $KEY", "Content-Length: $LENGTH", "Connection: Keep-Alive")
	_, resp := w.answer(201)
	_, end, ok := strings.Cut(resp.Header.Get("Location"), "/api/")
	require.True(t, ok, "Cura cuts the address there")
	require.Equal(t, "files/local/CE3_crochet.gcode", end)
	require.Len(t, f.told(), 1, "nobody is there")

	post(end, `{"command": "select", "print": true}`, 409)
	f.change(beside)
	post(end, `{"command": "select", "print": false}`, 204)
	post(end, `{"command": "select", "print": true}`, 204)
	post("job", `{"command": "pause"}`, 204)
	f.change(func(v *View) { v.State = StatePaused })
	post("job", `{"command": "pause"}`, 204)
	post("job", `{"command": "cancel"}`, 204)
	post("printer/command", `{"commands": ["M104 S0", "G28 X"]}`, 204)
	post("printer/command", `{"commands": ["G28", "M112"]}`, 422)
	post("connection", `{"command": "connect"}`, 204)
	require.Equal(t, []string{"print CE3_crochet.gcode", "pause", "resume", "cancel", "say M104 S0", "say G28 X"}, f.told()[1:])
}

// What runs is told as OctoPrint tells it; a temperature that is not known is null, never 0.
func TestARunningPrintIsTold(t *testing.T) {
	f := newFake()
	f.change(printing)
	w := dial(t, f)
	get := func(path string, status int) map[string]any {
		w.send("", "GET /api/"+path+" HTTP/1.1", "Host: $HOST", "X-Api-Key: $KEY")
		out, _ := w.answer(status)
		return out
	}
	out := get("job", 200)
	require.Equal(t, "Printing", out["state"])
	progress := out["progress"].(map[string]any)
	require.InDelta(t, 15, progress["completion"], 0.01)
	require.InDelta(t, 600, progress["printTime"], 0.01)
	require.InDelta(t, 4200, progress["printTimeLeft"], 0.01)
	require.Equal(t, "hook.gcode", out["job"].(map[string]any)["file"].(map[string]any)["name"])
	temperature := get("printer", 200)["temperature"].(map[string]any)
	require.InDelta(t, 239.6, temperature["tool0"].(map[string]any)["actual"], 0.01)
	require.Nil(t, temperature["bed"].(map[string]any)["actual"])
	require.InDelta(t, 85, temperature["bed"].(map[string]any)["target"], 0.01)

	for state, text := range map[string]string{StateError: "Error", StateStopped: "Error", StatePaused: "Paused", StatePlate: "Operational", StateHeating: "Printing"} {
		f.change(func(v *View) { v.State = state })
		require.Equal(t, text, get("job", 200)["state"], state)
		require.Equal(t, text, get("printer", 200)["state"].(map[string]any)["text"], state)
	}
	f.change(func(v *View) { v.State = StateOffline })
	get("printer", 409)
	require.Equal(t, "Offline", get("connection", 200)["current"].(map[string]any)["state"])
}

// Several printers answer below their own address, the first one at the root too.
func TestEachPrinterHasItsOwnCalls(t *testing.T) {
	first, second := newFake(), newFake()
	s := newServer(t, nil, first, second)
	body, kind := form("file:part.gcode", someCode)
	w := send201(s, "/printer/orange/api/files/local", body, kind)
	require.Equal(t, http.StatusCreated, w.Code)
	require.Equal(t, "http://127.0.0.1:8082/printer/orange/api/files/local/part.gcode", w.Header().Get("Location"))
	require.Empty(t, first.told())
	require.Len(t, second.told(), 1)
	body, kind = form("file:part.gcode", someCode)
	require.Equal(t, http.StatusNotFound, send201(s, "/printer/none/api/files/local", body, kind).Code)
	page := enter(t, s).get("/printer/orange").Body.String()
	require.Contains(t, page, "http://127.0.0.1:8082/printer/orange<", "the address for slicers")
}

// Files are listed, found and taken away by name, and only those that are there.
func TestFilesByName(t *testing.T) {
	f := newFake()
	w := dial(t, f)
	ask := func(method, path string, status int) map[string]any {
		w.send("", method+" /api/files"+path+" HTTP/1.1", "Host: $HOST", "X-Api-Key: $KEY")
		out, _ := w.answer(status)
		return out
	}
	files := ask("GET", "", 200)["files"].([]any)
	require.Equal(t, "hook.gcode", files[0].(map[string]any)["name"])
	require.Equal(t, "hook.gcode", ask("GET", "/local/hook.gcode", 200)["name"])
	ask("GET", "/local/..%2f..%2fetc%2fpasswd", 404)
	ask("DELETE", "/local/none.gcode", 404)
	ask("DELETE", "/local/hook.gcode", 204)
	require.Equal(t, []string{"remove hook.gcode"}, f.told())
	ask("GET", "/sdcard", 404)
}

// Bodies that are no JSON, too long, or ask for what there is not change nothing.
func TestOrdersThatCannotBeReadChangeNothing(t *testing.T) {
	f := newFake()
	s := newServer(t, nil, f)
	for path, bodies := range map[string][]string{
		"/api/job":                    {"", "{", `{"command":"explode"}`, `{"command":"pause","action":"maybe"}`, `[]`, "\xff\xfe{", strings.Repeat("[", 100_000), `{"command":` + strings.Repeat(" ", 1<<20) + `"cancel"}`},
		"/api/printer/command":        {`{}`, `{"commands":[]}`, `{"command":"M112"}`, `{"commands":["` + strings.Repeat(`G28","`, 30) + `G28"]}`},
		"/api/files/local/hook.gcode": {`{}`, `{"command":"move"}`},
	} {
		for _, body := range bodies {
			w := send201(s, path, strings.NewReader(body), "application/json")
			require.GreaterOrEqual(t, w.Code, 400, body)
			require.Less(t, w.Code, 500, body)
		}
	}
	require.Empty(t, f.told())
}

// A wrong key is said in one short sentence of plain text, which slicers show.
func TestAWrongKeyIsSaid(t *testing.T) {
	w := dial(t, newFake())
	w.send("", "GET /api/version HTTP/1.1", "Host: $HOST", "X-Api-Key: wrong")
	_, resp := w.answer(403)
	require.Equal(t, "text/plain", resp.Header.Get("Content-Type"))
	w.send("", "GET /api/version?apikey=$KEY HTTP/1.1", "Host: $HOST")
	w.answer(403)
	w.send("", "GET /api/version HTTP/1.1", "Host: $HOST", "Authorization: Bearer $KEY")
	w.answer(200)
}
