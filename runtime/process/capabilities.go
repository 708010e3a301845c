package process

// capabilities puts into words what holds. The reasons say why programs cannot have addresses and
// paths of their own; empty: they can.
func capabilities(ports, paths string, tagged bool) Capabilities {
	c := Capabilities{Tier: IsolationFull, Death: deathText(tagged)}
	if paths != "" {
		c.Tier, c.Paths = IsolationPorts, sharedPaths(paths)
	}
	if ports != "" {
		c.Tier, c.Ports = IsolationNone, sharedPorts(ports)
	}
	return c
}

func sharedPaths(reason string) string {
	return "/code, /opt and /tmp are not the function's own (" + reason + "): it finds its code at $FC_FUNC_CODE_PATH, " +
		"its layers by search paths, and shares /tmp with the machine"
}

func sharedPorts(reason string) string {
	return "programs share the ports of this machine (" + reason + "): they should listen on $FC_SERVER_PORT, " +
		"and those that insist on the same port run one at a time" + ownershipText
}
