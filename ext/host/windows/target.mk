# svcql.dll and svcql.exe: Windows 10 and later on x86-64, by Debian's mingw-w64: gcc-mingw-w64-x86-64-posix. Libraries are built
# from Debian's sources once, into WINDOWS_ROOT: tests/windows-sysroot.sh. Nothing but Windows's own
# libraries is needed where it runs.
HOST_FOLDERS := ext/host/windows/% ext/host/other/% ext/static/libarchive.c
# ccache's folder in PATH has no compiler of this name.
CCACHE       ?= $(if $(findstring /ccache,$(PATH)),ccache)
CC           := $(CCACHE) x86_64-w64-mingw32-gcc-posix
AR           := x86_64-w64-mingw32-ar
BUILD        := build/windows
WINDOWS_ROOT := $(or $(SVCQL_WINDOWS_DIR),$(abspath $(BUILD))/root)
# Beside the shell, or where PATH leads to.
LIBRARY      := svcql
PRODUCTS      = $(BUILD)/svcql.dll $(BUILD)/svcql.exe
NOT_IN_PROGRAM := $(LINUX_PROGRAM) ext/program/posix/% ext/program/macos/%
READY        := $(WINDOWS_ROOT)/.built

# The compiler's checks of printf() know only Windows's own, and its isnan() takes a float. What is set by a function
# of another file is unknown to the checks of a link.
WARN         += -Wno-format -Wno-float-conversion -Wno-maybe-uninitialized -Wno-attributes
# As one part, so that texts that two files have are one.
OPT           = -Oz -flto=auto -flto-partition=one
PACK_VIEWS   := 1
HARDEN       := -fstack-protector-strong
PROGRAM_LIBS := -lsqlite3
SVCQL_CPPFLAGS += -DSVCQL_NO_DAEMONS -isystem ext/host/windows/include -isystem ext/host/other/include -isystem $(WINDOWS_ROOT)/include -D_WIN32_WINNT=0x0A00 \
                  -D__USE_MINGW_ANSI_STDIO=1 -DLIBARCHIVE_STATIC -DLZMA_API_STATIC -DXML_STATIC \
                  -DYAML_DECLARE_STATIC
# Nothing unwinds C's frames here.
SVCQL_CFLAGS += -fno-asynchronous-unwind-tables -fno-unwind-tables
SVCQL_LIBS   := -L$(WINDOWS_ROOT)/lib -static -Wl,--gc-sections,-s,--dynamicbase,--nxcompat,--high-entropy-va \
                -larchive -lcjson -lexpat -lmd -lyaml -lz -lzstd -llzma -lbz2 -llz4 -lbcrypt -lws2_32 \
                -ladvapi32 -lsecur32 -lntdll

# The symbols of its assembly are the linker's to find.
$(BUILD)/ext/program/embedded_files.o: SVCQL_CFLAGS += -fno-lto

$(READY): tests/windows-sysroot.sh
	@$(SAY) "  ROOT  $(WINDOWS_ROOT)"
	@$(MAKE) --no-print-directory deps-windows
	./tests/windows-sysroot.sh $(WINDOWS_ROOT)
	touch $@

# What the extension gives under Wine, beside what the one of this system gives.
.PHONY: check-wine
check-wine:
	@$(MAKE) --no-print-directory deps-windows
	@$(MAKE) --no-print-directory $(JOBS) $(PRODUCTS)
	@$(MAKE) --no-print-directory $(JOBS) TARGET=linux build/svcql.so build/svcql
	@SVCQL_WINDOWS_DIR=$(WINDOWS_ROOT) ./tests/wine.sh $(BUILD)
