package runtime

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime/process"
)

const resolvConf = "/etc/resolv.conf"

// resolver is the function's own resolv.conf, if it wants one: a file that its content names, for all
// functions that want the same. Those of images have none, as in the cloud.
func (s *Storage) resolver(fn *emulator.Function) ([]process.Bind, error) {
	dns, err := emulator.ReadCustomDNS(fn.Stored["customDNS"])
	if dns == nil || err != nil || fn.Runtime == emulator.ContainerRuntime {
		return nil, err
	}
	machines, _ := os.ReadFile(resolvConf) // where there is none, the function's has the rest alone
	text := dns.ResolvConf(string(machines))
	sum := sha256.Sum256([]byte(text))
	file := filepath.Join(s.Dir, ".resolv", hex.EncodeToString(sum[:8]))
	if err := writeOnce(file, text); err != nil {
		return nil, fmt.Errorf("the file for customDNS cannot be written: %w", err)
	}
	return []process.Bind{{Source: file, Target: resolvConf, ReadOnly: true}}, nil
}

// writeOnce writes a file, whole or not at all, unless it is there.
func writeOnce(file, text string) error {
	if exists(file) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	draft, err := os.CreateTemp(filepath.Dir(file), "draft")
	if err != nil {
		return err
	}
	_, err = draft.WriteString(text)
	if closed := draft.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Chmod(draft.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(draft.Name(), file)
	}
	if err != nil {
		_ = os.Remove(draft.Name())
	}
	return err
}
