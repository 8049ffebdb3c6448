package signature

import "strings"

// FunctionName is what a printed trace calls the function, without what changes from call to call or from build to
// build (S5): `main.(*Cart[...]).Total.func1` is `Cart.Total.func`.
func FunctionName(runtime, name string) string {
	name = Field(name)
	switch runtime {
	case "go":
		return goFunction(name)
	case "javascript":
		return scriptFunction(name)
	case "ruby":
		return rubyFunction(name)
	case "php":
		if strings.Contains(name, "{closure") {
			return "{closure}"
		}
		return afterLast(afterLast(afterLast(name, "->"), "::"), `\`)
	}
	return afterLast(name, ".")
}

func goFunction(name string) string {
	name = strings.TrimSuffix(afterLast(withoutBrackets(name), "/"), "-fm")
	name = withoutRanges(name)
	hasBareReceiver := strings.HasPrefix(name, "(")
	name = strings.NewReplacer("(*", "", "(", "", ")", "").Replace(name)
	parts := strings.Split(name, ".")
	named := parts
	for len(named) > 1 && isClosure(named[len(named)-1]) {
		named = named[:len(named)-1]
	}
	closures := len(named) < len(parts)
	// Some recoverers print no package: `(*Context).Next` has none to lose.
	if len(named) > 1 && !hasBareReceiver {
		named = named[1:]
	}
	name = strings.Join(named, ".")
	if closures {
		name += ".func"
	}
	return name
}

// withoutBrackets takes type arguments out; brackets nest, and one that nothing closes reaches to the end.
func withoutBrackets(name string) string {
	if !strings.Contains(name, "[") {
		return name
	}
	made, depth := make([]byte, 0, len(name)), 0
	for at := 0; at < len(name); at++ {
		switch {
		case name[at] == '[':
			depth++
		case name[at] == ']' && depth > 0:
			depth--
		case depth == 0:
			made = append(made, name[at])
		}
	}
	return string(made)
}

func withoutRanges(name string) string {
	const mark = "-range"
	var made strings.Builder
	for {
		at := strings.Index(name, mark)
		if at < 0 {
			return made.String() + name
		}
		end := at + len(mark)
		for end < len(name) && isDigit(name[end]) {
			end++
		}
		if end == at+len(mark) {
			made.WriteString(name[:end])
		} else {
			made.WriteString(name[:at])
		}
		name = name[end:]
	}
}

func isClosure(part string) bool {
	for _, prefix := range [...]string{"func", "gowrap", "deferwrap"} {
		if strings.HasPrefix(part, prefix) {
			part = part[len(prefix):]
			break
		}
	}
	return part != "" && strings.Trim(part, "0123456789") == ""
}

func scriptFunction(name string) string {
	name, _, _ = strings.Cut(name, " [as ")
	name = afterLast(name, "*")
	if name == "global code" || name == "module code" || name == "eval code" {
		return ""
	}
	name = withoutKinds(name)
	name = withoutKinds(afterLast(strings.TrimSuffix(afterLast(name, "/"), "<"), "."))
	if strings.HasPrefix(name, "<") {
		return ""
	}
	return name
}

func withoutKinds(name string) string {
	for again := true; again; {
		again = false
		for _, kind := range [...]string{"async ", "new ", "bound ", "get ", "set "} {
			if strings.HasPrefix(name, kind) {
				name, again = name[len(kind):], true
			}
		}
	}
	return name
}

func rubyFunction(name string) string {
	for inner, found := withoutBlock(name); found; inner, found = withoutBlock(name) {
		name = inner
	}
	if strings.Contains(name, "#") {
		name = afterLast(name, "#")
	} else {
		name = afterLast(name, ".")
	}
	return withoutTemplate(name)
}

func withoutBlock(name string) (string, bool) {
	rest := ""
	for _, kind := range [...]string{"block", "rescue", "ensure"} {
		if strings.HasPrefix(name, kind) {
			rest = name[len(kind):]
		}
	}
	if levels := strings.TrimPrefix(rest, " ("); levels != rest {
		digits := strings.TrimLeft(levels, "0123456789")
		behind := strings.TrimPrefix(digits, " levels)")
		if digits == levels || behind == digits {
			return name, false
		}
		rest = behind
	}
	inner := strings.TrimPrefix(rest, " in ")
	return inner, rest != "" && inner != rest
}

// withoutTemplate removes the end of a compiled template's name: `__1234_5678`.
func withoutTemplate(name string) string {
	end := strings.TrimRight(name, "0123456789")
	middle := strings.TrimSuffix(end, "_")
	start := strings.TrimRight(middle, "0123456789")
	bare := strings.TrimRight(start, "_")
	lines := len(start) - len(bare)
	if end == name || middle == end || start == middle || lines < 2 {
		return name
	}
	return start[:len(start)-min(lines, 4)]
}
