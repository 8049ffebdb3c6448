package redact

import (
	"strings"
	"sync"
)

// part is a piece of a published shape: one of several texts, or so many characters of a set (most 0 is no bound).
type part struct {
	texts       []string
	of          *set
	least, most int
}

// shape is one line of X3. Where it begins is told from what stands before it: none of `before`, when there is one.
// The first `kept` parts stay. A run is followed by what it cannot hold, so no part is ever read twice.
type shape struct {
	name   string
	before *set
	kept   int
	parts  []part

	start  string // what all begin with, or "" and
	starts *set   // the characters that they begin with
}

var (
	notB = setOf("0-9A-Za-z")   // B of X3: what may not stand before
	notE = setOf("0-9A-Za-z_-") // E of X3
)

func one(of string) part { return part{texts: strings.Split(of, "|")} }
func runOf(class string, least, most int) part {
	return part{of: setOf(class), least: least, most: most}
}

// shapes are those of X3, in their order.
var shapes = sync.OnceValue(func() []shape {
	all := []shape{
		{name: "aws", before: notB, kept: 0, parts: []part{one("AKIA|ASIA|ABIA|ACCA"), runOf("0-9A-Z", 16, 0)}},
		{name: "aws-bedrock", before: notB, kept: 0, parts: []part{one("ABSK|bedrock-api-key-"), runOf("0-9A-Za-z+/=", 40, 0)}},
		{name: "github", before: notB, kept: 0, parts: []part{one("ghp_|gho_|ghu_|ghs_|ghr_"), runOf("0-9A-Za-z_", 20, 0)}},
		{name: "github-pat", before: notB, kept: 0, parts: []part{one("github_pat_"), runOf("0-9A-Za-z_", 20, 0)}},
		{name: "gitlab", before: notB, kept: 0, parts: []part{
			one("glpat-|gldt-|glrt-|glcbt-|glptt-|glft-|glimt-|gloas-|glsoat-|glagent-"), runOf("0-9A-Za-z_.-", 16, 0)}},
		{name: "slack", before: notB, kept: 0, parts: []part{one("xox"), runOf("abcdeops", 1, 1), runOf(".-", 1, 1), runOf("0-9A-Za-z.-", 10, 0)}},
		{name: "slack-app", before: notB, kept: 0, parts: []part{one("xapp-"), runOf("0-9", 1, 1), one("-"), runOf("0-9A-Za-z-", 10, 0)}},
		{name: "slack-webhook", before: nil, kept: 2, parts: []part{
			one("hooks.slack.com/"), one("services/|workflows/|triggers/"), runOf("0-9A-Za-z_/-", 20, 0)}},
		{name: "discord-webhook", before: nil, kept: 3, parts: []part{
			one("discord.com/api/webhooks/|discordapp.com/api/webhooks/"), runOf("0-9", 5, 25), one("/"),
			runOf("0-9A-Za-z_-", 20, 0)}},
		{name: "stripe", before: notB, kept: 0, parts: []part{
			one("sk_live_|sk_test_|sk_prod_|rk_live_|rk_test_|rk_prod_"), runOf("0-9A-Za-z", 10, 0)}},
		{name: "stripe-webhook", before: notB, kept: 0, parts: []part{one("whsec_"), runOf("0-9A-Za-z+/=", 20, 0)}},
		{name: "google", before: notB, kept: 0, parts: []part{one("AIza"), runOf("0-9A-Za-z_-", 35, 0)}},
		{name: "google-oauth", before: notB, kept: 0, parts: []part{one("ya29."), runOf("0-9A-Za-z_.-", 20, 0)}},
		{name: "google-secret", before: notB, kept: 0, parts: []part{one("GOCSPX-"), runOf("0-9A-Za-z_-", 20, 0)}},
		{name: "sk", before: notE, kept: 0, parts: []part{one("sk-"), runOf("0-9A-Za-z_-", 20, 0)}},
		{name: "npm", before: notB, kept: 0, parts: []part{one("npm_"), runOf("0-9A-Za-z", 30, 0)}},
		{name: "pypi", before: notB, kept: 0, parts: []part{one("pypi-"), runOf("0-9A-Za-z_-", 32, 0)}},
		{name: "rubygems", before: notB, kept: 0, parts: []part{one("rubygems_"), runOf("0-9a-f", 40, 0)}},
		{name: "sendgrid", before: notB, kept: 0, parts: []part{one("SG."), runOf("0-9A-Za-z_-", 16, 64), one("."), runOf("0-9A-Za-z_-", 16, 0)}},
		{name: "twilio", before: notB, kept: 0, parts: []part{one("SK"), runOf("0-9a-f", 32, 0)}},
		{name: "mailgun", before: notB, kept: 0, parts: []part{one("key-"), runOf("0-9a-f", 32, 0)}},
		{name: "digitalocean", before: notB, kept: 0, parts: []part{one("doo_v1_|dop_v1_|dor_v1_"), runOf("0-9a-f", 40, 0)}},
		{name: "shopify", before: notB, kept: 0, parts: []part{one("shpat_|shpca_|shppa_|shpss_"), runOf("0-9A-Fa-f", 32, 0)}},
		{name: "square", before: notB, kept: 0, parts: []part{one("sq0atp-|sq0csp-|sq0idp-"), runOf("0-9A-Za-z_-", 20, 0)}},
		{name: "huggingface", before: notB, kept: 0, parts: []part{one("hf_"), runOf("0-9A-Za-z", 30, 0)}},
		{name: "databricks", before: notB, kept: 0, parts: []part{one("dapi"), runOf("0-9a-f", 32, 0)}},
		{name: "vault", before: notB, kept: 0, parts: []part{one("hvs.|hvb.|hvr."), runOf("0-9A-Za-z_-", 24, 0)}},
		{name: "grafana", before: notB, kept: 0, parts: []part{one("glsa_"), runOf("0-9A-Za-z", 32, 32), one("_"), runOf("0-9a-f", 8, 0)}},
		{name: "sentry", before: notB, kept: 0, parts: []part{one("sntrys_|sntryu_"), runOf("0-9A-Za-z_+/=-", 30, 0)}},
		{name: "newrelic", before: notB, kept: 0, parts: []part{one("NRAK-"), runOf("0-9A-Z", 27, 0)}},
		{name: "atlassian", before: notB, kept: 0, parts: []part{one("ATATT3"), runOf("0-9A-Za-z_=-", 30, 0)}},
		{name: "docker", before: notB, kept: 0, parts: []part{one("dckr_pat_"), runOf("0-9A-Za-z_-", 20, 0)}},
		{name: "linear", before: notB, kept: 0, parts: []part{one("lin_api_"), runOf("0-9A-Za-z", 30, 0)}},
		{name: "postman", before: notB, kept: 0, parts: []part{one("PMAK-"), runOf("0-9a-f", 24, 24), one("-"), runOf("0-9a-f", 34, 0)}},
		{name: "notion", before: notB, kept: 0, parts: []part{one("ntn_"), runOf("0-9A-Za-z", 40, 0)}},
		{name: "age", before: notB, kept: 0, parts: []part{one("AGE-SECRET-KEY-1"), runOf("0-9A-Z", 40, 0)}},
		{name: "telegram", before: notB, kept: 0, parts: []part{runOf("0-9", 8, 10), one(":AA"), runOf("0-9A-Za-z_-", 32, 0)}},
		{name: "discord-bot", before: notE, kept: 0, parts: []part{
			runOf("MNO", 1, 1), runOf("0-9A-Za-z_-", 23, 27), one("."), runOf("0-9A-Za-z_-", 6, 6), one("."),
			runOf("0-9A-Za-z_-", 27, 0)}},
		{name: "jwt", before: notE, kept: 0, parts: []part{
			one("eyJ"), runOf("0-9A-Za-z_-", 8, 0), one("."), runOf("0-9A-Za-z_-", 8, 0), one(".|"), runOf("0-9A-Za-z_-", 0, 0),
			one(".|"), runOf("0-9A-Za-z_-", 0, 0), one(".|"), runOf("0-9A-Za-z_-", 0, 0)}},
	}
	for index := range all {
		all[index].prepare()
	}
	return all
})

