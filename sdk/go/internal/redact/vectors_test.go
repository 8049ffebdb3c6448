package redact

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/splat-heal/splat/sdk/go/internal/text"
	"github.com/splat-heal/splat/sdk/go/internal/values"
	"github.com/splat-heal/splat/sdk/go/internal/vectors"
)

func of(v vectors.Vector) *Redactor {
	var extra []string
	for _, each := range values.List(v, "extra_keys") {
		extra = append(extra, each.(string))
	}
	return New(extra)
}

func TestNames(t *testing.T) {
	vectors.Run(t, "redaction", "names", nil, func(t *testing.T, v vectors.Vector) {
		if made := of(v).Names.Strength(values.Text(v, "key")); string(made) != v["expected"] {
			t.Errorf("%q is %s, not %s", v["key"], made, v["expected"])
		}
	})
}

func TestTexts(t *testing.T) {
	vectors.Run(t, "redaction", "texts", nil, func(t *testing.T, v vectors.Vector) {
		redact := of(v).Text
		if v["mode"] == "source" {
			redact = of(v).Source
		}
		made := redact(values.Text(v, "text"))
		if made != v["expected"] {
			t.Errorf("%.300q is\n%.300q, not\n%.300q", v["text"], made, v["expected"])
		}
		for _, secret := range values.List(v, "secrets") {
			if strings.Contains(made, secret.(string)) {
				t.Errorf("%q is left in %q", secret, made)
			}
		}
		if again := redact(made); strings.Count(again, Mark) < strings.Count(made, Mark) {
			t.Errorf("twice shows more: %q", again)
		}
	})
}

func TestValues(t *testing.T) {
	vectors.Run(t, "redaction", "values", nil, func(t *testing.T, v vectors.Vector) {
		if made := of(v).Value(v["value"]); !reflect.DeepEqual(made, v["expected"]) {
			t.Errorf("%v is %v, not %v", v["value"], made, v["expected"])
		}
	})
}

