package cmd

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/spf13/viper"

	"github.com/fcemu/fcemu/cmd/daemon"
	"github.com/fcemu/fcemu/emulator/client"
	"github.com/fcemu/fcemu/emulator/signature"
)

// noSetting marks a flag that neither the environment nor fcemu.yaml can give.
const noSetting = "no setting"

// loadSettings joins flag > FCEMU_* > nearest fcemu.yaml > the user's config folder > default.
func loadSettings(c *cobra.Command) (*viper.Viper, error) {
	settings := viper.New()
	settings.SetEnvPrefix("FCEMU")
	settings.SetEnvKeyReplacer(strings.NewReplacer("-", "_", ".", "_"))
	settings.AutomaticEnv()
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if _, no := f.Annotations[noSetting]; !no {
			_ = settings.BindPFlag(f.Name, f) // fails for no flag
		}
	})
	if folder, err := os.UserConfigDir(); err == nil {
		err := mergeFile(settings, filepath.Join(folder, "fcemu", "fcemu.yaml"))
		if err != nil && !errors.Is(err, os.ErrPermission) { // another user's folder is as good as none
			return nil, err
		}
	}
	if file := nearest("fcemu.yaml"); file != "" {
		if err := mergeFile(settings, file); err != nil {
			return nil, err
		}
	}
	return settings, checkValues(settings, c.Flags())
}

// checkValues looks at what the environment and the files say, as the flags look at what the command
// line says: a number that is none would count as 0, and a switch set to yes as off.
func checkValues(settings *viper.Viper, flags *pflag.FlagSet) (err error) {
	flags.VisitAll(func(f *pflag.Flag) {
		if _, no := f.Annotations[noSetting]; no || f.Changed || err != nil {
			return
		}
		value, kind := fmt.Sprint(settings.Get(f.Name)), f.Value.Type()
		_, noNumber := strconv.Atoi(value)
		_, noSwitch := strconv.ParseBool(value)
		_, noDuration := time.ParseDuration(value)
		switch {
		case kind == "int" && noNumber != nil:
			err = wrongValue(f.Name, value, "a whole number")
		case kind == "bool" && noSwitch != nil:
			err = wrongValue(f.Name, value, "true or false")
		case kind == "duration" && noDuration != nil:
			err = wrongValue(f.Name, value, "a time with its unit, such as 90s or 5m")
		}
	})
	return err
}

func wrongValue(name, value, use string) error {
	return usageError("%s %q (FCEMU_%s, or %s in fcemu.yaml): use %s", name, value,
		strings.ToUpper(strings.ReplaceAll(name, "-", "_")), name, use)
}

// noticeUnknown names what fcemu.yaml sets and nothing reads.
func (a *app) noticeUnknown(root *cobra.Command) {
	known := map[string]bool{"interpreters": true, "mounts": true, "images": true, "destinations": true, "accesskeys": true,
		"access-key-id": true, "access-key-secret": true, "security-token": true}
	var learn func(c *cobra.Command)
	learn = func(c *cobra.Command) {
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if _, no := f.Annotations[noSetting]; !no {
				known[f.Name] = true
			}
		})
		for _, child := range c.Commands() {
			learn(child)
		}
	}
	learn(root)
	keys := a.settings.AllKeys()
	sort.Strings(keys)
	for _, key := range keys {
		if name, _, _ := strings.Cut(key, "."); !known[name] {
			known[name] = true // one line for all below it
			a.notice(name + " in fcemu.yaml is no setting and is ignored")
		}
	}
}

// mergeFile adds the settings of a file, if there is one.
func mergeFile(settings *viper.Viper, file string) error {
	settings.SetConfigFile(file)
	if err := settings.MergeInConfig(); err != nil && !errors.Is(err, os.ErrNotExist) {
		return usageError("%s: %w", file, err)
	}
	return nil
}

// dummyKey is what clients are told to use where the user has configured no access keys.
const dummyKey = "fcemu"

// accessKeys are those that --auth signature accepts; the first is the one to use. They are
// FCEMU_ACCESS_KEY_ID with FCEMU_ACCESS_KEY_SECRET (and FCEMU_SECURITY_TOKEN), then the list
// accessKeys of fcemu.yaml.
func accessKeys(settings *viper.Viper) (signature.Keys, error) {
	var configured []struct{ ID, Secret, SecurityToken string }
	if err := settings.UnmarshalKey("accessKeys", &configured); err != nil {
		return nil, usageError("accessKeys in fcemu.yaml is not a list of {id, secret, securityToken}: %w", err)
	}
	var keys signature.Keys
	own := signature.Key{ID: settings.GetString("access-key-id"), Secret: settings.GetString("access-key-secret"), Token: settings.GetString("security-token")}
	if own != (signature.Key{}) {
		keys = append(keys, own)
	}
	for _, key := range configured {
		keys = append(keys, signature.Key{ID: key.ID, Secret: key.Secret, Token: key.SecurityToken})
	}
	for _, key := range keys {
		if key.ID == "" || key.Secret == "" {
			return nil, usageError("an access key needs both an id and a secret (FCEMU_ACCESS_KEY_ID and FCEMU_ACCESS_KEY_SECRET, or accessKeys: [{id, secret}] in fcemu.yaml)")
		}
	}
	if len(keys) == 0 {
		keys = signature.Keys{{ID: dummyKey, Secret: dummyKey}}
	}
	return keys, nil
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

// client calls the emulator that is meant: --endpoint, FCEMU_ENDPOINT, the address file in --data-dir,
// the nearest one, or the default port. Who names a data folder means no other emulator than that one's.
func (a *app) client() *client.Client {
	if endpoint := a.settings.GetString("endpoint"); endpoint != "" {
		return client.New(endpoint, a.keys[0])
	}
	if folder := a.settings.GetString("data-dir"); folder != "" {
		if endpoint := readAddress(filepath.Join(folder, daemon.AddressFile)); endpoint != "" {
			return client.New(endpoint, a.keys[0])
		}
		return client.Absent(folder)
	}
	if file := nearest(filepath.Join(daemon.DataFolder, daemon.AddressFile)); file != "" {
		if endpoint := readAddress(file); endpoint != "" {
			return client.New(endpoint, a.keys[0])
		}
	}
	return client.New(daemon.DefaultEndpoint, a.keys[0])
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
