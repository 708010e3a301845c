package service

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// Service is a service as the API shows it.
type Service struct {
	ServiceName      string            `json:"serviceName"`
	ServiceID        string            `json:"serviceId"`
	Description      string            `json:"description"`
	Role             string            `json:"role"`
	InternetAccess   bool              `json:"internetAccess"`
	LogConfig        LogConfig         `json:"logConfig"`
	Tags             map[string]string `json:"tags,omitempty"`
	CreatedTime      string            `json:"createdTime"`
	LastModifiedTime string            `json:"lastModifiedTime"`
	ServiceFields
}

// LogConfig is logConfig, all of which is shown, set or not.
type LogConfig struct {
	Project               string `json:"project"`
	Logstore              string `json:"logstore"`
	EnableRequestMetrics  bool   `json:"enableRequestMetrics"`
	EnableInstanceMetrics bool   `json:"enableInstanceMetrics"`
	LogBeginRule          string `json:"logBeginRule"`
}

// ServiceFields are the fields that mean nothing on one machine: they are kept and returned as given.
type ServiceFields struct {
	VpcConfig      json.RawMessage `json:"vpcConfig,omitempty"`
	NasConfig      json.RawMessage `json:"nasConfig,omitempty"`
	TracingConfig  json.RawMessage `json:"tracingConfig,omitempty"`
	OssMountConfig json.RawMessage `json:"ossMountConfig,omitempty"`
}

func (s *ServiceFields) byName() map[string]*json.RawMessage {
	return map[string]*json.RawMessage{
		"vpcConfig":      &s.VpcConfig,
		"nasConfig":      &s.NasConfig,
		"tracingConfig":  &s.TracingConfig,
		"ossMountConfig": &s.OssMountConfig,
	}
}

// CreateServiceInput is the body of CreateService.
type CreateServiceInput struct {
	ServiceName string `json:"serviceName"`
	UpdateServiceInput
}

// UpdateServiceInput is the body of UpdateService; what is nil stays.
type UpdateServiceInput struct {
	Description    *string             `json:"description,omitempty"`
	Role           *string             `json:"role,omitempty"`
	InternetAccess *bool               `json:"internetAccess,omitempty"`
	LogConfig      *emulator.LogConfig `json:"logConfig,omitempty"`
	ServiceFields
}

// ServiceList is the answer of ListServices.
type ServiceList struct {
	Services  []*Service `json:"services"`
	NextToken string     `json:"nextToken,omitempty"`
}

func showService(s *emulator.Service) *Service {
	shown := &Service{
		ServiceName:      s.ServiceName,
		ServiceID:        s.ServiceID,
		Description:      s.Description,
		Role:             s.Role,
		InternetAccess:   s.InternetAccess == nil || *s.InternetAccess,
		LogConfig:        LogConfig{LogBeginRule: "None"},
		Tags:             showTags(s.Tags),
		CreatedTime:      api.Time(s.CreatedTime),
		LastModifiedTime: api.Time(s.LastModifiedTime),
	}
	if s.LogConfig != nil {
		shown.LogConfig = LogConfig(*s.LogConfig)
	}
	if shown.LogConfig.LogBeginRule == "" {
		shown.LogConfig.LogBeginRule = "None"
	}
	for name, field := range shown.byName() {
		*field = s.Stored[name]
	}
	return shown
}

// apply sets what was given. It may run several times on fresh states.
func (in *UpdateServiceInput) apply(s *emulator.Service) {
	api.Set(&s.Description, in.Description)
	api.Set(&s.Role, in.Role)
	if in.InternetAccess != nil {
		s.InternetAccess = in.InternetAccess
	}
	if in.LogConfig != nil {
		s.LogConfig = in.LogConfig
	}
	s.Stored = merged(s.Stored, in.byName())
}

func (a *API) createService(c *api.Call) error {
	var in CreateServiceInput
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	s := &emulator.Service{ServiceName: in.ServiceName}
	in.apply(s)
	created, err := a.Catalogue.CreateService(c.Request.Context(), s)
	if err != nil {
		return err
	}
	return answer(c, created.Etag, showService(created))
}

func (a *API) getService(c *api.Call) error {
	ref := a.Dialect.Reference(c)
	s, err := a.Catalogue.Service(c.Request.Context(), ref.Service, ref.Qualifier)
	if err != nil {
		return err
	}
	return answer(c, s.Etag, showService(s))
}

func (a *API) updateService(c *api.Call) error {
	var in UpdateServiceInput
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	s, err := a.Catalogue.UpdateService(c.Request.Context(), name(c).Service, func(s *emulator.Service) error {
		if err := emulator.IfMatch(ifMatch(c), s.Etag); err != nil {
			return err
		}
		in.apply(s)
		return nil
	})
	if err != nil {
		return err
	}
	return answer(c, s.Etag, showService(s))
}

func (a *API) deleteService(c *api.Call) error {
	return done(c, http.StatusNoContent, a.Catalogue.DeleteService(c.Request.Context(), name(c).Service, ifMatch(c)))
}

func (a *API) listServices(c *api.Call) error {
	from, limit, err := page(c)
	if err != nil {
		return err
	}
	wanted := tagFilter(c)
	found, next, err := gather(from, limit, func(from string, limit int) ([]*emulator.Service, string, error) {
		return a.Catalogue.Services(c.Request.Context(), c.Query("prefix"), from, limit)
	}, func(s *emulator.Service) bool { return hasTags(s.Tags, wanted) })
	if err != nil {
		return err
	}
	list := ServiceList{Services: []*Service{}, NextToken: next}
	for _, s := range found {
		list.Services = append(list.Services, showService(s))
	}
	return c.JSON(http.StatusOK, &list)
}

// tagFilter reads tag_{key}={value} from the query. Only the generation of 2016 documents it.
func tagFilter(c *api.Call) map[string]string {
	wanted := map[string]string{}
	for name, values := range c.Request.URL.Query() {
		if key, ok := strings.CutPrefix(name, "tag_"); ok {
			wanted[key] = values[0]
		}
	}
	return wanted
}

func hasTags(tags []emulator.Tag, wanted map[string]string) bool {
	found := 0
	for _, tag := range tags {
		if value, ok := wanted[tag.Key]; ok && (value == "" || value == tag.Value) {
			found++
		}
	}
	return found == len(wanted)
}
