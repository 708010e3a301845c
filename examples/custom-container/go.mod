module custom-container

go 1.22
