package oss

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// meetsConditions refuses what If-Match and If-Unmodified-Since exclude, and gives the other
// conditional headers the form that http.ServeContent knows: clients send ETags without quotes.
func meetsConditions(r *http.Request, o *object) error {
	if wanted := r.Header.Get("If-Match"); wanted != "" && wanted != "*" && !names(wanted, o.ETag) {
		return preconditionFailed("If-Match")
	}
	if since, err := http.ParseTime(r.Header.Get("If-Unmodified-Since")); err == nil && o.Modified.Truncate(time.Second).After(since) {
		return preconditionFailed("If-Unmodified-Since")
	}
	r.Header.Del("If-Match")
	r.Header.Del("If-Unmodified-Since")
	if known := r.Header.Get("If-None-Match"); known != "" && names(known, o.ETag) {
		r.Header.Set("If-None-Match", quote(o.ETag))
	}
	if !satisfiable(r.Header.Get("Range"), o.Size) {
		if r.Header.Get("X-Oss-Range-Behavior") == "standard" {
			return refuse(http.StatusRequestedRangeNotSatisfiable, "InvalidRange", "The requested range cannot be satisfied.")
		}
		r.Header.Del("Range") // OSS then sends everything
	}
	return nil
}

func preconditionFailed(condition string) *failure {
	return refuse(http.StatusPreconditionFailed, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold.", "Condition", condition)
}

// names tells whether a list of ETags has this one.
func names(list, etag string) bool {
	for one := range strings.SplitSeq(list, ",") {
		if strings.EqualFold(strings.Trim(strings.TrimSpace(one), `"`), etag) {
			return true
		}
	}
	return false
}

// satisfiable tells whether a Range header is one that OSS heeds: a single one, within the object.
func satisfiable(header string, size int64) bool {
	span, ok := strings.CutPrefix(header, "bytes=")
	from, to, dashed := strings.Cut(span, "-")
	if !ok || !dashed {
		return false
	}
	first, err := strconv.ParseInt(from, 10, 64)
	if from == "" { // the last so many
		last, err := strconv.ParseInt(to, 10, 64)
		return err == nil && last > 0 && size > 0
	}
	if err != nil || first < 0 || first >= size {
		return false
	}
	last, err := strconv.ParseInt(to, 10, 64)
	return to == "" || err == nil && last >= first
}
