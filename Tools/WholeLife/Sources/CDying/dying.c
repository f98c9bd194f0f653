// Loaded between a program and the system, to make rare events happen:
//
//   LIFE_CLOCK=MS         the clock stands still at this many milliseconds since 1970
//   LIFE_DIE_AT_META=N    the program dies right after the N-th write of LMDB's meta page, when
//                         other processes do not know of it yet
//   LIFE_DIE_AT=N         it dies right after its N-th call that changes a file or a folder
//   LIFE_SLOW=MICROS      each large write takes this long, so that others have time to join in
//
//     LIFE_DIE_AT_META=2 LD_PRELOAD=…/libdying.so annals create …
#include "dying.h"
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static long long number(const char *name) {
    const char *text = getenv(name);
    return text ? atoll(text) : 0;
}

static void die(void) { kill(getpid(), SIGKILL); }

static void count_change(void) {
    static atomic_llong count = 0;
    long long at = number("LIFE_DIE_AT");
    if (at > 0 && atomic_fetch_add(&count, 1) + 1 == at) die();
}

static void count_meta_write(void) {
    static atomic_llong count = 0;
    long long at = number("LIFE_DIE_AT_META");
    if (at > 0 && atomic_fetch_add(&count, 1) + 1 == at) die();
}

static void linger(size_t length) {
    long long micros = number("LIFE_SLOW");
    if (micros > 0 && length >= 4096) usleep((useconds_t)micros);
}

#define NEXT(result, name, ...)                                                                    \
    static result (*next)(__VA_ARGS__);                                                            \
    if (!next) next = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

// A meta page is one of the first two pages, and only a part of it is written.
ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t offset) {
    NEXT(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
    ssize_t written = next(file, bytes, length, offset);
    if (offset < 8192 && length < 4096) count_meta_write();
    count_change();
    return written;
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset) {
    return pwrite64(file, bytes, length, offset);
}

ssize_t write(int file, const void *bytes, size_t length) {
    NEXT(ssize_t, "write", int, const void *, size_t);
    linger(length);
    ssize_t written = next(file, bytes, length);
    if (file > 2) count_change();
    return written;
}

ssize_t pwritev(int file, const struct iovec *parts, int count, off_t offset) {
    NEXT(ssize_t, "pwritev", int, const struct iovec *, int, off_t);
    ssize_t written = next(file, parts, count, offset);
    count_change();
    return written;
}

int fsync(int file) {
    NEXT(int, "fsync", int);
    int result = next(file);
    count_change();
    return result;
}

int fdatasync(int file) {
    NEXT(int, "fdatasync", int);
    int result = next(file);
    count_change();
    return result;
}

int rename(const char *from, const char *to) {
    NEXT(int, "rename", const char *, const char *);
    int result = next(from, to);
    count_change();
    return result;
}

int unlink(const char *path) {
    NEXT(int, "unlink", const char *);
    int result = next(path);
    count_change();
    return result;
}

int mkdir(const char *path, mode_t mode) {
    NEXT(int, "mkdir", const char *, mode_t);
    int result = next(path, mode);
    count_change();
    return result;
}

int ftruncate64(int file, off64_t length) {
    NEXT(int, "ftruncate64", int, off64_t);
    int result = next(file, length);
    count_change();
    return result;
}

int ftruncate(int file, off_t length) { return ftruncate64(file, length); }

int clock_gettime(clockid_t clock, struct timespec *time) {
    if (clock == CLOCK_REALTIME) {
        long long milliseconds = number("LIFE_CLOCK");
        if (milliseconds > 0) {
            time->tv_sec = milliseconds / 1000;
            time->tv_nsec = milliseconds % 1000 * 1000000;
            return 0;
        }
    }
    return (int)syscall(SYS_clock_gettime, clock, time);
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    (void)zone;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}
