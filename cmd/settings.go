package cmd

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/viper"

	"github.com/fcemu/fcemu/cmd/daemon"
	"github.com/fcemu/fcemu/emulator/client"
)

// loadSettings joins flag > FCEMU_* > nearest fcemu.yaml > the user's config folder > default.
func loadSettings(c *cobra.Command) (*viper.Viper, error) {
	settings := viper.New()
	settings.SetEnvPrefix("FCEMU")
	settings.SetEnvKeyReplacer(strings.NewReplacer("-", "_", ".", "_"))
	settings.AutomaticEnv()
	if err := settings.BindPFlags(c.Flags()); err != nil {
		return nil, err
	}
	if folder, err := os.UserConfigDir(); err == nil {
		err := mergeFile(settings, filepath.Join(folder, "fcemu", "fcemu.yaml"))
		if err != nil && !errors.Is(err, os.ErrPermission) { // another user's folder is as good as none
			return nil, err
		}
	}
	if file := nearest("fcemu.yaml"); file != "" {
		return settings, mergeFile(settings, file)
	}
	return settings, nil
}

// mergeFile adds the settings of a file, if there is one.
func mergeFile(settings *viper.Viper, file string) error {
	settings.SetConfigFile(file)
	if err := settings.MergeInConfig(); err != nil && !errors.Is(err, os.ErrNotExist) {
		return usageError("%s: %w", file, err)
	}
	return nil
}

// nearest finds a file in the working directory or the nearest folder above it.
func nearest(name string) string {
	folder, err := os.Getwd()
	if err != nil {
		return ""
	}
	for {
		path := filepath.Join(folder, name)
		if _, err := os.Stat(path); err == nil {
			return path
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			return ""
		}
		folder = parent
	}
}

// client calls the emulator that is meant: --endpoint, FCEMU_ENDPOINT, the nearest address file, or
// the default port.
func (a *app) client() *client.Client {
	if endpoint := a.settings.GetString("endpoint"); endpoint != "" {
		return client.New(endpoint)
	}
	if folder := a.settings.GetString("data-dir"); folder != "" {
		if endpoint := readAddress(filepath.Join(folder, daemon.AddressFile)); endpoint != "" {
			return client.New(endpoint)
		}
	}
	if file := nearest(filepath.Join(daemon.DataFolder, daemon.AddressFile)); file != "" {
		if endpoint := readAddress(file); endpoint != "" {
			return client.New(endpoint)
		}
	}
	return client.New(daemon.DefaultEndpoint)
}

func readAddress(file string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// projectFile is the s.yaml that -t names, or the one in the working directory, or "".
func (a *app) projectFile() string {
	if file := a.settings.GetString("template"); file != "" {
		return file
	}
	for _, name := range []string{"s.yaml", "s.yml"} {
		if _, err := os.Stat(name); err == nil {
			return name
		}
	}
	return ""
}