func spec(t *testing.T) string {
	made, err := os.ReadFile(filepath.Join(vectors.Folder(), "..", "SPEC.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(made)
}

func TestTheNamesAreThoseOfTheRule(t *testing.T) {
	rule := spec(t)
	rule = rule[strings.Index(rule, "- **K2 Tables.**"):strings.Index(rule, "- **K3 What")]
	rule = strings.Join(strings.Fields(rule), " ")
	table := func(label string) map[string]bool {
		found := regexp.MustCompile(regexp.QuoteMeta(label) + ":((?:\\s*`[a-z0-9 ]+`,?)+)").FindStringSubmatch(rule)
		made := map[string]bool{}
		for _, each := range regexp.MustCompile("`(.+?)`").FindAllStringSubmatch(found[1], -1) {
			if label == "*sure pairs*" {
				made[each[1]] = true
				continue
			}
			for _, word := range strings.Fields(each[1]) {
				made[word] = true
			}
		}
		return made
	}
	asSet := func(each []string) map[string]bool { return words(strings.Join(each, " ")) }
	for label, ours := range map[string]map[string]bool{
		"*sure*": sure, "*sure pairs*": surePairs, "*likely*": likely, "*about*": about,
		"*sure ends*": asSet(sureEnds), "*likely ends*": asSet(likelyEnds),
	} {
		if wanted := table(label); !reflect.DeepEqual(ours, wanted) {
			t.Errorf("%s: ours %v, the rule's %v", label, ours, wanted)
		}
	}
}

// rows are the patterns of X3 as the rule prints them.
func rows(t *testing.T) (names []string, patterns []*regexp.Regexp) {
	for _, row := range regexp.MustCompile("(?m)^  \\| ([a-z-]+) \\| `(.+)` \\|$").FindAllStringSubmatch(spec(t), -1) {
		pattern := strings.ReplaceAll(row[2], `\|`, "|")
		if strings.HasPrefix(pattern, "B(") {
			pattern = "(^|[^0-9A-Za-z])" + pattern[1:]
		} else if strings.HasPrefix(pattern, "E(") {
			pattern = "(^|[^0-9A-Za-z_-])" + pattern[1:]
		}
		names, patterns = append(names, row[1]), append(patterns, regexp.MustCompile(pattern))
	}
	return names, patterns
}

// The scanners do what the patterns of the rule do: over texts that hold each shape, almost, once and more often.
func TestTheShapesAreThoseOfTheRule(t *testing.T) {
	names, patterns := rows(t)
	if len(names) != 39 || len(shapes()) != len(names) {
		t.Fatalf("%d rows, %d shapes", len(names), len(shapes()))
	}
	found := 0
	for index, shape := range shapes() {
		if shape.name != names[index] {
			t.Fatalf("%s stands where the rule has %s", shape.name, names[index])
		}
		for _, each := range likeShapes() {
			made, wanted := shape.hide(each), patterns[index].ReplaceAllString(each, "${1}"+Mark)
			if made != wanted {
				t.Errorf("%s makes of %q\n%q, not\n%q", shape.name, each, made, wanted)
			}
			if wanted != each {
				found++
			}
		}
	}
	if found < 500 {
		t.Errorf("only %d texts held a shape", found)
	}
}

const beginnings = `AKIA ASIA ABIA ACCA ABSK ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ glpat- gldt- glrt- glcbt- glptt- glft- glimt-
	gloas- glsoat- glagent- xoxa- xoxb- xoxc- xoxd- xoxe. xoxo- xoxp- xoxs- xapp-1- sk_live_ sk_test_ rk_test_ sk_prod_
	whsec_ AIza ya29. GOCSPX- sk- npm_ pypi- rubygems_ SK key- dop_v1_ doo_v1_ dor_v1_ shpat_ shpca_ shppa_ shpss_
	sq0atp- sq0csp- sq0idp- hf_ dapi hvs. hvb. hvr. sntrys_ sntryu_ NRAK- ATATT3 dckr_pat_ bedrock-api-key- lin_api_ ntn_
	AGE-SECRET-KEY-1 12345678:AA 1234567890:AA hooks.slack.com/services/ hooks.slack.com/triggers/ glsa_ SG. PMAK- eyJ
	discord.com/api/webhooks/123456/ discordapp.com/api/webhooks/1234567890/ MTIzNDU2Nzg5MDEyMzQ1Njc4. N`

func likeShapes() (made []string) {
	digits := strings.Repeat("0a1B2c", 8)
	for _, beginning := range strings.Fields(beginnings) {
		for _, tail := range []string{
			strings.Repeat("0a", 21), strings.Repeat("0A", 21), strings.Repeat("0a", 8), strings.Repeat("0", 24) + "-" + digits,
			digits[:32] + "_" + strings.Repeat("0a", 4), digits[:20] + "." + digits[:20], digits[:20] + "." + digits[:6] + "." + digits[:30],
			digits[:6] + "." + digits[:30], "", strings.Repeat("-_", 20), digits[:24] + ".x",
		} {
			token := beginning + tail
			made = append(made, "said ("+token+"), then", "x"+token, "_"+token+"é"+token, token+"."+token, "-"+token+token+"_")
		}
	}
	return made
}

func TestATextThatIsTooLongIsCutFirstAndLosesItsEnd(t *testing.T) {
	// The cut leaves so little of the token that it looks like none.
	long := strings.Repeat("x ", 49_990) + "ghp_1234567890" + strings.Repeat("a1b2c3d4e5", 5)
	made := New(nil).Text(long)
	if strings.Contains(made, "ghp_") || text.Len(made) != 100_000-512+15 || !strings.HasSuffix(made, text.CutMark) {
		t.Errorf("%d code points, … %q", text.Len(made), text.Last(made, 40))
	}
	if wide := New(nil).Text(strings.Repeat("é", 100_001)); text.Len(wide) != 100_000-512+15 {
		t.Errorf("%d code points", text.Len(wide))
	}
}

func TestBytesThatAreNoText(t *testing.T) {
	if made := New(nil).Text("a\xffb password=\xfe\xfd"); made != "a\ufffdb password="+Mark {
		t.Errorf("%q", made)
	}
}

func asJSON(t *testing.T, value any) string {
	made, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(made)
}
