module example.org/api

go 1.22

require example.org/lib v0.0.0

replace example.org/lib => ../lib
