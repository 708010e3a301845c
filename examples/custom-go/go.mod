module example.com/custom-go

go 1.22
