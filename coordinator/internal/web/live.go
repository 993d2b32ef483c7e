package web

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/ui"
)

// The topics of the streams. Those of one thing end in its id.
const (
	topicRequest = "request:" // the requester's page
	topicRuns    = "runs"     // a run was planned: every requester's page
	topicGifts   = "gifts"    // the donors' pages
	topicDesk    = "desk"     // the coordinator's pages but the wall
	topicWall    = "wall"     // the wall of printers
	topicPrinter = "printer:" // the tile of one printer, on its maker's page
	topicMakers  = "makers"   // the makers' pages
	topicStory   = "story"    // the first screen of the demo
	topicWay     = "demo"     // the way of one visor, on every page of the demo
	topicPlates  = "plates:"  // how far the slicing of a version's plates is; without an id, plates were planned
)

// onPlates asks for the stream of a version's page.
const onPlates = "plates"

// Changed tells open pages what was just committed. It is made for store.Watch and does not block.
func (s *Server) Changed(changes []fab.Change) {
	if changes = s.slicingMoved(changes); len(changes) == 0 {
		return
	}
	topics := map[string][]ui.Message{}
	page, desk := []ui.Message{ui.Fresh("main")}, []ui.Message{ui.Fresh("main"), ui.Fresh(ui.EntriesID)}
	for _, c := range changes {
		topics[topicDesk], topics[topicMakers] = desk, page
		switch {
		case c.Request != "":
			topics[topicRequest+string(c.Request)] = page
		case c.Code == "run_planned":
			topics[topicRuns] = page
		}
		if tellsDonors(c.Code) {
			topics[topicGifts] = page
		}
		if c.Worker != "" {
			topics[topicWall] = append(topics[topicWall], ui.Fresh(ui.TileID(string(c.Worker))), ui.Fresh(ui.EntriesID))
			topics[topicPrinter+string(c.Worker)] = page
		}
	}
	if s.Demo != nil {
		topics[topicStory], topics[topicWay] = page, wayFresh()
	}
	for topic, messages := range topics {
		s.Live.Publish(topic, messages)
	}
}

// slicingMoved tells the pages of versions which plates are planned, begun, and how far they are, and gives back all other
// changes.
func (s *Server) slicingMoved(changes []fab.Change) (others []fab.Change) {
	planned := false
	for _, c := range changes {
		switch c.Code {
		case store.PlatePlanned:
			planned = true
		case store.PlateMoved:
			s.plateMoved(c)
		default:
			others = append(others, c)
		}
	}
	if planned {
		s.Live.Publish(topicPlates, []ui.Message{ui.Fresh(ui.PlatesID), ui.Fresh(ui.PlatesNewsID)})
	}
	return others
}

// plateMoved takes the line of a plate afresh when its slicing begins, and then moves its bar.
func (s *Server) plateMoved(c fab.Change) {
	design, _ := c.Args["design"].(string)
	pm, _ := c.Args["progress_pm"].(int64)
	if pm == 0 {
		s.Live.Publish(topicPlates+design, []ui.Message{ui.Fresh(ui.PlateRowID(c.Subject))})
		return
	}
	for _, lang := range []string{"fr", "en"} {
		s.Live.Publish(topicPlates+design+":"+lang, ui.Sliced(lang, c.Subject, int(pm/10)))
	}
}

// tellsDonors reports whether a change can show on a donor's page.
func tellsDonors(code string) bool {
	return strings.HasPrefix(code, "gift_") || code == "kit_made" || code == "box_packed" || code == "delivered" || code == "stop_failed"
}

// wayFresh takes every station of the demo's bar afresh.
func wayFresh() []ui.Message {
	var all []ui.Message
	for _, station := range ui.VisorWay(ui.WayFacts{}) {
		all = append(all, ui.Fresh(station.Key))
	}
	return all
}

// PrinterSaid tells open pages what a printer just said of itself: the whole tile when it does something else than
// before, which figures alone cannot show. It does not block.
func (s *Server) PrinterSaid(id fab.WorkerID, said Telemetry) {
	if s.words.changed(id, said.State) {
		s.Live.Publish(topicWall, []ui.Message{ui.Fresh(ui.TileID(string(id))), ui.Fresh(ui.EntriesID)})
		s.Live.Publish(topicPrinter+string(id), []ui.Message{ui.Fresh(ui.TileID(string(id)))})
		s.Live.Publish(topicStory, []ui.Message{ui.Fresh(ui.MiniID(string(id)))})
		return
	}
	for _, lang := range []string{"fr", "en"} {
		messages := s.said(id, said, lang)
		s.Live.Publish(topicWall+":"+lang, messages)
		s.Live.Publish(topicPrinter+string(id)+":"+lang, messages)
	}
}

