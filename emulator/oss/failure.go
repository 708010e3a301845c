package oss

import (
	"encoding/xml"
	"errors"
	"io/fs"
	"net/http"
	"syscall"
)

// failure is an error as OSS answers it.
type failure struct {
	status  int
	code    string
	message string
	detail  [2]string // one more element: its name and text
}

func (f *failure) Error() string { return f.code + ": " + f.message }

// refuse makes a failure. detail is empty, or the name and text of one more element.
func refuse(status int, code, message string, detail ...string) *failure {
	f := &failure{status: status, code: code, message: message}
	copy(f.detail[:], detail)
	return f
}

func noSuchBucket(name string) *failure {
	return refuse(404, "NoSuchBucket", "The specified bucket does not exist.", "BucketName", name)
}

func invalidBucketName(name string) *failure {
	return refuse(400, "InvalidBucketName", "The specified bucket is not valid.", "BucketName", name)
}

func noSuchKey(key string) *failure {
	return refuse(404, "NoSuchKey", "The specified key does not exist.", "Key", key)
}

func invalidKey(key, why string) *failure {
	return refuse(400, "InvalidObjectName", why, "ObjectName", key)
}

func invalidArgument(name, value string) *failure {
	return refuse(400, "InvalidArgument", "The argument "+name+" is not valid: '"+value+"'.", "ArgumentName", name)
}

func noSuchUpload(id string) *failure {
	return refuse(404, "NoSuchUpload", "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.", "UploadId", id)
}

func notImplemented(what string) *failure {
	return refuse(501, "NotImplemented", "fcemu's object store does not have this: "+what+".")
}

func malformedXML() *failure {
	return refuse(400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema.")
}

// failureOf turns any error into OSS's. key is that of the object at hand.
func failureOf(err error, key string) *failure {
	var known *failure
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, fs.ErrNotExist):
		return noSuchKey(key)
	case errors.Is(err, syscall.ENAMETOOLONG):
		return invalidKey(key, "On this machine a part of an object's name cannot be that long.")
	case errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.EISDIR), errors.Is(err, fs.ErrExist), errors.Is(err, syscall.ENOTEMPTY):
		return invalidKey(key, "On this machine, where objects are files, an object cannot have the name of another one's folder.")
	}
	return refuse(http.StatusInternalServerError, "InternalError", "We encountered an internal error. Please try again. ("+err.Error()+")")
}

type errorBody struct {
	XMLName   xml.Name `xml:"Error"`
	Code      string
	Message   string
	RequestID string `xml:"RequestId"`
	HostID    string `xml:"HostId"`
	Detail    *detail
}

type detail struct {
	XMLName xml.Name
	Text    string `xml:",chardata"`
}

func (f *failure) body(requestID, host string) errorBody {
	body := errorBody{Code: f.code, Message: f.message, RequestID: requestID, HostID: host}
	if f.detail[0] != "" {
		body.Detail = &detail{XMLName: xml.Name{Local: f.detail[0]}, Text: f.detail[1]}
	}
	return body
}
