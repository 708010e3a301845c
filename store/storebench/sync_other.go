//go:build !linux

package storebench

import "os"

func syncData(file *os.File) error { return file.Sync() }
