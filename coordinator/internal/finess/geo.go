package finess

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// GRS80, the ellipsoid of RGF93 and of the overseas systems; WGS84 differs by less than a millimetre.
const (
	semiMajor  = 6378137.0
	flattening = 1 / 298.257222101
	squaredEcc = flattening * (2 - flattening)
)

// Lambert-93 (IGN, NTG 71 and ALG 0004): exponent and constant of the projection, and its origin in metres.
const (
	lambertN  = 0.7256077650532670
	lambertC  = 11754255.4261
	lambertXS = 700000.0
	lambertYS = 12655612.0499
	lambertL0 = 3.0 // degrees east
)

var zoneName = regexp.MustCompile(`(?i)UTM[ _]*(?:ZONE[ _]*)?([NS]?)[ _]*(\d{1,2})([NS]?)`)

// locate turns coordinates of the register into millionths of a degree. system is what the file says of them; without a
// word the numbers and the department tell. False for what lies nowhere that the register has places.
func locate(et, x, y, system string) (lat, lon int64, ok bool) {
	east, okX := metres(x)
	north, okY := metres(y)
	if !okX || !okY {
		return 0, 0, false
	}
	var phi, lambda float64
	switch zone, south, known := utmZone(system, et); {
	case math.Abs(east) <= 180 && math.Abs(north) <= 90:
		phi, lambda = north, east
	case known:
		phi, lambda = utm(east, north, zone, south)
	default:
		phi, lambda = lambert93(east, north)
	}
	if !inFrance(phi, lambda) {
		return 0, 0, false
	}
	return int64(math.Round(phi * 1e6)), int64(math.Round(lambda * 1e6)), true
}

func metres(s string) (float64, bool) {
	v, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(s), ",", "."), 64)
	return v, err == nil && !math.IsNaN(v) && !math.IsInf(v, 0) && v != 0
}

// utmZone reads "UTM_N20" and "EPSG:5490 RGAF09/UTM Zone 20N (Antilles)", or goes by the first digits of the number, which
// are the department's.
func utmZone(system, et string) (zone int, south, known bool) {
	if m := zoneName.FindStringSubmatch(system); m != nil {
		zone, _ = strconv.Atoi(m[2])
		return zone, strings.EqualFold(m[1]+m[3], "S"), zone >= 1 && zone <= 60
	}
	if system != "" || len(et) < 4 {
		return 0, false, false
	}
	switch et[:3] {
	case "970":
		switch et[3] {
		case '1', '2':
			return 20, false, true
		case '3':
			return 22, false, true
		case '4':
			return 40, true, true
		case '5':
			return 21, false, true
		}
	case "980":
		if et[3] == '6' {
			return 1, true, true
		}
		return 38, true, true
	}
	return 0, false, false
}

// lambert93 gives latitude and longitude in degrees.
func lambert93(x, y float64) (lat, lon float64) {
	dx, dy := x-lambertXS, y-lambertYS
	r, gamma := math.Hypot(dx, dy), math.Atan(dx/-dy)
	lon = lambertL0 + gamma/lambertN*180/math.Pi
	isometric := -math.Log(math.Abs(r/lambertC)) / lambertN
	e, phi := math.Sqrt(squaredEcc), 2*math.Atan(math.Exp(isometric))-math.Pi/2
	for range 20 {
		s := e * math.Sin(phi)
		phi = 2*math.Atan(math.Pow((1+s)/(1-s), e/2)*math.Exp(isometric)) - math.Pi/2
	}
	return phi * 180 / math.Pi, lon
}

// utm gives latitude and longitude in degrees (Snyder, Map Projections, equations 8-17 to 8-25).
func utm(east, north float64, zone int, south bool) (lat, lon float64) {
	if south {
		north -= 10_000_000
	}
	const k0 = 0.9996
	e2, e4, e6 := squaredEcc, squaredEcc*squaredEcc, squaredEcc*squaredEcc*squaredEcc
	ep2 := e2 / (1 - e2)
	mu := north / k0 / (semiMajor * (1 - e2/4 - 3*e4/64 - 5*e6/256))
	e1 := (1 - math.Sqrt(1-e2)) / (1 + math.Sqrt(1-e2))
	foot := mu + (3*e1/2-27*math.Pow(e1, 3)/32)*math.Sin(2*mu) + (21*e1*e1/16-55*math.Pow(e1, 4)/32)*math.Sin(4*mu) +
		151*math.Pow(e1, 3)/96*math.Sin(6*mu) + 1097*math.Pow(e1, 4)/512*math.Sin(8*mu)
	sin, cos, tan := math.Sin(foot), math.Cos(foot), math.Tan(foot)
	c, t := ep2*cos*cos, tan*tan
	n := semiMajor / math.Sqrt(1-e2*sin*sin)
	r := semiMajor * (1 - e2) / math.Pow(1-e2*sin*sin, 1.5)
	d := (east - 500_000) / (n * k0)
	phi := foot - n*tan/r*(d*d/2-(5+3*t+10*c-4*c*c-9*ep2)*math.Pow(d, 4)/24+(61+90*t+298*c+45*t*t-252*ep2-3*c*c)*math.Pow(d, 6)/720)
	lambda := (d - (1+2*t+c)*math.Pow(d, 3)/6 + (5-2*c+28*t-3*c*c+8*ep2+24*t*t)*math.Pow(d, 5)/120) / cos
	return phi * 180 / math.Pi, float64(zone*6-183) + lambda*180/math.Pi
}

// inFrance reports whether a point lies in one of the boxes where the register has places.
func inFrance(lat, lon float64) bool {
	for _, box := range [...][4]float64{ // south, west, north, east
		{41.2, -5.3, 51.2, 9.7},      // the mainland and Corsica
		{14.2, -63.3, 18.2, -60.7},   // the Antilles
		{2.0, -54.7, 5.9, -51.5},     // Guyane
		{-21.5, 55.1, -20.7, 55.95},  // La Réunion
		{-13.1, 44.9, -12.5, 45.4},   // Mayotte
		{46.6, -56.6, 47.3, -56.0},   // Saint-Pierre-et-Miquelon
		{-14.5, -178.3, -13.1, -176}, // Wallis-et-Futuna
		{-28, -155, -7.5, -134},      // Polynésie
		{-23.5, 158, -18, 172.5},     // Nouvelle-Calédonie
	} {
		if lat >= box[0] && lon >= box[1] && lat <= box[2] && lon <= box[3] {
			return true
		}
	}
	return false
}
