# svcql -- see README.md. `make hunt` looks at this host, `make check` runs the tests.

VERSION := 0.1.0

# What a build needs, and what only the tests need, as Debian packages.
PACKAGES       := gcc libc6-dev sqlite3 libsqlite3-dev libsystemd-dev libcjson-dev libexpat1-dev \
                  libmd-dev zlib1g-dev libzstd-dev
CHECK_PACKAGES := check clang clang-format cppcheck libclang-rt-14-dev dbus systemd auditd \
                  libauparse-dev libhivex-dev libevtx-utils python3-evtx libplist-dev \
                  libplist-utils sudo man-db

prefix  ?= /usr/local
libdir  ?= $(prefix)/lib
bindir  ?= $(prefix)/bin

ifeq ($(origin CC),default)
CC     := gcc
endif
BUILD  ?= build
CHECK_ENV := env ASAN_OPTIONS=abort_on_error=0:detect_leaks=1
CSTD   := -std=gnu11
WARN   := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
          -Wpointer-arith -Wvla -Werror
OPT    ?= -O2
HARDEN := -fstack-protector-strong -D_FORTIFY_SOURCE=2
ifdef SAN
BUILD  := build/san
OPT    := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
HARDEN :=
endif

CPPFLAGS += -Iinclude -I$(BUILD) -D_GNU_SOURCE -DSVCQL_VERSION='"$(VERSION)"'
CFLAGS   += $(CSTD) $(OPT) -g $(WARN) $(HARDEN) -fPIC -fvisibility=hidden -MMD -MP
LDLIBS   := -lsystemd -lcjson -lexpat -lmd -lz -lzstd -lm

SOURCES   := $(wildcard ext/*.c tables/*/*.c)
OBJECTS   := $(SOURCES:%.c=$(BUILD)/%.o) $(BUILD)/embedded_views.o
PROGRAM   := $(patsubst %.c,$(BUILD)/%.o,$(wildcard ext/program/*.c))
SUITES    := $(wildcard tests/check_*.c)
TESTS     := $(patsubst %.c,$(BUILD)/%.o,$(SUITES) tests/main.c tests/harness.c $(wildcard tests/make_*.c))
SQL       := $(sort $(wildcard sql/*/*.sql))
FUZZERS   := $(patsubst tests/fuzz_%.c,build/fuzz/%,$(wildcard tests/fuzz_*.c))

.PHONY: all hunt check check-fast golden deps deps-check docs docs-check format format-check lint \
        fuzz bench install uninstall clean

all: $(BUILD)/svcql.so

$(BUILD)/svcql.so: $(OBJECTS)
	$(CC) $(CFLAGS) -shared -o $@ $^ $(LDFLAGS) $(LDLIBS)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# The views, as C strings: one { path, text } a file of sql/.
$(BUILD)/embedded_views.c: ext/embed.awk $(SQL)
	@mkdir -p $(@D)
	awk -f ext/embed.awk $(SQL) > $@

$(BUILD)/embedded_views.o: $(BUILD)/embedded_views.c
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# Tests: every tests/check_NAME.c exports make_NAME_suite().
$(BUILD)/suites.h: $(SUITES)
	@mkdir -p $(@D)
	for s in $(patsubst tests/check_%.c,%,$(SUITES)); do echo "SUITE($$s)"; done > $@

$(BUILD)/tests/main.o: $(BUILD)/suites.h
$(BUILD)/tests/%.o: WARN += -Wno-missing-prototypes

$(BUILD)/check: $(TESTS) $(OBJECTS)
	$(CC) $(CFLAGS) -o $@ $^ $(LDFLAGS) $(LDLIBS) -lsqlite3 -lcheck -lsubunit -lrt -lpthread

# Boots a real systemd for tests and benchmarks: see tests/make_systemd.h.
$(BUILD)/systemd-fixture: $(BUILD)/tests/systemd_fixture.o $(BUILD)/tests/make_systemd.o
	$(CC) $(CFLAGS) -o $@ $^ $(LDFLAGS)


# Tests ------------------------------------------------------------------------

check-fast: $(BUILD)/check
	$(CHECK_ENV) $(BUILD)/check $(SUITE)

check: deps-check
	$(MAKE) check-fast golden

format:
	clang-format -i $(wildcard include/*.h ext/*.[ch] ext/program/*.[ch] tables/*/*.[ch] tests/*.[ch] tests/bench/*.[ch])

format-check:
	clang-format --dry-run -Werror $(wildcard include/*.h ext/*.[ch] ext/program/*.[ch] tables/*/*.[ch] tests/*.[ch] tests/bench/*.[ch])

clean:
	rm -rf build

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
