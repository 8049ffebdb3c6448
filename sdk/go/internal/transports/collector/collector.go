// Package collector delivers batches to a collector's URL (T4).
package collector

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/splat-heal/splat/sdk/go/internal/values"
	"github.com/splat-heal/splat/sdk/go/internal/web"
	"github.com/splat-heal/splat/sdk/go/internal/wire"
)

const (
	mostItems  = 50
	mostBytes  = 1_000_000
	mostAnswer = 1 << 20
)

var hints = map[int]string{
	401: "check the user and password in the URL",
	403: "check what the user in the URL may do",
	404: "check the path in the URL",
	410: "check the path in the URL",
	422: "check that the URL is a collector for Splat's reports",
}

type collector struct {
	client *web.Client
	host   string
	path   string
	warn   values.Warn
}

// New posts {"counts":[…],"reports":[…]}. User and password in the URL go as Basic authorization. Where the URL cannot
// be used, the user is told, and nothing goes out.
func New(address string, warn values.Warn) values.Transport {
	at, err := url.Parse(address)
	if err != nil {
		at = &url.URL{}
	}
	header := http.Header{"User-Agent": {"splat-go"}}
	if at.User != nil {
		password, _ := at.User.Password()
		who := at.User.Username() + ":" + password
		header["Authorization"] = []string{"Basic " + base64.StdEncoding.EncodeToString([]byte(who))}
	}
	client, err := web.New(at.Scheme+"://"+at.Host, header)
	if err != nil {
		warn("collector", "errors are not sent anywhere: "+err.Error()+". Check the option URL.")
	}
	path := &url.URL{Path: "/" + strings.TrimPrefix(at.Path, "/"), RawQuery: at.RawQuery}
	return &collector{client, at.Host, path.String(), warn}
}

// Send posts as many at once as a request may hold.
func (c *collector) Send(batch []values.Item) []values.Outcome {
	made := make([]values.Outcome, 0, len(batch))
	texts := make([]string, len(batch))
	for index, item := range batch {
		text, err := wire.Text(item)
		if err != nil {
			text = ""
		}
		texts[index] = text
	}
	for len(made) < len(batch) {
		end := len(made) + first(texts[len(made):])
		made = append(made, c.post(batch[len(made):end], texts[len(made):end])...)
	}
	return made
}

// Tick owes nothing.
func (c *collector) Tick() {}

// Hurry lets no wait go past the deadline.
func (c *collector) Hurry(deadline time.Time) {
	if c.client != nil {
		c.client.Hurry(deadline)
	}
}

// Close closes the connection.
func (c *collector) Close(time.Time) {
	if c.client != nil {
		c.client.Drop()
	}
}

// first is how many from the front one request may hold, at least one.
func first(texts []string) int {
	size := len(`{"counts":[],"reports":[]}`)
	for index, text := range texts {
		size += len(text) + 1
		if index == mostItems || size > mostBytes && index > 0 {
			return index
		}
	}
	return len(texts)
}

func (c *collector) post(part []values.Item, texts []string) []values.Outcome {
	if c.client == nil {
		return all(part, values.Never)
	}
	answer, err := c.client.Request(web.Ask{
		Method: http.MethodPost, Path: c.path, Data: body(part, texts), Tries: web.AllTries, Limit: mostAnswer,
	})
	var later *web.Later
	switch {
	case errors.As(err, &later):
		// At the end of a process the collector is only slow.
		if later.Unreachable && !c.client.Hurried() {
			c.warn("collector unreachable", "the collector cannot be reached ("+later.Why+"). Errors are kept, and sent when it "+
				"can. Check the option URL, and the network: the environment's HTTPS_PROXY and SSL_CERT_FILE are used.")
		}
		return all(part, values.Later)
	case 200 <= answer.Status && answer.Status < 300:
		return all(part, values.Delivered)
	case answer.Status == http.StatusRequestEntityTooLarge && len(part) > 1:
		half := len(part) / 2
		return append(c.post(part[:half], texts[:half]), c.post(part[half:], texts[half:])...)
	}
	c.refused(answer.Status)
	return all(part, values.Never)
}

// refused warns once a status (T2). The URL is not in it: it may hold a password.
func (c *collector) refused(status int) {
	said := fmt.Sprintf("the collector %s takes no report of this size; it was dropped", c.host)
	if status != http.StatusRequestEntityTooLarge {
		hint := hints[status]
		if hint == "" {
			hint = "check the URL"
		}
		said = fmt.Sprintf("the collector %s answered with status %d: %s; errors are dropped", c.host, status, hint)
	}
	c.warn(fmt.Sprintf("collector %d", status), said)
}

// body is canonical JSON, as each item is.
func body(part []values.Item, texts []string) []byte {
	var counts, reports []string
	for index, item := range part {
		switch {
		case texts[index] == "": // none of JSON's
		case item.Count != nil:
			counts = append(counts, texts[index])
		default:
			reports = append(reports, texts[index])
		}
	}
	return []byte(`{"counts":[` + strings.Join(counts, ",") + `],"reports":[` + strings.Join(reports, ",") + `]}`)
}

func all(part []values.Item, outcome values.Outcome) []values.Outcome {
	made := make([]values.Outcome, len(part))
	for index := range made {
		made[index] = outcome
	}
	return made
}
