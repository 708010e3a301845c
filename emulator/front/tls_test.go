package front_test

import (
	"crypto/tls"
	"net"
	"net/http/httptest"
)

func newTLS(listener net.Listener, own *httptest.Server) net.Listener {
	return tls.NewListener(listener, &tls.Config{Certificates: own.TLS.Certificates})
}
