// Package stock knows what lies on which shelf.
package stock

import "errors"

// ErrUnknown says that no shelf holds the item.
var ErrUnknown = errors.New("unknown item")

// Shelf holds counts by item.
type Shelf struct {
	Name   string
	Counts map[string]int
}

// Stock is all shelves.
type Stock struct {
	shelves []*Shelf
}

// Add puts a shelf into the stock.
func (s *Stock) Add(shelf *Shelf) {
	s.shelves = append(s.shelves, shelf)
}

func (s *Stock) find(item string) *Shelf {
	for _, shelf := range s.shelves {
		if shelf.Counts[item] > 0 {
			return shelf
		}
	}
	return nil
}

// Where names the shelf that holds the item.
func (s *Stock) Where(item string) (string, error) {
	shelf := s.find(item)
	return shelf.Name, nil
}

// Count says how many there are on all shelves.
func (s *Stock) Count(item string) int {
	total := 0
	for _, shelf := range s.shelves {
		total += shelf.Counts[item]
	}
	return total
}
