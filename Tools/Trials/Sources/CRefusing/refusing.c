// Loaded before a program: counts its system calls for files below ANNALS_FAULT_ROOT, kind by kind,
// and refuses one call, or all calls from one on.
//
//   ANNALS_FAULT_ROOT     files and folders below it count, others are left alone
//   ANNALS_FAULT_REPORT   a file for a line per refused call; without a kind, per call
//   ANNALS_FAULT_KIND     such as "write"; ANNALS_FAULT_NUMBER: which one, from 0
//   ANNALS_FAULT_ERROR    the errno; 0 to read or write only half
//   ANNALS_FAULT_FOR_GOOD every later call of the kind fails as well, if set
//
// A line of the report: kind, number, site, name. A site is a module and the address in it that
// made the call.
#include "refusing.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *const kind_names[refused_count] = {
    "open", "read", "list", "look", "write", "sync",
    "truncate", "name", "lock", "map", "allocate", "thread",
};

static const char *root;
static size_t root_length;
static int report = -1;
static int wanted_kind = -1;
static long wanted_number;
static int wanted_error;
static bool is_for_good;
static bool is_ready;
static atomic_long counts[refused_count];

// The code whose allocations and threads count.
static struct { uintptr_t start, end; } watched[3];
static int watched_count;
static int program_range = -1;

static int watch_module(struct dl_phdr_info *info, size_t size, void *unused) {
    (void)size;
    (void)unused;
    bool is_program = info->dlpi_name == NULL || info->dlpi_name[0] == 0;
    bool is_library = info->dlpi_name
        && (strstr(info->dlpi_name, "liblmdb") || strstr(info->dlpi_name, "libzstd"));
    if ((!is_program && !is_library) || watched_count == 3) return 0;
    if (is_program && program_range >= 0) return 0;
    for (int index = 0; index < info->dlpi_phnum; index++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[index];
        if (part->p_type != PT_LOAD || !(part->p_flags & PF_X)) continue;
        if (is_program) program_range = watched_count;
        watched[watched_count].start = info->dlpi_addr + part->p_vaddr;
        watched[watched_count].end = info->dlpi_addr + part->p_vaddr + part->p_memsz;
        watched_count++;
        break;
    }
    return 0;
}

static bool is_watched(const void *caller, bool takes_program) {
    for (int index = 0; index < watched_count; index++) {
        if (index == program_range && !takes_program) continue;
        uintptr_t place = (uintptr_t)caller;
        if (place >= watched[index].start && place < watched[index].end) return true;
    }
    return false;
}

__attribute__((constructor)) static void begin(void) {
    root = getenv("ANNALS_FAULT_ROOT");
    const char *path = getenv("ANNALS_FAULT_REPORT");
    if (root == NULL || path == NULL) return;
    root_length = strlen(root);
    const char *kind = getenv("ANNALS_FAULT_KIND");
    for (int index = 0; kind && index < refused_count; index++) {
        if (strcmp(kind, kind_names[index]) == 0) wanted_kind = index;
    }
    const char *number = getenv("ANNALS_FAULT_NUMBER");
    const char *code = getenv("ANNALS_FAULT_ERROR");
    wanted_number = number ? atol(number) : 0;
    wanted_error = code ? atoi(code) : EIO;
    is_for_good = getenv("ANNALS_FAULT_FOR_GOOD") != NULL;
    int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
    report = (int)syscall(SYS_openat, AT_FDCWD, path, flags, 0600);
    dl_iterate_phdr(watch_module, NULL);
    is_ready = true;
}

static bool is_inside(const char *path) {
    return is_ready && path && strncmp(path, root, root_length) == 0;
}

// The name of the file of a descriptor, if it is below the root.
static bool is_inside_descriptor(int descriptor, char name[4096]) {
    if (!is_ready || descriptor < 0) return false;
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    int code = errno;
    long length = syscall(SYS_readlinkat, AT_FDCWD, link, name, 4095L);
    errno = code;
    if (length <= 0) return false;
    name[length] = 0;
    return is_inside(name);
}

static void tell(enum refused_kind kind, long number, const char *name, const void *caller) {
    Dl_info info;
    char line[512];
    const char *module = "?";
    uintptr_t offset = 0;
    if (dladdr(caller, &info) && info.dli_fname) {
        const char *slash = strrchr(info.dli_fname, '/');
        module = slash ? slash + 1 : info.dli_fname;
        offset = (uintptr_t)caller - (uintptr_t)info.dli_fbase;
    }
    const char *slash = strrchr(name, '/');
    int length = snprintf(
        line, sizeof line, "%s %ld %s+%lx %.100s\n", kind_names[kind], number, module,
        (unsigned long)offset, slash ? slash + 1 : name);
    if (length > 0) syscall(SYS_write, report, line, (size_t)length);
}