func (s *shape) prepare() {
	first := s.parts[0]
	if s.starts = first.of; s.starts != nil {
		return
	}
	s.start, s.starts = first.texts[0], &set{}
	for _, each := range first.texts {
		for !strings.HasPrefix(each, s.start) {
			s.start = s.start[:len(s.start)-1]
		}
		s.starts[each[0]] = true
	}
}

// shortest is how long the shortest text is that any shape fits.
const shortest = 15

// hidePublished is X3.
func hidePublished(text string) string {
	if len(text) < shortest {
		return text
	}
	for _, each := range shapes() {
		text = each.hide(text)
	}
	return text
}

func (s *shape) hide(text string) string {
	made := edits{text: text}
	for at := s.next(text, 0); at >= 0; {
		next := at + 1
		// What stands before belongs to the match too, and so to no match before it.
		if at == 0 || s.before == nil || at > made.done && !s.before[text[at-1]] {
			if start, end := s.match(text, at); end > 0 {
				made.hide(start, end)
				next = end
			}
		}
		at = s.next(text, next)
	}
	return made.result()
}

// next is where the shape may begin, from at on; -1 where it cannot any more.
func (s *shape) next(text string, at int) int {
	if s.start != "" {
		found := strings.Index(text[at:], s.start)
		if found < 0 {
			return -1
		}
		return at + found
	}
	for ; at < len(text); at++ {
		if s.starts[text[at]] && (at == 0 || !s.before[text[at-1]]) {
			return at
		}
	}
	return -1
}

// match is where the secret of the shape at at begins and ends; 0, 0 where it does not fit.
func (s *shape) match(text string, at int) (start, end int) {
	start = at
	for index, each := range s.parts {
		if index == s.kept {
			start = at
		}
		if each.of == nil {
			length := prefixOf(text[at:], each.texts)
			if length < 0 {
				return 0, 0
			}
			at += length
			continue
		}
		behind := each.of.run(text, at, each.most)
		if behind-at < each.least {
			return 0, 0
		}
		at = behind
	}
	return start, at
}

func prefixOf(text string, each []string) int {
	for _, one := range each {
		if strings.HasPrefix(text, one) {
			return len(one)
		}
	}
	return -1
}
