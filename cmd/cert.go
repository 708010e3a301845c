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
					a.term.Printf("%s", strings.ReplaceAll(trustText, "FILE", file))
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

const trustText = `fcemu signs its HTTPS certificates with an authority of this machine:
  FILE
Its key lies beside it and never leaves this machine. fcemu changes no store of certificates; choose what you need.

One command:
  curl --cacert FILE https://hello.localhost:3443/
  NODE_EXTRA_CA_CERTS=FILE node app.js
  REQUESTS_CA_BUNDLE=FILE python app.py        # requests; SSL_CERT_FILE for the rest
  keytool -importcert -cacerts -alias fcemu -file FILE           # Java

Debian, Ubuntu:
  sudo cp FILE /usr/local/share/ca-certificates/fcemu.crt && sudo update-ca-certificates
Fedora:
  sudo trust anchor FILE
macOS:
  sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain FILE
Chrome and Firefox on Linux (libnss3-tools; Firefox keeps a store in each profile):
  certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n fcemu -i FILE

To be rid of it, undo the same step and delete the folder.
`
