module example.com/http-go1-fc2

go 1.21

require github.com/aliyun/fc-runtime-go-sdk v0.3.1
