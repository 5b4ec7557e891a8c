/* limit: the minimum work of a chat server, as a yardstick for fan-out.
 *
 * One thread and epoll. A message of a client of /<anything>/r<number> is framed once and written to every connection
 * of that room, one write each. Nothing is parsed, checked or stored. Run: limit PORT
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

enum { ROOMS = 4096, INBOX = 1 << 14, EVENTS = 512 };
typedef struct Connection { int fd, room, size; uint8_t inbox[INBOX]; struct Connection *next, *before; } Connection;
static Connection *first[ROOMS];

/* The answer to the RFC's sample key, which bench/load.c sends. */
static const char welcome[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                              "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

static void join(Connection *c, int number) {
  c->room = number % ROOMS;
  c->next = first[c->room];
  if (c->next) c->next->before = c;
  first[c->room] = c;
}
static void leave(Connection *c) {
  if (c->room >= 0) {
    if (c->before) c->before->next = c->next; else first[c->room] = c->next;
    if (c->next) c->next->before = c->before;
  }
  close(c->fd);
  free(c);
}
static void tell_all(int room, const uint8_t *text, size_t n) {
  uint8_t frame[INBOX + 4] = {0x81, n};
  size_t head = 2;
  if (n > 125) { frame[1] = 126; frame[2] = n >> 8; frame[3] = n; head = 4; }
  memcpy(frame + head, text, n);
  for (Connection *c = first[room]; c; c = c->next)
    if (write(c->fd, frame, head + n) < 0) continue; /* a slow or closed client: the generator notices */
}
static void hear(Connection *c) {
  ssize_t k = read(c->fd, c->inbox + c->size, INBOX - 1 - c->size);
  if (k <= 0) { leave(c); return; }
  c->size += k;
  if (c->room < 0) {
    c->inbox[c->size] = 0;
    char *number = strstr((char *)c->inbox, "/r");
    if (!number || !strstr(number, "\r\n\r\n")) return;
    join(c, atoi(number + 2));
    c->size = 0;
    if (write(c->fd, welcome, sizeof welcome - 1) < 0) return;
  }
  uint8_t *p = c->inbox, *e = c->inbox + c->size;
  while (e - p >= 8) {
    size_t n = p[1] & 127, head = 6;
    if (n == 126) { n = p[2] << 8 | p[3]; head = 8; }
    if ((size_t)(e - p) < head + n) break;
    for (size_t i = 0; i < n; i++) p[head + i] ^= p[head - 4 + i % 4];
    if ((p[0] & 15) == 1) tell_all(c->room, p + head, n);
    p += head + n;
  }
  memmove(c->inbox, p, e - p);
  c->size = e - p;
}
int main(int count, char **words) {
  struct rlimit files;
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(count > 1 ? atoi(words[1]) : 0),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int one = 1, door = socket(AF_INET, SOCK_STREAM, 0), gate = epoll_create1(0);
  signal(SIGPIPE, SIG_IGN);
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(door, (void *)&here, sizeof here) || listen(door, 1024)) { perror("limit"); return 1; }
  struct epoll_event event = {.events = EPOLLIN}, events[EVENTS];
  epoll_ctl(gate, EPOLL_CTL_ADD, door, &event);
  for (;;) {
    int n = epoll_wait(gate, events, EVENTS, -1);
    for (int i = 0; i < n; i++) {
      if (events[i].data.ptr) { hear(events[i].data.ptr); continue; }
      Connection *c = calloc(1, sizeof *c);
      c->room = -1;
      c->fd = accept4(door, 0, 0, SOCK_NONBLOCK);
      setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      event.data.ptr = c;
      epoll_ctl(gate, EPOLL_CTL_ADD, c->fd, &event);
    }
  }
}
