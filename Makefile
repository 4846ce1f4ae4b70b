# svcql -- see README.md. `make hunt` examines this host, `make check` runs the tests.

VERSION := 0.2.0

# Debian packages: what a build needs, what the tests need beside it, what a test is skipped without,
# what TARGET=windows and TARGET=macos build and test with, and what only format, lint, fuzz and docs-check use. a,b: the first that the suite has.
PACKAGES         := gcc libc6-dev sqlite3 libsqlite3-dev libsystemd-dev libcjson-dev libexpat1-dev \
                    libmd-dev libyaml-dev zlib1g-dev libzstd-dev liblzma-dev libbz2-dev liblz4-dev \
                    libarchive-dev
CHECK_PACKAGES   := check libauparse-dev libhivex-dev libplist-dev
ORACLE_PACKAGES  := systemd dbus dbus-user-session util-linux auditd libevtx-utils python3-evtx \
                    libplist-utils sudo strace rpm db5.3-util umoci
WINDOWS_PACKAGES := gcc-mingw-w64-x86-64-posix dpkg-dev tcl xz-utils wine wine64 sqlite3 locales
MACOS_PACKAGES   := dpkg-dev tcl xz-utils sqlite3 python3-pip llvm
DEVELOP_PACKAGES := clang libclang-rt-dev,libclang-rt-14-dev clang-format cppcheck shellcheck git chromium ccache

prefix  ?= /usr/local
libdir  ?= $(prefix)/lib
LIBRARY ?= $(libdir)/svcql/svcql
includedir ?= $(prefix)/include
bindir  ?= $(prefix)/bin
mandir  ?= $(prefix)/share/man
unitdir ?= $(prefix)/lib/systemd/system

ifeq ($(origin CC),default)
CC     := gcc
endif
BUILD  ?= build
CHECK_ENV := env ASAN_OPTIONS=abort_on_error=0:detect_leaks=1
CSTD   := -std=gnu11
WARN   := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
          -Wpointer-arith -Wvla
OPT    ?= -O2
HARDEN := -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
ifdef SAN
BUILD  := build/san
OPT    := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
HARDEN :=
endif
# Warnings are errors where WERROR=1: for who changes svcql, never for who uses it.
ifeq ($(WERROR),1)
WARN   += -Werror
endif

# CPPFLAGS, CFLAGS, LDFLAGS and LDLIBS are the user's and come last, so that they override these.
SVCQL_CPPFLAGS = -Iinclude -Itables -Iext -I$(BUILD) -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64 \
                 -DSVCQL_VERSION='"$(VERSION)"'
SVCQL_CFLAGS   = $(CSTD) $(OPT) -g $(WARN) $(HARDEN) -fPIC -fvisibility=hidden
SVCQL_LIBS    := -lcjson -lexpat -lmd -lyaml -lz -lzstd -llzma -lbz2 -llz4 -lm
PROGRAM_LIBS  := -lsqlite3 -lsystemd
CHECK_LIBS    := -lcheck -lsubunit -lrt -lpthread -lhivex -lauparse -lplist-2.0 -larchive
COMPILE        = $(CC) $(SVCQL_CPPFLAGS) $(SVCQL_CFLAGS) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c
LINK           = $(CC) $(SVCQL_CFLAGS) $(CFLAGS) $(LDFLAGS)

# What needs processes and sockets as Linux has them: the schedule, osquery's extension and the shell.
LINUX_PROGRAM := ext/program/linux/% ext/program/osquery/% $(addprefix ext/program/,osquery_command.c runner.c \
                 run_log.c schedule.c schedule_command.c schedule_host.c schedule_run.c schedule_status.c shell.c \
                 sink.c sink_file.c sink_log.c store.c store_file.c)

# The system to build for: linux, windows by mingw-w64, or macos by zig. Its folder of ext/host says how.
TARGET    ?= linux
.DEFAULT_GOAL := all
include ext/host/$(TARGET)/target.mk

# Every source below ext/ and tables/ is part of the extension, except for the program's and for what asks
# other operating systems.
SOURCES   := $(shell find ext tables -name '*.c')
SOURCES   := $(sort $(filter-out ext/program/% ext/static/% ext/host/%,$(SOURCES)) $(filter $(HOST_FOLDERS),$(SOURCES)))
FORMATS   := $(filter tables/formats/%,$(SOURCES))
OBJECTS   := $(SOURCES:%.c=$(BUILD)/%.o) $(BUILD)/embedded_views.o \
             $(BUILD)/embedded_columns.o $(BUILD)/embedded_lists.o
