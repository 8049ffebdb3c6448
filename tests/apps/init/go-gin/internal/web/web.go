package web

import "github.com/gin-gonic/gin"

func Router() *gin.Engine {
	r := gin.Default()
	r.GET("/", func(c *gin.Context) { c.String(200, first(c.Query("a"))) })
	return r
}

func first(word string) string { return word[:1] }
