package control

import (
	"encoding/json"
	"slices"

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