PROGRAM_SOURCES := $(filter-out $(NOT_IN_PROGRAM),$(wildcard ext/program/*.c ext/program/*/*.c))
PROGRAM   := $(PROGRAM_SOURCES:%.c=$(BUILD)/%.o)
# The static program: all libraries are in it, and ext/static/ stands for what loads or starts others.
ifdef STATIC
OBJECTS   := $(filter-out %/host/linux/libarchive.o,$(OBJECTS))
PROGRAM   := $(filter-out %/program/shell.o,$(PROGRAM)) \
             $(patsubst %.c,$(BUILD)/%.o,$(wildcard ext/static/*.c)) \
             $(patsubst %,$(BUILD)/%.o,sqlite3 shell cJSON)
SVCQL_CPPFLAGS += -I$(STATIC) -DSQLITE_CORE
STATIC_CFLAGS  := -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables
SVCQL_CFLAGS   += $(STATIC_CFLAGS) -Wno-address # of functions that are always there
SVCQL_LIBS     := -lexpat -lmd -lyaml -larchive -lnettle -lz -lzstd -llzma -lbz2 -llz4 -lm
PROGRAM_LIBS   := -static -Wl,--gc-sections,-s
endif
SUITES    := $(wildcard tests/check_*.c)
TESTS     := $(patsubst %.c,$(BUILD)/%.o,$(SUITES) tests/main.c tests/harness.c tests/faults.c tests/rows.c tests/questions.c tests/corpus.c \
             $(addprefix tests/evaluate_,linux.c macos.c windows.c) $(wildcard tests/make_*.c))
# A folder of sql/ is a prerequisite too, so that a removed file is removed from the build.
FACTS     := $(sort $(wildcard sql/*/*_facts.sql))
SIGNALS   := $(sort $(wildcard sql/signals/*.sql))
ATTACK    := sql/lists/attack_techniques.sql
SHAPES    := $(patsubst sql/facts/%,sql/signals/%,$(FACTS:_facts.sql=))
MADE_SQL  := $(SHAPES:%=$(BUILD)/%_signals.sql) \
             $(BUILD)/sql/lists/signals.sql $(BUILD)/sql/lists/exec_patterns.sql
SQL       := $(sort $(filter-out $(SIGNALS) sql/exports/%,$(wildcard sql/*/*.sql))) $(MADE_SQL)
FUZZERS   := $(patsubst tests/fuzz_%.c,build/fuzz/%,$(wildcard tests/fuzz_*.c))

# Sub-makes of the targets for people build on every core, unless the user says -j.
JOBS = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))

.PHONY: FORCE all arrows attack bench bench-large bindings check check-build check-fast check-nobody check-platforms clean coverage deps deps-check \
        deb deps-develop deps-macos deps-platforms deps-windows dist docs docs-check evaluate evaluate-interface faults format format-check fuzz golden guide headers \
        hunt install judge lint mutants navigator new-table packages-arm64 packages-check report-check rpm signals soak static static-check symbols tables-data threads \
        uninstall weights

# A build shows what it makes, a line a file; make V=1 shows the commands, make -s nothing.
ifndef V
.SILENT:
endif
SAY = $(if $(findstring s,$(firstword -$(MAKEFLAGS))),:,echo)

all: $(PRODUCTS)

# nodelete: SQLite unloads an extension whose start fails, and calls the destructors of what it had
# registered when the connection is closed.
$(BUILD)/svcql.so: $(OBJECTS)
	@$(SAY) "  LINK  $@"
	$(LINK) -shared -Wl,-z,nodelete,-z,defs -o $@ $^ $(SVCQL_LIBS) $(LDLIBS)

$(BUILD)/svcql.exe: $(PROGRAM) $(OBJECTS)
	@$(SAY) "  LINK  $@"
	$(LINK) -o $@ $^ $(PROGRAM_LIBS) $(SVCQL_LIBS) $(LDLIBS)

$(BUILD)/svcql.dll: ext/host/windows/svcql.def $(OBJECTS)
	@$(SAY) "  LINK  $@"
	$(LINK) -shared -o $@ $^ $(SVCQL_LIBS) $(LDLIBS)

$(BUILD)/svcql.dylib: $(OBJECTS)
	@$(SAY) "  LINK  $@"
	$(LINK) -dynamiclib -install_name svcql.dylib -o $@ $^ $(SVCQL_LIBS) $(LDLIBS)

$(OBJECTS) $(PROGRAM): | $(READY)

# The program: the extension linked to a command line.
$(BUILD)/svcql: $(PROGRAM) $(OBJECTS)
	@$(SAY) "  LINK  $@"
	$(LINK) -o $@ $^ $(SVCQL_LIBS) $(PROGRAM_LIBS) $(LDLIBS)

