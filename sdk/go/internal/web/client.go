// Package web is a small HTTP client for one server, with the rules of T2 and T5.
package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/splat-heal/splat/sdk/go/internal/canonical"
)

const (
	connectTime   = 5 * time.Second
	readTime      = 10 * time.Second
	longestWait   = 60 * time.Second // a longer one than this is not waited for
	longestSilent = 24 * time.Hour
	leastTime     = 50 * time.Millisecond
	mostRedirects = 3

	// MaxAnswer is an answer's most bytes: a page of 100 issues has at most 65,536 bytes of text for each, some escaped.
	MaxAnswer = 32 << 20
	// LongestWait is the longest that is waited for a server that asks for it.
	LongestWait = longestWait
)

// Backoff are the waits before the second, third and fourth try.
var Backoff = [...]time.Duration{time.Second, 2 * time.Second, 4 * time.Second}

// AllTries is for Request: as many as T2 allows.
const AllTries = 1 + len(Backoff)

// Spread is a wait times a random factor from 0.5 to 1.5.
func Spread(wait time.Duration) time.Duration {
	return time.Duration(float64(wait) * (0.5 + rand.Float64()))
}

// Later is that there is no usable answer now. It says what came instead, and holds no secret.
type Later struct {
	Why         string
	Unreachable bool // the server did not answer at all: what stands in the way may be for a person to move
}

func (l *Later) Error() string { return l.Why }

// Answer is what the server said last.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// JSON is the body: mappings, lists, texts, int64 and float64. Later when it is none, for then something else answered in
// the server's place.
func (a *Answer) JSON() (any, error) {
	value, err := canonical.Parse(string(a.Body))
	if err != nil {
		return nil, &Later{Why: fmt.Sprintf("the answer with status %d is not JSON", a.Status)}
	}
	return value, nil
}

// Client sends requests to one server. One goroutine uses it; Hurry may come from any other.
type Client struct {
	base    *url.URL
	header  http.Header
	client  http.Client
	context context.Context
	cancel  context.CancelFunc

	lock      sync.Mutex
	deadline  time.Time // zero until Hurry
	hurried   chan struct{}
	notBefore time.Time
	ahead     time.Duration // of our clock
}

// New takes the address that paths are appended to, and what goes with every request, never to another host. An error
// for what cannot be used; it quotes none of it.
func New(base string, header http.Header) (*Client, error) {
	at, err := url.Parse(base)
	if err != nil || at.Scheme != "http" && at.Scheme != "https" || at.Hostname() == "" {
		return nil, errors.New("the address must begin with https:// (or http://) and name a host")
	}
	for _, each := range header {
		if len(each) != 1 || strings.ContainsFunc(each[0], func(char rune) bool { return char < ' ' || char > '~' }) {
			return nil, errors.New("the token or another header has a character that no header can hold")
		}
	}
	made := &Client{base: &url.URL{Scheme: at.Scheme, Host: at.Host}, header: header, hurried: make(chan struct{})}
	made.context, made.cancel = context.WithCancel(context.Background())
	made.client = http.Client{
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: connectTime}).DialContext,
			TLSHandshakeTimeout:   connectTime,
			ResponseHeaderTimeout: readTime,
			IdleConnTimeout:       readTime,
			MaxIdleConns:          1,
			ForceAttemptHTTP2:     true,
		},
		// Redirects are followed by our own rules.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return made, nil
}

// Hurry lets nothing wait beyond the deadline from now on.
func (c *Client) Hurry(deadline time.Time) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.deadline.IsZero() {
		close(c.hurried)
	}
	c.deadline = deadline
	time.AfterFunc(time.Until(deadline), func() {
		if c.Left(1) <= 0 { // none was given since that is later
			c.cancel()
		}
	})
}

// Hurried tells whether the process ends.
func (c *Client) Hurried() bool {
	select {
	case <-c.hurried:
		return true
	default:
		return false
	}
}

// Left is the time that may still be spent, at most so much.
func (c *Client) Left(most time.Duration) time.Duration {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.deadline.IsZero() {
		return most
	}
	return min(most, time.Until(c.deadline))
}

// Now is the server's clock, as far as it is known.
func (c *Client) Now() time.Time { return time.Now().Add(c.ahead) }

// Wait sleeps; Later when the process ends before that would be over.
func (c *Client) Wait(wait time.Duration, why string) error {
	until := time.Now().Add(wait)
	hurried := c.hurried
	for {
		rest := time.Until(until)
		if rest <= 0 {
			return nil
		}
		if c.Left(rest) < rest {
			return &Later{Why: why + "; the process ends before it could be tried again"}
		}
		timer := time.NewTimer(rest)
		select {
		case <-timer.C:
		case <-hurried:
			hurried = nil
		}
		timer.Stop()
	}
}

// Pause sleeps, but no longer once the process ends.
func (c *Client) Pause(wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.hurried:
	}
}

