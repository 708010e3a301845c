package oss

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// CodeSizeLimit is the largest code package that may come by way of a bucket, in bytes.
const CodeSizeLimit = 500 << 20

// TempBucketToken is the answer of GetTempBucketToken: where to upload a code package, and with
// which temporary key.
type TempBucketToken struct {
	Credentials   Credentials `json:"credentials"`
	OSSRegion     string      `json:"ossRegion"` // such as oss-cn-hangzhou
	OSSBucket     string      `json:"ossBucket"`
	ObjectName    string      `json:"objectName"` // clients put "{account id}/" before it
	CodeSizeLimit int64       `json:"codeSizeLimit"`
}

// Credentials are a temporary key in the spelling of OSS.
type Credentials struct {
	AccessKeyID     string `json:"AccessKeyId"`
	AccessKeySecret string `json:"AccessKeySecret"`
	Expiration      string `json:"Expiration"`
	SecurityToken   string `json:"SecurityToken"`
}

// TempBucketToken names a new object in TempBucket.
func (s *Store) TempBucketToken() TempBucketToken {
	now := s.Clock.Now()
	return TempBucketToken{
		Credentials: Credentials{
			AccessKeyID: "STS.fcemu", AccessKeySecret: "fcemu", SecurityToken: "fcemu",
			Expiration: now.Add(time.Hour).UTC().Format(time.RFC3339),
		},
		OSSRegion: "oss-" + s.Region, OSSBucket: TempBucket, ObjectName: s.IDs.Request(now), CodeSizeLimit: CodeSizeLimit,
	}
}

// ReadObject reads the code package that ossBucketName and ossObjectName mean. What is missing or too
// large is refused with an *emulator.Error.
func (s *Store) ReadObject(ctx context.Context, bucket, key string) ([]byte, error) {
	file, o, err := s.open(bucket, key)
	if bucket == TempBucket && err != nil { // where the client left out what it put before the name
		if nested, described, failed := s.open(bucket, s.Account+"/"+key); failed == nil {
			file, o, err = nested, described, nil
		}
	}
	if err != nil {
		return nil, s.refuseCode(err, bucket, key)
	}
	defer file.Close()
	if o.Size > CodeSizeLimit {
		return nil, emulator.InvalidArgument("the code package in OSS object '%s' has %d bytes; at most %d are allowed", key, o.Size, int64(CodeSizeLimit))
	}
	content := make([]byte, o.Size)
	if _, err := io.ReadFull(file, content); err != nil {
		return nil, err
	}
	return content, ctx.Err()
}

func (s *Store) refuseCode(err error, bucket, key string) error {
	var known *failure
	if failed := failureOf(err, key); failed.status >= 500 && !errors.As(err, &known) {
		return err
	} else if failed.code == "NoSuchBucket" || failed.code == "InvalidBucketName" {
		return emulator.InvalidArgument("OSS bucket '%s' does not exist (a bucket is a folder in %s)", bucket, s.folder)
	}
	return emulator.InvalidArgument("OSS object '%s' does not exist in bucket '%s' (an object is a file in %s/%s)", key, bucket, s.folder, bucket)
}