EXPORTS := $(wildcard sql/exports/*.sql)
$(BUILD)/ext/program/embedded_files.o: sql/packs/t1569.json $(EXPORTS) $(wildcard ext/program/report/*)
$(BUILD)/ext/program/%.o: SVCQL_CPPFLAGS += -DSVCQL_LIBRARY='"$(LIBRARY)"'
$(BUILD)/ext/program/main.o $(BUILD)/ext/program/shell.o: $(BUILD)/libdir
$(BUILD)/libdir: FORCE
	@mkdir -p $(@D)
	@echo '$(libdir)' | cmp -s - $@ || echo '$(libdir)' > $@
FORCE:
$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	@$(SAY) "  CC    $<"
	$(COMPILE) -o $@ $<

# The detections, as views and lists: see ext/signals.awk.
DETECTIONS = awk -f ext/signals.awk $(1) $(ATTACK) $(FACTS) $(SIGNALS)
$(MADE_SQL): ext/signals.awk $(ATTACK) $(FACTS) $(SIGNALS) sql/facts sql/findings sql/signals
$(BUILD)/sql/%_signals.sql:
	@mkdir -p $(@D)
	$(call DETECTIONS,-v want=view -v shape=$(*F)) > $@.new && mv $@.new $@

$(BUILD)/sql/lists/signals.sql:
	@mkdir -p $(@D)
	$(call DETECTIONS,-v want=signals) > $@.new && mv $@.new $@

$(BUILD)/sql/lists/exec_patterns.sql:
	@mkdir -p $(@D)
	$(call DETECTIONS,-v want=patterns) > $@.new && mv $@.new $@

# The views, as C strings: one { path, text } a file of sql/. Where PACK_VIEWS is set they are compressed, together
# with what columns hold, which has the same words.
PACKED = $(BUILD)/embedded_columns_text $(BUILD)/embedded_views_text
PACK   = cat $(PACKED) | tr '\001' '\000' | xz --lzma2=preset=9e,lc=4,pb=0 --check=none -c | od -An -v -tu1 | \
         sed 's/  *\([0-9]*\)/\1,/g' > $(BUILD)/embedded_views.inc
$(BUILD)/embedded_views.c: ext/embed.awk $(SQL) $(wildcard sql/*/) $(if $(PACK_VIEWS),$(BUILD)/embedded_columns.c)
	@mkdir -p $(@D)
	LC_ALL=C awk $(if $(PACK_VIEWS),-v before=$$(wc -c < $(firstword $(PACKED))) -v text=$(lastword $(PACKED)) )-f ext/embed.awk $(SQL) > $@.new
	$(if $(PACK_VIEWS),$(PACK))
	mv $@.new $@

# The lists as a database, see ext/list_image.h; none where texts are compressed.
LISTS     := $(filter sql/lists/% $(BUILD)/sql/lists/%,$(SQL))
LISTS_DB   = { echo 'PRAGMA page_size = 4096; BEGIN;'; sed 's/^CREATE TEMP TABLE/CREATE TABLE/; s/^INSERT INTO temp\./INSERT INTO /' \
             $(LISTS); echo 'COMMIT;'; } | sqlite3 -batch -bail -init /dev/null $(1)
$(BUILD)/embedded_lists.c: $(LISTS) $(wildcard sql/lists/)
	@mkdir -p $(@D)
	rm -f $@.db
	$(if $(PACK_VIEWS),: > $@.db,$(call LISTS_DB,$@.db))
	{ echo '#include "list_image.h"'; echo 'static const unsigned char image[] = {'; \
	    od -An -v -tu1 $@.db | sed 's/  *\([0-9]*\)/\1,/g'; \
	    echo '$(if $(PACK_VIEWS),0)};'; \
	    echo 'const struct list_image embedded_lists = {image, $(if $(PACK_VIEWS),0,sizeof image)};'; } > $@.new
	mv $@.new $@

# For programs that link the extension in: include/svcql.h.
$(BUILD)/svcql.a: $(OBJECTS)
	@$(SAY) "  AR    $@"
	rm -f $@ && $(AR) rcsD $@ $^

# What their columns hold, sorted by column and view.
$(BUILD)/embedded_columns.c: ext/columns.awk sql/columns.txt $(SQL)
	@mkdir -p $(@D)
	awk -f ext/columns.awk sql/columns.txt $(SQL) | LC_ALL=C sort | \
	    LC_ALL=C awk -v c=1 $(if $(PACK_VIEWS),-v text=$(BUILD)/embedded_columns_text )-f ext/columns.awk > $@.new
	mv $@.new $@

$(BUILD)/embedded_%.o: $(BUILD)/embedded_%.c
	@$(SAY) "  CC    $<"
	$(COMPILE) -o $@ $<

# Tests: every tests/check_NAME.c exports make_NAME_suite().
$(BUILD)/suites.h: $(SUITES) tests
	@mkdir -p $(@D)
	for s in $(patsubst tests/check_%.c,%,$(SUITES)); do echo "SUITE($$s)"; done > $@

$(BUILD)/tests/main.o: $(BUILD)/suites.h
$(BUILD)/tests/%.o: WARN += -Wno-missing-prototypes -Wno-conversion

