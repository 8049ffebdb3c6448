package main

type Stack[T any] struct{ items []T }

//go:noinline
func (s *Stack[T]) Pop() T { return s.items[len(s.items)-1] }

//go:noinline
func Map[K comparable, V any](in []K, f func(K) V) (out []V) {
	for _, k := range in {
		out = append(out, f(k))
	}
	return
}

func main() {
	s := &Stack[map[string]int]{}
	Map([]string{"a"}, func(k string) int { return s.Pop()[k] })
}