// words is what each printer said last that it is doing.
type words struct {
	mu   sync.Mutex
	last map[fab.WorkerID]string
}

// changed notes a word, and reports whether it is another one than before.
func (w *words) changed(id fab.WorkerID, word string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.last == nil {
		w.last = map[fab.WorkerID]string{}
	}
	before, known := w.last[id]
	w.last[id] = word
	return known && before != word
}

// said words what moves on a tile from second to second. What a printer does not know, such as pieces that wait to be
// counted, is left as the page has it.
func (s *Server) said(id fab.WorkerID, l Telemetry, lang string) []ui.Message {
	now := s.local(s.now())
	t := ui.Tile{
		ID: string(id), Percent: l.Percent, Hot: l.State != ui.StateOffline, Seen: s.local(l.At),
		NozzleMilli: l.NozzleMilli, NozzleTo: l.NozzleTo, BedMilli: l.BedMilli, BedTo: l.BedTo,
	}
	moving := l.State == ui.StatePrinting
	if moving {
		t.State, t.Left, t.Ends = ui.StatePrinting, l.Left, now.Add(l.Left)
	}
	var all []ui.Message
	for _, m := range ui.Telemetry(lang, now, t) {
		for _, part := range []string{".nozzle", ".bed", ".seen"} {
			if moving && t.Left > 0 || strings.HasSuffix(m.ID, part) {
				all = append(all, m)
				break
			}
		}
	}
	return all
}

// streamFor is how long a stream lasts before the browser has to show again that it may listen: a session that was ended,
// or a link that has lapsed, hears no more.
const streamFor = 15 * time.Minute

// serveLive streams topics, and in the demo what its bar shows.
func (s *Server) serveLive(c *gin.Context, topics ...string) error {
	if s.Demo != nil {
		topics = append(topics, topicWay)
	}
	ctx, cancel := context.WithTimeout(c.Request.Context(), streamFor)
	defer cancel()
	s.Live.Serve(c.Writer, c.Request.WithContext(ctx), topics...)
	return nil
}

// liveForAll serves pages without anything live of their own; in the demo they have its bar.
func (s *Server) liveForAll(c *gin.Context) error {
	if s.Demo == nil {
		return fab.Refuse(fab.NotFound, "not_found", "", "what", "page")
	}
	if c.Query("on") == topicStory {
		return s.serveLive(c, topicStory, topicWall+":"+lang(c))
	}
	return s.serveLive(c)
}

func (s *Server) liveTrack(c *gin.Context) error {
	t, err := s.Intake.Track(c.Request.Context(), c.Param("token"))
	if err != nil {
		return err
	}
	return s.serveLive(c, topicRequest+string(t.Request.ID), topicRuns)
}

func (s *Server) liveGift(c *gin.Context) error {
	if _, err := s.Supply.Gift(c.Request.Context(), c.Param("token")); err != nil {
		return err
	}
	return s.serveLive(c, topicGifts)
}

// liveDesk serves the coordinator's pages: the wall with ?on=wall, a version with ?on=plates&of=…, else any other.
func (s *Server) liveDesk(c *gin.Context) error {
	if c.Query("on") == topicWall {
		return s.serveLive(c, topicWall, topicWall+":"+lang(c))
	}
	if c.Query("on") == onPlates {
		plates := topicPlates + c.Query("of")
		return s.serveLive(c, topicDesk, topicPlates, plates, plates+":"+lang(c))
	}
	return s.serveLive(c, topicDesk)
}

// liveMaker serves a maker's page with what his or her own printers say.
func (s *Server) liveMaker(c *gin.Context) error {
	topics := []string{topicMakers}
	err := s.Store.View(c.Request.Context(), func(tx *store.Tx) error {
		workers, err := tx.WorkersOf(me(c).MakerID)
		for _, w := range workers {
			topics = append(topics, topicPrinter+string(w.ID), topicPrinter+string(w.ID)+":"+lang(c))
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.serveLive(c, topics...)
}