# Calls that fail at a test's wish: tests/faults.h. Memory fails in all libraries too, but sanitizers have a
# malloc() of their own, so that with them it fails in our objects alone.
FAULTS := $(if $(SAN),malloc calloc realloc strdup strndup) \
          fstat fstat64 read pread pread64 __read_chk __pread64_chk \
          open open64 __open64_2 openat openat64 __openat64_2 syscall
$(BUILD)/check: $(TESTS) $(OBJECTS) $(filter-out %/main.o,$(PROGRAM))
	@$(SAY) "  LINK  $@"
	$(LINK) $(FAULTS:%=-Wl,--wrap=%) -o $@ $^ $(SVCQL_LIBS) $(PROGRAM_LIBS) $(CHECK_LIBS) $(LDLIBS)

# The harnesses of the fuzzers, for the suite that replays their seeds: tests/check_corpus.c.
REPLAYS := $(patsubst tests/fuzz_%.c,%,$(wildcard tests/fuzz_*.c))
$(BUILD)/replay.h: $(wildcard tests/fuzz_*.c)
	@mkdir -p $(@D)
	{ echo '#include <stddef.h>'; echo '#include <stdint.h>'; \
	  echo 'typedef int replay_fn(const uint8_t *data, size_t size);'; \
	  for r in $(REPLAYS); do echo "replay_fn replay_$$r;"; done; \
	  printf '#define REPLAYS(X)'; printf ' X(%s)' $(REPLAYS); echo; } > $@

$(BUILD)/tests/check_corpus.o: $(BUILD)/replay.h
$(BUILD)/replay/%.o: tests/fuzz_%.c
	@mkdir -p $(@D)
	$(COMPILE) -Wno-missing-prototypes -Wno-conversion -DLLVMFuzzerTestOneInput=replay_$* -o $@ $<

$(BUILD)/check: $(REPLAYS:%=$(BUILD)/replay/%.o)

EVALUATE := $(basename $(wildcard tests/evaluate*.c)) \
            $(addprefix tests/,harness make_descriptor make_evtx make_hive make_systemd)
$(BUILD)/evaluate: $(EVALUATE:%=$(BUILD)/%.o) $(OBJECTS)
	$(LINK) -o $@ $^ $(SVCQL_LIBS) $(PROGRAM_LIBS) $(CHECK_LIBS) $(LDLIBS)

# Judges the labelled cases of tests/corpus/judgement.
JUDGE := $(addprefix tests/,judge_corpus judge_ordinary corpus corpus_given harness make_descriptor make_evtx make_hive)
$(BUILD)/judge-corpus: $(JUDGE:%=$(BUILD)/%.o) $(OBJECTS)
	$(LINK) -o $@ $^ $(SVCQL_LIBS) $(PROGRAM_LIBS) $(CHECK_LIBS) $(LDLIBS)

# Boots a real systemd for tests and benchmarks: see tests/make_systemd.h.
$(BUILD)/systemd-fixture: $(BUILD)/tests/systemd_fixture.o $(BUILD)/tests/make_systemd.o
	$(LINK) -o $@ $^ $(LDLIBS)


# For people --------------------------------------------------------------------

# Examine this host: print what is suspicious about its services.
hunt: deps
	@$(MAKE) --no-print-directory -s $(JOBS) $(BUILD)/svcql.so
	@sqlite3 -batch -cmd '.load $(BUILD)/svcql' :memory: < sql/hunt.sql

# Install missing packages, where this is Debian and the user may; else print their names.
INSTALL_PACKAGES := ./tests/install-packages.sh
deps:         ; @$(INSTALL_PACKAGES) $(PACKAGES)
deps-check:   ; @$(INSTALL_PACKAGES) $(PACKAGES) $(CHECK_PACKAGES) --optional $(ORACLE_PACKAGES)
deps-platforms: ; @$(INSTALL_PACKAGES) debootstrap git util-linux
deps-windows: ; @$(INSTALL_PACKAGES) $(WINDOWS_PACKAGES)
deps-macos:   ; @$(INSTALL_PACKAGES) $(MACOS_PACKAGES)
deps-develop: ; @$(INSTALL_PACKAGES) $(PACKAGES) $(CHECK_PACKAGES) $(DEVELOP_PACKAGES)

