module github.com/splat-heal/splat/sdk/go

go 1.21
