package oss

import (
	"strings"
	"unicode/utf8"
)

const maxKey = 1023 // bytes

// emptySegment is the file for the part after a final slash, or between two slashes: the key "a/"
// lies in the file "a/%".
const emptySegment = "%"

// pathOf is the file of an object.
func pathOf(bucket, key string) (string, error) {
	if key == "" || len(key) > maxKey || !utf8.ValidString(key) || strings.IndexByte(key, 0) >= 0 || key[0] == '/' || key[0] == '\\' {
		return "", invalidKey(key, "The specified object is not valid.")
	}
	segments := strings.Split(key, "/")
	for i, segment := range segments {
		switch segment {
		case "":
			segments[i] = emptySegment
		case ".", "..", emptySegment:
			return "", invalidKey(key, "On this machine no part of an object's name can be '"+segment+"'.")
		}
	}
	return bucket + "/" + strings.Join(segments, "/"), nil
}

// segmentOf is the part of a key that a file or folder stands for.
func segmentOf(name string) string {
	if name == emptySegment {
		return ""
	}
	return name
}
