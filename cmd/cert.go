package cmd

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/fcemu/fcemu/cmd/daemon"
	"github.com/fcemu/fcemu/emulator/certificate"
)

func newCert(a *app) *cobra.Command {
	c := &cobra.Command{Use: "cert", Short: "The certificate authority behind --https-port", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(
		&cobra.Command{Use: "path", Short: "Print the file of its certificate", Args: cobra.NoArgs,
			Example: `  curl --cacert "$(fcemu cert path)" https://hello.localhost:3443/`,
			RunE: func(*cobra.Command, []string) error {
				file, err := authorityFile()
				if err == nil {
					a.term.Printf("%s\n", file)
				}
				return err
			}},
		&cobra.Command{Use: "trust", Short: "Tell how to trust it; nothing is changed", Args: cobra.NoArgs,
			RunE: func(*cobra.Command, []string) error {
				file, err := authorityFile()
				if err == nil {
					a.term.Printf("%s", trustLines(file))
				}
				return err
			}})
	return c
}

// authorityFile makes the authority where there is none yet.
func authorityFile() (string, error) {
	dir, err := daemon.AuthorityDir()
	if err != nil {
		return "", err
	}
	_, err = certificate.Open(dir)
	return certificate.Path(dir), err
}

// trustLines names the file so that a shell takes it as one word: on macOS its path has a blank.
func trustLines(file string) string {
	quoted := "'" + strings.ReplaceAll(file, "'", `'\''`) + "'"
	return strings.NewReplacer("{file}", file, "{quoted}", quoted).Replace(trustText)
}

const trustText = `fcemu signs its HTTPS certificates with an authority of this machine:
  {file}
Its key lies beside it and never leaves this machine. fcemu changes no store of certificates; choose what you need.

One command:
  curl --cacert {quoted} https://hello.localhost:3443/
  NODE_EXTRA_CA_CERTS={quoted} node app.js
  REQUESTS_CA_BUNDLE={quoted} python app.py        # requests; SSL_CERT_FILE for the rest
  keytool -importcert -cacerts -alias fcemu -file {quoted}           # Java

Debian, Ubuntu:
  sudo cp {quoted} /usr/local/share/ca-certificates/fcemu.crt && sudo update-ca-certificates
Fedora:
  sudo trust anchor {quoted}
macOS:
  sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain {quoted}
Chrome and Firefox on Linux (libnss3-tools; Firefox keeps a store in each profile):
  certutil -d sql:"$HOME"/.pki/nssdb -A -t C,, -n fcemu -i {quoted}

To be rid of it, undo the same step and delete the folder.
`
