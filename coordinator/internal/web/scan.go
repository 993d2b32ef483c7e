package web

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/delivery"
	"github.com/mailleur/mailleur/ui"
)

// productCode begins the code on a notice, which is of a product and not of one thing: P-visor.
const productCode = "P-"

// heldFor is how long a browser that opened a link of a run or of a request is known as its driver or requester when it
// scans a code: a working day.
const heldFor = 12 * time.Hour

// scanned is what a code was found to be of. The empty ones do not apply.
type scanned struct {
	kind    string // one of ui.Scan
	code    string // as it stands on the paper
	lot     fab.Lot
	box     fab.Box
	run     fab.Run
	stop    fab.Stop
	spool   fab.Spool
	design  fab.DesignVersion
	request fab.RequestID
	gift    fab.DonationID
	blank   fab.BlankForm
}

// scan leads whoever scans the code on a label or a paper to the right page. It changes nothing, and a code proves
// nothing: who is known by a session or by a link opened on this device comes to his or her own page, and everybody else
// reads what is public.
func (s *Server) scan(c *gin.Context) error {
	var found scanned
	var page ui.Scan
	err := s.read(c, func(r *reader) (err error) {
		if found, err = r.find(c.Param("code")); err != nil {
			return err
		}
		page, err = r.scanPage(found)
		return err
	})
	if err != nil {
		return err
	}
	for _, who := range []func(*gin.Context, scanned) (string, error){s.deskScans, s.driverScans, s.makerScans, s.requesterScans} {
		path, err := who(c, found)
		if err != nil {
			return err
		}
		if path != "" {
			return to(c, path)
		}
	}
	page.Frame = s.frame(c)
	return s.show(c, page)
}

var noteCode = regexp.MustCompile(`^BL-0*([0-9]{1,18})$`)

// find looks for the thing that bears a code, as it is scanned or typed. Fixed beginnings are asked for first; the rest
// are lots.
func (r *reader) find(typed string) (found scanned, err error) {
	code := strings.ToUpper(fab.Scanned(typed))
	if product, ok := strings.CutPrefix(code, productCode); ok {
		found = scanned{kind: ui.ScanProduct, code: productCode + strings.ToLower(product)}
		found.design, err = r.tx.CurrentDesign(strings.ToLower(product))
		return found, err
	}
	if m := noteCode.FindStringSubmatch(code); m != nil {
		return r.findNote(code, m[1])
	}
	meant := append([]string{code}, fab.LabelCodes(typed)...)
	for _, code := range meant {
		for _, try := range []func(string) (scanned, error){r.findBox, r.findRun, r.findSpool, r.findLot, r.findRequest, r.findGift, r.findBlocked, r.findDevice, r.findBlank} {
			if found, err = try(code); fab.ClassOf(err) != fab.NotFound {
				return found, err
			}
		}
	}
	return found, err
}

func (r *reader) findNote(code, digits string) (found scanned, err error) {
	no, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return found, fab.Refuse(fab.NotFound, "not_found", "", "what", "delivery note")
	}
	note, err := r.tx.NoteByNo(no)
	if err != nil {
		return found, err
	}
	found = scanned{kind: ui.ScanNote, code: code, request: note.RequestID}
	if found.stop, err = r.tx.Stop(note.StopID); err != nil {
		return found, err
	}
	found.run, err = r.tx.Run(found.stop.RunID)
	return found, err
}

func (r *reader) findBox(code string) (scanned, error) {
	b, err := r.tx.BoxByCode(code)
	found := scanned{kind: ui.ScanBox, code: b.Code, box: b, request: b.RequestID}
	if err != nil || b.StopID == "" {
		return found, err
	}
	found.stop, err = r.tx.Stop(b.StopID)
	return found, err
}

func (r *reader) findRun(code string) (scanned, error) {
	run, err := r.tx.RunByCode(code)
	return scanned{kind: ui.ScanRun, code: run.Code, run: run}, err
}

func (r *reader) findSpool(code string) (scanned, error) {
	spool, err := r.tx.SpoolByCode(code)
	return scanned{kind: ui.ScanSpool, code: spool.Code, spool: spool}, err
}

func (r *reader) findLot(code string) (scanned, error) {
	lot, err := r.tx.LotByCode(code)
	return scanned{kind: ui.ScanBag, code: lot.Code, lot: lot, design: r.designs[lot.DesignID]}, err
}

func (r *reader) findRequest(code string) (scanned, error) {
	ref, ok := fab.ParseReference(code)
	if !ok {
		return scanned{}, fab.Refuse(fab.NotFound, "not_found", "", "what", "code")
	}
	request, err := r.tx.RequestByRef(ref)
	return scanned{kind: ui.ScanRequest, code: fab.FormatReference(ref), request: request.ID}, err
}

