package stock

import (
	"net/http/httptest"
	"testing"
)

func get(item string) (int, string) {
	answer := httptest.NewRecorder()
	Recovering(filled()).ServeHTTP(answer, httptest.NewRequest("GET", "/?item="+item, nil))
	return answer.Code, answer.Body.String()
}

func TestServe(t *testing.T) {
	if code, body := get("cup"); code != 200 || body != "A1" {
		t.Fatalf("got %d %q", code, body)
	}
}
