package service

import (
	"net/http"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// Version is a published version of a service as the API shows it.
type Version struct {
	VersionID        string `json:"versionId"`
	Description      string `json:"description"`
	CreatedTime      string `json:"createdTime"`
	LastModifiedTime string `json:"lastModifiedTime"`
}

// PublishServiceVersionInput is the body of PublishServiceVersion.
type PublishServiceVersionInput struct {
	Description string `json:"description"`
}

// VersionList is the answer of ListServiceVersions.
type VersionList struct {
	Versions  []*Version `json:"versions"`
	NextToken string     `json:"nextToken,omitempty"`
	Direction string     `json:"direction"`
}

// Orders of a list of versions.
const (
	forward  = "FORWARD"
	backward = "BACKWARD" // newest first, the default
)

func showVersion(v *emulator.Version) *Version {
	return &Version{
		VersionID:        v.VersionID,
		Description:      v.Description,
		CreatedTime:      api.Time(v.CreatedTime),
		LastModifiedTime: api.Time(v.LastModifiedTime),
	}
}

// scope is what owns versions and aliases here: the service.
func scope(c *api.Call) emulator.Scope {
	return emulator.ServiceScope(name(c).Service)
}

func (a *API) publishVersion(c *api.Call) error {
	var in PublishServiceVersionInput
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	version, err := a.Catalogue.PublishVersion(c.Request.Context(), scope(c), in.Description, ifMatch(c))
	if err != nil {
		return err
	}
	return answer(c, version.Etag, showVersion(version))
}

func (a *API) listVersions(c *api.Call) error {
	from, limit, err := page(c)
	if err != nil {
		return err
	}
	direction := c.Query("direction")
	switch direction {
	case "":
		direction = backward
	case forward, backward:
	default:
		return emulator.InvalidArgument("direction is set to an invalid value (allowed: FORWARD | BACKWARD, actual: '%s')", direction)
	}
	found, next, err := a.Catalogue.Versions(c.Request.Context(), scope(c), from, limit, direction == backward)
	if err != nil {
		return err
	}
	list := VersionList{Versions: []*Version{}, NextToken: next, Direction: direction}
	for _, version := range found {
		list.Versions = append(list.Versions, showVersion(version))
	}
	return c.JSON(http.StatusOK, &list)
}

func (a *API) deleteVersion(c *api.Call) error {
	return done(c, http.StatusNoContent, a.Catalogue.DeleteVersion(c.Request.Context(), scope(c), c.Path("version")))
}
