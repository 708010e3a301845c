# The two commands are `make demo` and `make test`. Everything here works from a fresh clone on
# Debian or Ubuntu with Go and a C compiler.
# The tags and C flags keep the binary small: half a megabyte each for HTTP/2, which nothing here speaks
# yet, and for SQLite, which measures no slower so and needs no full-text search.
TAGS    := netgo,osusergo,sqlite_omit_load_extension,nethttpomithttp2
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LINK    := -s -w -funcalign 16
ifeq ($(shell uname -s),Linux)
LINK    += -linkmode external -extldflags "-static -Wl,--gc-sections"
endif
# For the same reason functions are not spread to multiples of 32 bytes, and nothing is inlined but where
# calls pass: 1.1 MB.
PASSED  := emulator emulator/front emulator/gateway emulator/invoke emulator/async runtime runtime/builtin runtime/custom store/...
ASIDE   := github.com/... go.yaml.in/... golang.org/... crypto/... vendor/... encoding/json encoding/xml encoding/asn1 \
           archive/... bufio context database/... flag fmt go/... html internal/syscall/... io/... log/... math/big \
           mime/... net net/netip net/url os regexp/... text/...
INLINE  := $(foreach p,$(ASIDE),-gcflags=$(p)=-l) -gcflags=github.com/mattn/...= \
           $(foreach p,$(PASSED),-gcflags=github.com/fcemu/fcemu/$(p)=)
export GOFLAGS := -buildvcs=false -tags=$(TAGS)
export CGO_CFLAGS := -Os -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -include '$(CURDIR)/store/sqlite.h'

.PHONY: build demo test lint soak bench bootstrap setup release clean

build release: export GOFLAGS += $(INLINE)

build: ## bin/fcemu
	@CGO_ENABLED=1 go build -trimpath -ldflags '$(LINK) -X main.version=$(VERSION)' -o bin/fcemu .

demo: build ## the main job on the functions of examples/quickstart
	@.ci/setup python3 node curl
	@examples/quickstart/demo.sh bin/fcemu

setup: ## what the tests need that is not here yet
	@.ci/setup python3 venv node npm curl openssl java javac mvn php php-cgi composer chromium skopeo podman newuidmap

test: setup lint build ## everything: lint, unit tests with the race detector, transcripts of the real binary
	go test -race -timeout 20m ./...

lint: ## format, vet on every platform that is built for, static analysis
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo 'run gofmt -w on these files'; exit 1; }
	go vet ./...
	CGO_ENABLED=0 GOOS=linux GOARCH=arm64 go vet ./...
	CGO_ENABLED=0 GOOS=darwin GOARCH=arm64 go vet ./...
	CGO_ENABLED=0 GOOS=darwin GOARCH=amd64 go vet ./...
	go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...

soak: ## 100 000 calls of all runtimes, with instances killed at random; make test does 3000
	FCEMU_SOAK=100000 go test ./cmd -run TestSoak -count=1 -timeout 60m -v

bench: build ## the goals of docs/performance.md, as ratios to baselines of the same run
	go run ./cmd/bench -fcemu bin/fcemu

bootstrap: ## the parts of the Java, PHP and .NET bootstraps that are packed into the binary, after their sources have changed
	go test ./runtime/builtin -run 'TestTheJarIsBuiltFromItsSources|TestTheScriptsArePacked|TestTheAssemblyIsBuiltFromItsSources' -update -count=1

release: ## the archives of a version, into dist/; TO=--snapshot makes them of any state
	goreleaser release --clean $(TO)

clean:
	rm -rf bin dist
