package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// route is one line of the table. Routes with a :token are open to whoever holds it.
type route struct {
	method, path string
	role         string // needed; "" for everybody
	answer       func(*gin.Context) error
}

// routes is every page and action of the lab. The API's operations are listed in api.go.
func (s *Server) routes() []route {
	all := append(s.publicRoutes(), s.linkRoutes()...)
	all = append(all, s.stopRoutes("/run/:token", "", s.driverSide())...)
	all = append(all, s.deskRoutes()...)
	all = append(all, s.makerRoutes()...)
	all = append(all, s.trialRoutes()...)
	all = append(all, s.paperRoutes()...)
	all = append(all, s.placeRoutes()...)
	all = append(all, s.giftDeskRoutes()...)
	all = append(all, s.recallRoutes()...)
	all = append(all, s.deviceRoutes()...)
	all = append(all, s.appealRoutes()...)
	all = append(all, s.relayRoutes()...)
	all = append(all, s.importRoutes()...)
	all = append(all, s.reportRoutes()...)
	all = append(all, s.formRoutes()...)
	all = append(all, s.bagRoutes()...)
	if s.Demo != nil {
		all = append(all, s.demoRoutes()...)
	}
	return all
}

// publicRoutes are for everybody.
func (s *Server) publicRoutes() []route {
	return []route{
		{get, "/", "", s.home},
		{get, "/ask", "", s.askEmpty},
		{post, "/ask", "", s.ask},
		{get, "/ask/sent/:ref", "", s.sent},
		{get, "/give", "", s.giveEmpty},
		{post, "/give", "", s.give},
		{get, "/join", "", s.joinEmpty},
		{post, "/join", "", s.join},
		{get, "/join/sent", "", s.joinSent},
		{get, "/signin", "", s.signInEmpty},
		{post, "/signin", "", s.signIn},
		{post, "/signout", "", s.signOut},
		{get, "/lang/:lang", "", s.chooseLang},
		{get, "/q/:code", "", s.scan},
		{get, "/picture/:name", "", s.picture},
		{get, ui.StaticPrefix + ":name", "", s.static},
		{get, "/live", "", s.liveForAll},
		{get, "/healthz", "", s.health},
		{get, "/robots.txt", "", s.robots},
	}
}

// linkRoutes are for whoever holds a capability link.
func (s *Server) linkRoutes() []route {
	return []route{
		{get, "/setup/:token", "", s.setupEmpty},
		{post, "/setup/:token", "", s.setup},
		{get, "/join/:token", "", s.joinEmpty},
		{post, "/join/:token", "", s.join},
		{get, "/enter/:token", "", s.enterEmpty},
		{post, "/enter/:token", "", s.enter},
		{get, "/track/:token", "", s.track},
		{get, "/track/:token/live", "", s.liveTrack},
		{get, "/track/:token/cancel", "", s.cancelEmpty},
		{post, "/track/:token/cancel", "", s.cancel},
		{post, "/track/:token/still", "", s.trackStill},
		{post, "/track/:token/confirm", "", s.confirm},
		{get, "/gift/:token", "", s.gift},
		{get, "/gift/:token/live", "", s.liveGift},
		{get, "/run/:token", "", s.run},
		{get, "/run/:token/worker.js", "", s.runWorker},
	}
}

