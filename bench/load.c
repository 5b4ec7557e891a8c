/* load: opens WebSocket connections, plays a script on each, then sends numbered messages and checks every delivery.
 *
 * One thread and epoll, so that the generator needs far less of its core than the server of its own. Connections are
 * assigned to the rooms in turn; the first one of each room sends. Each message carries a mark with its room, its
 * number and the time when it was due. A connection must receive the numbers of its room one by one. The generator
 * counts messages that are missing, repeated, out of order or from another room; such a run does not count.
 *
 *   load --port P… --path T [--header T]… [--say T | --hear T]… [--answer A B] [--tokens FILE] [--message T]
 *        [--size BYTES] [--connections N] [--rooms R] [--dialing N] [--opcode N] [--pid SERVER]…
 *
 * With several ports, each room's connections are spread over them in turn; processor time is the sum of all SERVERs.
 * In a T, %c is the connection's number, %r its room's, %k its line of the tokens file, %m (in --message) the mark and
 * filling up to --size. --say and --hear are the script, in order; --answer replies to A with B at any time.
 * --opcode 2 sends binary frames. An incoming frame may be of either kind and contain several messages.
 * Prints one JSON line when all are connected, then one for each command on stdin:
 *
 *   closed K SECONDS     K messages under way in each room, the next when everybody has one
 *   rate M SECONDS       M messages a second in all, regardless of deliveries
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { STEPS = 16, HEADERS = 8, SERVERS = 8, UNDER_WAY = 64, INBOX = 1 << 18, TEXT = 1 << 14, EVENTS = 1024 };
enum { MARK = 2 + 4 + 8 + 16 };                 /* "@@", then room, number and nanoseconds in hexadecimal */
static const double GIVE_UP = 120e9, QUIET_END = 10e9; /* for connecting; without any delivery at the end of a run */

typedef struct { int fd, room, step, upgraded, ready, mark_at; uint32_t next; uint8_t *rest; size_t rest_size; } Connection;
typedef struct { Connection *speaker; int size; uint32_t sent, heard_by[UNDER_WAY]; } Room;
typedef struct { int hear; const char *text; } Step;

static int port[SERVERS], server[SERVERS], ports, servers;
static int connections = 1, rooms = 1, dialing = 100, steps, headers, opcode = 1;
static size_t size = 100;
static const char *path = "/", *message, *header[HEADERS], *answer_to, *answer;
static char **tokens;
static Step script[STEPS];
static Connection *all;
static Room *room;
static int gate, alarm_clock, ready, broken;

static int running, closed_loop, under_way; /* the run */
static uint64_t stop_at;
static uint64_t sent, delivered, in_time, missing, repeated, foreign, last_delivery, worst;
static uint64_t buckets[64 * 32];

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}
static void fail(const char *what) {
  fprintf(stderr, "load: %s\n", what);
  exit(1);
}

/* ── sending ─────────────────────────────────────────────────────────────────────────────────────────────── */

static size_t fill_in(const char *template, Connection *c, uint32_t number, uint64_t due, char *out) {
  static const char filling[] = "the quick brown fox jumps over the lazy dog and runs on along the river ";
  char *o = out;
  for (const char *s = template; *s; s++) {
    if (*s != '%' || !s[1]) *o++ = *s;
    else if (*++s == 'c') o += sprintf(o, "%ld", (long)(c - all));
    else if (*s == 'r') o += sprintf(o, "%d", c->room);
    else if (*s == 'k') o = stpcpy(o, tokens[c - all]);
    else if (*s == 'm') {
      o += sprintf(o, "@@%04x%08x%016llx", c->room, number, (unsigned long long)due);
      for (size_t i = MARK; i < size; i++) *o++ = i == MARK ? ' ' : filling[(i + number) % (sizeof filling - 1)];
    } else *o++ = *s;
  }
  *o = 0;
  return o - out;
}
static void put(Connection *c, const void *data, size_t n) {
  for (const uint8_t *p = data; n;) {
    ssize_t k = write(c->fd, p, n);
    if (k >= 0) { p += k; n -= k; }
    else if (errno == EAGAIN) poll(&(struct pollfd){.fd = c->fd, .events = POLLOUT}, 1, 1000);
    else return; /* the next read finds it closed and counts it */
  }
}
static void say(Connection *c, int kind, const void *text, size_t n) {
  static uint32_t seed = 2463534242u;
  static uint8_t frame[TEXT + 16];
  size_t head = 2;
  seed ^= seed << 13; seed ^= seed >> 17; seed ^= seed << 5;
  frame[0] = 0x80 | kind;
  if (n < 126) frame[1] = 0x80 | n;
  else { frame[1] = 0x80 | 126; frame[2] = n >> 8; frame[3] = n; head = 4; }
  memcpy(frame + head, &seed, 4);
  for (size_t i = 0; i < n; i++) frame[head + 4 + i] = ((const uint8_t *)text)[i] ^ frame[head + i % 4];
  put(c, frame, head + 4 + n);
}
static void say_template(Connection *c, const char *template, uint32_t number, uint64_t due) {
  char text[TEXT];
  say(c, opcode, text, fill_in(template, c, number, due, text));
}
static void send_message(Room *r, uint64_t due) {
  r->heard_by[r->sent % UNDER_WAY] = 0;
  say_template(r->speaker, message, r->sent++, due);
  sent++;
}

