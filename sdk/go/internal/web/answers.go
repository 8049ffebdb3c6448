package web

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// isForAnotherTry tells what is tried again (T2).
func isForAnotherTry(answer *Answer) bool {
	if answer.Status == http.StatusTooManyRequests || answer.Status >= 500 {
		return true
	}
	if answer.Status != http.StatusForbidden {
		return false
	}
	return answer.Header.Get("Retry-After") != "" || answer.Header.Get("X-Ratelimit-Remaining") == "0" ||
		bytes.Contains(answer.Body[:min(len(answer.Body), 2_000)], []byte("secondary rate limit"))
}

// askedPause is how long the answer asks to wait; false when it says nothing.
func (c *Client) askedPause(answer *Answer) (time.Duration, bool) {
	pause, asked := time.Duration(0), false
	if isForAnotherTry(answer) {
		pause, asked = c.retryAfter(answer.Header.Get("Retry-After"))
	}
	if !asked && answer.Header.Get("X-Ratelimit-Remaining") == "0" {
		if reset, is := wholeNumber(answer.Header.Get("X-Ratelimit-Reset")); is {
			pause, asked = time.Unix(reset, 0).Sub(c.Now()), true
		}
	}
	if !asked && answer.Status == http.StatusForbidden && isForAnotherTry(answer) {
		// GitHub: where a secondary limit names no time, wait at least a minute.
		pause, asked = longestWait+time.Second, true
	}
	return min(max(pause, 0), longestSilent), asked
}

func (c *Client) retryAfter(value string) (time.Duration, bool) {
	if seconds, is := wholeNumber(value); is {
		return time.Duration(min(seconds, int64(longestSilent/time.Second))) * time.Second, true
	}
	told, err := http.ParseTime(value)
	return told.Sub(c.Now()), err == nil
}

func wholeNumber(text string) (int64, bool) {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > 15 || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	number, err := strconv.ParseInt(text, 10, 64)
	return number, err == nil
}

// named is what went wrong on the way, in words of ours: a library's may repeat what was sent.
func named(err error) string {
	var (
		certificate *tls.CertificateVerificationError
		authority   x509.UnknownAuthorityError
		hostname    x509.HostnameError
		resolving   *net.DNSError
		number      syscall.Errno
		timeout     interface{ Timeout() bool }
	)
	switch {
	case errors.As(err, &certificate), errors.As(err, &authority), errors.As(err, &hostname):
		return "its certificate is not trusted"
	case errors.As(err, &resolving):
		return "the name does not resolve"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "no answer in time"
	case errors.As(err, &number):
		return number.Error()
	case isOf(err, "proxyconnect"):
		return "the proxy that the environment names cannot be used"
	}
	return "the connection broke"
}

func isOf(err error, operation string) bool {
	var found *net.OpError
	return errors.As(err, &found) && found.Op == operation
}
