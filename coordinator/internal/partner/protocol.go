package partner

import (
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// The messages between two labs. They are JSON over HTTPS below APIPath, with the secret of the relay's link as bearer.
// Unknown fields are ignored on both sides.

// APIPath is where the operations of a relay lie, below the address of the lab that offers it.
const APIPath = "/api/v1/relay"

// Paper is a relay as the other lab reads it. Quantities are products or pieces.
type Paper struct {
	Lab      string            `json:"lab" doc:"Name of the lab that asks and that answers to the requester"`
	Code     string            `json:"code" doc:"Of the relay, to be said on the telephone: R-001"`
	Status   string            `json:"status" enum:"offered,accepted,done,declined,returned,taken"`
	Product  string            `json:"product"`
	Version  string            `json:"version"`
	Hash     string            `json:"hash" doc:"Of the version's files"`
	Claim    string            `json:"claim" doc:"Code of the only claim that may be made; empty for none"`
	Names    map[string]string `json:"names" doc:"By language"`
	Notices  map[string]string `json:"notices" doc:"Markdown, by language"`
	Parts    []PaperPart       `json:"parts"`
	Quantity int64             `json:"quantity" doc:"Products offered"`
	Left     int64             `json:"left" doc:"Products that can be accepted now"`
	Accepted int64             `json:"accepted" doc:"Products; 0 before"`
	Due      string            `json:"due" format:"date"`
	Note     string            `json:"note"`
	Kind     string            `json:"kind" doc:"Of the place that it is for; empty when the lab does not say"`
	Town     string            `json:"town" doc:"Of that place; empty when the lab does not say"`
	Stop     bool              `json:"stop" doc:"The version proved dangerous: make no more, send no more"`
	Lots     []PaperLot        `json:"lots"`
}

// PaperPart is one part that is asked for.
type PaperPart struct {
	Code    string            `json:"code"`
	Names   map[string]string `json:"names"`
	How     string            `json:"how" enum:"print,hand"`
	Step    string            `json:"step" doc:"By hand: the skill it takes"`
	StepMS  int64             `json:"step_ms" doc:"By hand: time for one piece"`
	PerUnit int64             `json:"per_unit" doc:"Pieces in one product"`
	Plate   int64             `json:"per_plate" doc:"Preferred copies on one plate; 0 lets the bed decide"`
	File    string            `json:"file" doc:"SHA-256 of its model or pattern; empty without"`
	Pieces  int64             `json:"pieces" doc:"Accepted"`
	Sent    int64             `json:"sent"`
}

// PaperLot is one bag as the lab that asks has it.
type PaperLot struct {
	Key     string `json:"key" doc:"With which it was told of"`
	Code    string `json:"code" doc:"To be written on the bag"`
	Part    string `json:"part"`
	Said    int64  `json:"said" doc:"Pieces, as sent"`
	Done    bool   `json:"done" doc:"It was counted at the hub"`
	Counted int64  `json:"counted" doc:"Good pieces, as counted there"`
}

// Accepting takes a number of products on.
type Accepting struct {
	Quantity int64  `json:"quantity"`
	Contact  string `json:"contact" maxLength:"800" doc:"Whom to call, and how"`
}

// Saying is a word with an answer.
type Saying struct {
	Word string `json:"word,omitempty" maxLength:"2000"`
}

// Bag tells of a bag that is on its way.
type Bag struct {
	Key      string `json:"key" maxLength:"80" doc:"Of the sender's choice; the same again counts once"`
	Part     string `json:"part" maxLength:"200"`
	Good     int64  `json:"good" doc:"Pieces in the bag"`
	Code     string `json:"code,omitempty" maxLength:"160" doc:"The sender's own code"`
	Material string `json:"material,omitempty" maxLength:"480" doc:"And spool, in the sender's words"`
}

// PaperOf is what the other lab reads of a relay.
func PaperOf(v View, lab string) Paper {
	p := Paper{Lab: lab, Code: v.Relay.Code, Status: string(v.Relay.Status), Product: v.Design.Product, Version: v.Design.Version, Hash: v.Design.Hash,
		Claim: v.Design.Claim, Names: v.Design.Names, Notices: v.Design.Notices, Parts: []PaperPart{}, Quantity: v.Relay.Quantity, Left: v.Left,
		Accepted: v.Relay.Accepted, Due: v.Relay.DueAt.UTC().Format(time.DateOnly), Note: v.Relay.Note, Kind: v.Relay.Kind, Town: v.Relay.Town,
		Stop: v.Stop(), Lots: []PaperLot{}}
	for _, part := range v.Parts {
		made, _ := v.Design.BOM.Part(part.Part)
		p.Parts = append(p.Parts, PaperPart{Code: part.Part, Names: made.Names, How: made.How, Step: made.Step, StepMS: made.StepMS, PerUnit: part.PerUnit,
			Plate: made.PerPlate, File: made.ModelHash, Pieces: part.Pieces, Sent: part.Sent})
	}
	for _, l := range v.Lots {
		p.Lots = append(p.Lots, PaperLot{Key: l.Theirs.Key, Code: l.Lot.Code, Part: l.Part, Said: l.Declared, Done: !l.SettledAt.IsZero() || l.Status == fab.LotBlocked, Counted: l.Good})
	}
	return p
}
