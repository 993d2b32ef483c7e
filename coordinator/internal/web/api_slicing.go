package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/production"
)

const (
	// slicingVersion is that of the contract with slicing machines. A machine that speaks none of ours gets no work.
	slicingVersion = 1
	// claimWait is how long an ask for work waits for some. It is shorter than what servers and proxies cut.
	claimWait = 20 * time.Second
	// gcodePath takes sliced files, of which one may have maxSliced bytes.
	gcodePath = apiPrefix + "/slicing/{plate}/gcode"
	gcodeFull = apiPrefix + "/slicing/:plate/gcode"
	// progressFull hears of every plate that is being made, once a second.
	progressFull = apiPrefix + "/slicing/:plate/progress"
	maxSliced    = 512 << 20
	sentFor      = 30 * time.Minute // how long a slow line may take to send one
)

// SlicingAsk is a slicing machine that asks for work.
type SlicingAsk struct {
	_       struct{} `json:"-" additionalProperties:"true"`
	Version int      `json:"version" minimum:"1" doc:"The newest version of this contract that the machine speaks"`
}

// SlicingTask is a plate to make.
type SlicingTask struct {
	Version  int    `json:"version" doc:"Of this contract"`
	Plate    string `json:"plate"`
	Token    string `json:"token" doc:"To be sent as Claim-Token with everything said of this plate"`
	LeaseMS  int64  `json:"lease_ms" doc:"The plate is given to another machine after so long without a word"`
	Part     string `json:"part"`
	Copies   int64  `json:"copies"`
	Pile     int64  `json:"pile,omitempty" doc:"Pieces standing on each other at most; none where it is left out"`
	Printer  string `json:"printer" doc:"Printer profile"`
	Filament string `json:"filament" doc:"Filament profile"`
	NozzleUM int64  `json:"nozzle_um"`
	Overlay  string `json:"overlay,omitempty" doc:"The machine's own settings as TOML"`
	Model    string `json:"model_sha256" doc:"SHA-256 of the model, in hex"`
}

// SlicingProgress says how far a plate is.
type SlicingProgress struct {
	_        struct{} `json:"-" additionalProperties:"true"`
	Permille int64    `json:"permille" minimum:"0" maximum:"1000"`
}

// SlicingFailure says why there is no plate, as the slicer bridge does.
type SlicingFailure struct {
	_    struct{}          `json:"-" additionalProperties:"true"`
	Way  string            `json:"way" enum:"impossible,passing" doc:"impossible: this printer cannot make it; passing: the next try may"`
	Code string            `json:"code" maxLength:"80" pattern:"^[a-z0-9_.]+$"`
	Args map[string]string `json:"args,omitempty"`
}

// SlicingFacts is the part facts of what is sent with a sliced file.
type SlicingFacts struct {
	SHA256   string           `json:"sha256"` // of the file
	Slicer   string           `json:"slicer"` // program and version
	Warnings []SlicingWarning `json:"warnings,omitempty"`
}

// SlicingWarning is something worth knowing of a plate.
type SlicingWarning struct {
	Code string            `json:"code"`
	Args map[string]string `json:"args,omitempty"`
}

type claimIn struct {
	caller
	Body SlicingAsk
}

type claimOut struct {
	Status int
	Body   *SlicingTask
}

// PlateHeld names the plate that a machine speaks of, and proves that it holds it. It is exported for huma, which looks
// for parameters in exported fields only.
type PlateHeld struct {
	caller
	Plate string `path:"plate" maxLength:"64"`
	Token string `header:"Claim-Token" maxLength:"100" doc:"The token of the task"`
}

func (in *PlateHeld) plate() fab.PlateID { return fab.PlateID(in.Plate) }

type slicingProgressIn struct {
	PlateHeld
	Body SlicingProgress
}

type slicingFailureIn struct {
	PlateHeld
	Body SlicingFailure
}

