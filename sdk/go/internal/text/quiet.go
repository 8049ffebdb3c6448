package text

import (
	"sort"
	"strings"
)

const mostTicks = 16

// hidden holds the first and last code point of each range of C2, in ascending order.
var hidden = [...][2]rune{
	{0x0, 0x8}, {0xB, 0x1F}, {0x7F, 0x9F}, {0xAD, 0xAD}, {0x34F, 0x34F}, {0x600, 0x605}, {0x61C, 0x61C},
	{0x6DD, 0x6DD}, {0x70F, 0x70F}, {0x890, 0x891}, {0x8E2, 0x8E2}, {0x115F, 0x1160}, {0x17B4, 0x17B5},
	{0x180B, 0x180F}, {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F}, {0x2800, 0x2800}, {0x3164, 0x3164},
	{0xE000, 0xF8FF}, {0xFDD0, 0xFDEF}, {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB},
	{0xFFFE, 0xFFFF}, {0x110BD, 0x110BD}, {0x110CD, 0x110CD}, {0x13430, 0x1345F}, {0x1BCA0, 0x1BCA3},
	{0x1D173, 0x1D17A}, {0xE0000, 0x10FFFF},
}

func isHidden(char rune) bool {
	if ' ' <= char && char < 0x7F || char == '\n' || char == '\t' {
		return false
	}
	at := sort.Search(len(hidden), func(index int) bool { return hidden[index][1] >= char })
	return at < len(hidden) && hidden[at][0] <= char
}

// Clean is the text without hidden characters, and without what opens a comment or names a report (C1).
func Clean(text string) string {
	text = Valid(text)
	if strings.Contains(text, "\r") {
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	}
	text = strings.Map(func(char rune) rune {
		if isHidden(char) {
			return -1
		}
		return char
	}, text)
	if strings.Contains(text, strings.Repeat("`", mostTicks+1)) {
		text = fewerTicks(text)
	}
	text = strings.ReplaceAll(text, "<!--", "<! --")
	return strings.ReplaceAll(text, "splat-report/", "splat-report ")
}

func fewerTicks(text string) string {
	made := make([]byte, 0, len(text))
	run := 0
	for at := 0; at < len(text); at++ {
		run++
		if text[at] != '`' {
			run = 0
		}
		if run <= mostTicks {
			made = append(made, text[at])
		}
	}
	return string(made)
}

// OneLine is the text, clean, on one line, at most limit code points (C3).
func OneLine(text string, limit int) string {
	words := strings.FieldsFunc(Clean(text), func(char rune) bool { return char == ' ' || char == '\t' || char == '\n' })
	return Cut(strings.Join(words, " "), limit)
}

// Span is a code span of the text as one line of at most limit code points (C4).
func Span(text string, limit int) string {
	text = OneLine(text, limit)
	if text == "" {
		text = " "
	}
	ticks, space := strings.Repeat("`", longestRun(text)+1), ""
	if text[0] == '`' || text[len(text)-1] == '`' {
		space = " "
	}
	return ticks + space + text + space + ticks
}

// TableSpan is the same, with pipes that part no cells.
func TableSpan(text string, limit int) string {
	return strings.ReplaceAll(Span(text, limit), "|", `\|`)
}

// Fence is a fenced block of the text, cut to limit code points (C5).
func Fence(text, language string, limit int) string {
	text = strings.Trim(Cut(Clean(text), limit), "\n")
	ticks := strings.Repeat("`", max(3, longestRun(text)+1))
	return ticks + language + "\n" + text + "\n" + ticks
}

func longestRun(text string) int {
	longest, run := 0, 0
	for at := 0; at < len(text); at++ {
		run++
		if text[at] != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}
