package redact

const (
	fewestDigits = 13
	mostDigits   = 19
	mostGroups   = 6
)

var (
	beforeCard = setOf("0-9A-Za-z_.")
	afterCard  = setOf("0-9A-Za-z_")
)

// group is a run of digits, as it stands in a text.
type group struct{ start, end int }

// hideCards is X9.
func hideCards(text string) string {
	made := edits{text: text}
	groups := make([]group, 0, 8)
	for at := 0; at < len(text); {
		if !isDigit(text[at]) {
			at++
			continue
		}
		groups, at = groupsAt(text, at, groups[:0])
		if groups[len(groups)-1].end-groups[0].start < fewestDigits {
			continue
		}
		for number := 0; number < len(groups); number++ {
			if last := cardAt(text, groups, number); last >= 0 {
				made.hide(groups[number].start, groups[last].end)
				number = last
			}
		}
	}
	return made.result()
}

// groupsAt are the groups of digits from at on that a space or a dash parts, and where they end.
func groupsAt(text string, at int, groups []group) ([]group, int) {
	for {
		end := digitSet.run(text, at, 0)
		groups = append(groups, group{at, end})
		if end+1 >= len(text) || text[end] != ' ' && text[end] != '-' || !isDigit(text[end+1]) {
			return groups, end
		}
		at = end + 1
	}
}

// cardAt is the last group of the longest card number that begins with the group first; -1 without one.
func cardAt(text string, groups []group, first int) int {
	start := groups[first].start
	if first == 0 && start > 0 && beforeCard[text[start-1]] {
		return -1
	}
	found := -1
	var digits []byte
	for last := first; last < len(groups) && last < first+mostGroups; last++ {
		each := groups[last]
		length := each.end - each.start
		isPart := 3 <= length && length <= 7
		if len(digits)+length > mostDigits || last > first && !isPart {
			break
		}
		digits = append(digits, text[each.start:each.end]...)
		endsInWord := last == len(groups)-1 && each.end < len(text) && afterCard[text[each.end]]
		if len(digits) >= fewestDigits && !endsInWord && isCard(digits) {
			found = last
		}
		if !isPart {
			break
		}
	}
	return found
}

func isCard(digits []byte) bool {
	if digits[0] < '2' || digits[0] > '6' {
		return false
	}
	sum, same := 0, true
	for index := range digits {
		digit := digits[len(digits)-1-index]
		same = same && digit == digits[0]
		value := int(digit - '0')
		if index%2 == 1 {
			if value *= 2; value > 9 {
				value -= 9
			}
		}
		sum += value
	}
	return !same && sum%10 == 0
}
