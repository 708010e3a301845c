package v20230330

import (
	"encoding/json"
	"net/http"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// Session is a session as the API shows it.
type Session struct {
	SessionID                   string          `json:"sessionId"`
	SessionStatus               string          `json:"sessionStatus"`
	FunctionName                string          `json:"functionName"`
	Qualifier                   string          `json:"qualifier"`
	ContainerID                 string          `json:"containerId,omitempty"`         // the instance that it is bound to
	SessionAffinityType         json.RawMessage `json:"sessionAffinityType,omitempty"` // as the function's sessionAffinity says
	SessionTTLInSeconds         int             `json:"sessionTTLInSeconds"`
	SessionIdleTimeoutInSeconds int             `json:"sessionIdleTimeoutInSeconds"`
	CreatedTime                 string          `json:"createdTime"`
	LastModifiedTime            string          `json:"lastModifiedTime"`
	SessionFields
}

// SessionFields are kept and shown as given.
type SessionFields struct {
	DisableSessionIDReuse json.RawMessage `json:"disableSessionIdReuse,omitempty"`
	JuiceFsConfig         json.RawMessage `json:"juiceFsConfig,omitempty"`
	NasConfig             json.RawMessage `json:"nasConfig,omitempty"`
	OssMountConfig        json.RawMessage `json:"ossMountConfig,omitempty"`
	PolarFsConfig         json.RawMessage `json:"polarFsConfig,omitempty"`
}

func (s *SessionFields) byName() map[string]*json.RawMessage {
	return map[string]*json.RawMessage{
		"disableSessionIdReuse": &s.DisableSessionIDReuse,
		"juiceFsConfig":         &s.JuiceFsConfig,
		"nasConfig":             &s.NasConfig,
		"ossMountConfig":        &s.OssMountConfig,
		"polarFsConfig":         &s.PolarFsConfig,
	}
}

// SessionInput is the body of CreateSession and, without the id, of UpdateSession. What is nil stays.
type SessionInput struct {
	SessionID                   string `json:"sessionId"`
	SessionTTLInSeconds         *int   `json:"sessionTTLInSeconds,omitempty"`
	SessionIdleTimeoutInSeconds *int   `json:"sessionIdleTimeoutInSeconds,omitempty"`
	SessionFields
}

// SessionList is the answer of ListSessions.
type SessionList struct {
	Sessions  []*Session `json:"sessions"`
	NextToken string     `json:"nextToken,omitempty"`
}

func (a *API) showSession(of *emulator.Function, s *emulator.Session) *Session {
	shown := &Session{SessionID: s.SessionID, SessionStatus: s.Status(a.now()), FunctionName: of.Name().Wire(), Qualifier: s.Qualifier,
		ContainerID: s.InstanceID, SessionAffinityType: of.Stored["sessionAffinity"],
		SessionTTLInSeconds: s.SessionTTLInSeconds, SessionIdleTimeoutInSeconds: s.SessionIdleTimeoutInSeconds,
		CreatedTime: api.Time(s.CreatedTime), LastModifiedTime: api.Time(s.LastModifiedTime)}
	for name, field := range shown.byName() {
		*field = s.Stored[name]
	}
	return shown
}

func (in *SessionInput) apply(s *emulator.Session) {
	api.Set(&s.SessionTTLInSeconds, in.SessionTTLInSeconds)
	api.Set(&s.SessionIdleTimeoutInSeconds, in.SessionIdleTimeoutInSeconds)
	s.Stored = keep(s.Stored, in.byName())
}

// answerSession shows a session together with what its function says.
func (a *API) answerSession(c *api.Call, session *emulator.Session, err error) error {
	if err != nil {
		return err
	}
	fn, err := a.Catalogue.Resolve(c.Request.Context(), emulator.Reference{Name: name(c)})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, a.showSession(fn, session))
}

func (a *API) createSession(c *api.Call) error {
	var in SessionInput
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	session := &emulator.Session{SessionID: in.SessionID}
	in.apply(session)
	created, err := a.Catalogue.CreateSession(c.Request.Context(), reference(c), session)
	return a.answerSession(c, created, err)
}

func (a *API) getSession(c *api.Call) error {
	session, err := a.Catalogue.Session(c.Request.Context(), name(c), c.Path("session"))
	return a.answerSession(c, session, err)
}

func (a *API) updateSession(c *api.Call) error {
	var in SessionInput
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	updated, err := a.Catalogue.UpdateSession(c.Request.Context(), name(c), c.Path("session"), func(s *emulator.Session) error {
		in.apply(s)
		return nil
	})
	return a.answerSession(c, updated, err)
}

func (a *API) pauseSession(c *api.Call) error {
	session, err := a.Catalogue.PauseSession(c.Request.Context(), name(c), c.Path("session"))
	return a.answerSession(c, session, err)
}

func (a *API) resumeSession(c *api.Call) error {
	session, err := a.Catalogue.ResumeSession(c.Request.Context(), name(c), c.Path("session"))
	return a.answerSession(c, session, err)
}

func (a *API) deleteSession(c *api.Call) error {
	return removed(c, a.Catalogue.DeleteSession(c.Request.Context(), name(c), c.Path("session")))
}

func (a *API) listSessions(c *api.Call) error {
	from, limit, err := page(c)
	if err != nil {
		return err
	}
	fn, err := a.Catalogue.Resolve(c.Request.Context(), emulator.Reference{Name: name(c)})
	if err != nil {
		return err
	}
	list := SessionList{Sessions: []*Session{}}
	wanted := c.Query("sessionId")
	if wanted > from {
		from = wanted
	}
	found, next, err := a.Catalogue.Sessions(c.Request.Context(), reference(c), c.Query("sessionStatus"), from, limit)
	if err != nil {
		return err
	}
	for _, session := range found {
		if wanted == "" || session.SessionID == wanted {
			list.Sessions = append(list.Sessions, a.showSession(fn, session))
		}
	}
	if wanted == "" {
		list.NextToken = api.Token(next)
	}
	return c.JSON(http.StatusOK, &list)
}
