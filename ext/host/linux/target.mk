# Linux, by the compiler that is at hand.
HOST_FOLDERS := ext/host/linux/% ext/host/posix/%
NOT_IN_PROGRAM := ext/program/windows/%
PRODUCTS  = $(BUILD)/svcql.so $(BUILD)/svcql
