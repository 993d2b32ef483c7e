package ui

import (
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Story is the first screen of the demo: the way of one visor lit station by
// station, what each actor just did, and the key figures. The bar of roles and the
// buttons to take over come with Frame.Demo.
//
//	GET  /demo
//	POST /demo/role   FieldRole: see through these eyes
//	POST /demo/mine   the visitor plays
//	POST /demo/auto   the actors play on
type Story struct {
	Frame
	Way       []Station
	Headline  fab.Reason // what happens now, in one sentence
	Lines     []ActorLine
	Requested int64
	Good, Bad int64
	Delivered int64
	Tiles     []Tile // the printers, small
	Clock     time.Time
	Finished  bool
}

func (Story) view() string { return "story" }

// ActorLine is one thing that one actor did.
type ActorLine struct {
	ID   string
	At   time.Time
	Role string // DemoRequester, …; "lab" for the programs themselves
	Text fab.Reason
}

// WayFacts are what the way of one visor is drawn from.
type WayFacts struct {
	Asked, Approved, Material, Shared, Printed, Checked, Packed, OnWay, Delivered bool
	Made, Of                                                                      int64
}

// VisorWay draws the stations of the demo.
func VisorWay(f WayFacts) []Station {
	all := []Station{
		{Key: "way-asked", Title: fab.Because("story.st_asked")},
		{Key: "way-approved", Title: fab.Because("story.st_approved")},
		{Key: "way-material", Title: fab.Because("story.st_material")},
		{Key: "way-shared", Title: fab.Because("story.st_shared")},
		{Key: "way-printed", Title: fab.Because("story.st_printed")},
		{Key: "way-checked", Title: fab.Because("story.st_checked")},
		{Key: "way-packed", Title: fab.Because("story.st_packed")},
		{Key: "way-road", Title: fab.Because("story.st_road")},
		{Key: "way-delivered", Title: fab.Because("story.st_delivered")},
	}
	if f.Of > 0 {
		all[4].Detail = fab.Because("batch.of", "n", min(f.Made, f.Of), "of", f.Of)
	}
	return light(all, []bool{f.Asked, f.Approved, f.Material, f.Shared, f.Printed, f.Checked, f.Packed, f.OnWay, f.Delivered})
}
