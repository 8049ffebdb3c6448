package stock

import "testing"

func filled() *Stock {
	s := &Stock{}
	s.Add(&Shelf{Name: "A1", Counts: map[string]int{"cup": 3, "tea": 1}})
	s.Add(&Shelf{Name: "B2", Counts: map[string]int{"cup": 4}})
	return s
}

func TestWhere(t *testing.T) {
	name, err := filled().Where("cup")
	if err != nil || name != "A1" {
		t.Fatalf("got %q, %v", name, err)
	}
}

func TestCount(t *testing.T) {
	for item, want := range map[string]int{"cup": 7, "tea": 1, "plate": 0} {
		t.Run(item, func(t *testing.T) {
			if got := filled().Count(item); got != want {
				t.Errorf("got %d, want %d", got, want)
			}
		})
	}
}
