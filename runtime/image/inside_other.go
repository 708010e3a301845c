//go:build !linux

package image

import (
	"errors"
	"os"
	"os/exec"
)

func openInside(*os.File, string, int) (*os.File, error) {
	return nil, errors.New("images run on Linux only")
}

const onlyPath = 0

func dieWithUs(*exec.Cmd) {}
