/*
 * A Modbus slave, or a master, made of libmodbus, for tests. It obeys lines on its standard input, answers each with one line, and ends with its input.
 *
 *   modbus-libmodbus server tcp                      says "ready PORT"; any unit, 127.0.0.1
 *   modbus-libmodbus server rtu DEVICE BAUD UNIT     says "ready 0"
 *     set AREA ADDRESS VALUE...                      AREA: h (holding registers), i (input registers), c (coils), d (discrete inputs)
 *     get AREA ADDRESS COUNT
 *     encode TYPE ORDER ADDRESS VALUE                into holding registers; ORDER: ABCD, BADC, CDAB or DCBA
 *   modbus-libmodbus client tcp HOST PORT UNIT       says "ready 0"
 *   modbus-libmodbus client rtu DEVICE BAUD UNIT
 *     read CODE ADDRESS COUNT
 *     write CODE ADDRESS VALUE...
 */
#include <errno.h>
#include <inttypes.h>
#include <modbus.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST 2000
static modbus_t *bus;
static modbus_mapping_t *memory;

static void say(const char *text) {
  puts(text);
  fflush(stdout);
}

static void say_error(void) {
  printf("error %s\n", modbus_strerror(errno));
  fflush(stdout);
}

static void swap_bytes(uint16_t *words, int count) {
  for (int i = 0; i < count; i += 1) words[i] = (uint16_t)((words[i] << 8) | (words[i] >> 8));
}

/* Until 3.1.10 libmodbus named the orders of floats by a machine's memory: on a little-endian one with the two bytes of each register swapped. */
static void encode_float(float number, const char *order, uint16_t *at) {
  uint16_t one[2];
  modbus_set_float_abcd(1.0f, one);
  int by_memory = one[0] == 0x803f;
  if (!strcmp(order, by_memory ? "BADC" : "ABCD")) modbus_set_float_abcd(number, at);
  if (!strcmp(order, by_memory ? "ABCD" : "BADC")) modbus_set_float_badc(number, at);
  if (!strcmp(order, by_memory ? "DCBA" : "CDAB")) modbus_set_float_cdab(number, at);
  if (!strcmp(order, by_memory ? "CDAB" : "DCBA")) modbus_set_float_dcba(number, at);
}

/* libmodbus lays 32 and 64 bits out as ABCD; the other orders of integers are made of it. Its floats know all four. */
static void encode(const char *type, const char *order, uint16_t *at, const char *value) {
  int words = 1;
  if (!strcmp(type, "16int")) at[0] = (uint16_t)(int16_t)strtol(value, NULL, 10);
  else if (!strcmp(type, "16uint")) at[0] = (uint16_t)strtoul(value, NULL, 10);
  else if (!strcmp(type, "32int") || !strcmp(type, "32uint")) {
    words = 2;
    int32_t number = (int32_t)strtoll(value, NULL, 10);
    MODBUS_SET_INT32_TO_INT16(at, 0, number);
  } else if (!strcmp(type, "64int") || !strcmp(type, "64uint")) {
    words = 4;
    int64_t number = type[2] == 'i' ? strtoll(value, NULL, 10) : (int64_t)strtoull(value, NULL, 10);
    MODBUS_SET_INT64_TO_INT16(at, 0, number);
  } else if (!strcmp(type, "32float")) {
    encode_float(strtof(value, NULL), order, at);
    return;
  }
  if (!strcmp(order, "BADC") || !strcmp(order, "DCBA")) swap_bytes(at, words);
  if (!strcmp(order, "CDAB") || !strcmp(order, "DCBA"))
    for (int i = 0; i < words / 2; i += 1) {
      uint16_t kept = at[i];
      at[i] = at[words - 1 - i];
      at[words - 1 - i] = kept;
    }
}

static void obey_server(char *line) {
  char *verb = strtok(line, " \n"), *area = strtok(NULL, " \n"), *word = strtok(NULL, " \n");
  if (verb == NULL || area == NULL || word == NULL) return say("error what?");
  if (!strcmp(verb, "encode")) {
    char *address = strtok(NULL, " \n"), *value = strtok(NULL, " \n");
    if (address == NULL || value == NULL) return say("error what?");
    encode(area, word, memory->tab_registers + atoi(address), value);
    return say("ok");
  }
  int at = atoi(word), wide = area[0] == 'h' || area[0] == 'i';
  uint16_t *words = area[0] == 'h' ? memory->tab_registers : memory->tab_input_registers;
  uint8_t *bits = area[0] == 'c' ? memory->tab_bits : memory->tab_input_bits;
  if (!strcmp(verb, "set")) {
    for (char *value = strtok(NULL, " \n"); value != NULL; value = strtok(NULL, " \n"), at += 1) {
      if (wide) words[at] = (uint16_t)atoi(value);
      else bits[at] = atoi(value) != 0;
    }
    return say("ok");
  }
  char *count = strtok(NULL, " \n");
  int end = at + (count == NULL ? 1 : atoi(count));
  for (; at < end; at += 1) printf("%d ", wide ? words[at] : bits[at]);
  say("");
}

