package process

// capabilities puts into words what holds. The reason says why programs cannot have addresses of
// their own; empty: they can.
func capabilities(reason string, tagged bool) Capabilities {
	c := Capabilities{
		Tier:  IsolationPorts,
		Death: deathText(tagged),
		Paths: "/code and /opt are not real paths yet: a function finds its code at $FC_FUNC_CODE_PATH",
		Limit: limitText,
	}
	if reason != "" {
		c.Tier, c.Ports = IsolationNone, sharedPorts(reason)
	}
	return c
}

func sharedPorts(reason string) string {
	return "programs share the ports of this machine (" + reason + "): they should listen on $FC_SERVER_PORT, " +
		"and those that insist on the same port run one at a time" + ownershipText
}