install: all $(BUILD)/svcql.a
	install -D -m 755 $(BUILD)/svcql $(DESTDIR)$(bindir)/svcql
	install -D -m 644 $(BUILD)/svcql.so $(DESTDIR)$(libdir)/svcql/svcql.so
	install -D -m 644 $(BUILD)/svcql.a $(DESTDIR)$(libdir)/svcql.a
	install -D -m 644 include/svcql.h $(DESTDIR)$(includedir)/svcql.h
	install -d $(DESTDIR)$(libdir)/pkgconfig
	sed -e 's|@prefix@|$(prefix)|; s|@libdir@|$(libdir)|g; s|@includedir@|$(includedir)|; s|@version@|$(VERSION)|' \
	    -e 's|@libs@|$(SVCQL_LIBS)|' ext/package/svcql.pc.in > $(DESTDIR)$(libdir)/pkgconfig/svcql.pc
	install -D -m 644 sql/hunt.sql $(DESTDIR)$(prefix)/share/svcql/hunt.sql
	ln -srf $(DESTDIR)$(bindir)/svcql $(DESTDIR)$(libdir)/svcql/svcql.ext
	install -D -m 644 sql/packs/t1569.json $(DESTDIR)$(prefix)/share/svcql/packs/t1569.json
	install -D -m 644 sql/packs/osquery-t1569.json $(DESTDIR)$(prefix)/share/svcql/packs/osquery-t1569.json
	install -D -m 644 ext/program/svcql.1 $(DESTDIR)$(mandir)/man1/svcql.1
	install -D -m 644 ext/program/svcql.7 $(DESTDIR)$(mandir)/man7/svcql.7
	install -D -m 644 ext/program/completion.bash $(DESTDIR)$(prefix)/share/bash-completion/completions/svcql
	install -D -m 644 ext/program/completion.zsh $(DESTDIR)$(prefix)/share/zsh/site-functions/_svcql
	install -d $(DESTDIR)$(unitdir)
	sed 's|@bindir@|$(bindir)|' ext/program/svcql.service > $(DESTDIR)$(unitdir)/svcql.service

uninstall:
	rm -f $(addprefix $(DESTDIR),$(bindir)/svcql $(unitdir)/svcql.service $(mandir)/man1/svcql.1 \
	    $(mandir)/man7/svcql.7 $(prefix)/share/bash-completion/completions/svcql \
	    $(prefix)/share/zsh/site-functions/_svcql $(includedir)/svcql.h $(libdir)/svcql.a \
	    $(libdir)/pkgconfig/svcql.pc)
	rm -rf $(DESTDIR)$(libdir)/svcql $(DESTDIR)$(prefix)/share/svcql

# The sources of a commit, and its package for this Debian: the same bytes each time.
dist:
	git archive --format=tar --prefix=svcql-$(VERSION)/ HEAD | gzip -9n > build/svcql-$(VERSION).tar.gz
	cd build && sha256sum svcql-$(VERSION).tar.gz > SHA256SUMS

# The program alone, for hosts that have no SQLite, or an old one, and none of the libraries.
STATIC_SOURCES ?= build/static/sources
static:
	@$(INSTALL_PACKAGES) $(PACKAGES) nettle-dev
	./ext/package/static-sources.sh $(STATIC_SOURCES)
	@$(MAKE) --no-print-directory $(JOBS) BUILD=build/static OPT=-Os STATIC=$(abspath $(STATIC_SOURCES)) build/static/svcql

static-check: static all $(BUILD)/check
	./tests/static.sh build/static/svcql $(BUILD)/svcql.so $(BUILD)/check

ifdef STATIC
SQLITE_OPTIONS := -DSQLITE_THREADSAFE=1 -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_OMIT_DEPRECATED -DSQLITE_DQS=0 \
    -DSQLITE_ENABLE_MATH_FUNCTIONS \
    -DSQLITE_SHELL_INIT_PROC=svcql_shell_begin -Dmain=sqlite3_shell
$(BUILD)/%.o: $(STATIC)/%.c
	@mkdir -p $(@D)
	@$(SAY) "  CC    $(<F)"
	$(CC) -Os $(STATIC_CFLAGS) -w $(SQLITE_OPTIONS) -c -o $@ $<
endif

deb: all $(BUILD)/svcql.a
	@$(INSTALL_PACKAGES) dpkg-dev
	./ext/package/deb.sh $(VERSION)

