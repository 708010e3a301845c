package cmd

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/fcemu/fcemu/runtime"
)

// lentCredentials reads --credentials: nil, or what the user lends to functions with a role. No error
// shows what a file says: there are secrets in it.
func (a *app) lentCredentials() (*runtime.Credentials, error) {
	choice := a.settings.GetString("credentials")
	var lent *runtime.Credentials
	var origin string
	var err error
	profile, named := strings.CutPrefix(choice, "profile:")
	switch {
	case choice == "":
		return nil, nil
	case choice == "env":
		lent, origin, err = environmentCredentials()
	case named && profile != "":
		lent, origin, err = profileCredentials(profile)
	default:
		err = usageError("--credentials %q: use profile:NAME, a profile of the aliyun command line or of Serverless Devs, or env", choice)
	}
	if err != nil {
		return nil, err
	}
	a.notice("functions with a role get the credentials of " + origin + ": what they do with them in the cloud is real")
	return lent, nil
}

func environmentCredentials() (*runtime.Credentials, string, error) {
	lent := &runtime.Credentials{
		AccessKeyID: os.Getenv("ALIBABA_CLOUD_ACCESS_KEY_ID"), AccessKeySecret: os.Getenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
		SecurityToken: os.Getenv("ALIBABA_CLOUD_SECURITY_TOKEN"),
	}
	if lent.AccessKeyID == "" || lent.AccessKeySecret == "" {
		return nil, "", usageError("--credentials env: set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET (and ALIBABA_CLOUD_SECURITY_TOKEN of a temporary key)")
	}
	return lent, "the environment", nil
}

// profileCredentials looks at the aliyun command line's profiles first.
func profileCredentials(name string) (*runtime.Credentials, string, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return nil, "", err
	}
	config, access := filepath.Join(home, ".aliyun", "config.json"), filepath.Join(home, ".s", "access.yaml")
	if lent, err := aliyunProfile(config, name); lent != nil || err != nil {
		return lent, "profile " + name + " (" + config + ")", err
	}
	if lent, err := serverlessDevsAccess(access, name); lent != nil || err != nil {
		return lent, "profile " + name + " (" + access + ")", err
	}
	return nil, "", usageError("--credentials: there is no profile %q in %s or %s: make one with aliyun configure --profile %s, or with s config add", name, config, access, name)
}

// readProfiles reads a file of profiles, in YAML or in JSON. One that is not there has none.
func readProfiles(path string, into any) error {
	text, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return nil
	}
	if err == nil && yaml.Unmarshal(text, into) != nil {
		return usageError("--credentials: %s cannot be understood; --credentials env takes them from the environment", path)
	}
	return err
}

// aliyunProfile is a profile of the aliyun command line; nil: there is none of that name.
func aliyunProfile(path, name string) (*runtime.Credentials, error) {
	var file struct {
		Profiles []struct {
			Name, Mode string
			ID         string `yaml:"access_key_id"`
			Secret     string `yaml:"access_key_secret"`
			Token      string `yaml:"sts_token"`
			Expires    int64  `yaml:"sts_expiration"`
		}
	}
	if err := readProfiles(path, &file); err != nil {
		return nil, err
	}
	for _, p := range file.Profiles {
		if p.Name != name {
			continue
		}
		switch {
		case !holdsKeys(p.Mode) || p.Mode != "AK" && p.Token == "": // the key, if any, is not the one that the profile stands for
			return nil, usageError("--credentials: profile %s is of mode %s, for which the aliyun command line asks the cloud: put temporary credentials into the environment and use --credentials env", name, p.Mode)
		case p.ID == "" || p.Secret == "":
			return nil, incomplete(name, path)
		case p.Mode != "AK" && p.Expires > 0 && time.Now().Unix() >= p.Expires:
			return nil, usageError("--credentials: the credentials of profile %s have expired: renew them with the aliyun command line", name)
		case p.Mode == "AK":
			p.Token = ""
		}
		return &runtime.Credentials{AccessKeyID: p.ID, AccessKeySecret: p.Secret, SecurityToken: p.Token}, nil
	}
	return nil, nil
}

// holdsKeys tells whether profiles of a mode have the very credentials that they stand for.
func holdsKeys(mode string) bool {
	return mode == "AK" || mode == "StsToken" || mode == "CloudSSO" || mode == "OAuth"
}

func incomplete(name, path string) error {
	return usageError("--credentials: profile %s in %s lacks its access key: give it one with the tool that the file belongs to", name, path)
}

// serverlessDevsAccess is an access alias of Serverless Devs; nil: there is none of that name.
func serverlessDevsAccess(path, name string) (*runtime.Credentials, error) {
	var file map[string]map[string]string
	if err := readProfiles(path, &file); err != nil {
		return nil, err
	}
	alias, ok := file[name]
	if !ok {
		return nil, nil
	}
	lent := &runtime.Credentials{AccessKeyID: unscramble(alias["AccessKeyID"]), AccessKeySecret: unscramble(alias["AccessKeySecret"]),
		SecurityToken: unscramble(alias["SecurityToken"])}
	if lent.AccessKeyID == "" || lent.AccessKeySecret == "" {
		return nil, incomplete(name, path)
	}
	return lent, nil
}

// scrambleKey is what Serverless Devs scrambles its files with, for everybody.
const scrambleKey = "SecretKey123"

// unscramble reads a value as Serverless Devs writes it: AES-256-CBC in OpenSSL's form, with key and
// vector made of the word and a salt. A value that is not in that form is what it is.
func unscramble(value string) string {
	data, err := base64.StdEncoding.DecodeString(value)
	if err != nil || len(data) < 32 || len(data)%aes.BlockSize != 0 || string(data[:8]) != "Salted__" {
		return value
	}
	var last, derived []byte
	for len(derived) < 32+aes.BlockSize {
		sum := md5.Sum(append(append(last, scrambleKey...), data[8:16]...))
		last = sum[:]
		derived = append(derived, last...)
	}
	block, err := aes.NewCipher(derived[:32])
	if err != nil {
		return value
	}
	text := data[16:]
	cipher.NewCBCDecrypter(block, derived[32:32+aes.BlockSize]).CryptBlocks(text, text)
	padding := int(text[len(text)-1])
	if padding < 1 || padding > aes.BlockSize {
		return value
	}
	return string(text[:len(text)-padding])
}
