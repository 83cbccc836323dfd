# SPDX-License-Identifier: GPL-2.0
#
# make help lists the targets. The module is built in build/<kernel release>/,
# so that several kernels can be built for from one tree.

ifneq ($(KERNELRELEASE),)
include $(src)/Kbuild
else

MAKEFLAGS += --no-print-directory
B := $(CURDIR)/build
DEPS := $(CURDIR)/tools/deps

# Kernel to build for: KDIR, or KERNEL=6.12|6.1|rt of Debian, or the running one.
ifdef KERNEL
KDIR := $(shell $(DEPS) --headers $(KERNEL))
endif
KDIR ?= $(or $(wildcard /lib/modules/$(shell uname -r)/build),$(shell $(DEPS) --headers 6.12))
# BTF=no leaves what BPF programs need to the kernel's own build, which may not make it; BTF=try
# builds without if it cannot be had. IMAGE is the
# kernel itself, for kernels whose headers have no types; see tools/btf.
BTF ?= yes
IMAGE = $(if $(or $(filter no,$(BTF)),$(wildcard $(KDIR)/vmlinux)),,$(if $(KERNEL),$(shell $(DEPS) --image $(KERNEL))))
# Debian's 6.1 has another release in kernel.release than its kernel calls itself.
KREL = $(shell cut -d'"' -f2 $(KDIR)/include/generated/utsrelease.h)
KOUT = $(B)/$(KREL)
KBUILD = $(MAKE) -C $(KDIR) M=$(KOUT) $(if $(V),V=$(V))

PREFIX ?= /usr/local

all: module cli

# Kbuild writes beside the sources: give each kernel a tree of links of its own.
module:
	@mkdir -p $(KOUT)
	@cp -asuf $(CURDIR)/Kbuild $(CURDIR)/module $(CURDIR)/uapi $(KOUT)/
	+$(KBUILD) modules
	$(if $(filter no,$(BTF)),,@tools/btf $(if $(filter try,$(BTF)),--try) $(KDIR) $(KOUT)/devsess.ko $(IMAGE))

cli:
	@$(DEPS) cli
	+@$(MAKE) -C tools/devsess O=$(B)

# What it takes from a kernel are types, for which any with BTF will do.
xdp:
	@$(DEPS) xdp
	+@$(MAKE) -C tools/xdp O=$(B) VMLINUX=$(or $(wildcard /sys/kernel/btf/vmlinux),$(shell $(DEPS) --headers 6.12)/vmlinux)

install-xdp: xdp
	+$(MAKE) -C tools/xdp O=$(B) PREFIX=$(PREFIX) install

install: module cli
	+$(KBUILD) modules_install
	depmod -a $(KREL)
	+$(MAKE) -C tools/devsess O=$(B) PREFIX=$(PREFIX) install

uninstall:
	rm -f /lib/modules/$(KREL)/updates/devsess.ko* /lib/modules/$(KREL)/extra/devsess.ko*
	depmod -a $(KREL)
	+$(MAKE) -C tools/devsess O=$(B) PREFIX=$(PREFIX) uninstall
	+$(MAKE) -C tools/xdp O=$(B) PREFIX=$(PREFIX) uninstall

demo:
	tools/demo/run

# KERNELS: 6.12, 6.1 and sleep unless told, or those of test-debug.
test:
	selftests/run $(if $(BRIEF),--brief )$(KERNELS:%=--kernel %)

# KERNELS: of kasan, rt, kcsan, fuzz and many; all of them unless told. BRIEF=yes: without
# what 6.12 shows, too; see `selftests/run --help'.
test-debug:
	selftests/run $(if $(BRIEF),--brief )$(if $(KERNELS),--no-hosted $(KERNELS:%=--kernel %),--debug)

torture:
	selftests/run --kernel $(or $(KERNEL),kasan) --cpus $(or $(CPUS),2) --torture $(or $(MINUTES),10)

bench:
	selftests/bench/run $(SUITE)

check:
	tools/check

genl-regen:
	tools/genl regen

genl-check:
	tools/genl check

clean:
	rm -rf $(B)

help:
	@echo 'make             the module for the running kernel, and the devsess tool'
	@echo 'make install     install both (as root); then: modprobe devsess'
	@echo 'make uninstall   remove both'
	@echo 'make demo        >= 100,000 sessions in a VM, as a user would'
	@echo 'make test        all tests: the engine under sanitizers, the module in VMs'
	@echo 'make test-debug [KERNELS="rt kasan kcsan fuzz many"] [BRIEF=yes]   on debug kernels:'
	@echo '                 races, torture, faults, fuzzing, coverage'
	@echo 'make torture MINUTES=10 [KERNEL=kasan] [CPUS=2]   everything at once, for so long'
	@echo 'make bench [SUITE="kernel hosted instructions evict xdp vm"]   devsess beside its peers'
	@echo 'make check       static checks'
	@echo 'make genl-regen  generate the netlink code from its spec'
	@echo 'make genl-check  fail if that would change anything'
	@echo 'make module KERNEL=6.12|6.1|rt    the module for a Debian kernel'
	@echo 'make module KDIR=DIR              the module for any kernel tree'
	@echo 'make module BTF=no                also if BPF programs will find no kfuncs'
	@echo 'make cli         the devsess tool'
	@echo 'make xdp [install-xdp]            devsess-xdp, for packets'
	@echo 'make clean       remove build/'

.PHONY: all module cli xdp install install-xdp uninstall demo test test-debug torture bench check genl-regen genl-check clean help
endif
