package web

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/partner"
)

type relayIn struct{ caller }

type relayOut struct{ Body partner.Paper }

type relayAcceptIn struct {
	caller
	Body partner.Accepting
}

type relayWordIn struct {
	caller
	Body partner.Saying
}

type relayBagIn struct {
	caller
	Body partner.Bag
}

type relayBagOut struct{ Body partner.PaperLot }

type relayFileIn struct {
	caller
	Hash string `path:"sha256" minLength:"64" maxLength:"64" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 of the file, in hex"`
}

// mountRelay adds the operations by which another lab answers with the secret of its link.
func (s *Server) mountRelay(api huma.API) {
	op := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{
			OperationID: id, Method: method, Path: partner.APIPath + path, Summary: summary, MaxBodyBytes: maxBody, Errors: []int{404, 409, 422, 429},
			Security: []map[string][]string{{byToken: {}}}, Middlewares: huma.Middlewares{s.guessLimited(api)},
		}
	}
	huma.Register(api, op("get-relay", get, "", "What another lab is asked to make, and what became of it"), s.apiRelay)
	huma.Register(api, op("accept-relay", post, "/accept", "The other lab takes a number of products on; said twice it has one effect"), s.apiRelayAccept)
	huma.Register(api, op("decline-relay", post, "/decline", "The other lab cannot"), s.apiRelaySay(s.sayRelay((*partner.Partner).Decline)))
	huma.Register(api, op("give-up-relay", post, "/give-up", "The other lab gives back what it has not sent"), s.apiRelaySay(s.sayRelay((*partner.Partner).GiveUp)))
	huma.Register(api, op("send-relay-lot", post, "/lots", "A bag is on its way; answers with the code to write on it"), s.apiRelayLot)
	huma.Register(api, op("get-relay-file", get, "/files/{sha256}", "The model or the pattern of a part that is asked for"), s.apiRelayFile)
}

func (s *Server) relayPaper(ctx context.Context, k *caller) (*relayOut, error) {
	v, err := s.Partner.Follow(ctx, k.token())
	if err != nil {
		return nil, s.apiError(k, err)
	}
	return &relayOut{partner.PaperOf(v, s.Lab.Name)}, nil
}

func (s *Server) apiRelay(ctx context.Context, in *relayIn) (*relayOut, error) {
	return s.relayPaper(ctx, &in.caller)
}

func (s *Server) apiRelayAccept(ctx context.Context, in *relayAcceptIn) (*relayOut, error) {
	if err := s.Partner.Accept(ctx, in.token(), in.Body.Quantity, in.Body.Contact); err != nil {
		return nil, s.apiError(&in.caller, err)
	}
	return s.relayPaper(ctx, &in.caller)
}

// sayRelay calls a method of the room when it is there: the description of the API needs no lab.
func (s *Server) sayRelay(say func(*partner.Partner, context.Context, string, string) error) func(context.Context, string, string) error {
	return func(ctx context.Context, token, word string) error { return say(s.Partner, ctx, token, word) }
}

func (s *Server) apiRelaySay(say func(ctx context.Context, token, word string) error) func(context.Context, *relayWordIn) (*relayOut, error) {
	return func(ctx context.Context, in *relayWordIn) (*relayOut, error) {
		if err := say(ctx, in.token(), in.Body.Word); err != nil {
			return nil, s.apiError(&in.caller, err)
		}
		return s.relayPaper(ctx, &in.caller)
	}
}

func (s *Server) apiRelayLot(ctx context.Context, in *relayBagIn) (*relayBagOut, error) {
	b := in.Body
	sent, err := s.Partner.Send(ctx, in.token(), partner.Sending(b))
	if err != nil {
		return nil, s.apiError(&in.caller, err)
	}
	return &relayBagOut{partner.PaperLot{Key: b.Key, Code: sent.Lot.Code, Part: sent.Part, Said: sent.Declared, Done: !sent.SettledAt.IsZero(), Counted: sent.Good}}, nil
}

func (s *Server) apiRelayFile(ctx context.Context, in *relayFileIn) (*huma.StreamResponse, error) {
	v, err := s.Partner.Follow(ctx, in.token())
	if err != nil {
		return nil, s.apiError(&in.caller, err)
	}
	asked := false
	for _, part := range v.Parts {
		made, _ := v.Design.BOM.Part(part.Part)
		asked = asked || made.ModelHash == in.Hash
	}
	if !asked || v.Stop() {
		return nil, s.apiError(&in.caller, fab.Refuse(fab.NotFound, "not_found", "", "what", "file"))
	}
	blob, err := s.Store.Blob(ctx, in.Hash)
	if err != nil {
		return nil, s.apiError(&in.caller, err)
	}
	return &huma.StreamResponse{Body: func(huma.Context) {
		_ = http.NewResponseController(in.c.Writer).SetWriteDeadline(s.Now().Add(blobFor)) // a writer without deadlines needs none
		_ = s.stream(in.c, blob)                                                           // it breaks the connection itself when it fails
	}}, nil
}
