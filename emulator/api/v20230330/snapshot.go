package v20230330

import (
	"math"
	"net/http"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// Snapshot is a snapshot as the API shows it. Its members are those of the SDK's model, which marks
// nearly all as required; there is no other source. A doubt therefore: which of them the cloud leaves
// out, which states besides Available there are, and how refusals are spelled. Nothing is taken of
// an instance, so the sizes are 0 and what belongs to an image is empty.
type Snapshot struct {
	SnapshotID               string            `json:"snapshotId"`
	FunctionName             string            `json:"functionName"`
	Qualifier                string            `json:"qualifier"`
	ResolvedVersion          string            `json:"resolvedVersion"`
	SourceSessionID          string            `json:"sourceSessionId"`
	Description              string            `json:"description"`
	Status                   string            `json:"status"`
	CreatedTime              string            `json:"createdTime"`
	ExpiredTime              string            `json:"expiredTime"`
	OsType                   string            `json:"osType"`
	CPU                      int64             `json:"cpu"` // cores, rounded up: clients read a whole number
	MemoryMB                 int               `json:"memoryMB"`
	DiskSizeMB               int               `json:"diskSizeMB"`
	Envs                     map[string]string `json:"envs"`
	ImageRepository          string            `json:"imageRepository"`
	ImageDigest              string            `json:"imageDigest"`
	StartCommand             string            `json:"startCommand"`
	ReadyCommand             string            `json:"readyCommand"`
	ArtifactMemTotalSizeInB  int64             `json:"artifactMemTotalSizeInB"`
	ArtifactMemUsedSizeInB   int64             `json:"artifactMemUsedSizeInB"`
	ArtifactMemCacheSizeInB  int64             `json:"artifactMemCacheSizeInB"`
	ArtifactDiskTotalSizeInB int64             `json:"artifactDiskTotalSizeInB"`
	ArtifactDiskUsedSizeInB  int64             `json:"artifactDiskUsedSizeInB"`
}

// CreateSnapshotInput is the body of CreateSnapshot.
type CreateSnapshotInput struct {
	Description string `json:"description"`
	SessionID   string `json:"sessionId"`
}

// SnapshotList is the answer of ListSnapshots.
type SnapshotList struct {
	Snapshots []*Snapshot `json:"snapshots"`
	NextToken string      `json:"nextToken,omitempty"`
}

func showSnapshot(s *emulator.Snapshot) *Snapshot {
	shown := &Snapshot{SnapshotID: s.SnapshotID, FunctionName: s.Function.Wire(), Qualifier: s.Qualifier, ResolvedVersion: s.ResolvedVersion,
		SourceSessionID: s.SourceSessionID, Description: s.Description, Status: emulator.SnapshotAvailable,
		CreatedTime: api.Time(s.CreatedTime), ExpiredTime: api.Time(s.ExpiredTime),
		OsType: "linux", CPU: int64(math.Ceil(s.CPU)), MemoryMB: s.MemorySize, DiskSizeMB: s.DiskSize, Envs: s.EnvironmentVariables}
	if shown.Envs == nil {
		shown.Envs = map[string]string{}
	}
	return shown
}

func (a *API) createSnapshot(c *api.Call) error {
	var in CreateSnapshotInput
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	snapshot, err := a.Catalogue.CreateSnapshot(c.Request.Context(), reference(c), in.Description, in.SessionID)
	return show(c, snapshot, err, showSnapshot)
}

func (a *API) getSnapshot(c *api.Call) error {
	snapshot, err := a.Catalogue.Snapshot(c.Request.Context(), name(c), c.Path("snapshot"))
	return show(c, snapshot, err, showSnapshot)
}

func (a *API) deleteSnapshot(c *api.Call) error {
	return removed(c, a.Catalogue.DeleteSnapshot(c.Request.Context(), name(c), c.Path("snapshot")))
}

func (a *API) listSnapshots(c *api.Call) error {
	from, limit, err := page(c)
	if err != nil {
		return err
	}
	query := emulator.SnapshotQuery{Qualifier: c.Query("qualifier"), SessionID: c.Query("sessionId")}
	if text := c.Query("functionName"); text != "" {
		query.Function = emulator.ParseName(text)
	} else if query.SessionID != "" {
		return emulator.InvalidArgument("FunctionName is not specified, which SessionId needs")
	}
	found, next, err := a.Catalogue.Snapshots(c.Request.Context(), query, from, limit)
	if err != nil {
		return err
	}
	list := SnapshotList{Snapshots: []*Snapshot{}, NextToken: api.Token(next)}
	for _, snapshot := range found {
		list.Snapshots = append(list.Snapshots, showSnapshot(snapshot))
	}
	return c.JSON(http.StatusOK, &list)
}
