package route

import (
	"math"
	"time"
)

// What stands for roads where only positions are known: French country roads are about 1.3 times as long as the straight
// line, and a delivery car gets on at about 45 km/h, villages and turns included.
const (
	roadFactor  = 1.3
	kmh         = 45.0
	earthKM     = 6371.0
	nearbyKM    = 2.0  // between two places in one town, positions unknown
	somewhereKM = 15.0 // between two places of which nothing is known
)

// Point is a position in degrees, WGS 84.
type Point struct{ Lat, Lon float64 }

// Place is where a tour passes by: its position when Known, else the name of its town or postcode.
type Place struct {
	At    Point
	Known bool
	About bool // the position is the middle of its town: no other place is closer than nearby ones are
	Town  string
}

// Travel estimates the times between places. Places without a position are near the others of their town, and as far from
// all the rest as places are on the average.
func Travel(places []Place) [][]time.Duration {
	mean := meanKM(places)
	all := make([][]time.Duration, len(places))
	for i := range places {
		all[i] = make([]time.Duration, len(places))
		for j := range places {
			if i != j {
				all[i][j] = drive(kilometres(places, i, j, mean))
			}
		}
	}
	return all
}

// Km is how far one gets in a time on the road.
func Km(drive time.Duration) float64 { return drive.Hours() * kmh }

func drive(km float64) time.Duration {
	return time.Duration(km / kmh * float64(time.Hour)).Round(time.Second)
}

// kilometres is the way by road between two places.
func kilometres(places []Place, i, j int, mean float64) float64 {
	a, b := places[i], places[j]
	switch {
	case a.Known && b.Known && (a.About || b.About):
		return max(nearbyKM, roadFactor*GreatCircle(a.At, b.At))
	case a.Known && b.Known:
		return roadFactor * GreatCircle(a.At, b.At)
	case a.Town != "" && a.Town == b.Town:
		return nearbyKM
	}
	if a, ok := centre(places, i); ok {
		if b, ok := centre(places, j); ok {
			return max(nearbyKM, roadFactor*GreatCircle(a, b))
		}
	}
	return mean
}

// centre is where a place is about: its position, or the mean of the known places of its town.
func centre(places []Place, i int) (p Point, ok bool) {
	if places[i].Known {
		return places[i].At, true
	}
	n := 0.0
	for _, o := range places {
		if o.Known && o.Town != "" && o.Town == places[i].Town {
			p.Lat, p.Lon, n = p.Lat+o.At.Lat, p.Lon+o.At.Lon, n+1
		}
	}
	if n == 0 {
		return p, false
	}
	return Point{p.Lat / n, p.Lon / n}, true
}

// meanKM is how far the known places are from each other on the average.
func meanKM(places []Place) float64 {
	sum, n := 0.0, 0.0
	for i, a := range places {
		for _, b := range places[:i] {
			if a.Known && b.Known {
				sum, n = sum+roadFactor*GreatCircle(a.At, b.At), n+1
			}
		}
	}
	if n == 0 {
		return somewhereKM
	}
	return max(nearbyKM, sum/n)
}

// GreatCircle is the distance over the earth in kilometres, by the haversine formula: right to half a percent.
func GreatCircle(a, b Point) float64 {
	rad := func(deg float64) float64 { return deg * math.Pi / 180 }
	dLat, dLon := rad(b.Lat-a.Lat)/2, rad(b.Lon-a.Lon)/2
	h := math.Sin(dLat)*math.Sin(dLat) + math.Cos(rad(a.Lat))*math.Cos(rad(b.Lat))*math.Sin(dLon)*math.Sin(dLon)
	return 2 * earthKM * math.Asin(math.Sqrt(min(1, h)))
}
