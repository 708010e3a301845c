package control

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/jwt"
)

// checkAuth holds the rules about who may call, on a trigger or a custom domain, and returns the
// configuration of authType jwt in the form that FC shows; nil for the other types.
func checkAuth(authType string, config json.RawMessage) (json.RawMessage, error) {
	switch authType {
	case "basic", "bearer":
		return nil, emulator.InvalidArgument("AuthType '%s' is not available in fcemu: FC documents no configuration for it outside its console (allowed: anonymous | function | jwt)", authType)
	case "jwt":
		policy, err := jwt.Parse(config)
		if err != nil {
			return nil, err
		}
		return policy.Config(), nil
	}
	if allowed := []string{"anonymous", "function", "jwt"}; !slices.Contains(allowed, authType) {
		return nil, invalidChoice("AuthType", allowed, shorten(authType))
	}
	return nil, nil
}

// checkDomainAccess holds the rules about authConfig and corsConfig of a custom domain, and brings
// the first into the form that FC shows. A domain without an authType lets everybody in.
func checkDomainAccess(domain *emulator.CustomDomain) error {
	if _, err := emulator.ParseCORS(domain.Stored["corsConfig"]); err != nil {
		return err
	}
	raw := domain.Stored["authConfig"]
	if !meaningful(raw) {
		return nil
	}
	var given struct {
		AuthType string          `json:"authType"`
		AuthInfo json.RawMessage `json:"authInfo"`
	}
	if err := json.Unmarshal(raw, &given); err != nil {
		return emulator.InvalidArgument("AuthConfig is set to an invalid value: it is not an object with authType and authInfo (%v)", err)
	}
	given.AuthType = strings.ToLower(given.AuthType)
	orElse(&given.AuthType, "anonymous")
	info, err := checkAuth(given.AuthType, given.AuthInfo)
	if err != nil {
		return err
	}
	shown := map[string]string{"authType": given.AuthType}
	if info != nil {
		shown["authInfo"] = string(info)
	}
	domain.Stored = maps.Clone(domain.Stored)
	domain.Stored["authConfig"], err = json.Marshal(shown)
	return err
}
