package redact

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"
	"time"

	"github.com/splat-heal/splat/sdk/go/internal/quick"
)

var hostile = []string{
	"a", "4", "4242 ", "4 ", "a.b-", "=", ":", `\`, `"`, `password="`, `password=\'`, `password=\\\'`, `password='a\`,
	"password=[", "password=[(", "password=   ", "cookie:a\n", "'cookie:a\n", `"cookie:a `, `password=\a`, "password: bearer ",
	" --password", " -pass word", " -u a", "=-u=", "(-u (", "<password>", "<password>a</", "://", "://a:b", "@a:", "Bearer ",
	"Bearer      ", "b", "-----BEGIN PRIVATE KEY-----", "-----BEGIN ", "eyJaaaaaaaa", "eyJaaaaaaaa.", "SG.aaaaaaaaaaaaaaaa",
	"MTIzNDU2Nzg5MDEyMzQ1Njc4.", "M", ".MTIzNDU2Nzg5MDEyMzQ1Njc4", "sk-", "xoxb-", "glpat-", "gl", "A", "12345678:AA", "12345678 ",
	"discord.com/api/webhooks/1", "?a=b&key=", "password='{a", "passwordpassword", "aA", "\n", Mark, "é", "\xff", "password=é",
	"password='" + `\é`, "x=string(1) ", "a=[REDACTED", "token=" + Mark, "a b=\"", "password=`(", " --a-b=-c",
}

// Were it not linear, 100,000 characters would take minutes.
func TestHostileTextsTakeNoLongTime(t *testing.T) {
	redactor := New([]string{"shoe size"})
	for _, unit := range hostile {
		long := strings.Repeat(unit, 100_000/len(unit))
		quick.Within(t, time.Second, fmt.Sprintf("%q", unit), func() {
			redactor.Text(long)
			redactor.Source(long)
		})
	}
}

const pieces = "password token session api_key Authorization cookie = : := => == :: :// ' \" ` \\ \\' \\\" [ ] ( ) { } < > </ " +
	", ; & ? @ - -- -u --user Bearer basic abc hunter2 4242 1 u' true None [REDACTED] <password> $ %s {x key sig state " +
	". é -----BEGIN#PRIVATE#KEY----- -----END#PRIVATE#KEY----- user:pw@host # ## \n \t \r \u3000 \x00 \xff string(3)#\" ghp_"

func anything(random *rand.Rand, most int) string {
	all := strings.Split(pieces, " ")
	var made strings.Builder
	for count := random.Intn(most); count > 0; count-- {
		made.WriteString(strings.ReplaceAll(all[random.Intn(len(all))], "#", " "))
	}
	return made.String()
}

func TestTwiceShowsNoMore(t *testing.T) {
	redactor := New(nil)
	for seed := int64(0); seed < 3_000; seed++ {
		given := anything(rand.New(rand.NewSource(seed)), 12)
		for _, redact := range []func(string) string{redactor.Text, redactor.Source} {
			once := redact(given)
			// Each text between the marks of the second was between those of the first.
			rest := once
			for _, part := range strings.Split(redact(once), Mark) {
				_, behind, found := strings.Cut(rest, part)
				if !found {
					t.Fatalf("of %q came %q and then %q", given, once, redact(once))
				}
				rest = behind
			}
		}
	}
}

func TestNoPublishedShapeSurvives(t *testing.T) {
	_, patterns := rows(t)
	redactor := New(nil)
	for _, each := range likeShapes() {
		if !strings.HasPrefix(each, "said (") {
			continue // twice in a row, the second one may stand where none can begin
		}
		for _, pattern := range patterns {
			if match := pattern.FindStringSubmatch(each); match != nil && strings.Count(each, match[2]) == 1 {
				for _, made := range []string{redactor.Text(each), redactor.Source("\n" + each)} {
					if strings.Contains(made, match[2]) {
						t.Fatalf("%q is left in %q", match[2], made)
					}
				}
			}
		}
	}
}

func TestNoNamedValueSurvives(t *testing.T) {
	names := strings.Fields("password DB_PASSWORD userApiKey client-secret x.authToken api_keys credit_card privateKey")
	forms := []string{
		"N=V", "N: V", `N = "V"`, "'N': 'V'", `"N":"V"`, `\"N\":\"V\"`, "N => 'V'", "N=['V', 'x']", "?a=b&N=V&c=d", "<N>V</N>",
		"N=Bearer V", "N: b'V'", "--N V",
	}
	for seed := int64(0); seed < 2_000; seed++ {
		random := rand.New(rand.NewSource(seed))
		before, after := anything(random, 8), anything(random, 8)
		if strings.ContainsAny(before+after, "'\"`\\") || strings.Contains(before, "://") || strings.Contains(before, "</") {
			continue // an open quote before may make one string of both
		}
		form, name := forms[random.Intn(len(forms))], names[random.Intn(len(names))]
		said := before + "\n" + strings.NewReplacer("N", name, "V", "abcdef123xyz").Replace(form) + "\n" + after
		if made := New(nil).Text(said); strings.Contains(made, "abcdef123xyz") && !strings.Contains(name, ".") {
			t.Fatalf("%q: %q", said, made)
		}
	}
}