/* ── receiving ────────────────────────────────────────────────────────────────────────────────────────────── */

static uint64_t hex(const uint8_t *p, int digits) {
  uint64_t value = 0;
  for (int i = 0; i < digits; i++) value = value << 4 | (p[i] <= '9' ? p[i] - '0' : p[i] - 'a' + 10);
  return value;
}
static int bucket_of(uint64_t us) { /* 32 to an octave: within 3 % */
  if (us < 32) return us;
  int octave = 63 - __builtin_clzll(us);
  return (octave - 4) * 32 + (int)(us >> (octave - 5) & 31);
}
static double percentile(double share) { /* in milliseconds, the upper edge of its bucket */
  uint64_t sum = 0, wanted = 0;
  for (int i = 0; i < 64 * 32; i++) wanted += buckets[i];
  wanted = wanted * share;
  for (int i = 0; i < 64 * 32; i++)
    if ((sum += buckets[i]) > wanted) {
      int octave = i / 32 + 4;
      return (i < 32 ? i + 1ull : (1ull << octave) + ((uint64_t)(i % 32 + 1) << (octave - 5))) / 1e3;
    }
  return worst / 1e6;
}
static void deliver(Connection *c, const uint8_t *mark, uint64_t at) {
  uint32_t number = hex(mark + 6, 8);
  uint64_t due = hex(mark + 14, 16);
  Room *r = &room[c->room];
  if (hex(mark + 2, 4) != (uint64_t)c->room) { foreign++; return; }
  if (number < c->next) { repeated++; return; }
  missing += number - c->next;
  c->next = number + 1;
  delivered++;
  if (at < stop_at) in_time++;
  last_delivery = at;
  if (at - due > worst) worst = at - due;
  buckets[bucket_of((at - due) / 1000)]++;
  if (++r->heard_by[number % UNDER_WAY] == (uint32_t)r->size && closed_loop && at < stop_at) send_message(r, now());
}
static void go_on(Connection *c) {
  while (c->step < steps && !script[c->step].hear) say_template(c, script[c->step++].text, 0, 0);
  if (c->step == steps && !c->ready) { c->ready = 1; ready++; }
}
static void understand(Connection *c, const uint8_t *text, size_t n, uint64_t at) {
  if (answer_to && n == strlen(answer_to) && !memcmp(text, answer_to, n)) { say_template(c, answer, 0, 0); return; }
  if (!c->ready) {
    if (memmem(text, n, script[c->step].text, strlen(script[c->step].text))) { c->step++; go_on(c); }
    return;
  }
  /* The mark is usually at the same offset as in the last message. */
  const uint8_t *mark = text + c->mark_at, *e = text + n;
  if (c->mark_at + MARK > (int)n || mark[0] != '@' || mark[1] != '@') mark = memmem(text, n, "@@", 2);
  if (mark) c->mark_at = mark - text;
  for (; mark && e - mark >= MARK; mark = memmem(mark + MARK, e - mark - MARK, "@@", 2))
    if (running) deliver(c, mark, at); else repeated++;
}
static void end(Connection *c) {
  epoll_ctl(gate, EPOLL_CTL_DEL, c->fd, 0);
  close(c->fd);
  broken++;
}
static void hear(Connection *c) {
  static uint8_t inbox[INBOX];
  if (c->rest_size) memcpy(inbox, c->rest, c->rest_size);
  size_t space = INBOX - c->rest_size;
  ssize_t k = read(c->fd, inbox + c->rest_size, space);
  if (k <= 0) { if (k == 0 || errno != EAGAIN) end(c); return; }
  uint64_t at = now();
  const uint8_t *p = inbox, *e = inbox + c->rest_size + k;
  if (!c->upgraded) {
    const uint8_t *body = memmem(p, e - p, "\r\n\r\n", 4);
    if (body && (memcmp(p + 9, "101", 3) || !memmem(p, body - p, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", 28)))
      fail("a handshake was refused");
    if (body) { c->upgraded = 1; p = body + 4; go_on(c); }
  }
  while (c->upgraded && e - p >= 2) {
    uint64_t n = p[1] & 127, head = n == 126 ? 4 : n == 127 ? 10 : 2;
    if ((size_t)(e - p) < head) break;
    if (head > 2) { n = 0; for (uint64_t i = 2; i < head; i++) n = n << 8 | p[i]; }
    if ((size_t)(e - p) < head + n) break;
    int kind = p[0] & 15;
    if (kind == 9) say(c, 10, p + head, n);
    else if (kind == 8 && !c->ready) fprintf(stderr, "load: closed early: %.*s\n", n > 2 ? (int)n - 2 : 0, p + head + 2);
    else if (kind < 8) understand(c, p + head, n, at);
    p += head + n;
  }
  if (c->rest_size || p < e) {
    c->rest_size = e - p;
    if (c->rest_size == INBOX) fail("a frame is larger than the inbox");
    c->rest = realloc(c->rest, c->rest_size + 1);
    memcpy(c->rest, p, c->rest_size);
  }
  if ((size_t)k == space) hear(c); /* edge-triggered: only a short read means that there is no more */
}
static int listen_for(int milliseconds) { /* returns whether a command waits on stdin */
  struct epoll_event events[EVENTS];
  int command = 0, n = epoll_wait(gate, events, EVENTS, milliseconds);
  for (int i = 0; i < n; i++) {
    if (events[i].data.ptr == &alarm_clock) { uint64_t times; if (read(alarm_clock, &times, 8) < 0) continue; }
    else if (events[i].data.ptr) hear(events[i].data.ptr);
    else command = 1;
  }
  return command;
}
static void watch(int fd, void *what) {
  uint32_t edge = what ? EPOLLIN | EPOLLET : EPOLLIN; /* costs a third less; stdin is read line by line */
  if (epoll_ctl(gate, EPOLL_CTL_ADD, fd, &(struct epoll_event){.events = edge, .data.ptr = what})) fail("epoll_ctl");
}

/* ── a run ────────────────────────────────────────────────────────────────────────────────────────────────────── */

static double server_seconds(void) { /* of processor time so far */
  char name[64], line[1024];
  unsigned long user, system, ticks = 0;
  for (int i = 0; i < servers; i++) {
    snprintf(name, sizeof name, "/proc/%d/stat", server[i]);
    FILE *f = fopen(name, "r");
    if (!f) continue;
    if (fgets(line, sizeof line, f) &&
        sscanf(strrchr(line, ')') + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) == 2)
      ticks += user + system;
    fclose(f);
  }
  return ticks / (double)sysconf(_SC_CLK_TCK);
}
static double own_seconds(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return u.ru_utime.tv_sec + u.ru_stime.tv_sec + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}
static void send_at_rate(double per_second, uint64_t start) {
  for (uint64_t n = 0;; n++) {
    uint64_t due = start + n * 1e9 / per_second;
    if (due >= stop_at) return;
    struct itimerspec when = {.it_value = {due / 1000000000, due % 1000000000}};
    timerfd_settime(alarm_clock, TFD_TIMER_ABSTIME, &when, 0);
    while (now() < due) listen_for(100);
    send_message(&room[n % rooms], due);
  }
}
static void run(const char *mode, double amount, double seconds) {
  memset(buckets, 0, sizeof buckets);
  sent = delivered = in_time = missing = repeated = foreign = worst = 0;
  closed_loop = !strcmp(mode, "closed");
  under_way = amount;
  if (closed_loop && (under_way < 1 || under_way > UNDER_WAY)) fail("1 to 64 messages under way");
  double own = own_seconds(), theirs = server_seconds();
  uint64_t start = last_delivery = now();
  stop_at = start + seconds * 1e9;
  running = 1;
  if (closed_loop) for (int r = 0; r < rooms; r++) for (int i = 0; i < under_way; i++) send_message(&room[r], now());
  else send_at_rate(amount, start);
  while (now() < stop_at) listen_for(5);
  uint64_t expected;
  for (;;) { /* messages in flight arrive, or are missing */
    expected = 0;
    for (int i = 0; i < connections; i++) expected += room[all[i].room].sent - all[i].next;
    if (!expected || now() - last_delivery > QUIET_END) break;
    listen_for(50);
  }
  running = 0;
  double took = (now() - start) / 1e9;
  printf("{\"seconds\": %.4f, \"sent\": %llu, \"delivered\": %llu, \"in_time\": %llu, \"missing\": %llu, "
         "\"repeated\": %llu, \"foreign\": %llu, \"closed\": %d, \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"p999_ms\": %.3f, "
         "\"max_ms\": %.3f, \"server_cpu\": %.3f, \"generator_cpu\": %.3f, \"took\": %.4f}\n",
         seconds, (unsigned long long)sent, (unsigned long long)delivered, (unsigned long long)in_time,
         (unsigned long long)(missing + expected), (unsigned long long)repeated, (unsigned long long)foreign, broken,
         percentile(.5), percentile(.99), percentile(.999), worst / 1e6, server_seconds() - theirs,
         own_seconds() - own, took);
  fflush(stdout);
}

/* ── connecting ───────────────────────────────────────────────────────────────────────────────────────────────── */

static void dial(Connection *c) {
  int place = port[((c - all) / rooms + c->room) % ports]; /* every room has connections at every server; senders are spread */
  struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(place), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  char text[TEXT], request[TEXT];
  int one = 1, n;
  c->fd = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (connect(c->fd, (void *)&there, sizeof there)) fail("cannot connect");
  fill_in(path, c, 0, 0, text);
  n = snprintf(request, sizeof request,
               "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n", text, place);
  for (int h = 0; h < headers; h++) {
    fill_in(header[h], c, 0, 0, text);
    n += snprintf(request + n, sizeof request - n, "%s\r\n", text);
  }
  n += snprintf(request + n, sizeof request - n, "\r\n");
  put(c, request, n);
  fcntl(c->fd, F_SETFL, O_NONBLOCK);
  watch(c->fd, c);
}
static void connect_all(void) {
  uint64_t start = now();
  for (int i = 0; ready < connections;) {
    while (i < connections && i - ready < dialing) dial(&all[i++]);
    listen_for(50);
    if (broken) fail("a connection was closed before it was ready");
    if (now() - start > GIVE_UP) fail("not everybody got connected in two minutes");
  }
  printf("{\"connected\": %d, \"seconds\": %.4f, \"generator_cpu\": %.3f}\n", connections, (now() - start) / 1e9, own_seconds());
  fflush(stdout);
}
static void read_tokens(const char *name) {
  FILE *f = fopen(name, "r");
  char line[512];
  if (!f) fail("the tokens cannot be read");
  tokens = calloc(connections, sizeof *tokens);
  for (int i = 0; i < connections; i++) {
    if (!fgets(line, sizeof line, f)) { rewind(f); if (!i || !fgets(line, sizeof line, f)) fail("there are no tokens"); }
    line[strcspn(line, "\n")] = 0;
    tokens[i] = strdup(line);
  }
  fclose(f);
}
static void understand_arguments(int count, char **words) {
  const char *token_file = NULL;
  for (int i = 1; i + 1 < count; i += 2) {
    const char *name = words[i], *value = words[i + 1];
    if (!strcmp(name, "--port") && ports < SERVERS) port[ports++] = atoi(value);
    else if (!strcmp(name, "--path")) path = value;
    else if (!strcmp(name, "--header") && headers < HEADERS) header[headers++] = value;
    else if (!strcmp(name, "--say") && steps < STEPS) script[steps++] = (Step){0, value};
    else if (!strcmp(name, "--hear") && steps < STEPS) script[steps++] = (Step){1, value};
    else if (!strcmp(name, "--answer") && i + 2 < count) { answer_to = value; answer = words[i + 2]; i++; }
    else if (!strcmp(name, "--tokens")) token_file = value;
    else if (!strcmp(name, "--message")) message = value;
    else if (!strcmp(name, "--size")) size = atoi(value);
    else if (!strcmp(name, "--connections")) connections = atoi(value);
    else if (!strcmp(name, "--rooms")) rooms = atoi(value);
    else if (!strcmp(name, "--dialing")) dialing = atoi(value);
    else if (!strcmp(name, "--opcode")) opcode = atoi(value);
    else if (!strcmp(name, "--pid") && servers < SERVERS) server[servers++] = atoi(value);
    else fail(name);
  }
  if (!ports) fail("which port?");
  if (connections < rooms || size < MARK || size > TEXT / 2) fail("more rooms than connections, or an odd size");
  if (token_file) read_tokens(token_file);
}
int main(int count, char **words) {
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  understand_arguments(count, words);
  gate = epoll_create1(0);
  alarm_clock = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  watch(alarm_clock, &alarm_clock);
  all = calloc(connections, sizeof *all);
  room = calloc(rooms, sizeof *room);
  for (int i = 0; i < connections; i++) {
    Room *r = &room[all[i].room = i % rooms];
    if (!r->size++) r->speaker = &all[i];
  }
  connect_all();
  setvbuf(stdin, NULL, _IONBF, 0); /* so that epoll reports every waiting command */
  watch(STDIN_FILENO, NULL);
  for (char line[256], mode[16];;) {
    double amount, seconds;
    while (!listen_for(1000)) {}
    if (!fgets(line, sizeof line, stdin)) return 0;
    if (sscanf(line, "%15s %lf %lf", mode, &amount, &seconds) != 3 || !message) fail("which command?");
    run(mode, amount, seconds);
  }
}