// deskRoutes are the coordinator's.
func (s *Server) deskRoutes() []route {
	const who = fab.RoleCoordinator
	all := []route{
		{get, "/desk", who, s.desk},
		{get, "/desk/live", who, s.liveDesk},

		{get, "/desk/requests", who, s.deskRequests},
		{get, "/desk/requests/new", who, s.phoneEmpty},
		{post, "/desk/requests/new", who, s.phone},
		{get, "/desk/requests/:id", who, s.deskRequest},
		{post, "/desk/requests/:id/approve", who, s.requestApprove},
		{post, "/desk/requests/:id/refuse", who, s.requestRefuse},
		{post, "/desk/requests/:id/supply", who, s.requestSupply},
		{post, "/desk/requests/:id/link", who, s.requestLink},
		{post, "/desk/requests/:id/still", who, s.requestStill},

		{get, "/desk/production", who, s.deskProduction},
		{get, "/desk/production/:id", who, s.deskBatch},
		{post, "/desk/production/:id/change", who, s.changeBatch},
		{get, "/desk/batches/new", who, s.newBatchEmpty},
		{post, "/desk/batches", who, s.newBatch},
		{get, "/desk/lots/:id/photo", who, s.lotPhoto},
		{post, "/desk/production/:id/works", who, s.batchWorks},
		{get, handoutsPath, who, s.deskHandouts},
		{post, handoutsPath + "/:id/out", who, s.handOutNow},
		{post, handoutsPath + "/:id/back", who, s.handoutBack},
		{post, "/desk/production/:id/pause", who, s.batchAct(s.Production.Pause, "done.batch_paused")},
		{post, "/desk/production/:id/resume", who, s.batchAct(s.Production.Resume, "done.batch_resumed")},
		{post, "/desk/production/:id/cancel", who, s.batchAct(s.Production.Cancel, "done.batch_cancelled")},
		{get, "/desk/printers", who, s.deskWall},
		{get, "/desk/printers/:id", who, s.aboutPrinter(deskPrinters)},
		{get, "/desk/printers/:id/settings", who, s.settingsEmpty(deskPrinters)},
		{post, "/desk/printers/:id/settings", who, s.settingsSave(deskPrinters)},
		{post, "/desk/printers/:id/settings/reset", who, s.settingsReset(deskPrinters)},
		{post, "/desk/printers/:id/move", who, s.printerMove},
		{post, "/desk/printers/:id/agent", who, s.printerAgent},
		{post, "/desk/offers/:id/accept", who, s.cardForm((*Server).cardAccept, "done.offer_taken_for")},
		{post, "/desk/offers/:id/decline", who, s.cardForm((*Server).cardDecline, "done.offer_left_for")},
		{post, "/desk/work/:id/handin", who, s.cardForm((*Server).cardHandIn, "done.printer_clear")},
		{post, "/desk/work/:id/back", who, s.cardForm((*Server).cardBack, "done.work_back")},
		{get, "/desk/work/:id/file", who, s.cardFile},

		{get, "/desk/materials", who, s.deskMaterials},
		{post, "/desk/materials", who, s.materialAdd},
		{post, "/desk/spools/:id/recall", who, s.spoolRecall},
		{post, "/desk/spools/:id/weigh", who, s.spoolWeigh},
		{get, "/desk/stock/:item", who, s.stockItem},
		{post, "/desk/stock/:item/move", who, s.stockAct("move")},
		{post, "/desk/stock/:item/scrap", who, s.stockAct("scrap")},
		{post, "/desk/stock/:item/undo", who, s.stockAct("undo")},
		{post, "/desk/stock/:item/keep", who, s.stockKeep},
		{post, "/desk/stock/:item/release", who, s.stockRelease},
		{post, "/desk/stock/:item/speak", who, s.stockSpeak},
		{get, "/desk/count/:place", who, s.countEmpty},
		{post, "/desk/count/:place", who, s.count},

		{get, "/desk/deliveries", who, s.deskDeliveries},
		{post, "/desk/kits", who, s.kitsMake},
		{post, "/desk/boxes", who, s.boxesPack},
		{get, "/desk/table", who, s.deskTable},
		{post, "/desk/table", who, s.table},
	}
	for _, act := range [...]string{"pause", "resume", "cancel", "stop", "clear", "spool", "release", "trial"} {
		all = append(all, route{post, "/desk/printers/:id/" + act, who, s.deskPrinter(act)})
	}
	return slices.Concat(all, s.productRoutes(), s.peopleRoutes(), s.runRoutes(), s.counterRoutes(), s.boxRoutes(), s.checkRoutes(), s.termsRoutes(who, deskPrinters))
}

// trialRoutes are about trials of prototypes, what follows from them, and the end of a version.
func (s *Server) trialRoutes() []route {
	const who, maker, version = fab.RoleCoordinator, fab.RoleMaker, "/desk/products/:id"
	return []route{
		{get, "/trial/:token", "", s.answerEmpty},
		{post, "/trial/:token", "", s.answer},
		{get, "/maker/trials/:id", maker, s.madeEmpty},
		{post, "/maker/trials/:id", maker, s.made},

		{post, version + "/trials", who, s.trialNew},
		{get, "/desk/trials/:id", who, s.deskTrial},
		{get, "/desk/trials/:id/labels", who, s.trialLabels},
		{post, "/desk/trials/:id/testers", who, s.testerAdd},
		{post, "/desk/trials/:id/start", who, s.trialStart},
		{post, "/desk/trials/:id/close", who, s.trialClose},
		{post, "/desk/testers/:id/drop", who, s.testerDrop},
		{post, "/desk/testers/:id/link", who, s.testerLink},

		{get, version + "/trialled", who, s.decideEmpty},
		{post, version + "/trialled", who, s.decide},
		{get, version + "/words", who, s.wordsEmpty},
		{post, version + "/words", who, s.wordsSave},
		{get, version + "/withdraw", who, s.withdrawEmpty},
		{post, version + "/withdraw", who, s.withdraw},
	}
}