# The extension with its libraries inside, as their names differ between distributions; glibc and libm are not.
$(BUILD)/portable/svcql.so: $(OBJECTS)
	@mkdir -p $(@D)
	@$(SAY) "  LINK  $@"
	$(CC) -shared -O2 -fPIC -w -Wl,-z,nodelete,-z,defs,--exclude-libs,ALL -fvisibility=hidden -o $@ $^ \
	    $(STATIC_SOURCES)/cJSON.c $(STATIC_SOURCES)/bzip2/*.c \
	    -Wl,-Bstatic -lexpat -lmd -lyaml -lz -lzstd -llzma -llz4 -Wl,-Bdynamic -lm

rpm: all $(BUILD)/svcql.a static
	@$(INSTALL_PACKAGES) rpm --optional rpmlint
	@$(MAKE) --no-print-directory $(BUILD)/portable/svcql.so
	./ext/package/rpm.sh $(VERSION)

# Both packages in trees of these suites of Debian: tests/in-tree.sh. A .deb is for the suite on which it is made; on the
# others check-platforms makes their own.
PACKAGE_SUITES ?= bookworm trixie forky
packages-check: deb rpm deps-platforms
	@$(INSTALL_PACKAGES) lintian
	lintian --fail-on error,warning $(BUILD)/svcql_$(VERSION)-1_$$(dpkg --print-architecture).deb 2> /dev/null
	./tests/rpm.sh $(BUILD)/svcql-$(VERSION)-1.$$(uname -m).rpm $(BUILD)/svcql-extension-$(VERSION)-1.$$(uname -m).rpm $(PACKAGE_SUITES)
	suite=$$(. /etc/os-release; echo $$VERSION_CODENAME); case " $(PACKAGE_SUITES) " in *" $$suite "*) \
	    ./tests/in-tree.sh $$suite sh -c 'apt-get -qq update; apt-get -qq install -y --no-install-recommends $(PACKAGES) < /dev/null > /tmp/log 2>&1 && \
	        tests/package.sh $(BUILD)/svcql_*_'$$(dpkg --print-architecture).deb;; esac

# All packages for arm64, by Debian's cross compiler.
packages-arm64: all
	@$(INSTALL_PACKAGES) dpkg-dev rpm
	./ext/package/arm64.sh $(VERSION)

# Tests -------------------------------------------------------------------------

# All of it; SAN=1 for AddressSanitizer and UndefinedBehaviorSanitizer.
ifeq ($(TARGET),windows)
check: check-wine
else ifeq ($(TARGET),macos)
check: check-macos
else
check: deps-check
	@$(MAKE) --no-print-directory $(JOBS) check-build
	@$(MAKE) --no-print-directory signals golden guide symbols check-fast
endif

check-build: all $(BUILD)/check $(BUILD)/systemd-fixture

# The suites alone; SUITE='frame hive' picks some.
check-fast: check-build
	@$(CHECK_ENV) SVCQL_MISSING="$$($(INSTALL_PACKAGES) --missing $(ORACLE_PACKAGES))" $(BUILD)/check $(SUITE)

# Suites as the user nobody, for whom what needs root is skipped: about what he may read, or those of SUITE.
NOBODY_SUITES := accounts osquery_file posture shell_history trust
check-nobody: check-build
	@$(CHECK_ENV) ./tests/nobody.sh $(BUILD) $(or $(SUITE),$(NOBODY_SUITES))

# Both commands and all tests on other versions of Debian, each in a tree of its own: tests/platforms.sh.
PLATFORMS ?= trixie forky
check-platforms: deps-platforms
	./tests/platforms.sh $(PLATFORMS)

# Every call of each table that may fail, failing: some minutes. Sources that a hostile hand prepares.
faults: $(BUILD)/check
	SVCQL_FAULTS=all $(CHECK_ENV) $(BUILD)/check faults oom

attack: $(BUILD)/check
	$(CHECK_ENV) $(BUILD)/check trust systemd_units
	SVCQL_DAMAGE=200 SVCQL_SEED=$${SVCQL_SEED:-$$(date +%s)} $(CHECK_ENV) $(BUILD)/check damage

# Eight connections at once, each reading all of the same evidence, under ThreadSanitizer: some minutes.
threads:
	@$(MAKE) --no-print-directory BUILD=build/threads OPT='-O1 -fsanitize=thread' HARDEN= build/threads/threads
	TSAN_OPTIONS=halt_on_error=1 build/threads/threads tests/fixtures/linux/compromised

$(BUILD)/threads: $(BUILD)/tests/threads.o $(OBJECTS)
	$(LINK) -o $@ $^ $(SVCQL_LIBS) $(PROGRAM_LIBS) -lpthread $(LDLIBS)

# What share of the lines of ext/ and tables/ the suites run (gcov).
coverage:
	@$(MAKE) --no-print-directory $(JOBS) BUILD=build/coverage OPT='-O0 --coverage' HARDEN= check-build
	@$(MAKE) --no-print-directory BUILD=build/coverage OPT='-O0 --coverage' HARDEN= check-fast
	@find build/coverage/ext build/coverage/tables -name '*.gcno' -exec gcov -n {} + 2>/dev/null | awk -f tests/coverage.awk

# One change at a time that a test should notice: MUTANTS of them, chosen by SEED.
MUTANTS ?= 10
mutants: ; ./tests/mutants.sh $(MUTANTS) $(SEED)

# The schedule for a week of its own clock.
soak: $(BUILD)/check
	SVCQL_SOAK=10000 $(CHECK_ENV) $(BUILD)/check soak

# Queries as a user types them, through the stock shell, against kept output.
golden: $(BUILD)/svcql.so
	@./tests/golden.sh $(BUILD)/svcql.so

# Rooms know only rooms below them, and views only layers below theirs; what goes in circles fails, and
# what mixes AND and OR without parentheses, and what parses JSON elsewhere than in json_tree.c. A header
# compiles alone (the lists that are included by a macro's definition, *.list.h, are none).
arrows: all headers
	awk -f tests/arrows.awk CONTRIBUTING.md $$(find include ext tables -name '*.[ch]' ! -path 'ext/host/*/include/*') $(SQL)
	awk -f tests/mixed.awk sql/*/*.sql
	! grep -rl cJSON_Parse ext tables | grep -v ^tables/formats/text/json_tree.c$$
	nm -A $(filter $(BUILD)/tables/% $(BUILD)/ext/%,$(OBJECTS)) | awk -f tests/circles.awk

