package runtime

// The free list of a group: the instances with a free slot, the last used first. It is under group.mu.

func (g *group) link(inst *instance) {
	if inst.linked {
		return
	}
	inst.linked, inst.next = true, g.free
	if g.free != nil {
		g.free.prev = inst
	}
	g.free = inst
}

func (g *group) unlink(inst *instance) {
	if !inst.linked {
		return
	}
	if inst.prev != nil {
		inst.prev.next = inst.next
	} else {
		g.free = inst.next
	}
	if inst.next != nil {
		inst.next.prev = inst.prev
	}
	inst.linked, inst.prev, inst.next = false, nil, nil
}
