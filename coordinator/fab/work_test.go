package fab

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func visorBOM() BOM {
	band, film, elastic := Input{PartItem("band"), 1}, Input{MaterialItem("film"), 1}, Input{MaterialItem("elastic"), 2}
	return BOM{
		Parts:     []Part{{Code: "band", How: ByPrint, PerUnit: 1}},
		Materials: []BOMMaterial{{"film", 1}, {"elastic", 2}},
		Works:     []Part{{Code: "punched", How: ByHand, PerUnit: 1, Of: []Input{film}}, {Code: "put-together", How: ByHand, PerUnit: 1, Of: []Input{band, film, elastic}}},
	}
}

// Ensure that what was put together goes first, then what was prepared, and last what nobody touched, and that what is short
// is named with all that stands in for it.
func TestWorksStandInForWhatTheyHold(t *testing.T) {
	bom := visorBOM()
	recipes := bom.Recipes(bom.Product(), "")
	require.Len(t, recipes, 3)
	have := func() map[Item]int64 {
		return map[Item]int64{PartItem("put-together"): 2, PartItem("punched"): 3, PartItem("band"): 9, MaterialItem("film"): 1, MaterialItem("elastic"): 20}
	}
	list, left := Split(9, recipes, have())
	require.EqualValues(t, 3, left)
	require.EqualValues(t, []int64{2, 3, 1}, []int64{list[0].N, list[1].N, list[2].N})
	require.Equal(t, []Input{{PartItem("put-together"), 1}}, list[0].Of)
	item, there, need := Scarce(9, recipes, have())
	require.Equal(t, []any{MaterialItem("film"), int64(6), int64(9)}, []any{item, there, need})
	item, _, _ = Scarce(6, recipes, have())
	require.Empty(t, item)

	recipes = bom.Recipes(bom.Works[1].Of, "put-together")
	list, left = Split(4, recipes, have())
	require.Zero(t, left)
	require.EqualValues(t, []int64{3, 1}, []int64{list[0].N, list[1].N}, "who puts it together gets punched film first")
	require.Equal(t, [][]Input{{{MaterialItem("film"), 1}}}, bom.Recipes(bom.Works[0].Of, "punched"))
}