// mountSlicing adds the operations of slicing machines.
func (s *Server) mountSlicing(api huma.API) {
	op := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{
			OperationID: id, Method: method, Path: path, Summary: summary, MaxBodyBytes: maxBody, Errors: []int{401, 404, 409, 422, 429},
			Security: []map[string][]string{{byToken: {}}}, Middlewares: huma.Middlewares{s.guessLimited(api)},
		}
	}
	const plate = apiPrefix + "/slicing/{plate}"
	huma.Register(api, op("claim-plate", post, apiPrefix+"/slicing/claim", "A slicing machine asks for work, and waits up to 20 s for it; 204 when there is none"), s.apiClaim)
	huma.Register(api, op("get-plate-model", get, plate+"/model", "The model of a claimed plate"), s.apiModel)
	huma.Register(api, op("tell-plate-progress", post, plate+"/progress", "How far a claimed plate is; keeps the claim"), s.apiSlicingProgress)
	huma.Register(api, op("fail-plate", post, plate+"/failed", "A claimed plate cannot be made, or not now"), s.apiSlicingFailed)
	huma.Register(api, op("release-plate", post, plate+"/release", "A claimed plate is given back untouched"), s.apiSlicingRelease)
	put := op("put-plate-gcode", http.MethodPut, gcodePath, "The file of a claimed plate; the lab checks it itself")
	put.Errors = append(put.Errors, http.StatusRequestEntityTooLarge)
	huma.Register(api, put, s.apiGCode)
	// Said afterwards: huma would read the body of an operation that it knows to have one.
	api.OpenAPI().Paths[gcodePath].Put.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: &huma.Schema{
		Type: huma.TypeObject, Description: "The parts in this order; facts is JSON with sha256, slicer and warnings.",
		Properties: map[string]*huma.Schema{
			"facts": {Type: huma.TypeString}, "picture": {Type: huma.TypeString, Format: "binary"}, "gcode": {Type: huma.TypeString, Format: "binary"},
		},
	}}}}
}

// guessLimited slows down who tries keys. Machines with a good one say a lot, and are not slowed down.
func (s *Server) guessLimited(api huma.API) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		if s.limits.wrongLinks.at(sender(humagin.Unwrap(ctx))).Tokens() >= 1 {
			next(ctx)
			return
		}
		ctx.SetHeader("Retry-After", "60")
		if err := huma.WriteErr(api, ctx, http.StatusTooManyRequests, "Too many wrong keys. Wait a minute, then try again."); err != nil {
			s.Log.Debug("write problem", "error", err)
		}
	}
}

// slicingMachine reads who calls.
func (s *Server) slicingMachine(ctx context.Context, k *caller) (fab.Slicer, error) {
	machine, err := s.Identity.Slicer(ctx, k.token())
	if fab.ClassOf(err) == fab.Unauthorised {
		s.limits.wrongLink(k.c)
	}
	return machine, err
}

func (s *Server) apiClaim(ctx context.Context, in *claimIn) (*claimOut, error) {
	machine, err := s.slicingMachine(ctx, &in.caller)
	if err != nil {
		return nil, s.apiError(&in.caller, err)
	}
	c, ok, err := s.Production.Claim(ctx, machine.Name, claimWait)
	if err != nil {
		return nil, s.apiError(&in.caller, err)
	}
	if !ok {
		return &claimOut{Status: http.StatusNoContent}, nil
	}
	return &claimOut{Status: http.StatusOK, Body: &SlicingTask{
		Version: slicingVersion, Plate: string(c.Plate.ID), Token: c.Plate.ClaimToken, LeaseMS: c.Lease.Milliseconds(), Part: c.Plate.Part,
		Copies: c.Plate.Copies, Pile: c.Plate.Pile, Printer: c.Plate.Model, Filament: c.Plate.Filament, NozzleUM: c.Plate.NozzleUM, Overlay: c.Overlay, Model: c.ModelHash,
	}}, nil
}

func (s *Server) apiModel(ctx context.Context, in *PlateHeld) (*huma.StreamResponse, error) {
	if _, err := s.slicingMachine(ctx, &in.caller); err != nil {
		return nil, s.apiError(&in.caller, err)
	}
	c, err := s.Production.HeldPlate(ctx, in.plate(), in.Token)
	if err != nil {
		return nil, s.apiError(&in.caller, err)
	}
	blob, err := s.Store.Blob(ctx, c.ModelHash)
	if err != nil {
		return nil, s.apiError(&in.caller, err)
	}
	return &huma.StreamResponse{Body: func(huma.Context) {
		_ = http.NewResponseController(in.c.Writer).SetWriteDeadline(s.Now().Add(blobFor)) // a writer without deadlines needs none
		_ = s.stream(in.c, blob)                                                           // it breaks the connection itself when it fails
	}}, nil
}

