package ui

import "github.com/mailleur/mailleur/coordinator/fab"

// Handouts is what the hub prepares for people who put things together elsewhere, and what comes back of it.
//
//	GET  /desk/handouts
//	POST /desk/handouts/{attempt}/out
//	POST /desk/handouts/{attempt}/back   FieldBackOf + item: how much came back; the rest is written off
type Handouts struct {
	Frame
	Out  []Handout // accepted, to be handed out
	Back []Handout // over, with something left at the maker's
	Open string    // the id of the row whose form was refused
	Form Form
}

func (Handouts) view() string { return "handouts" }

// Handout is one bag for one person.
type Handout struct {
	ID     string // of the attempt
	Maker  string
	Town   string
	Mobile string
	Part   Goods
	Step   string // as Offer.Step
	Takes  []HandoutTake
	Short  fab.Reason // why it cannot be filled yet; the zero Reason when it can
}

// HandoutTake is one thing in the bag.
type HandoutTake struct {
	Field string // after FieldBackOf
	Stuff Stuff
	From  string // codes of the bags that it is taken from; ""
}

// BatchWork is a step of a batch that is done at the hub or by people.
type BatchWork struct {
	Code   string
	Name   string
	People bool
}
