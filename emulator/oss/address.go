package oss

import (
	"net/http"
	"strings"
)

// Match tells whether a request is for the object store: by its host, or because it is signed as
// only requests to OSS are.
func Match(r *http.Request) bool { return IsHost(hostOf(r.Host)) || isSigned(r) }

// IsHost tells whether host, in lower case and without a port, is one of OSS's:
// [bucket.]oss-{region}.aliyuncs.com, or bucket.oss-{region}.localhost.
func IsHost(host string) bool {
	bucket, local, ok := splitHost(host)
	return ok && (bucket != "" || !local) // a function may be called oss-…: {function}.localhost
}

// splitHost reads [bucket.]{oss|oss-…}.{aliyuncs.com|localhost}.
func splitHost(host string) (bucket string, local, ok bool) {
	rest, isCloud := strings.CutSuffix(host, ".aliyuncs.com")
	if !isCloud {
		if rest, local = strings.CutSuffix(host, ".localhost"); !local {
			return "", false, false
		}
	}
	endpoint := rest
	if dot := strings.LastIndexByte(rest, '.'); dot >= 0 {
		bucket, endpoint = rest[:dot], rest[dot+1:]
	}
	return bucket, local, endpoint == "oss" || strings.HasPrefix(endpoint, "oss-")
}

func isSigned(r *http.Request) bool {
	if values := r.Header["Authorization"]; len(values) > 0 {
		return strings.HasPrefix(values[0], "OSS ") || strings.HasPrefix(values[0], "OSS4-HMAC-SHA256 ")
	}
	query := r.URL.RawQuery
	return query != "" && (hasParameter(query, "OSSAccessKeyId=") || hasParameter(query, "x-oss-credential="))
}

func hasParameter(query, name string) bool {
	return strings.HasPrefix(query, name) || strings.Contains(query, "&"+name)
}

// hostOf is the host of "host:port" in lower case.
func hostOf(hostport string) string {
	host := strings.ToLower(hostport)
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	return strings.TrimSuffix(host, ".")
}

// locate reads bucket and key out of a request. The host names the bucket, or else the path's first
// part. One that is the account's id is the beginning of an object in TempBucket: that is how code
// packages are uploaded.
func (s *Store) locate(r *http.Request) (bucket, key string) {
	host, path := hostOf(r.Host), strings.TrimPrefix(r.URL.Path, "/")
	if bucket, _, ok := splitHost(host); ok && bucket != "" {
		return bucket, path
	} else if label, isLocal := strings.CutSuffix(host, ".localhost"); !ok && isLocal {
		return label, path // an endpoint of "localhost", before which clients put the bucket
	}
	first, rest, _ := strings.Cut(path, "/")
	if first == s.Account && first != "" {
		return TempBucket, path
	}
	return first, rest
}