// SilentFor is how long the server wants to hear nothing.
func (c *Client) SilentFor() time.Duration { return max(0, time.Until(c.notBefore)) }

// Drop closes the connection; the next request opens one.
func (c *Client) Drop() { c.client.CloseIdleConnections() }

// Ask is a request: Path begins with a slash and is appended to the base; Tries is AllTries or fewer; an answer of more
// than Limit bytes (MaxAnswer when 0) counts as none.
type Ask struct {
	Method, Path string
	Data         []byte // JSON
	Header       map[string]string
	Tries        int
	Limit        int64
}

// Request is the server's answer, whatever its status, after the tries that T2 allows; Later when there is none.
func (c *Client) Request(ask Ask) (*Answer, error) {
	if ask.Limit == 0 {
		ask.Limit = MaxAnswer
	}
	for try := 1; ; try++ {
		if rest := c.SilentFor(); rest > 0 {
			return nil, &Later{Why: fmt.Sprintf("%s asked for silence for %.0f s more", c.base.Hostname(), rest.Seconds())}
		}
		answer, why := c.follow(ask)
		later := &Later{Why: c.base.Hostname() + ": " + why, Unreachable: true}
		pause, asked := time.Duration(0), false
		if answer != nil {
			pause, asked = c.askedPause(answer)
			if !isForAnotherTry(answer) {
				c.silence(pause, asked)
				return answer, nil
			}
			later = &Later{Why: fmt.Sprintf("%s answered with status %d", c.base.Hostname(), answer.Status)}
		}
		if try >= ask.Tries || pause > longestWait {
			c.silence(pause, asked)
			if asked {
				later.Why += fmt.Sprintf(" and asks to wait %.0f s", pause.Seconds())
			}
			return nil, later
		}
		if !asked {
			pause = Spread(Backoff[try-1])
		}
		if err := c.Wait(pause, later.Why); err != nil {
			return nil, err
		}
	}
}

// silence lets nothing be sent before the time that the server named.
func (c *Client) silence(wait time.Duration, asked bool) {
	if asked {
		c.notBefore = time.Now().Add(wait)
	}
}

// follow answers nil and why when no whole answer came.
func (c *Client) follow(ask Ask) (answer *Answer, why string) {
	target := *c.base
	onward, err := target.Parse(ask.Path)
	if err != nil {
		return nil, "the path cannot be asked for"
	}
	for redirects := 0; redirects < mostRedirects; redirects++ {
		if answer, why = c.once(ask, onward); answer == nil {
			return nil, why
		}
		// 301 and 302 turn a POST into a GET in many a client: those are left to the caller.
		isKept := answer.Status == 307 || answer.Status == 308
		if !isKept && (ask.Method != http.MethodGet || answer.Status != 301 && answer.Status != 302) {
			return answer, ""
		}
		next, err := onward.Parse(answer.Header.Get("Location"))
		// Another host must not see the token.
		if err != nil || answer.Header.Get("Location") == "" || next.Scheme != c.base.Scheme || !sameHost(next, c.base) {
			return answer, ""
		}
		next.Host, next.User, next.Fragment = c.base.Host, nil, ""
		onward = next
	}
	return answer, ""
}

func sameHost(one, other *url.URL) bool {
	port := func(of *url.URL) string {
		if of.Port() != "" {
			return of.Port()
		}
		return map[string]string{"http": "80", "https": "443"}[of.Scheme]
	}
	return strings.EqualFold(one.Hostname(), other.Hostname()) && port(one) == port(other)
}

func (c *Client) once(ask Ask, target *url.URL) (*Answer, string) {
	most := c.Left(connectTime + readTime)
	if most <= leastTime {
		return nil, "the process ends"
	}
	limited, cancel := context.WithTimeout(c.context, most)
	defer cancel()
	request, err := http.NewRequestWithContext(limited, ask.Method, target.String(), bytes.NewReader(ask.Data))
	if err != nil {
		return nil, "the request cannot be made"
	}
	for name, each := range c.header {
		request.Header[name] = each
	}
	if ask.Data != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, value := range ask.Header {
		request.Header.Set(name, value)
	}
	response, err := c.client.Do(request)
	if err != nil {
		return nil, named(err)
	}
	defer response.Body.Close()
	c.learnTime(response.Header.Get("Date"))
	body, err := io.ReadAll(io.LimitReader(response.Body, ask.Limit+1))
	switch {
	case err != nil && limited.Err() != nil:
		return nil, "no answer in time"
	case err != nil:
		return nil, "the answer ended too early"
	case int64(len(body)) > ask.Limit:
		return nil, fmt.Sprintf("the answer is longer than %d bytes", ask.Limit)
	}
	return &Answer{response.StatusCode, response.Header, body}, ""
}

func (c *Client) learnTime(date string) {
	told, err := http.ParseTime(date)
	if err != nil {
		return
	}
	// The header has whole seconds: below that it is noise.
	if c.ahead = time.Until(told); c.ahead.Abs() <= 2*time.Second {
		c.ahead = 0
	}
}
