# Windows 10 and later on x86-64, by Debian's mingw-w64: gcc-mingw-w64-x86-64-posix. Libraries are built
# from Debian's sources once, into WINDOWS_ROOT: tests/windows-sysroot.sh. Nothing but Windows's own
# libraries is needed where it runs.
HOST_FOLDERS := ext/host/windows/% ext/static/libarchive.c
CC           := $(CCACHE) x86_64-w64-mingw32-gcc-posix
AR           := x86_64-w64-mingw32-ar
BUILD        := build/windows
WINDOWS_ROOT := $(or $(SVCQL_WINDOWS_DIR),$(abspath $(BUILD))/root)
PRODUCTS      = $(BUILD)/svcql.dll
READY        := $(WINDOWS_ROOT)/.built

# The compiler's checks of printf() know only Windows's own, and its isnan() takes a float.
WARN         += -Wno-format -Wno-float-conversion
OPT           = -Os
HARDEN       := -fstack-protector-strong
SVCQL_CPPFLAGS += -isystem ext/host/windows/include -isystem $(WINDOWS_ROOT)/include -D_WIN32_WINNT=0x0A00 \
                  -D__USE_MINGW_ANSI_STDIO=1 -DLIBARCHIVE_STATIC -DLZMA_API_STATIC -DXML_STATIC \
                  -DYAML_DECLARE_STATIC
SVCQL_CFLAGS += -ffunction-sections -fdata-sections
SVCQL_LIBS   := -L$(WINDOWS_ROOT)/lib -static -Wl,--gc-sections,-s,--dynamicbase,--nxcompat,--high-entropy-va \
                -larchive -lcjson -lexpat -lmd -lyaml -lz -lzstd -llzma -lbz2 -llz4 -lbcrypt -lws2_32 \
                -ladvapi32 -lntdll

$(READY): tests/windows-sysroot.sh
	@$(SAY) "  ROOT  $(WINDOWS_ROOT)"
	./tests/install-packages.sh gcc-mingw-w64-x86-64-posix dpkg-dev tcl
	./tests/windows-sysroot.sh $(WINDOWS_ROOT)
	touch $@

# What the extension gives under Wine, beside what the one of this system gives.
.PHONY: check-wine
check-wine:
	@./tests/install-packages.sh wine wine64 sqlite3
	@$(MAKE) --no-print-directory $(JOBS) $(PRODUCTS)
	@$(MAKE) --no-print-directory $(JOBS) TARGET=linux build/svcql.so
	@SVCQL_WINDOWS_DIR=$(WINDOWS_ROOT) ./tests/wine.sh $(BUILD)
