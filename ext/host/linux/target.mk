# Linux, by the compiler that is at hand.
HOST_FOLDERS := ext/host/linux/% ext/host/posix/%
NOT_IN_PROGRAM := ext/program/windows/% ext/program/macos/% ext/program/no_schedule.c
PRODUCTS  = $(BUILD)/svcql.so $(BUILD)/svcql
