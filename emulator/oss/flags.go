package oss

import "syscall"

// openFlags keep a named pipe that lies in a bucket from holding up its reader.
const openFlags = syscall.O_NONBLOCK
