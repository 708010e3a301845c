package oss

import (
	"encoding/xml"
	"net/http"
	"strings"
	"time"
)

type owner struct {
	ID          string
	DisplayName string
}

type grant struct{ Grant string }

func (s *Store) owner() owner { return owner{s.Account, s.Account} }

func (c *call) serveBucket() error {
	switch method := c.r.Method; {
	case c.has("acl"):
		return c.acl()
	case method == "GET":
		return c.readBucket()
	case method == "HEAD":
		if _, err := c.findBucket(c.bucket); err != nil {
			return err
		}
		return c.empty(http.StatusOK)
	case method == "PUT":
		if err := c.createBucket(c.bucket); err != nil {
			return err
		}
		c.w.Header().Set("Location", "/"+c.bucket)
		return c.empty(http.StatusOK)
	case method == "DELETE":
		if err := c.deleteBucket(c.bucket); err != nil {
			return err
		}
		return c.empty(http.StatusNoContent)
	case method == "POST" && c.has("delete"):
		return c.deleteObjects()
	}
	return c.notAllowed()
}

func (c *call) readBucket() error {
	created, err := c.findBucket(c.bucket)
	switch {
	case err != nil:
		return err
	case c.has("bucketInfo"):
		return c.xml(http.StatusOK, struct {
			XMLName xml.Name `xml:"BucketInfo"`
			Bucket  bucketInfo
		}{Bucket: bucketInfo{bucketSummary: c.summary(c.bucket, created), Owner: c.owner(), AccessControlList: grant{"private"}, DataRedundancyType: "LRS"}})
	case c.has("location"):
		return c.xml(http.StatusOK, struct {
			XMLName xml.Name `xml:"LocationConstraint"`
			Text    string   `xml:",chardata"`
		}{Text: "oss-" + c.Region})
	case c.has("uploads"), c.has("stat"):
		return notImplemented("'?" + c.r.URL.RawQuery + "' of a bucket")
	}
	return c.listObjects()
}

type bucketSummary struct {
	Name             string
	CreationDate     string
	ExtranetEndpoint string
	IntranetEndpoint string
	Location         string
	Region           string
	StorageClass     string
}

type bucketInfo struct {
	bucketSummary
	Owner              owner
	AccessControlList  grant
	DataRedundancyType string
}

func (s *Store) summary(name string, created time.Time) bucketSummary {
	location := "oss-" + s.Region
	return bucketSummary{Name: name, CreationDate: showTime(created), Location: location, Region: s.Region, StorageClass: "Standard",
		ExtranetEndpoint: location + ".aliyuncs.com", IntranetEndpoint: location + "-internal.aliyuncs.com"}
}

// listBuckets is ListBuckets. All come on one page.
func (c *call) listBuckets() error {
	names, err := c.buckets()
	if err != nil {
		return err
	}
	prefix := c.get("prefix")
	answer := struct {
		XMLName     xml.Name `xml:"ListAllMyBucketsResult"`
		Owner       owner
		Prefix      string
		IsTruncated bool
		Buckets     struct{ Bucket []bucketSummary }
	}{Owner: c.owner(), Prefix: prefix}
	for _, name := range names {
		if created, err := c.findBucket(name); err == nil && strings.HasPrefix(name, prefix) && name > c.get("marker") {
			answer.Buckets.Bucket = append(answer.Buckets.Bucket, c.summary(name, created))
		}
	}
	return c.xml(http.StatusOK, &answer)
}

// deleteObjects is DeleteMultipleObjects.
func (c *call) deleteObjects() error {
	if _, err := c.findBucket(c.bucket); err != nil {
		return err
	}
	var request struct {
		Quiet  bool
		Object []struct{ Key string }
	}
	if err := c.readXML(&request); err != nil {
		return err
	}
	if len(request.Object) == 0 || len(request.Object) > maxPage {
		return malformedXML()
	}
	type deleted struct{ Key string }
	answer := struct {
		XMLName      xml.Name `xml:"DeleteResult"`
		EncodingType string   `xml:",omitempty"`
		Deleted      []deleted
	}{EncodingType: c.get("encoding-type")}
	for _, one := range request.Object {
		if err := c.remove(one.Key, "ObjectRemoved:DeleteObjects"); err != nil {
			return failureOf(err, one.Key)
		}
		if !request.Quiet {
			answer.Deleted = append(answer.Deleted, deleted{c.encoded(one.Key)})
		}
	}
	return c.xml(http.StatusOK, &answer)
}