HEADERS = $(shell find include ext tables tests -name '*.h' ! -name '*.list.h' ! -path 'ext/host/windows/*' ! -path 'ext/host/*/include/*')
headers:
	@for h in $(HEADERS); do echo "#include \"$$h\"" | \
	    $(CC) -I. $(SVCQL_CPPFLAGS) $(CPPFLAGS) $(CSTD) $(WARN) -Wno-unused -fsyntax-only -x c - || exit 1; done

# The questions of sql/HUNTING.md, and whether each is answered as it is shown there.
guide: $(BUILD)/svcql
	@./tests/guide.sh $(abspath $<)

# From other languages, whose packages come from their registries: some minutes.
bindings: $(BUILD)/svcql.so
	./tests/bindings.sh $<

# The report in a browser.
report-check: $(BUILD)/svcql
	./tests/report.sh $<

# Only what include/svcql.h declares may be visible.
symbols: $(BUILD)/svcql.so
	test "$$(nm -D --defined-only $< | awk '$$2 ~ /[TDBR]/ {print $$3}' | sort | xargs)" = \
	    "sqlite3_svcql_init svcql_version"

# The tests that every detection has in its file: `fires` and `spares`.
signals: $(BUILD)/svcql
	$(BUILD)/svcql signals test --shipped sql/signals

# A layer that the ATT&CK Navigator opens.
navigator: $(BUILD)/svcql.so
	sqlite3 -batch -cmd '.load $(BUILD)/svcql.so' :memory: < sql/navigator.sql > $(BUILD)/navigator.json

# A table to start from: make new-table NAME=x. CONTRIBUTING.md goes on from there.
new-table: ; @./tests/new-table.sh $(NAME)

# What this machine's systemd offers, merged into the table; and the table as C.
INTERFACE := tables/formats/command/systemd_interface
DIRECTIVES := tables/formats/unit/unit_directives
tables-data: $(BUILD)/systemd-fixture
	dir=$$(mktemp -d) && $(BUILD)/systemd-fixture start $$dir && \
	    { $(BUILD)/systemd-fixture exec $$dir sh -c "cd '$(CURDIR)' && ./tests/systemd-interface.sh merge $(INTERFACE).tsv"; \
	      $(BUILD)/systemd-fixture stop $$dir; rm -rf $$dir; }
	awk -f $(INTERFACE).awk $(INTERFACE).tsv > $(INTERFACE).inc
	awk -v want=wrappers -f $(INTERFACE).awk $(INTERFACE).tsv > tables/formats/command/systemd_wrappers.inc
	./tests/unit-directives.sh merge $(DIRECTIVES).tsv
	awk -f $(DIRECTIVES).awk $(DIRECTIVES).tsv > $(DIRECTIVES).inc

docs: $(BUILD)/svcql.so
	./tests/docs.sh $(BUILD)/svcql.so
	$(call DETECTIONS,-v want=readme) > sql/signals/README.md

docs-check: docs
	git diff --exit-code -- tables/README.md sql/README.md sql/signals/README.md ext/view_columns.list.h
	awk -f $(INTERFACE).awk $(INTERFACE).tsv | diff $(INTERFACE).inc -
	awk -f $(DIRECTIVES).awk $(DIRECTIVES).tsv | diff $(DIRECTIVES).inc -

C_FILES = $(shell find include ext tables tests -name '*.[ch]')

CLANG_FORMAT = ./tests/with-version.sh clang-format 14
CPPCHECK     = ./tests/with-version.sh cppcheck 2.10

format:
	@$(CLANG_FORMAT) -i $(C_FILES)

format-check:
	@$(CLANG_FORMAT) --dry-run -Werror $(C_FILES)