static void obey_client(char *line) {
  char *verb = strtok(line, " \n"), *word = strtok(NULL, " \n"), *from = strtok(NULL, " \n");
  if (verb == NULL || word == NULL || from == NULL) return say("error what?");
  int code = atoi(word), at = atoi(from), count = 0, done = -1;
  uint16_t words[MOST] = {0};
  uint8_t bits[MOST] = {0};
  if (!strcmp(verb, "read")) {
    char *given = strtok(NULL, " \n");
    count = given == NULL ? 1 : atoi(given);
    if (code == 1) done = modbus_read_bits(bus, at, count, bits);
    if (code == 2) done = modbus_read_input_bits(bus, at, count, bits);
    if (code == 3) done = modbus_read_registers(bus, at, count, words);
    if (code == 4) done = modbus_read_input_registers(bus, at, count, words);
    if (done < 0) return say_error();
    for (int i = 0; i < count; i += 1) printf("%d ", code < 3 ? bits[i] : words[i]);
    return say("");
  }
  for (char *value = strtok(NULL, " \n"); value != NULL && count < MOST; value = strtok(NULL, " \n"), count += 1) {
    words[count] = (uint16_t)atoi(value);
    bits[count] = atoi(value) != 0;
  }
  if (code == 5) done = modbus_write_bit(bus, at, bits[0]);
  if (code == 6) done = modbus_write_register(bus, at, words[0]);
  if (code == 15) done = modbus_write_bits(bus, at, count, bits);
  if (code == 16) done = modbus_write_registers(bus, at, count, words);
  if (done < 0) return say_error();
  say("ok");
}

/* Reads whole lines from the standard input; 0 at its end. */
static int obey(void (*order)(char *)) {
  static char kept[65536];
  static size_t used = 0;
  ssize_t got = read(0, kept + used, sizeof kept - used - 1);
  if (got <= 0) return 0;
  used += (size_t)got;
  kept[used] = 0;
  for (char *end = strchr(kept, '\n'); end != NULL; end = strchr(kept, '\n')) {
    *end = 0;
    order(kept);
    used -= (size_t)(end + 1 - kept);
    memmove(kept, end + 1, used + 1);
  }
  return 1;
}

static int port_of(int listening) {
  struct sockaddr_in address;
  socklen_t length = sizeof address;
  getsockname(listening, (struct sockaddr *)&address, &length);
  return ntohs(address.sin_port);
}

/* One request of one master; what cannot be read ends its connection. */
static int serve(int from) {
  uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
  modbus_set_socket(bus, from);
  int length = modbus_receive(bus, query);
  if (length > 0) modbus_reply(bus, query, length, memory);
  return length;
}

static int run_server(int tcp) {
  memory = modbus_mapping_new(MOST, MOST, MOST, MOST);
  int listening = tcp ? modbus_tcp_listen(bus, 16) : -1;
  if (memory == NULL || (tcp ? listening < 0 : modbus_connect(bus) < 0)) return 1;
  int line = tcp ? listening : modbus_get_socket(bus), highest = line;
  fd_set all;
  FD_ZERO(&all);
  FD_SET(0, &all);
  FD_SET(line, &all);
  printf("ready %d\n", tcp ? port_of(listening) : 0);
  fflush(stdout);
  for (;;) {
    fd_set ready = all;
    if (select(highest + 1, &ready, NULL, NULL, NULL) < 0) return 1;
    for (int fd = 0; fd <= highest; fd += 1) {
      if (!FD_ISSET(fd, &ready)) continue;
      if (fd == 0) {
        if (!obey(obey_server)) return 0;
      } else if (tcp && fd == listening) {
        int master = accept(listening, NULL, NULL);
        if (master < 0) continue;
        FD_SET(master, &all);
        if (master > highest) highest = master;
      } else if (serve(fd) < 0 && tcp) {
        close(fd);
        FD_CLR(fd, &all);
      }
    }
  }
}

int main(int count, char **words) {
  if (count < 3) return 2;
  int server = !strcmp(words[1], "server"), tcp = !strcmp(words[2], "tcp");
  if (count < (server && tcp ? 3 : 6)) return 2;
  if (tcp) bus = modbus_new_tcp(server ? "127.0.0.1" : words[3], server ? 0 : atoi(words[4]));
  else bus = modbus_new_rtu(words[3], atoi(words[4]), 'N', 8, 1);
  if (bus == NULL) return 1;
  if (!server || !tcp) modbus_set_slave(bus, atoi(words[5]));
  if (server) return run_server(tcp);
  if (modbus_connect(bus) < 0) return 1;
  say("ready 0");
  while (obey(obey_client)) continue;
  return 0;
}
