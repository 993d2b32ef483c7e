package web

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

const apiPrefix = "/api/v1"

// Names of the ways to prove who calls.
const (
	byToken   = "token"   // Authorization: Bearer, an agent's or a tracking link's
	bySession = "session" // the cookie of somebody who is signed in
)

// mountAPI adds the operations, each described by its Go types. The document is at /openapi.json.
func (s *Server) mountAPI() huma.API {
	config := huma.DefaultConfig("Mailleur", s.versionOr("dev"))
	config.Info.Description = "The coordinator's interface for printer agents and for reading. Quantities are pieces or milligrams, times UTC."
	config.DocsPath, config.SchemasPath, config.CreateHooks = "", "", nil // nothing that loads from elsewhere, no links to schemas
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		byToken:   {Type: "http", Scheme: "bearer"},
		bySession: {Type: "apiKey", In: "cookie", Name: s.cookieName(cookieSession)},
	}
	api := humagin.New(s.engine, config)
	huma.Register(api, huma.Operation{
		OperationID: "enrol", Method: post, Path: apiPrefix + "/enrol", Summary: "An agent joins the lab with a code that serves once",
		MaxBodyBytes: maxBody, Errors: []int{404, 409, 413, 422, 429}, Middlewares: huma.Middlewares{s.apiLimited(api)},
	}, s.apiEnrol)
	huma.Register(api, huma.Operation{
		OperationID: "get-blob", Method: get, Path: apiPrefix + "/blobs/{sha256}", Summary: "A file by its hash, for an agent that prints it",
		Errors: []int{401, 404}, Security: []map[string][]string{{byToken: {}}},
	}, s.apiBlob)
	huma.Register(api, huma.Operation{
		OperationID: "get-request", Method: get, Path: apiPrefix + "/requests/{ref}", Summary: "How far a request is",
		Errors: []int{401, 403, 404, 422}, Security: []map[string][]string{{byToken: {}}, {bySession: {}}},
	}, s.apiRequest)
	huma.Register(api, huma.Operation{
		OperationID: "list-batches", Method: get, Path: apiPrefix + "/batches", Summary: "What is being made, and when it will be done",
		Errors: []int{401, 403}, Security: []map[string][]string{{bySession: {}}},
	}, s.apiBatches)
	huma.Register(api, huma.Operation{
		OperationID: "get-figures", Method: get, Path: apiPrefix + "/figures", Summary: "What the printers of the lab did",
		Errors: []int{401, 403}, Security: []map[string][]string{{bySession: {}}},
	}, s.apiFigures)
	huma.Register(api, huma.Operation{
		OperationID: "audit", Method: get, Path: apiPrefix + "/audit", Summary: "Whether the books add up",
		Errors: []int{401, 403}, Security: []map[string][]string{{bySession: {}}},
	}, s.apiAudit)
	s.mountSlicing(api)
	s.mountRelay(api)
	return api
}

// Description is the OpenAPI 3.1 document of the API as indented JSON. It needs no running lab.
func Description(version string) ([]byte, error) {
	s, err := New(Config{Version: version, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	return json.MarshalIndent(s.api.OpenAPI(), "", "  ")
}

func (s *Server) versionOr(instead string) string {
	if s.Version == "" {
		return instead
	}
	return s.Version
}

// apiLimited slows down who guesses codes.
func (s *Server) apiLimited(api huma.API) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		c := humagin.Unwrap(ctx)
		if s.limits.posts.at(sender(c)).Allow() && s.limits.wrongLinks.at(sender(c)).Tokens() >= 1 {
			next(ctx)
			return
		}
		ctx.SetHeader("Retry-After", "60")
		if err := huma.WriteErr(api, ctx, http.StatusTooManyRequests, "Too many tries. Wait a minute, then try again."); err != nil {
			s.Log.Debug("write problem", "error", err)
		}
	}
}

// caller is what an operation needs to know of its request. Huma fills it in before the operation runs.
type caller struct {
	c *gin.Context
}

// Resolve implements huma.Resolver.
func (k *caller) Resolve(ctx huma.Context) []error {
	k.c = humagin.Unwrap(ctx)
	return nil
}

// token is the bearer token of the call; "" when there is none.
func (k *caller) token() string {
	scheme, token, _ := strings.Cut(k.c.GetHeader("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// needs refuses whoever is not signed in with a role.
func (k *caller) needs(role string) error {
	a, ok := account(k.c)
	switch {
	case !ok:
		return fab.Refuse(fab.Unauthorised, "signed_out", "")
	case !a.Has(role):
		return fab.Refuse(fab.Forbidden, "not_yours", "")
	}
	return nil
}

// apiError turns an error of a room into an RFC 9457 problem: each refusal names its field, its code and what to do.
func (s *Server) apiError(k *caller, err error) error {
	status := statusOf(err)
	p := &huma.ErrorModel{Status: status, Title: http.StatusText(status)}
	errs, ok := fab.RefusalsOf(err)
	if !ok {
		p.Detail = "Something went wrong on our side. Tell the lab this reference: " + s.fault(k.c, err)
		return p
	}
	for _, e := range errs {
		p.Errors = append(p.Errors, &huma.ErrorDetail{Location: location(e.Field), Message: ui.Refusal(lang(k.c), e), Value: e.Code})
	}
	p.Detail = p.Errors[0].Message
	switch status {
	case http.StatusUnauthorized:
		return errors.Join(huma.ErrorWithHeaders(p, http.Header{"WWW-Authenticate": {"Bearer"}}))
	case http.StatusNotFound:
		s.limits.wrongLink(k.c)
	}
	return p
}

func location(field string) string {
	if field == "" {
		return ""
	}
	return "body." + field
}
