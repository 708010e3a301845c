package emulator

import "strings"

// ARN is the resource name of a function, or of a service where Function is "", without version.
func (n Name) ARN(account, region string) string {
	prefix := "acs:fc:" + region + ":" + account + ":"
	switch {
	case n.Service == "":
		return prefix + "functions/" + n.Function
	case n.Function == "":
		return prefix + "services/" + n.Service
	}
	return prefix + "services/" + n.Service + "/functions/" + n.Function
}

// ParseARN reads the resource name of a function of either generation, or of a service: then
// Function is "". The account and the region may be any.
func ParseARN(arn string) (Reference, error) {
	bad := InvalidArgument("the resource ARN '%s' is invalid", arn)
	fields := strings.SplitN(arn, ":", 5)
	if len(fields) != 5 || fields[0] != "acs" || fields[1] != "fc" {
		return Reference{}, bad
	}
	parts := strings.Split(fields[4], "/")
	for _, part := range parts {
		if part == "" {
			return Reference{}, bad
		}
	}
	var ref Reference
	switch {
	case parts[0] == "functions" && (len(parts) == 2 || len(parts) == 3):
		ref.Name = ParseName(parts[1])
		if len(parts) == 3 {
			ref.Qualifier = parts[2]
		}
	case parts[0] == "services" && (len(parts) == 2 || len(parts) == 4 && parts[2] == "functions"):
		ref.Service, ref.Qualifier, _ = strings.Cut(parts[1], ".")
		if len(parts) == 4 {
			ref.Function = parts[3]
		}
	default:
		return Reference{}, bad
	}
	return ref, nil
}