// relayRoutes are about what labs make for each other.
func (s *Server) relayRoutes() []route {
	const who, link = fab.RoleCoordinator, "/relay/:token"
	return []route{
		{get, link, "", s.relay},
		{post, link + "/accept", "", s.relayAccept},
		{post, link + "/decline", "", s.relaySay(s.Partner.Decline, "done.relay_declined")},
		{post, link + "/give-up", "", s.relaySay(s.Partner.GiveUp, "done.relay_given_up")},
		{post, link + "/send", "", s.relaySend},
		{get, link + "/parts/:part", "", s.relayFile},
		{post, link + "/sheet", "", s.relayChoose},
		{get, link + "/sheet", "", s.relaySheet},
		{get, link + "/sheet.ini", "", s.relayIni},
		{get, link + "/labels", "", s.relayLabels},

		{get, "/desk/partners", who, s.deskPartners},
		{post, "/desk/favours", who, s.favourLook},
		{get, "/desk/favours/:id", who, s.deskFavour},
		{post, "/desk/favours/:id/send", who, s.favourSend},
		{post, "/desk/favours/:id/give-up", who, s.favourGiveUp},
		{get, "/desk/production/:id/relay", who, s.newRelayEmpty},
		{post, "/desk/production/:id/relay", who, s.newRelay},
		{get, "/desk/relays/:id", who, s.deskRelay},
		{post, "/desk/relays/:id/link", who, s.relayNewLink},
		{post, "/desk/relays/:id/revoke", who, s.relayRevoke},
		{post, "/desk/relays/:id/back", who, s.relayBack},
		{post, "/desk/relays/:id/later", who, s.relayLater},
	}
}

// productRoutes are the coordinator's way to what is made, and to who slices it.
func (s *Server) productRoutes() []route {
	const who = fab.RoleCoordinator
	return []route{
		{get, "/desk/products", who, s.deskProducts},
		{get, "/desk/products/:id", who, s.deskVersion},
		{get, "/desk/products/:id/new", who, s.newVersionEmpty},
		{post, "/desk/products/:id/versions", who, s.newVersion},
		{get, "/desk/products/:id/parts/:part", who, s.partFile},
		{post, "/desk/plates/:id/cancel", who, s.plateAct(s.Production.CancelPlate, "done.plate_cancelled")},
		{post, "/desk/plates/:id/retry", who, s.plateAct(s.Production.RetryPlate, "done.plate_retried")},
		{get, "/desk/picture/:name", who, s.deskPicture},
		{post, "/desk/slicers", who, s.slicerAdd},
		{post, "/desk/slicers/:id/revoke", who, s.slicerRevoke},
	}
}

// peopleRoutes are the coordinator's way to who makes things.
func (s *Server) peopleRoutes() []route {
	const who = fab.RoleCoordinator
	return []route{
		{get, "/desk/calls", who, s.deskCalls},
		{post, "/desk/calls/:id/done", who, s.callDone},
		{post, "/desk/calls/:id/back", who, s.callBack},
		{post, "/desk/calls/:id/later", who, s.callLater},
		{post, "/desk/calls/:id/reminded", who, s.callReminded},
		{get, "/desk/people", who, s.deskPeople},
		{post, "/desk/people/makers", who, s.makerAdd},
		{post, "/desk/people/invite", who, s.invite},
		{get, "/desk/people/:id", who, s.deskPerson},
		{post, "/desk/people/:id", who, s.personContact},
		{post, "/desk/people/:id/hands", who, s.personHands},
		{post, "/desk/people/:id/approve", who, s.personApprove},
		{post, "/desk/people/:id/refuse", who, s.personRefuse},
		{post, "/desk/people/:id/link", who, s.personLink},
		{post, "/desk/people/:id/erase", who, s.personErase},
		{post, "/desk/people/:id/enrol-code", who, s.enrolCode},
		{get, "/desk/people/:id/printers/new", who, s.printerNew(deskPrinters)},
		{post, "/desk/people/:id/printers", who, s.printerAdd(deskPrinters)},
		{post, "/desk/agents/:id/revoke", who, s.agentRevoke},
		{post, "/desk/agents/:id/same", who, s.agentSame},
	}
}

