package main

import (
	"errors"
	"os"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
)

func main() {
	e := echo.New()
	e.HideBanner = true
	e.Use(middleware.Logger())
	e.Use(middleware.Recover())
	e.GET("/", func(c echo.Context) error { return c.String(200, "ok") })
	e.GET("/notes/:id", show)
	e.Logger.Fatal(e.Start(":" + os.Getenv("PORT")))
}

func show(c echo.Context) error {
	if c.Param("id") != "1" {
		panic(errors.New("no such note"))
	}
	return c.String(200, "a note")
}
