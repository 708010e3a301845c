//go:build !linux

package store_test

import (
	"os"
	"testing"
)

func asOrdinaryUser(t *testing.T, _ string) {
	t.Helper()
	if os.Geteuid() == 0 {
		t.Skip("the superuser may write everywhere")
	}
}
