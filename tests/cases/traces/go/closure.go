package main

import "sort"

func main() {
	words := []string{"b", "a", ""}
	sort.Slice(words, func(i, j int) bool { return words[i][0] < words[j][0] })
}
