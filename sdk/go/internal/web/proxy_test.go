package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"
)

func TestTheProxyOfTheEnvironmentIsUsed(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		fmt.Fprint(writer, "through the proxy to "+request.URL.String())
	}))
	defer proxy.Close()
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), "SPLAT_TEST_ASK=http://collector.invalid", "HTTP_PROXY="+proxy.URL, "NO_PROXY=")
	said, err := command.CombinedOutput()
	if wanted := "through the proxy to http://collector.invalid/path"; err != nil || string(said) != wanted {
		t.Errorf("%s, %v", said, err)
	}
}
