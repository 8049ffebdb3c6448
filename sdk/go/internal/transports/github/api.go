package github

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/splat-heal/splat/sdk/go/internal/redact"
	"github.com/splat-heal/splat/sdk/go/internal/text"
	"github.com/splat-heal/splat/sdk/go/internal/values"
	"github.com/splat-heal/splat/sdk/go/internal/web"
)

const (
	enterprise = "/api/v3"

	canonicalQuestion = "query($owner:String!,$name:String!,$number:Int!){repository(owner:$owner,name:$name)" +
		"{issue(number:$number){duplicateOf{number repository{nameWithOwner}}}}}"
)

// never is that GitHub refused for good. The user was told.
type never struct{ status int }

func (n *never) Error() string { return fmt.Sprintf("status %d", n.status) }

// errGone is that the issue is not there any more.
var errGone = errors.New("the issue is gone")

type object = map[string]any

// api is the requests to one repository, seen with one token. Every method may answer with *web.Later and *never.
type api struct {
	client *web.Client
	prefix string // of all paths
	at     string // the repository's
	repo   string
	warn   values.Warn
	told   map[int]bool
}

// newAPI takes the API's address, https://api.github.com or https://HOST/api/v3. An error when one of them cannot be used.
func newAPI(config Config) (*api, error) {
	at, err := url.Parse(config.APIURL)
	if err != nil {
		return nil, errors.New("the address must begin with https:// (or http://) and name a host")
	}
	client, err := web.New(config.APIURL, http.Header{
		"Accept":               {"application/vnd.github+json"},
		"X-Github-Api-Version": {"2022-11-28"},
		"Authorization":        {"Bearer " + config.Token},
		"User-Agent":           {"splat-go"},
	})
	if err != nil {
		return nil, err
	}
	owner, name, _ := strings.Cut(config.Repo, "/")
	prefix := strings.TrimRight(at.EscapedPath(), "/")
	return &api{
		client: client, prefix: prefix, at: prefix + "/repos/" + url.PathEscape(owner) + "/" + url.PathEscape(name),
		repo: config.Repo, warn: config.Warn, told: map[int]bool{},
	}, nil
}

// listing is a page of the repository's issues, and the tag to ask for it again with; isSame when it is what tag was
// given for.
func (a *api) listing(path, tag string) (entries []any, newTag string, isSame bool, err error) {
	header := map[string]string{}
	if tag != "" {
		header["If-None-Match"] = tag
	}
	answer, err := a.client.Request(web.Ask{Method: "GET", Path: a.at + path, Header: header, Tries: web.AllTries})
	if err == nil && answer.Status == http.StatusNotModified {
		return nil, tag, true, nil
	}
	value, err := a.good(answer, err)
	entries, _ = value.([]any)
	if err == nil {
		newTag = answer.Header.Get("Etag")
	}
	return entries, newTag, false, err
}

// issue is one issue; errGone when it was deleted or moved away.
func (a *api) issue(number int64) (any, error) { return a.ofIssue("GET", number, nil) }

// change is the issue after the change; errGone as with issue.
func (a *api) change(number int64, fields object) (any, error) {
	return a.ofIssue("PATCH", number, fields)
}

func (a *api) ofIssue(method string, number int64, fields object) (any, error) {
	ask := web.Ask{Method: method, Path: a.at + "/issues/" + strconv.FormatInt(number, 10), Tries: web.AllTries}
	if fields != nil {
		ask.Data = encoded(fields)
	}
	answer, err := a.client.Request(ask)
	if err == nil && (answer.Status == http.StatusNotFound || answer.Status == http.StatusGone) {
		return nil, errGone
	}
	return a.good(answer, err)
}

// isPublic is true unless the API says that the repository is private (I9).
func (a *api) isPublic() (bool, error) {
	value, err := a.good(a.client.Request(web.Ask{Method: "GET", Path: a.at, Tries: web.AllTries}))
	data, _ := value.(object)
	return data["private"] != true, err
}

// ownID is the numeric id of the token's account; 0 for a token of an installation, which may not ask.
func (a *api) ownID() (int64, error) {
	answer, err := a.client.Request(web.Ask{Method: "GET", Path: a.prefix + "/user", Tries: web.AllTries})
	if err != nil || answer.Status != http.StatusOK {
		return 0, err
	}
	value, err := answer.JSON()
	data, _ := value.(object)
	id, _ := data["id"].(int64)
	return id, err
}

