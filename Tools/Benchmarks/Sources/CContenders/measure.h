#ifndef ANNALS_MEASURE_H
#define ANNALS_MEASURE_H

#include "CContenders.h"
#include "CWorkload.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/// Adds up the time of pieces of work, with pauses between them.
typedef struct {
    struct timespec start;
    struct timespec processor_start;
    double seconds;
    /// Of all threads of the process.
    double processor_seconds;
} stopwatch;

static inline double seconds_since(struct timespec start, clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)(now.tv_sec - start.tv_sec) + (double)(now.tv_nsec - start.tv_nsec) * 1e-9;
}

static inline void start(stopwatch *watch) {
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &watch->processor_start);
    clock_gettime(CLOCK_MONOTONIC, &watch->start);
}

static inline void stop(stopwatch *watch) {
    watch->seconds += seconds_since(watch->start, CLOCK_MONOTONIC);
    watch->processor_seconds += seconds_since(watch->processor_start, CLOCK_PROCESS_CPUTIME_ID);
}

/// The return value of a contender's function; also notes the processor time.
static inline double result_of(
    const stopwatch *watch, bool is_good, contender_report *report) {
    report->processor_seconds = watch->processor_seconds;
    return is_good ? watch->seconds : -1;
}

/// Notes why the work failed; returns false, for use in a return statement.
static inline bool failed(contender_report *report, const char *doing, const char *reason) {
    snprintf(report->message, sizeof report->message, "%s: %s", doing, reason);
    return false;
}

/// FNV-1a over the bytes of a record, continued from `hash`.
static inline uint64_t hashed(uint64_t hash, const void *bytes, size_t count) {
    const unsigned char *byte = bytes;
    for (size_t index = 0; index < count; index++) {
        hash = (hash ^ byte[index]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

#define HASH_START UINT64_C(0xcbf29ce484222325)

/// The three fields that a retrieve copies out of a record.
typedef struct {
    char status[40];
    uint32_t status_count;
    uint64_t owner;
    char name[40];
    uint32_t name_count;
} retrieved;

/// Copies a text that fits into 40 characters.
static inline void copy_text(char *to, uint32_t *to_count, workload_text text) {
    memcpy(to, text.bytes, text.count);
    *to_count = text.count;
}

/// A byte or so of each field: cheap, since it is timed as well.
static inline uint64_t retrieved_checksum(const retrieved *fields) {
    // Makes the compiler assume that all of it is read, so that no copy is optimized away.
    __asm__ volatile("" : : "r"(fields) : "memory");
    return fields->owner + (uint8_t)fields->status[0]
        + (uint8_t)fields->name[fields->name_count - 1];
}

/// Notes the sum of the serials, and fails if there are fewer than expected.
static inline bool is_complete(
    const uint64_t *serials, size_t found, size_t count, contender_report *report) {
    for (size_t index = 0; index < found; index++) report->checksum += serials[index];
    return found == count || failed(report, "scan the times", "not as many as were created");
}

#endif
