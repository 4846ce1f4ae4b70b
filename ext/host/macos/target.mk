# svcql.dylib and svcql: macOS 13 and later, on Intel and Apple processors, by zig's C compiler, which brings macOS's headers and
# the names that its libraries export. It and svcql's libraries, from Debian's sources, are in MACOS_ROOT:
# tests/macos-sysroot.sh. Nothing but macOS's own library is needed where it runs. PROCESSOR=x86_64 or aarch64
# builds for one, else each product has both.
PROCESSORS   := x86_64 aarch64
MACOS_ROOT   := $(or $(SVCQL_MACOS_DIR),$(abspath build/macos)/root)
HOST_FOLDERS := ext/host/macos/% ext/host/other/% $(addprefix ext/host/posix/,name.c registry.c services.c thread.c) \
                ext/static/libarchive.c
NOT_IN_PROGRAM := $(LINUX_PROGRAM) ext/program/windows/%
CC           := $(MACOS_ROOT)/zig/zig cc -target $(PROCESSOR)-macos.13.0
BUILD        := build/macos$(PROCESSOR:%=/%)
PRODUCTS     := $(addprefix build/macos/$(or $(PROCESSOR),universal)/,svcql.dylib svcql)
READY        := $(MACOS_ROOT)/.built
export ZIG_GLOBAL_CACHE_DIR := $(MACOS_ROOT)/cache
export ZIG_LOCAL_CACHE_DIR := $(abspath build/macos)/cache

OPT          := -Oz
PACK_VIEWS   := 1
HARDEN       := -fstack-protector-strong
PROGRAM_LIBS := -lsqlite3
# The headers of ext/host come before macOS's own, which they continue.
SVCQL_CPPFLAGS += -DSVCQL_NO_DAEMONS -Iext/host/macos/include -Iext/host/other/include -isystem $(MACOS_ROOT)/include \
                  -DLIBARCHIVE_STATIC -DLZMA_API_STATIC -DXML_STATIC -DYAML_DECLARE_STATIC
SVCQL_LIBS   := -L$(MACOS_ROOT)/$(PROCESSOR) -Wl,-dead_strip -s -larchive -lcjson -lexpat -lmd -lyaml -lz -lzstd -llzma \
                -lbz2 -llz4

$(READY): tests/macos-sysroot.sh tests/sysroot-libraries.sh
	@$(SAY) "  ROOT  $(MACOS_ROOT)"
	@$(MAKE) --no-print-directory deps-macos
	./tests/macos-sysroot.sh $(MACOS_ROOT)
	touch $@

# Both in one file.
ifndef PROCESSOR
LIPO = $(lastword $(sort $(wildcard /usr/lib/llvm-*/bin/llvm-lipo))) -create $(PROCESSORS:%=build/macos/%/$(1)) -output build/macos/universal/$(1)
$(PRODUCTS) &: FORCE | $(READY)
	@mkdir -p $(@D)
	for p in $(PROCESSORS); do $(MAKE) --no-print-directory PROCESSOR=$$p || exit 1; done
	@$(SAY) "  JOIN  build/macos/universal"
	$(call LIPO,svcql) && $(call LIPO,svcql.dylib)
endif

# What the products are, and what of them runs on this system too.
.PHONY: check-macos
check-macos:
	@$(MAKE) --no-print-directory deps-macos
	@$(MAKE) --no-print-directory $(JOBS) $(PRODUCTS)
	@./tests/macos.sh build/macos
