package demo

// The sample lab. Every name is made up; the care home is marked as fictitious wherever it is shown.

// printer is one simulated machine.
type printer struct {
	key, name string
	model     string // printer profile
	firmware  string // of the simulator
	bed       string
	faults    []string // unknown to agent and coordinator
}

// volunteer is one maker of the sample lab.
type volunteer struct {
	name, town, phone string
	login             string
	steps             []string
	printers          []printer
}

const (
	LabName     = "Atelier de la Baie"
	labTown     = "Abbeville"
	LabPhone    = "03 00 00 00 00"
	password    = "les dunes de la baie" // of every account of the sample lab, which lives in a temporary folder
	deskLogin   = "atelier@exemple.fr"
	deskName    = "Coordination"
	driverName  = "Camille, la camionnette"
	careHome    = "EHPAD Les Tilleuls (fictif)"
	careTown    = "Rue"
	townHall    = "Mairie de Quend (fictive)"
	townHallIn  = "Quend"
	donorName   = "Papeterie des Remparts (fictive)"
	receiver    = "Accueil, M. Fictif"
	sheetsGiven = 50
)

// Order is what the sample lab is asked for: visors and hooks by the care home on the phone, masks by the town hall.
type Order struct{ Visors, Hooks, Masks int }

func (o Order) sum() int64 { return int64(o.Visors + o.Hooks + o.Masks) }

// volunteers are the makers with their machines: four printers of two dialects behind three agents, one who prints from
// an SD card, one who sews.
func volunteers() []volunteer {
	return []volunteer{
		{name: "Fablab d’Abbeville", town: "Abbeville", phone: "03 00 00 00 01", login: "fablab@exemple.fr", printers: []printer{
			{key: "orange", name: "Orange", model: "prusa-mk3s", firmware: "marlin", bed: "250,210,210", faults: []string{"noise:0.0005"}},
			{key: "maree", name: "Marée", model: "anycubic-i3-mega", firmware: "marlin", bed: "210,210,205", faults: []string{"drop-ok:0.0001"}},
		}},
		{name: "Dominique", town: "Rue", phone: "03 00 00 00 02", login: "dominique@exemple.fr", printers: []printer{
			{key: "tortue", name: "Tortue", model: "ender-3", firmware: "marlin", bed: "220,220,250", faults: []string{"halt:2,4000"}},
		}},
		{name: "Alix", town: "Quend", phone: "03 00 00 00 03", login: "alix@exemple.fr", printers: []printer{
			{key: "eclair", name: "Éclair", model: "geeetech-i3-pro-b", firmware: "repetier", bed: "200,200,180", faults: []string{"garble:0.0005"}},
		}},
		{name: "Noa", town: "Crécy-en-Ponthieu", phone: "03 00 00 00 04", login: "noa@exemple.fr", steps: []string{"print"}},
		{name: "Sacha", town: "Saint-Valery", phone: "03 00 00 00 05", login: "sacha@exemple.fr", steps: []string{"sew"}},
	}
}

// silentLogin is whose agent falls silent, carelessLogin whose printer loses a piece, sewerLogin who sews.
const (
	sewerLogin    = "sacha@exemple.fr"
	silentLogin   = "alix@exemple.fr"
	carelessLogin = "fablab@exemple.fr"
)

// stock is what the lab was given before the story begins: everything but film.
func stock() []gift {
	return []gift{
		{material: "petg", count: "4000", donor: "Filaments de la Somme (fictif)", town: "Amiens"},
		{material: "elastic-buttonhole", count: "100", donor: "Mercerie du Beffroi (fictive)", town: "Abbeville"},
		{material: "cotton-20x20", count: "40", donor: "Mercerie du Beffroi (fictive)", town: "Abbeville"},
		{material: "elastic-mask", count: "40", donor: "Mercerie du Beffroi (fictive)", town: "Abbeville"},
	}
}

// gift is one donation as typed.
type gift struct{ material, count, donor, town string }
