// Binds to the oldest version of symbols that glibc moved or renewed after 2.28 (RHEL 8, Debian
// 10), so that a binary built on a newer system loads there. scripts/check-symbols.mjs enforces
// this.
#pragma once

#if defined(__linux__) && defined(__GLIBC__)
#if defined(__x86_64__)
#define NOMYO_GLIBC_BASE "GLIBC_2.2.5"
#elif defined(__aarch64__)
#define NOMYO_GLIBC_BASE "GLIBC_2.17"
#endif
#ifdef NOMYO_GLIBC_BASE
__asm__(".symver dlsym,dlsym@" NOMYO_GLIBC_BASE);
__asm__(".symver dlopen,dlopen@" NOMYO_GLIBC_BASE);
__asm__(".symver dladdr,dladdr@" NOMYO_GLIBC_BASE);
#endif
#endif