lint:
	$(CPPCHECK) --quiet --std=c11 --error-exitcode=1 --inline-suppr -D_GNU_SOURCE -Iinclude -Itables -Iext \
	    --enable=warning,portability --suppress=missingIncludeSystem ext tables
	shellcheck -S warning tests/*.sh tests/bench/*.sh ext/package/*.sh .ci/run

# One fuzzer a format, run for FUZZ_SECONDS each.
FUZZ_SECONDS ?= 60
FUZZ_FLAGS = $(SVCQL_CPPFLAGS) $(CSTD) -g -O1 -fno-omit-frame-pointer -MMD -MP \
             -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
build/fuzz/obj/%.o: %.c
	@mkdir -p $(@D)
	clang $(FUZZ_FLAGS) -c -o $@ $<

build/fuzz/libformats.a: $(FORMATS:%.c=build/fuzz/obj/%.o)
	rm -f $@
	$(AR) rcs $@ $^

build/fuzz/%: build/fuzz/obj/tests/fuzz_%.o build/fuzz/libformats.a
	clang -fsanitize=fuzzer,address,undefined -o $@ $^ $(SVCQL_LIBS)

# These need more than the formats: all of it.
FUZZ_WHOLE := configuration merge packed root state
build/fuzz/obj/embedded_%.o: $(BUILD)/embedded_%.c
	@mkdir -p $(@D)
	clang $(FUZZ_FLAGS) -c -o $@ $<

build/fuzz/obj/ext/program/%.o: FUZZ_FLAGS += -DSVCQL_LIBRARY='"$(LIBRARY)"'
build/fuzz/libwhole.a: $(OBJECTS:$(BUILD)/%=build/fuzz/obj/%) \
                       $(patsubst %.c,build/fuzz/obj/%.o,$(filter-out %/main.c,$(PROGRAM_SOURCES)))
	rm -f $@
	$(AR) rcs $@ $^

$(FUZZ_WHOLE:%=build/fuzz/%): build/fuzz/%: build/fuzz/obj/tests/fuzz_%.o build/fuzz/libwhole.a
	clang -fsanitize=fuzzer,address,undefined -o $@ $^ $(SVCQL_LIBS) $(PROGRAM_LIBS)

# Each begins with its seeds and with what it found before, which stays in build/corpus.
fuzz: $(FUZZERS)
	for f in $(FUZZERS); do n=$${f##*/}; mkdir -p build/corpus/$$n; \
	    $$f -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=1024 \
	    -print_final_stats=1 build/corpus/$$n tests/corpus/$$n || exit 1; done

# The formats on machines of other sizes and byte orders, under qemu-user: see tests/cross.sh.
ARCHES ?= s390x arm64 i386
.PHONY: check-cross
check-cross:
	MAKE='$(MAKE)' ./tests/cross.sh $(ARCHES)

# What the findings are worth, on attacks and on ordinary hosts, into tests/EVALUATION.md. The hosts are
# made once, in HOSTS: some minutes, with root and a mirror of Debian.
HOSTS ?= build/hosts
# Other versions of systemd are those of the trees that check-platforms has left.
PLATFORM_TREES := $(wildcard $(or $(SVCQL_PLATFORMS_DIR),$(BUILD)/platforms)/*/tree)

evaluate: $(BUILD)/evaluate $(BUILD)/judge-corpus $(BUILD)/systemd-fixture $(BUILD)/svcql.so
	./tests/evaluate_hosts.sh $(HOSTS) || echo 'no ordinary hosts could be made' >&2
	$(BUILD)/evaluate $(HOSTS) > $(BUILD)/EVALUATION.md
	$(BUILD)/judge-corpus -m -t >> $(BUILD)/EVALUATION.md
	sed -n '/$(INTERFACE_HEAD)/,$$p' tests/EVALUATION.md >> $(BUILD)/EVALUATION.md
	mv $(BUILD)/EVALUATION.md tests/EVALUATION.md
	$(MAKE) evaluate-interface

# Its last part alone: all that each systemd can be asked to do.
INTERFACE_HEAD := ^\#\# What systemd can be asked to do
evaluate-interface: $(BUILD)/systemd-fixture $(BUILD)/svcql.so
	sed '/$(INTERFACE_HEAD)/,$$d' tests/EVALUATION.md > $(BUILD)/EVALUATION.md
	printf '## What systemd can be asked to do, and who asked\n\n' >> $(BUILD)/EVALUATION.md
	./tests/evaluate_interface.sh $(BUILD)/systemd-fixture $(BUILD)/svcql.so $(PLATFORM_TREES) >> $(BUILD)/EVALUATION.md
	mv $(BUILD)/EVALUATION.md tests/EVALUATION.md

# The labelled cases alone, and what weights the fitting half gives the signals.
# Thousands of hosts are written and removed, which memory does in half of the time of a disk.
judge weights: export TMPDIR := $(firstword $(TMPDIR) $(wildcard /dev/shm) /tmp)
judge weights: $(BUILD)/judge-corpus
	$(BUILD)/judge-corpus $(if $(filter weights,$@),-w)

bench: $(BUILD)/svcql.so $(BUILD)/systemd-fixture
	for b in tests/bench/*.sh; do echo "== $$b"; BUILD=$(BUILD) $$b || exit 1; done

# Whether large evidence costs time in proportion and no memory; SCALE=0.1 is a tenth, WHAT='audit hosts' picks.
bench-large: $(BUILD)/svcql.so $(BUILD)/systemd-fixture
	BUILD=$(BUILD) ./tests/bench_large.sh $(WHAT)

clean:
	rm -rf build

-include $(shell find $(BUILD) -path $(BUILD)/hosts -prune -o -name '*.d' -type f -print 2>/dev/null)
