module example.com/polls

go 1.25
