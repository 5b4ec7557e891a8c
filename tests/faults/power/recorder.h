/* The recorder's log: where it is, how a record is appended, and which paths and descriptors belong in it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

struct record {
    uint32_t kind, thread;
    uint64_t file; /* the inode */
    int64_t offset;
    uint32_t path_length, data_length;
};

#define FILES 65536

/* The C library's own function, looked up once. */
#define REAL(name)                                                      \
    ({                                                                  \
        static __typeof__(&name) found;                                 \
        if (!found) found = (__typeof__(&name))dlsym(RTLD_NEXT, #name); \
        found;                                                          \
    })

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static uint64_t inode_of[FILES]; /* by descriptor: a file below the directory that is open for writing, or 0 */
static const char *directory;
static size_t directory_length;
static int log_file = -1;

__attribute__((constructor)) static void begin(void) {
    const char *name = getenv("POWER_LOG");
    directory = getenv("POWER_DATA");
    if (!directory || !name) return;
    directory_length = strlen(directory);
    int opened = REAL(openat)(AT_FDCWD, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    log_file = fcntl(opened, F_DUPFD_CLOEXEC, 500); /* above the numbers that programs hand to their children */
    if (log_file < 0) abort();
    REAL(close)(opened);
}

static void lock(void) {
    pthread_mutex_lock(&turn); /* against other threads */
    flock(log_file, LOCK_EX);  /* against other processes */
}

static void unlock(void) {
    flock(log_file, LOCK_UN);
    pthread_mutex_unlock(&turn);
}

/* Append one record. A log with a hole would show losses that did not happen, so a failure ends the process. */
static void note(char kind, uint64_t file, int64_t offset, const char *path, size_t path_length, const void *data,
                 size_t length) {
    struct record head = {(uint32_t)kind, (uint32_t)syscall(SYS_gettid), file, offset, (uint32_t)path_length,
                          (uint32_t)length};
    struct iovec parts[] = {{&head, sizeof head}, {(void *)path, path_length}, {(void *)data, length}};
    int before = errno;
    if (REAL(writev)(log_file, parts, 3) != (ssize_t)(sizeof head + path_length + length)) abort();
    errno = before;
}

static void note_path(char kind, uint64_t file, int64_t offset, const char *path) {
    note(kind, file, offset, path, strlen(path), "", 0);
}

static int watched(int fd) {
    return log_file >= 0 && fd >= 0 && fd < FILES && inode_of[fd];
}

/* The part of an absolute path after the directory: "" for the directory itself, NULL for anything outside. */
static const char *below(const char *path) {
    if (strncmp(path, directory, directory_length)) return NULL;
    if (!path[directory_length]) return path + directory_length;
    return path[directory_length] == '/' ? path + directory_length + 1 : NULL;
}

/* The same for a path as a call names it. `whole` has PATH_MAX bytes and may hold the result. */
static const char *named(int folder, const char *path, char *whole) {
    if (log_file < 0) return NULL;
    if (path[0] == '/') return below(path);
    char link[40];
    int before = errno;
    snprintf(link, sizeof link, folder == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", folder);
    ssize_t length = readlink(link, whole, PATH_MAX - 1);
    errno = before;
    if (length < 0) return NULL;
    snprintf(whole + length, PATH_MAX - length, path[0] ? "/%s" : "%s", path);
    return below(whole);
}
