package main

type Ledger struct{ entries map[string]int }

func (l *Ledger) Add(name string, amount int) { l.entries[name] += amount }

func post(l *Ledger) { l.Add("rent", 3) }

func main() { post(&Ledger{}) }