func (s *Server) apiSlicingProgress(ctx context.Context, in *slicingProgressIn) (*struct{}, error) {
	return s.onPlate(ctx, &in.PlateHeld, func() error {
		return s.Production.Progress(ctx, in.plate(), in.Token, in.Body.Permille)
	})
}

func (s *Server) apiSlicingFailed(ctx context.Context, in *slicingFailureIn) (*struct{}, error) {
	return s.onPlate(ctx, &in.PlateHeld, func() error {
		return s.Production.Fail(ctx, in.plate(), in.Token, in.Body.Way, reasonSent(in.Body.Code, in.Body.Args))
	})
}

func (s *Server) apiSlicingRelease(ctx context.Context, in *PlateHeld) (*struct{}, error) {
	return s.onPlate(ctx, in, func() error {
		return s.Production.Fail(ctx, in.plate(), in.Token, production.Released, fab.Reason{})
	})
}

// onPlate does something for a machine that has a key.
func (s *Server) onPlate(ctx context.Context, in *PlateHeld, act func() error) (*struct{}, error) {
	_, err := s.slicingMachine(ctx, &in.caller)
	if err == nil {
		err = act()
	}
	if err != nil {
		return nil, s.apiError(&in.caller, err)
	}
	return nil, nil
}

// maxArg is how long an argument of a reason may be that a machine sends, in bytes.
const maxArg = 1000

// reasonSent is a reason in a machine's words. It is shown to people, so what is long is cut.
func reasonSent(code string, args map[string]string) fab.Reason {
	r := fab.Reason{Code: code, Args: fab.Args{}}
	for name, value := range args {
		if len(r.Args) < 16 && len(name) < 40 {
			r.Args[name] = fab.Line(value[:min(len(value), maxArg)])
		}
	}
	return r
}

// apiGCode takes a sliced file in: aside first, then through the lab's own check. The claim is looked at before the
// file is read, so that nobody sends what is not wanted.
func (s *Server) apiGCode(ctx context.Context, in *PlateHeld) (*struct{}, error) {
	return s.onPlate(ctx, in, func() error {
		if _, err := s.Production.HeldPlate(ctx, in.plate(), in.Token); err != nil {
			return err
		}
		until := s.Now().Add(sentFor)
		line := http.NewResponseController(in.c.Writer)
		_, _ = line.SetReadDeadline(until), line.SetWriteDeadline(until) // a connection without deadlines needs none
		return s.takeGCode(ctx, in)
	})
}

func (s *Server) takeGCode(ctx context.Context, in *PlateHeld) (err error) {
	parts, err := in.c.Request.MultipartReader()
	if err != nil {
		return statusError{http.StatusUnsupportedMediaType}
	}
	aside, err := os.CreateTemp("", "sliced-*.gcode")
	if err != nil {
		return fmt.Errorf("set file aside: %w", err)
	}
	defer func() { err = errors.Join(err, aside.Close(), os.Remove(aside.Name())) }()
	d := production.Delivery{File: aside}
	whole := false
	for !whole {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return fab.Refuse(fab.Invalid, "sliced_file_missing", "gcode")
		}
		if err != nil {
			return badBody(err)
		}
		if whole, err = readSliced(part, &d, aside); err != nil {
			return err
		}
	}
	return s.Production.Deliver(ctx, in.plate(), in.Token, d)
}

// readSliced reads one part of what a machine sends. It reports true after the file, which comes last.
func readSliced(part *multipart.Part, d *production.Delivery, aside io.Writer) (last bool, err error) {
	const small = 2 << 20
	switch part.FormName() {
	case "facts":
		var facts SlicingFacts
		if err := json.NewDecoder(io.LimitReader(part, maxBody)).Decode(&facts); err != nil {
			return false, statusError{http.StatusBadRequest}
		}
		d.SHA256, d.Slicer = facts.SHA256, fab.Line(facts.Slicer[:min(len(facts.Slicer), maxArg)])
		for _, w := range facts.Warnings[:min(len(facts.Warnings), 50)] {
			d.Warnings = append(d.Warnings, reasonSent(w.Code, w.Args))
		}
	case "picture":
		if d.Picture, err = io.ReadAll(io.LimitReader(part, small)); err != nil {
			return false, badBody(err)
		}
	case "gcode":
		if _, err := io.Copy(aside, part); err != nil {
			return false, badBody(err)
		}
		return true, nil
	}
	return false, nil
}