// makerRoutes are for who makes things at home.
func (s *Server) makerRoutes() []route {
	const who = fab.RoleMaker
	all := []route{
		{get, "/maker", who, s.maker},
		{get, "/maker/live", who, s.liveMaker},
		{get, "/maker/me", who, s.meEmpty},
		{post, "/maker/me", who, s.meContact},
		{post, "/maker/me/hands", who, s.meHands},
		{post, "/maker/me/password", who, s.mePassword},
		{post, "/maker/me/enrol-code", who, s.meCode},
		{post, "/maker/me/leave", who, s.meLeave},
		{post, "/maker/offers/:id/accept", who, s.accept},
		{post, "/maker/offers/:id/decline", who, s.offer(s.Production.Decline, "done.offer_declined")},
		{post, "/maker/filaments/:id/yes", who, s.loadAnswer(s.willLoad(true), "done.load_yes")},
		{post, "/maker/filaments/:id/no", who, s.loadAnswer(s.willLoad(false), "done.load_no")},
		{post, "/maker/filaments/:id/loaded", who, s.loadAnswer(s.Production.Reloaded, "done.load_done")},
		{post, "/maker/work/:id/handin", who, s.handIn},
		{post, "/maker/work/:id/back", who, s.handBack},
		{get, "/maker/work/:id/file", who, s.workFile},
	}
	all = append(all, s.ownRoutes()...)
	all = append(all, s.termsRoutes(who, makerPrinters)...)
	all = append(all, route{get, makerPrinters + "/new", who, s.printerNew(makerPrinters)}, route{post, makerPrinters, who, s.printerAdd(makerPrinters)})
	for _, act := range [...]string{"pause", "resume", "stop", "count", "spool", "release", "trial"} {
		all = append(all, route{post, "/maker/printers/:id/" + act, who, s.makerPrinter(act)})
	}
	return all
}

// termsRoutes are about what the lab may ask of one printer, for its maker and for the coordinator.
func (s *Server) termsRoutes(who, base string) []route {
	return []route{
		{get, base + "/:id/edit", who, s.printerEdit(base)},
		{post, base + "/:id/edit", who, s.printerChange(base)},
		{post, base + "/:id/retire", who, s.printerLeave(base, "retire")},
		{post, base + "/:id/back", who, s.printerLeave(base, "back")},
		{post, base + "/:id/remove", who, s.printerLeave(base, "remove")},
	}
}

// ownRoutes are about one printer of a maker: its settings, and what its maker slices.
func (s *Server) ownRoutes() []route {
	const who, printer = fab.RoleMaker, "/maker/printers/:id"
	const part = printer + "/parts/:design/:part"
	return []route{
		{get, printer, who, s.aboutPrinter(makerPrinters)},
		{post, printer + "/self", who, s.printerSelf},
		{get, printer + "/settings", who, s.settingsEmpty(makerPrinters)},
		{post, printer + "/settings", who, s.settingsSave(makerPrinters)},
		{post, printer + "/settings/reset", who, s.settingsReset(makerPrinters)},
		{get, part + "/model", who, s.ownModel},
		{get, part + "/sheet", who, s.ownSheet},
		{get, part + "/sheet.ini", who, s.ownIni},
		{post, part + "/gcode", who, s.ownGCode},
	}
}

// demoRoutes are there in the demo only.
func (s *Server) demoRoutes() []route {
	return []route{
		{get, "/demo", "", s.demoStory},
		{post, "/demo/role", "", s.demoRole},
		{post, "/demo/mine", "", s.demoMine},
		{post, "/demo/auto", "", s.demoAuto},
	}
}

func (s *Server) mount() {
	for _, r := range s.routes() {
		chain := []gin.HandlerFunc{s.limited}
		if r.role != "" {
			chain = append(chain, s.needs(r.role))
		}
		chain = append(chain, s.page(r.answer))
		s.engine.Handle(r.method, r.path, chain...)
		if r.method == get && !strings.HasSuffix(r.path, "/live") {
			s.engine.Handle(http.MethodHead, r.path, chain...)
		}
	}
	s.api = s.mountAPI()
}
