package web

import "github.com/gin-gonic/gin"

func Router() *gin.Engine {
	r := gin.Default()
	r.GET("/", func(c *gin.Context) { c.String(200, c.Query("a")[:1]) })
	return r
}
