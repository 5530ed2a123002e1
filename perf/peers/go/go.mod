module perf-peer-go

go 1.19
