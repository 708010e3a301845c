package process

import "golang.org/x/sys/unix"

// auditArch is the word by which the kernel names this machine's native system calls.
const auditArch = unix.AUDIT_ARCH_X86_64
