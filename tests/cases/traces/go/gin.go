package main

import (
	"net/http/httptest"

	"github.com/gin-gonic/gin"
)

func show(c *gin.Context) {
	var name *string
	c.String(200, *name)
}

func main() {
	gin.SetMode(gin.ReleaseMode)
	r := gin.Default()
	r.GET("/user", show)
	r.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/user", nil))
}
