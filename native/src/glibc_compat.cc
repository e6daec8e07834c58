#ifdef __linux__
#include <features.h>
#endif

#if defined(__linux__) && defined(__GLIBC__)
// glibc 2.32 tells std::shared_ptr by this flag that there is one thread only, and that its count
// needs no atomic step. Ours says that there may always be more (it is hidden, so that only this
// library sees it), and older systems, which lack the flag, load the binary.
extern "C" {
extern char __libc_single_threaded;
char __libc_single_threaded = 0;
}
#endif
