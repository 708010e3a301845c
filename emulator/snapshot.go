package emulator

import "time"

// Snapshot is what was asked to be kept of one running instance of a function: the record of it,
// with what its function was at that time. Source: FC 3.0 CreateSnapshot, in the SDK since 4.8.0.
type Snapshot struct {
	Function             Name              `json:"-"` // whose it is: the record's key tells
	SnapshotID           string            `json:"snapshotId"`
	Qualifier            string            `json:"qualifier"`
	ResolvedVersion      string            `json:"resolvedVersion"` // LATEST or a number
	Description          string            `json:"description,omitempty"`
	SourceSessionID      string            `json:"sourceSessionId,omitempty"`
	CPU                  float64           `json:"cpu"`        // cores
	MemorySize           int               `json:"memorySize"` // MB
	DiskSize             int               `json:"diskSize"`   // MB
	EnvironmentVariables map[string]string `json:"environmentVariables,omitempty"`
	CreatedTime          time.Time         `json:"createdTime"`
	ExpiredTime          time.Time         `json:"expiredTime"` // only shown: the record stays
}

// SnapshotAvailable is the state of every snapshot here. Source: FC 3.0 Snapshot.status.
const SnapshotAvailable = "Available"

// SnapshotQuery selects snapshots. Zero values select all.
type SnapshotQuery struct {
	Function  Name
	Qualifier string
	SessionID string // the session that the snapshot was taken of
}

// Admits tells whether the query selects the snapshot.
func (q SnapshotQuery) Admits(s *Snapshot) bool {
	return (q.Function == Name{} || q.Function == s.Function) &&
		(q.Qualifier == "" || q.Qualifier == s.Qualifier) &&
		(q.SessionID == "" || q.SessionID == s.SourceSessionID)
}

// SnapshotNotFound refuses an unknown snapshot.
func SnapshotNotFound(name Name, snapshot string) *Error {
	return Refuse(404, "SnapshotNotFound", "snapshot '%s' does not exist in function '%s'", snapshot, name)
}