// canonicalOf is the issue of this repository that GitHub has on record for a closed duplicate; 0 when there is none.
func (a *api) canonicalOf(number int64) (int64, error) {
	owner, name, _ := strings.Cut(a.repo, "/")
	root := a.prefix
	if before, is := strings.CutSuffix(root, enterprise); is {
		root = before + "/api"
	}
	question := encoded(object{
		"query": canonicalQuestion, "variables": object{"owner": owner, "name": name, "number": number},
	})
	answer, err := a.client.Request(web.Ask{Method: "POST", Path: root + "/graphql", Data: question, Tries: 1})
	if err != nil || answer.Status != http.StatusOK {
		return 0, err
	}
	value, err := answer.JSON()
	found, _ := value.(object)
	for _, key := range [...]string{"data", "repository", "issue", "duplicateOf"} {
		found = values.Map(found, key)
	}
	if !strings.EqualFold(values.Text(values.Map(found, "repository"), "nameWithOwner"), a.repo) {
		return 0, err
	}
	canonical, _ := found["number"].(int64)
	return canonical, err
}

// create is the issue as GitHub made it. Tried once: when no answer came, only the next listing tells what happened.
func (a *api) create(title, body string, labels []string) (any, error) {
	data := encoded(object{"title": title, "body": body, "labels": labels})
	return a.good(a.client.Request(web.Ask{Method: "POST", Path: a.at + "/issues", Data: data, Tries: 1}))
}

// comment is tried once: a comment too few is better than the same one four times.
func (a *api) comment(number int64, said string) error {
	path := a.at + "/issues/" + strconv.FormatInt(number, 10) + "/comments"
	_, err := a.good(a.client.Request(web.Ask{Method: "POST", Path: path, Data: encoded(object{"body": said}), Tries: 1}))
	return err
}

func encoded(data object) []byte {
	made, err := json.Marshal(data)
	if err != nil {
		panic(err) // texts and numbers alone are sent
	}
	return made
}

// good is the JSON of an answer of success; any other is refused, and the user told once a status.
func (a *api) good(answer *web.Answer, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	if 200 <= answer.Status && answer.Status < 300 {
		return answer.JSON()
	}
	if !a.told[answer.Status] {
		a.told[answer.Status] = true
		a.warn(fmt.Sprintf("github %d", answer.Status),
			fmt.Sprintf("GitHub refused (%d%s): %s", answer.Status, reason(answer), a.advice(answer.Status)))
	}
	return nil, &never{answer.Status}
}

func (a *api) advice(status int) string {
	switch {
	case status == 401:
		return "the token is wrong, expired or revoked. Give the option Token (or SPLAT_TOKEN) one that is valid. " +
			"Errors are not reported until then."
	case status == 403:
		return fmt.Sprintf("the token may not do this in %[1]s. Give it read and write access to the issues of %[1]s "+
			"(classic tokens: the scope `repo`; organisations with single sign-on: authorize it there).", a.repo)
	case status == 404:
		return fmt.Sprintf("there is no repository %[1]s, or the token may not see it. Check the option Repo (owner/name), "+
			"and that the token has access to %[1]s.", a.repo)
	case status == 410:
		return fmt.Sprintf("issues are turned off in %s. Turn them on in the repository's settings.", a.repo)
	case status == 422:
		return fmt.Sprintf("what was sent to %s is not accepted. That report is dropped. Please tell the makers of splat.", a.repo)
	case 300 <= status && status < 400:
		return "it answers from another address, where the token is not sent. Check the options APIURL and Repo."
	}
	return "the request is not accepted. Check the options APIURL, Repo and Token."
}

// reason is what GitHub says, as one short line of text.
func reason(answer *web.Answer) string {
	value, err := answer.JSON()
	data, _ := value.(object)
	if message := values.Text(data, "message"); err == nil && message != "" {
		// What stands between may answer with what it was sent.
		return ", " + text.OneLine(redact.New(nil).Text(message), 200)
	}
	return ""
}