// findGift looks for a gift by what its donor wrote on the parcel, and for the stop at which it is fetched.
func (r *reader) findGift(code string) (scanned, error) {
	ref, ok := fab.ParseReference(code)
	if !ok {
		return scanned{}, fab.Refuse(fab.NotFound, "not_found", "", "what", "code")
	}
	gift, err := r.tx.DonationByRef(ref)
	if err != nil {
		return scanned{}, err
	}
	found := scanned{kind: ui.ScanGift, code: fab.FormatReference(ref), gift: gift.ID}
	stops, err := r.tx.OpenStops()
	for _, s := range stops {
		if s.DonationID == gift.ID {
			found.stop = s
		}
	}
	return found, err
}

func (r *reader) findBlocked(code string) (scanned, error) {
	lot, err := r.tx.BlockedByCode(code)
	return scanned{kind: ui.ScanBlocked, code: lot.Code, gift: lot.DonationID}, err
}

func (r *reader) findDevice(code string) (scanned, error) {
	v, err := r.tx.DeviceByCode(code)
	return scanned{kind: ui.ScanDevice, code: v.Code, gift: v.DonationID}, err
}

// scanPage is what everybody may read of a thing: what product it is, what may be said of it, and whether it is recalled.
func (r *reader) scanPage(found scanned) (page ui.Scan, err error) {
	page = ui.Scan{Code: found.code, Kind: found.kind, Recalled: found.box.Recalled || found.lot.Status == fab.LotBlocked || found.design.Dangerous}
	designs := []fab.DesignVersion{found.design}
	if found.kind == ui.ScanBox {
		kits, err := r.tx.KitsIn(found.box.ID)
		if err != nil {
			return page, err
		}
		designs = nil
		for _, k := range kits {
			designs = append(designs, r.designs[k.DesignID])
		}
	}
	for _, d := range designs {
		if d.ID == "" || slices.ContainsFunc(page.Products, func(p ui.ScanProductRow) bool { return p.Code == d.Product }) {
			continue
		}
		page.Products = append(page.Products, ui.ScanProductRow{Code: d.Product, Name: inLang(d.Names, r.lang, d.Product), Claim: d.Claim, Tried: d.Tried()})
	}
	return page, nil
}

// deskScans leads a coordinator to where the thing is worked on.
func (s *Server) deskScans(c *gin.Context, found scanned) (string, error) {
	a, ok := account(c)
	if !ok || !a.Has(fab.RoleCoordinator) {
		return "", nil
	}
	switch found.kind {
	case ui.ScanBag:
		return deskBagsPath + "/" + found.lot.Code, nil
	case ui.ScanBox:
		return deskBoxes + string(found.box.ID), nil
	case ui.ScanRun:
		return deskRuns + string(found.run.ID), nil
	case ui.ScanNote, ui.ScanRequest:
		return "/desk/requests/" + string(found.request), nil
	case ui.ScanSpool:
		return "/desk/materials", nil
	case ui.ScanForm:
		return formLine(found.blank), nil
	case ui.ScanGift:
		return "/desk/materials#gift-" + string(found.gift), nil
	case ui.ScanDevice:
		return deskDevices, nil
	case ui.ScanBlocked:
		return "/desk/materials#blocked", nil
	}
	return "/desk/products/" + string(found.design.ID), nil
}

// driverScans leads whoever opened the link of a run on this device to the stop that a box, bag or note belongs to.
func (s *Server) driverScans(c *gin.Context, found scanned) (string, error) {
	token := s.readCookie(c, cookieRun)
	if token == "" {
		return "", nil
	}
	v, err := s.Delivery.Follow(c.Request.Context(), token)
	switch {
	case fab.ClassOf(err) == fab.NotFound:
		return "", nil // the link ran out
	case err != nil:
		return "", err
	case found.kind == ui.ScanRun && found.run.ID == v.Run.ID:
		return "/run/" + token, nil
	}
	i := slices.IndexFunc(v.Stops, func(stop delivery.StopView) bool {
		return found.stop.ID != "" && stop.Stop.ID == found.stop.ID ||
			found.lot.ID != "" && slices.ContainsFunc(stop.Lots, func(l fab.Lot) bool { return l.ID == found.lot.ID })
	})
	if i < 0 {
		return "", nil
	}
	return "/run/" + token + "/stop/" + strconv.FormatInt(v.Stops[i].Stop.No, 10), nil
}

// makerScans leads a volunteer to a bag of his or her own.
func (s *Server) makerScans(c *gin.Context, found scanned) (string, error) {
	a, ok := account(c)
	if !ok || a.MakerID == "" || found.lot.MakerID != a.MakerID {
		return "", nil
	}
	return "/maker/bags/" + found.lot.Code + "/paper", nil
}

// requesterScans leads whoever opened the link of a request on this device to its page.
func (s *Server) requesterScans(c *gin.Context, found scanned) (string, error) {
	if found.request == "" {
		return "", nil
	}
	for _, name := range []string{cookieTrack, cookieSent} {
		token := s.readCookie(c, name)
		if token == "" {
			continue
		}
		t, err := s.Intake.Track(c.Request.Context(), token)
		switch {
		case fab.ClassOf(err) == fab.NotFound:
		case err != nil:
			return "", err
		case t.Request.ID == found.request:
			return "/track/" + token, nil
		}
	}
	return "", nil
}