// Whether this call is the one; if so, it is reported, and errno is set.
static bool is_refused(enum refused_kind kind, const char *name, const void *caller) {
    long number = atomic_fetch_add(&counts[kind], 1);
    if (wanted_kind < 0) {
        int code = errno;
        tell(kind, number, name, caller);
        errno = code;
        return false;
    }
    if ((int)kind != wanted_kind) return false;
    if (number != wanted_number && !(is_for_good && number > wanted_number)) return false;
    tell(kind, number, name, caller);
    errno = wanted_error;
    return true;
}

#define CALLER __builtin_return_address(0)
#define NEXT(function) ((__typeof__(&function))dlsym(RTLD_NEXT, #function))

static int open_file(const char *path, int flags, mode_t mode, const void *caller) {
    if (is_inside(path) && is_refused(refused_open, path, caller)) return -1;
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

#define OPENING(name) \
    int name(const char *path, int flags, ...) { \
        mode_t mode = 0; \
        if (flags & (O_CREAT | O_TMPFILE)) { \
            va_list arguments; \
            va_start(arguments, flags); \
            mode = va_arg(arguments, mode_t); \
            va_end(arguments); \
        } \
        return open_file(path, flags, mode, CALLER); \
    }
OPENING(open)
OPENING(open64)

DIR *opendir(const char *path) {
    if (is_inside(path) && is_refused(refused_open, path, CALLER)) return NULL;
    return NEXT(opendir)(path);
}

struct dirent *readdir(DIR *folder) {
    char name[4096];
    if (is_inside_descriptor(dirfd(folder), name) && is_refused(refused_list, name, CALLER)) {
        return NULL;
    }
    return NEXT(readdir)(folder);
}

// A call that moves bytes: refused, cut short, or unchanged. The count is then what to ask for.
static bool moves(enum refused_kind kind, int descriptor, size_t *count, const void *caller) {
    char name[4096];
    if (!is_inside_descriptor(descriptor, name) || !is_refused(kind, name, caller)) return true;
    if (wanted_error != 0) return false;
    if (*count > 1) *count /= 2;
    return true;
}

ssize_t read(int descriptor, void *bytes, size_t count) {
    if (!moves(refused_read, descriptor, &count, CALLER)) return -1;
    return syscall(SYS_read, descriptor, bytes, count);
}

ssize_t pread(int descriptor, void *bytes, size_t count, off_t offset) {
    if (!moves(refused_read, descriptor, &count, CALLER)) return -1;
    return syscall(SYS_pread64, descriptor, bytes, count, offset);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    if (!moves(refused_write, descriptor, &count, CALLER)) return -1;
    return syscall(SYS_write, descriptor, bytes, count);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    if (!moves(refused_write, descriptor, &count, CALLER)) return -1;
    return syscall(SYS_pwrite64, descriptor, bytes, count, offset);
}

ssize_t writev(int descriptor, const struct iovec *parts, int count) {
    char name[4096];
    if (is_inside_descriptor(descriptor, name) && is_refused(refused_write, name, CALLER)) {
        if (wanted_error != 0) return -1;
        // Cut short: only the first part, or half of the only one.
        if (count == 1) {
            return syscall(SYS_write, descriptor, parts[0].iov_base, parts[0].iov_len / 2);
        }
        return syscall(SYS_writev, descriptor, parts, 1L);
    }
    return syscall(SYS_writev, descriptor, parts, (long)count);
}

static bool is_refused_descriptor(enum refused_kind kind, int descriptor, const void *caller) {
    char name[4096];
    return is_inside_descriptor(descriptor, name) && is_refused(kind, name, caller);
}

int fsync(int descriptor) {
    if (is_refused_descriptor(refused_sync, descriptor, CALLER)) return -1;
    return (int)syscall(SYS_fsync, descriptor);
}

int fdatasync(int descriptor) {
    if (is_refused_descriptor(refused_sync, descriptor, CALLER)) return -1;
    return (int)syscall(SYS_fdatasync, descriptor);
}

int ftruncate(int descriptor, off_t length) {
    if (is_refused_descriptor(refused_truncate, descriptor, CALLER)) return -1;
    return (int)syscall(SYS_ftruncate, descriptor, length);
}

int flock(int descriptor, int operation) {
    bool gives_back = (operation & LOCK_UN) != 0;
    if (!gives_back && is_refused_descriptor(refused_lock, descriptor, CALLER)) return -1;
    return (int)syscall(SYS_flock, descriptor, operation);
}

int fcntl(int descriptor, int command, ...) {
    va_list arguments;
    va_start(arguments, command);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    bool locks = command == F_SETLK || command == F_SETLKW || command == F_GETLK;
    if (locks && is_refused_descriptor(refused_lock, descriptor, CALLER)) return -1;
    return (int)syscall(SYS_fcntl, descriptor, command, argument);
}

int rename(const char *from, const char *to) {
    if (is_inside(to) && is_refused(refused_name, to, CALLER)) return -1;
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int link(const char *from, const char *to) {
    if (is_inside(to) && is_refused(refused_name, to, CALLER)) return -1;
    return (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int unlink(const char *path) {
    if (is_inside(path) && is_refused(refused_name, path, CALLER)) return -1;
    return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int rmdir(const char *path) {
    if (is_inside(path) && is_refused(refused_name, path, CALLER)) return -1;
    return (int)syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR);
}

int mkdir(const char *path, mode_t mode) {
    if (is_inside(path) && is_refused(refused_name, path, CALLER)) return -1;
    return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

int access(const char *path, int mode) {
    if (is_inside(path) && is_refused(refused_look, path, CALLER)) return -1;
    return (int)syscall(SYS_faccessat, AT_FDCWD, path, mode);
}

int stat(const char *restrict path, struct stat *restrict status) {
    if (is_inside(path) && is_refused(refused_look, path, CALLER)) return -1;
    return (int)syscall(SYS_newfstatat, AT_FDCWD, path, status, 0);
}

int lstat(const char *restrict path, struct stat *restrict status) {
    if (is_inside(path) && is_refused(refused_look, path, CALLER)) return -1;
    return (int)syscall(SYS_newfstatat, AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW);
}

int fstat(int descriptor, struct stat *status) {
    if (is_refused_descriptor(refused_look, descriptor, CALLER)) return -1;
    return (int)syscall(SYS_fstat, descriptor, status);
}

// Called by programs that were built before glibc 2.33.
int __fxstat(int version, int descriptor, struct stat *status) {
    (void)version;
    if (is_refused_descriptor(refused_look, descriptor, CALLER)) return -1;
    return (int)syscall(SYS_fstat, descriptor, status);
}

int statfs(const char *path, struct statfs *status) {
    if (is_inside(path) && is_refused(refused_look, path, CALLER)) return -1;
    return (int)syscall(SYS_statfs, path, status);
}

int statvfs(const char *restrict path, struct statvfs *restrict status) {
    if (is_inside(path) && is_refused(refused_look, path, CALLER)) return -1;
    return NEXT(statvfs)(path, status);
}

void *mmap(void *place, size_t length, int protection, int flags, int descriptor, off_t offset) {
    if (descriptor >= 0 && is_refused_descriptor(refused_map, descriptor, CALLER)) {
        return MAP_FAILED;
    }
    return (void *)syscall(SYS_mmap, place, length, protection, flags, descriptor, offset);
}

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static bool is_allocation_refused(const void *caller) {
    return is_ready && is_watched(caller, false)
        && is_refused(refused_allocate, "memory", caller);
}

void *malloc(size_t size) {
    if (is_allocation_refused(CALLER)) return NULL;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    if (is_allocation_refused(CALLER)) return NULL;
    return __libc_calloc(count, size);
}

void *realloc(void *place, size_t size) {
    if (is_allocation_refused(CALLER)) return NULL;
    return __libc_realloc(place, size);
}

int posix_memalign(void **place, size_t alignment, size_t size) {
    if (is_allocation_refused(CALLER)) return wanted_error;
    void *found = __libc_memalign(alignment, size);
    if (found == NULL) return ENOMEM;
    *place = found;
    return 0;
}

int pthread_create(
    pthread_t *restrict thread,
    const pthread_attr_t *restrict attributes,
    void *(*body)(void *),
    void *restrict argument
) {
    if (is_ready && is_watched(CALLER, true) && is_refused(refused_thread, "thread", CALLER)) {
        return wanted_error;
    }
    return NEXT(pthread_create)(thread, attributes, body, argument);
}
