/* Logs what a process writes and syncs below one directory. Preloaded (LD_PRELOAD) into the server under test.
 *
 * POWER_DATA names the directory (an absolute path without links), POWER_LOG the log; without them nothing is logged.
 * Several processes may share a log. Each call is made and logged under one lock, so the order of the log is the order
 * of the calls. A sync is two records, before and after, and holds no lock in between: it covers only what was written
 * before it began. A record is a `struct record`, then its path, then its data; log.py reads it and lists the kinds.
 *
 * Writes through mapped memory cannot be logged, only the mapping can. Other calls that change files (copy_file_range,
 * posix_fallocate, ...) are not logged: recording.py follows the whole log and compares the result with the directory.
 */
#include "recorder.h"

static int open_noted(int folder, const char *path, int flags, mode_t mode) {
    char whole[PATH_MAX];
    struct stat status;
    const char *name = (flags & (O_WRONLY | O_RDWR | O_CREAT)) ? named(folder, path, whole) : NULL;
    int nameless = (flags & O_TMPFILE) == O_TMPFILE; /* no power cut leaves anything of it */
    if (!name || nameless) return REAL(openat)(folder, path, flags, mode);
    lock();
    int before = errno, was_there = fstatat(folder, path, &status, 0) == 0;
    errno = before;
    int fd = REAL(openat)(folder, path, flags, mode);
    if (fd >= FILES) abort();
    if (fd >= 0 && fstat(fd, &status) == 0) {
        inode_of[fd] = status.st_ino;
        note_path('o', status.st_ino, !was_there, name);
        if (was_there && (flags & O_TRUNC)) note_path('t', status.st_ino, 0, "");
    }
    unlock();
    return fd;
}

#define OPEN(name, folder, ...)                                       \
    int name(__VA_ARGS__, int flags, ...) {                           \
        va_list rest;                                                 \
        va_start(rest, flags);                                        \
        mode_t mode = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(rest, mode_t) : 0; \
        va_end(rest);                                                 \
        return open_noted(folder, path, flags, mode);                 \
    }
OPEN(open, AT_FDCWD, const char *path)
OPEN(open64, AT_FDCWD, const char *path)
OPEN(openat, folder, int folder, const char *path)
OPEN(openat64, folder, int folder, const char *path)

int close(int fd) {
    if (fd >= 0 && fd < FILES) inode_of[fd] = 0;
    return REAL(close)(fd);
}

/* Make the call; if it succeeds, log it; return what it returned. */
#define LOGGED(call, log)             \
    lock();                           \
    __typeof__(call) done = call;     \
    if (done >= 0) log;               \
    unlock();                         \
    return done

ssize_t write(int fd, const void *data, size_t length) {
    if (!watched(fd)) return REAL(write)(fd, data, length);
    LOGGED(REAL(write)(fd, data, length),
           note('w', inode_of[fd], lseek(fd, 0, SEEK_CUR) - done, "", 0, data, done));
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    if (!watched(fd)) return REAL(writev)(fd, parts, count);
    ssize_t sum = 0;
    for (int part = 0; part < count; part++) {
        ssize_t done = write(fd, parts[part].iov_base, parts[part].iov_len);
        if (done < 0) return sum ? sum : done;
        sum += done;
        if ((size_t)done < parts[part].iov_len) break;
    }
    return sum;
}

#define PWRITE(name, offset_type)                                                          \
    ssize_t name(int fd, const void *data, size_t length, offset_type offset) {            \
        if (!watched(fd)) return REAL(name)(fd, data, length, offset);                     \
        LOGGED(REAL(name)(fd, data, length, offset), note('w', inode_of[fd], offset, "", 0, data, done)); \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define FTRUNCATE(name, offset_type)                                                       \
    int name(int fd, offset_type length) {                                                 \
        if (!watched(fd)) return REAL(name)(fd, length);                                   \
        LOGGED(REAL(name)(fd, length), note_path('t', inode_of[fd], length, ""));          \
    }
FTRUNCATE(ftruncate, off_t)
FTRUNCATE(ftruncate64, off64_t)

#define MMAP(name, offset_type)                                                            \
    void *name(void *where, size_t length, int protection, int flags, int fd, offset_type offset) { \
        if (watched(fd) && (protection & PROT_WRITE) && (flags & MAP_SHARED)) note_path('m', inode_of[fd], 0, ""); \
        return REAL(name)(where, length, protection, flags, fd, offset);                   \
    }
MMAP(mmap, off_t)
MMAP(mmap64, off64_t)

int truncate(const char *path, off_t length) {
    char whole[PATH_MAX];
    struct stat status;
    if (!named(AT_FDCWD, path, whole)) return REAL(truncate)(path, length);
    LOGGED(REAL(truncate)(path, length), if (stat(path, &status) == 0) note_path('t', status.st_ino, length, ""));
}

int truncate64(const char *path, off64_t length) {
    return truncate(path, length);
}

/* ── syncs ── */

static int sync_noted(int fd, int (*sync)(int)) {
    char whole[PATH_MAX];
    struct stat status;
    const char *name = fd < 0 ? NULL : named(fd, "", whole);
    if (!name || fstat(fd, &status)) return sync(fd);
    int folder = S_ISDIR(status.st_mode);
    lock();
    note_path(folder ? 'd' : 's', status.st_ino, 0, folder ? name : "");
    unlock();
    int failed = sync(fd);
    lock();
    if (!failed) note_path(folder ? 'D' : 'S', status.st_ino, 0, folder ? name : "");
    unlock();
    return failed;
}

int fsync(int fd) {
    return sync_noted(fd, REAL(fsync));
}

int fdatasync(int fd) {
    return sync_noted(fd, REAL(fdatasync));
}

/* ── names ── */

/* Two names in one record, with a zero byte between them. Either may be outside: then it is empty. */
static void note_names(char kind, const char *old, const char *name) {
    char both[2 * PATH_MAX];
    int length = snprintf(both, sizeof both, "%s%c%s", old ? old : "", 0, name ? name : "");
    note(kind, 0, 0, both, length, "", 0);
}

#define TWO_NAMES(kind, old_folder, new_folder, call)                                      \
    char old_whole[PATH_MAX], new_whole[PATH_MAX];                                         \
    const char *old_name = named(old_folder, old, old_whole), *new_name = named(new_folder, new, new_whole); \
    if (!old_name && !new_name) return call;                                               \
    LOGGED(call, note_names(kind, old_name, new_name))

int rename(const char *old, const char *new) {
    TWO_NAMES('r', AT_FDCWD, AT_FDCWD, REAL(rename)(old, new));
}

int renameat(int old_folder, const char *old, int new_folder, const char *new) {
    TWO_NAMES('r', old_folder, new_folder, REAL(renameat)(old_folder, old, new_folder, new));
}

int link(const char *old, const char *new) {
    TWO_NAMES('l', AT_FDCWD, AT_FDCWD, REAL(link)(old, new));
}

int linkat(int old_folder, const char *old, int new_folder, const char *new, int flags) {
    TWO_NAMES('l', old_folder, new_folder, REAL(linkat)(old_folder, old, new_folder, new, flags));
}

#define ONE_NAME(kind, folder, call)                   \
    char whole[PATH_MAX];                              \
    const char *name = named(folder, path, whole);     \
    if (!name) return call;                            \
    LOGGED(call, note_path(kind, 0, 0, name))

int unlink(const char *path) {
    ONE_NAME('u', AT_FDCWD, REAL(unlink)(path));
}

int unlinkat(int folder, const char *path, int flags) {
    ONE_NAME('u', folder, REAL(unlinkat)(folder, path, flags));
}
