// Command fcemu runs Alibaba Cloud Function Compute on a developer's own machine.
package main

import (
	"os"

	"github.com/fcemu/fcemu/cmd"
)

// version is set by the linker.
var version = "dev"

func main() { os.Exit(cmd.Main(version, os.Args[1:])) }
