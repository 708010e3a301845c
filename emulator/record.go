package emulator

import (
	"errors"
	"time"
)

// RecordKind tells what a catalogue record describes.
type RecordKind string

// Kinds of catalogue records. The Parent of a function is its service ("" in FC 3.0); the Parent of
// everything that belongs to a function is the function's Name.Wire().
const (
	RecordFunction    RecordKind = "function"    // Name: function name
	RecordTrigger     RecordKind = "trigger"     // Name: trigger name
	RecordTimer       RecordKind = "timer"       // Name: trigger name; when it fired
	RecordAsyncConfig RecordKind = "asyncConfig" // Name: qualifier

	// Of a scope; Parent is the Scope.
	RecordVersion    RecordKind = "version"    // Name: number, padded
	RecordSnapshot   RecordKind = "snapshot"   // Name: padded number, "/", function (or nothing: the service)
	RecordAlias      RecordKind = "alias"      // Name: alias
	RecordCounter    RecordKind = "counter"    // Name: "version"; the last number that was given out
	RecordVpcBinding RecordKind = "vpcBinding" // Name: VPC id

	// Of a function and qualifier; Parent is the function's Name.Wire(), Name the qualifier.
	RecordProvision   RecordKind = "provision"
	RecordOnDemand    RecordKind = "onDemand"
	RecordConcurrency RecordKind = "concurrency" // Name: always LATEST
	RecordScaling     RecordKind = "scaling"
	RecordRestriction RecordKind = "restriction" // Name: always LATEST
	RecordEventSource RecordKind = "eventSource" // Name: qualifier, "/", ARN
	RecordSession     RecordKind = "session"     // Name: session id

	RecordInstanceSnapshot RecordKind = "instanceSnapshot" // Name: snapshot id; Parent as above

	// Of the account; Parent is "", but that of a layer's version is the layer.
	RecordService RecordKind = "service"
	RecordLayer   RecordKind = "layer"
	RecordLayerOf RecordKind = "layerVersion" // Name: number, padded
	RecordDomain  RecordKind = "domain"

	RecordClock RecordKind = "clock" // of the emulator itself: how its clock was moved
)

// RecordKey names one record of the catalogue.
type RecordKey struct {
	Kind   RecordKind
	Parent string
	Name   string
}

// Record is one noun of the catalogue: its keys, its times and one JSON document.
type Record struct {
	RecordKey
	Etag     string
	Created  time.Time
	Modified time.Time
	Document []byte
}

// Errors of the catalogue's store. Rules turn them into FC's own.
var (
	ErrRecordExists   = errors.New("the record exists already")
	ErrRecordNotFound = errors.New("there is no such record")
	ErrRecordChanged  = errors.New("the record has another etag now")
)
