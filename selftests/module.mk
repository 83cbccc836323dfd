# SPDX-License-Identifier: GPL-2.0
#
# For the Makefile of a directory with a test module: builds it, in
# build/<kernel release>/selftests/<directory>/, against devsess as built for the
# same kernel. KERNEL= and KDIR= as for devsess; FLAGS= is for the compiler.

TOP := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))/..)

ifdef KERNEL
KDIR := $(shell $(TOP)/tools/deps --headers $(KERNEL))
endif
KDIR ?= $(shell $(TOP)/tools/deps --headers 6.12)
KREL = $(shell cut -d'"' -f2 $(KDIR)/include/generated/utsrelease.h)
DEVSESS = $(TOP)/build/$(KREL)
OUT = $(DEVSESS)/selftests/$(notdir $(CURDIR))

all: sources
	@# For who calls its functions it needs no BTF; tools/vm/run sees to that.
	+@$(MAKE) -C $(TOP) module KDIR=$(KDIR) BTF=no
	@# Kbuild does not see that a symbol of devsess has another version now.
	@[ $(OUT)/Module.symvers -nt $(DEVSESS)/Module.symvers ] || rm -f $(OUT)/Module.symvers
	+@$(MAKE) -C $(KDIR) M=$(OUT) KBUILD_EXTRA_SYMBOLS=$(DEVSESS)/Module.symvers modules

# Kbuild writes beside the sources, so they are links.
sources:
	@mkdir -p $(OUT)
	@cp -suf $(CURDIR)/Kbuild $(wildcard $(CURDIR)/*.[ch]) $(OUT)/

clean:
	rm -rf $(OUT)

.PHONY: all sources clean
