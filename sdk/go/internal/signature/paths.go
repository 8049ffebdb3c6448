package signature

import "strings"

// Segments tells whether a path is absolute, and its segments with `.` and `..` worked out (S4). A URL loses scheme,
// host and query, a Windows path its drive.
func Segments(path string) (absolute bool, segments []string) {
	path = strings.ReplaceAll(Field(path), `\`, "/")
	if strings.Contains(path, "://") {
		path = withoutHost(path)
	}
	path = withoutDrive(path)
	absolute = strings.HasPrefix(path, "/")
	segments = make([]string, 0, strings.Count(path, "/")+1)
	for _, segment := range strings.Split(path, "/") {
		last := len(segments) - 1
		switch {
		case segment == "" || segment == ".":
		case segment != "..":
			segments = append(segments, segment)
		case last >= 0 && segments[last] != "..":
			segments = segments[:last]
		case last >= 0 || !absolute:
			segments = append(segments, segment)
		}
	}
	return absolute, segments
}

// Below tells whether a path lies inside a folder; nothing does when the folder has no segment.
func Below(path, folder string) bool {
	_, is := inside(path, folder)
	return is
}

// RootRelative is the path below the root, with forward slashes; below nothing when the root is not above it (S4).
func RootRelative(runtime, path, root string) string {
	segments, _ := inside(path, root)
	if last := len(segments) - 1; runtime == "javascript" && last >= 0 {
		segments[last] = starred(segments[last])
	}
	return strings.Join(segments, "/")
}

// inside gives the segments below the folder, all when the path does not lie in it.
func inside(path, folder string) ([]string, bool) {
	absolute, segments := Segments(path)
	folderAbsolute, above := Segments(folder)
	if len(above) == 0 || absolute != folderAbsolute || len(segments) <= len(above) {
		return segments, false
	}
	for index, each := range above {
		if segments[index] != each {
			return segments, false
		}
	}
	return segments[len(above):], true
}

func withoutHost(path string) string {
	scheme, rest, _ := strings.Cut(path, "://")
	if len(scheme) < 2 || len(scheme) > 21 || !isLetter(scheme[0]) {
		return path
	}
	for at := 0; at < len(scheme); at++ {
		if !isLetter(scheme[at]) && !isDigit(scheme[at]) && !strings.ContainsRune("+.-", rune(scheme[at])) {
			return path
		}
	}
	host := strings.IndexByte(rest, '/')
	if host < 0 {
		host = len(rest)
	}
	path = rest[host:]
	if end := strings.IndexAny(path, "?#"); end >= 0 {
		path = path[:end]
	}
	scheme = strings.ToLower(scheme)
	if scheme == "file" {
		return path
	}
	if strings.HasPrefix(scheme, "webpack") {
		path = withoutGroup(path)
	}
	return strings.TrimLeft(path, "/")
}

// withoutGroup removes what webpack puts before a path: `/(app)/`.
func withoutGroup(path string) string {
	name, found := strings.CutPrefix(strings.TrimPrefix(path, "/"), "(")
	end := strings.Index(name, ")/")
	if !found || end <= 0 {
		return path
	}
	for at := 0; at < end; at++ {
		if !isLetter(name[at]) && !isDigit(name[at]) && name[at] != '_' && name[at] != '-' {
			return path
		}
	}
	return name[end+len(")/"):]
}

func withoutDrive(path string) string {
	bare := strings.TrimPrefix(path, "/")
	if len(bare) > 2 && isLetter(bare[0]) && bare[1:3] == ":/" {
		return bare[2:]
	}
	return path
}

// starred hides the hashes that bundlers put into a file's name.
func starred(segment string) string {
	var made strings.Builder
	for at := 0; at < len(segment); {
		end := at
		hash, digit := true, false
		for end < len(segment) && (isLetter(segment[end]) || isDigit(segment[end])) {
			hash = hash && isHex(segment[end]) && (isDigit(segment[end]) || segment[end] >= 'a')
			digit = digit || isDigit(segment[end])
			end++
		}
		switch length := end - at; {
		case length == 0:
			end++
			made.WriteString(segment[at:end])
		case at > 0 && hash && digit && 8 <= length && length <= 64:
			made.WriteByte('*')
		default:
			made.WriteString(segment[at:end])
		}
		at = end
	}
	return made.String()
}
