package route_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/internal/route"
)

// Ensure that the order of up to nine stops costs exactly what the best of all orders costs, with opening hours and
// one-way differences and without, on a thousand tours.
func TestOrderEqualsBruteForce(t *testing.T) {
	for seed := range uint64(1000) {
		r := rand.New(rand.NewPCG(seed, 6))
		n := r.IntN(7)
		if seed%50 == 0 {
			n = 7 + int(seed/50)%3
		}
		tour := anyTour(r, n, seed%2 == 0)
		got := route.Order(tour)
		requireOrder(t, tour, got)
		require.Equal(t, cheapest(tour), got.Cost(), "seed %d: %v", seed, tour)
	}
}

// Ensure that twelve stops are ordered no worse than by any of many other orders.
func TestTwelveStops(t *testing.T) {
	for seed := range uint64(2) {
		tour := anyTour(rand.New(rand.NewPCG(seed, 7)), route.Exact, true)
		best := route.Order(tour)
		requireOrder(t, tour, best)
		r := rand.New(rand.NewPCG(seed, 8))
		for range 300 {
			order := r.Perm(route.Exact)
			require.LessOrEqual(t, best.Cost(), tour.Follow(order).Cost())
		}
	}
}

// Ensure that fifty stops come out within five percent of a bound below which no tour can be, and the same each time.
func TestFiftyStopsAreNearTheBound(t *testing.T) {
	tour := square(rand.New(rand.NewPCG(1, 50)), 50)
	got := route.Order(tour)
	requireOrder(t, tour, got)
	require.Equal(t, got, route.Order(tour))
	bound := oneTree(tour)
	require.GreaterOrEqual(t, float64(got.Drive), bound, "the bound is none")
	require.LessOrEqual(t, float64(got.Drive)/bound, 1.05)
}

// Ensure that many stops with opening hours are all visited, and no worse than in the order in which they were asked.
func TestManyStopsWithHours(t *testing.T) {
	tour := anyTour(rand.New(rand.NewPCG(2, 3)), 20, true)
	got := route.Order(tour)
	requireOrder(t, tour, got)
	asked := make([]int, 20)
	for i := range asked {
		asked[i] = i
	}
	require.Less(t, got.Cost(), tour.Follow(asked).Cost())
}

// Ensure that a nearby place that opens late waits for the far one that closes early.
func TestHoursChangeTheOrder(t *testing.T) {
	at := func(km float64) route.Place { return route.Place{At: route.Point{Lat: km / 111.2}, Known: true} }
	tour := route.Tour{
		Travel: route.Travel([]route.Place{at(0), at(10), at(20)}), Leave: 8 * time.Hour,
		Stops: []route.Stop{{Place: 1, Open: []route.Window{{From: 10 * time.Hour, To: 12 * time.Hour}}}, {Place: 2, Open: []route.Window{{From: 8 * time.Hour, To: 9 * time.Hour}}}},
	}
	got := route.Order(tour)
	require.Equal(t, []int{1, 0}, got.Order)
	require.Zero(t, got.Late)
	asked := tour.Follow([]int{0, 1})
	require.Equal(t, asked.Arrive[1]-9*time.Hour, asked.Late)
	require.Greater(t, asked.Late, time.Hour)
}

// Ensure that places whose position nobody knows are near those of their town.
func TestPlacesWithoutPosition(t *testing.T) {
	places := []route.Place{
		{At: route.Point{Lat: 50.1, Lon: 1.83}, Known: true, Town: "Abbeville"}, {At: route.Point{Lat: 49.9, Lon: 2.3}, Known: true, Town: "Amiens"},
		{Town: "Amiens"}, {Town: "Rue"}, {Town: "Rue"}, {},
	}
	d := route.Travel(places)
	require.Less(t, d[1][2], 5*time.Minute)
	require.Less(t, d[3][4], 5*time.Minute)
	require.InDelta(t, d[0][1].Minutes(), d[0][2].Minutes(), 1)
	require.InDelta(t, 70, d[0][1].Minutes(), 10)
	require.Equal(t, d[0][3], d[3][5], "the mean of what is known")
	require.Zero(t, d[5][5])
}

// Ensure that nothing to do is no tour.
func TestNoStops(t *testing.T) {
	got := route.Order(route.Tour{Travel: [][]time.Duration{{0}}, Leave: time.Hour})
	require.Empty(t, got.Order)
	require.Equal(t, time.Hour, got.Back)
}

// BenchmarkOrder orders fifty stops, and holds twenty tours of them against a bound that no tour can go below.
func BenchmarkOrder(b *testing.B) {
	worst, sum := 0.0, 0.0
	const tours = 20
	for seed := range uint64(tours) {
		tour := square(rand.New(rand.NewPCG(seed, 50)), 50)
		ratio := float64(route.Order(tour).Drive) / oneTree(tour)
		worst, sum = max(worst, ratio), sum+ratio
	}
	tour := square(rand.New(rand.NewPCG(1, 50)), 50)
	for b.Loop() {
		route.Order(tour)
	}
	b.ReportMetric(worst, "worst/bound")
	b.ReportMetric(sum/tours, "mean/bound")
}

// BenchmarkOrderExact orders twelve stops with opening hours exactly.
func BenchmarkOrderExact(b *testing.B) {
	tour := anyTour(rand.New(rand.NewPCG(1, 12)), route.Exact, true)
	for b.Loop() {
		route.Order(tour)
	}
}

