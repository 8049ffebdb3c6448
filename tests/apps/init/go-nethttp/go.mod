module example.org/hits

go 1.22