func requireOrder(t *testing.T, tour route.Tour, p route.Plan) {
	t.Helper()
	sorted := slices.Sorted(slices.Values(p.Order))
	for i, n := range sorted {
		require.Equal(t, i, n)
	}
	require.Len(t, sorted, len(tour.Stops))
	require.Equal(t, tour.Follow(p.Order), p)
	stays := time.Duration(0)
	for _, s := range tour.Stops {
		stays += s.Stay
	}
	require.Equal(t, p.Back, tour.Leave+p.Drive+p.Wait+stays)
}

// anyTour has times that differ from one way to the other, an end that is not the beginning, and, when asked, hours.
func anyTour(r *rand.Rand, n int, hours bool) route.Tour {
	tour := route.Tour{From: n, To: n + r.IntN(2), Leave: 8 * time.Hour, Travel: make([][]time.Duration, n+2)}
	for i := range tour.Travel {
		tour.Travel[i] = make([]time.Duration, n+2)
		for j := range tour.Travel[i] {
			tour.Travel[i][j] = time.Duration(r.IntN(60)) * time.Minute
		}
	}
	for i := range n {
		s := route.Stop{Place: i, Stay: time.Duration(r.IntN(20)) * time.Minute}
		for from := 7 * time.Hour; hours && r.IntN(2) == 0 && len(s.Open) < 2; {
			from += time.Duration(r.IntN(180)) * time.Minute
			to := from + time.Duration(1+r.IntN(180))*time.Minute
			s.Open = append(s.Open, route.Window{From: from, To: to})
			from = to + time.Hour
		}
		tour.Stops = append(tour.Stops, s)
	}
	return tour
}

// square is a tour around a square, there and back alike.
func square(r *rand.Rand, n int) route.Tour {
	x, y := make([]float64, n+1), make([]float64, n+1)
	for i := range x {
		x[i], y[i] = r.Float64(), r.Float64()
	}
	tour := route.Tour{From: n, To: n, Travel: make([][]time.Duration, n+1)}
	for i := range x {
		tour.Travel[i] = make([]time.Duration, n+1)
		for j := range x {
			tour.Travel[i][j] = time.Duration(math.Hypot(x[i]-x[j], y[i]-y[j]) * float64(time.Hour))
		}
		if i < n {
			tour.Stops = append(tour.Stops, route.Stop{Place: i})
		}
	}
	return tour
}

// cheapest tries every order, with its own reading of what an order costs.
func cheapest(tour route.Tour) time.Duration {
	best := time.Duration(math.MaxInt64)
	var visit func(done, at int, now, spent time.Duration)
	visit = func(done, at int, now, spent time.Duration) {
		if done == 1<<len(tour.Stops)-1 {
			best = min(best, spent+tour.Travel[at][tour.To])
			return
		}
		for i, s := range tour.Stops {
			if done&(1<<i) != 0 {
				continue
			}
			way := tour.Travel[at][s.Place]
			come, cost := now+way, spent+way
			begin := come
			if n := len(s.Open); n > 0 {
				k := slices.IndexFunc(s.Open, func(w route.Window) bool { return come <= w.To })
				if k < 0 {
					cost += 4 * (come - s.Open[n-1].To)
				} else {
					begin = max(come, s.Open[k].From)
					cost += begin - come
				}
			}
			visit(done|1<<i, s.Place, begin+s.Stay, cost)
		}
	}
	visit(0, tour.From, tour.Leave, 0)
	return best
}

// oneTree is Held and Karp's bound: the length of a smallest 1-tree under penalties that push each place to two
// neighbours. Whatever the penalties, no closed tour is shorter.
func oneTree(tour route.Tour) float64 {
	n := len(tour.Travel)
	penalty, best := make([]float64, n), 0.0
	for step, rounds := 0, 1000; step < rounds; step++ {
		length, degree := smallestOneTree(tour.Travel, penalty)
		off := 0
		for i, d := range degree {
			length -= 2 * penalty[i]
			off += (d - 2) * (d - 2)
		}
		best = max(best, length)
		if off == 0 {
			break
		}
		size := 0.02 * best / float64(n) * 50 * math.Pow(0.994, float64(step)) / float64(off)
		for i, d := range degree {
			penalty[i] += size * float64(d-2)
		}
	}
	return best
}

// smallestOneTree is a minimum spanning tree of all places but the first, and the two shortest ways to that.
func smallestOneTree(travel [][]time.Duration, penalty []float64) (length float64, degree []int) {
	n := len(travel)
	degree = make([]int, n)
	cost := func(i, j int) float64 { return float64(travel[i][j]) + penalty[i] + penalty[j] }
	near, parent, in := make([]float64, n), make([]int, n), make([]bool, n)
	for i := 2; i < n; i++ {
		near[i], parent[i] = cost(1, i), 1
	}
	in[1] = true
	for range n - 2 {
		next := -1
		for i := 2; i < n; i++ {
			if !in[i] && (next < 0 || near[i] < near[next]) {
				next = i
			}
		}
		in[next] = true
		length += near[next]
		degree[next]++
		degree[parent[next]]++
		for i := 2; i < n; i++ {
			if c := cost(next, i); !in[i] && c < near[i] {
				near[i], parent[i] = c, next
			}
		}
	}
	ways := make([]int, 0, n-1)
	for i := 1; i < n; i++ {
		ways = append(ways, i)
	}
	slices.SortFunc(ways, func(a, b int) int { return int(math.Copysign(1, cost(0, a)-cost(0, b))) })
	for _, i := range ways[:2] {
		length += cost(0, i)
		degree[i]++
	}
	degree[0] = 2
	return length, degree
}
