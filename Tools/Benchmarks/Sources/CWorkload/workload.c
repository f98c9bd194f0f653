#include "CWorkload.h"

#include <stdlib.h>
#include <string.h>

enum {
    OWNER_TABLE_COUNT = 4096,
    PICKLIST_TABLE_COUNT = 256,
    NAME_BYTES = 11,
    PHONE_BYTES = 15,
    DESCRIPTION_BYTES_MIN = 80,
    DESCRIPTION_BYTES_MAX = 229,
    PROSE_BYTES = 64 * 1024,
    WORD_COUNT_MAX = PROSE_BYTES / 3,
    /// The time between the last creation and the first update, as a number of records: an hour.
    UPDATE_PAUSE = 60 * WORKLOAD_RECORDS_PER_MINUTE,
};

/// Five seconds after the beginning of 2025-01-01.
#define START_MILLISECONDS INT64_C(1735689605000)

// Seeds, one for each purpose, so that no two draws depend on each other.
#define REQUEST_SEED UINT64_C(0x52455155)
#define UPDATE_SEED UINT64_C(0x55504454)
#define ORDER_SEED UINT64_C(0x4f524452)
#define LOOKUP_SEED UINT64_C(0x4c4f4f4b)
#define PROSE_SEED UINT64_C(0x50524f53)

#define TEXT(literal) {literal, sizeof(literal) - 1}

// The most likely first.
static const workload_text statuses[WORKLOAD_STATUS_COUNT] = {
    TEXT("New"), TEXT("Attempted"), TEXT("Contacted"), TEXT("Abandoned"), TEXT("Completed"),
};
static const workload_text reasons[WORKLOAD_REASON_COUNT] = {
    TEXT("General"), TEXT("Billing"), TEXT("Account"), TEXT("Case"),
    TEXT("Order"),   TEXT("Other"),   TEXT("Product"),
};
static const workload_text channels[WORKLOAD_CHANNEL_COUNT] = {
    TEXT("Phone"), TEXT("Email"), TEXT("Text Message"), TEXT("Video"),
};
static const workload_text words[] = {
    TEXT("please"),  TEXT("call"),    TEXT("back"),     TEXT("about"),  TEXT("my"),
    TEXT("invoice"), TEXT("order"),   TEXT("the"),      TEXT("parcel"), TEXT("was"),
    TEXT("late"),    TEXT("router"),  TEXT("account"),  TEXT("cannot"), TEXT("login"),
    TEXT("charged"), TEXT("twice"),   TEXT("refund"),   TEXT("broken"), TEXT("again"),
    TEXT("urgent"),  TEXT("thanks"),  TEXT("number"),   TEXT("change"), TEXT("address"),
    TEXT("support"), TEXT("morning"), TEXT("contract"), TEXT("when"),   TEXT("offline"),
};

struct workload {
    workload_request *requests;
    workload_update *updates;
    /// Names and phone numbers of the requests, which are not constants.
    char (*names)[NAME_BYTES];
    char (*phones)[PHONE_BYTES];
    uint8_t owner_table[OWNER_TABLE_COUNT];
    uint8_t status_table[PICKLIST_TABLE_COUNT];
    uint8_t reason_table[PICKLIST_TABLE_COUNT];
    uint8_t channel_table[PICKLIST_TABLE_COUNT];
    /// Words with a space after each; descriptions are cut out of it.
    char prose[PROSE_BYTES + DESCRIPTION_BYTES_MAX + 16];
    /// The offsets in the prose at which words begin.
    uint32_t word_starts[WORD_COUNT_MAX];
    uint32_t word_count;
};

/// SplitMix64: every bit of the result depends on every bit of `value`.
static uint64_t mixed(uint64_t value) {
    value += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

/// The `index`th number of the sequence of `seed`.
static uint64_t drawn(uint64_t seed, uint64_t index) {
    return mixed(mixed(seed) + index);
}

/// A permutation of 0 ..< count: a Feistel network over the next power of four, applied until the
/// result is within the range.
static uint64_t permuted(uint64_t index, uint64_t count, uint64_t seed) {
    unsigned half = 1;
    while (half < 32 && UINT64_C(1) << (2 * half) < count) half++;
    const uint64_t mask = (UINT64_C(1) << half) - 1;
    do {
        uint64_t left = index >> half, right = index & mask;
        for (uint64_t round = 0; round < 4; round++) {
            const uint64_t next = left ^ (drawn(seed + round, right) & mask);
            left = right;
            right = next;
        }
        index = left << half | right;
    } while (index >= count);
    return index;
}

/// Fills `table` so that a random element of it is `value` with a weight of 1 / (value + 2).
static void fill_skewed(uint8_t *table, size_t table_count, unsigned value_count) {
    double total = 0;
    for (unsigned value = 0; value < value_count; value++) total += 1.0 / (value + 2);
    double reached = 0.5 / total;
    unsigned value = 0;
    for (size_t place = 0; place < table_count; place++) {
        while (value + 1 < value_count && (place + 0.5) / table_count > reached) {
            value++;
            reached += 1.0 / (value + 2) / total;
        }
        table[place] = (uint8_t)value;
    }
}

static void fill_prose(workload *workload) {
    size_t end = 0;
    for (uint64_t index = 0; end < PROSE_BYTES + DESCRIPTION_BYTES_MAX; index++) {
        const workload_text word =
            words[drawn(PROSE_SEED, index) % (sizeof words / sizeof *words)];
        if (end < PROSE_BYTES) workload->word_starts[workload->word_count++] = (uint32_t)end;
        memcpy(workload->prose + end, word.bytes, word.count);
        end += word.count;
        workload->prose[end++] = ' ';
    }
}

workload *workload_create(size_t batch_count_max) {
    workload *workload = calloc(1, sizeof *workload);
    if (!workload) return NULL;
    workload->requests = calloc(batch_count_max, sizeof *workload->requests);
    workload->updates = calloc(batch_count_max, sizeof *workload->updates);
    workload->names = calloc(batch_count_max, sizeof *workload->names);
    workload->phones = calloc(batch_count_max, sizeof *workload->phones);
    if (!workload->requests || !workload->updates || !workload->names || !workload->phones) {
        workload_destroy(workload);
        return NULL;
    }
    fill_skewed(workload->owner_table, OWNER_TABLE_COUNT, WORKLOAD_OWNER_COUNT);
    fill_skewed(workload->status_table, PICKLIST_TABLE_COUNT, WORKLOAD_STATUS_COUNT);
    fill_skewed(workload->reason_table, PICKLIST_TABLE_COUNT, WORKLOAD_REASON_COUNT);
    fill_skewed(workload->channel_table, PICKLIST_TABLE_COUNT, WORKLOAD_CHANNEL_COUNT);
    fill_prose(workload);
    return workload;
}

void workload_destroy(workload *workload) {
    if (!workload) return;
    free(workload->requests);
    free(workload->updates);
    free(workload->names);
    free(workload->phones);
    free(workload);
}

int64_t workload_time(uint64_t first) {
    return START_MILLISECONDS + (int64_t)(first * 60000 / WORKLOAD_RECORDS_PER_MINUTE);
}

int64_t workload_update_time(uint64_t first, uint64_t record_count) {
    return workload_time(record_count + UPDATE_PAUSE + first);
}

/// Words from the prose, beginning and ending with a letter.
static workload_text description(const workload *workload, uint64_t random) {
    const uint32_t start = workload->word_starts[(random & UINT32_MAX) % workload->word_count];
    const uint32_t span = DESCRIPTION_BYTES_MAX - DESCRIPTION_BYTES_MIN;
    uint32_t count = DESCRIPTION_BYTES_MIN + (uint32_t)((random >> 32) % span);
    // There are never two spaces in a row, so that a letter follows.
    if (workload->prose[start + count - 1] == ' ') count++;
    return (workload_text){workload->prose + start, count};
}

/// Writes `number` in decimal, ending before `end`, with leading zeros.
static void put_digits(char *end, unsigned digit_count, uint64_t number) {
    for (unsigned digit = 0; digit < digit_count; digit++) {
        *--end = (char)('0' + number % 10);
        number /= 10;
    }
}

const workload_request *workload_requests(workload *workload, uint64_t first, size_t count) {
    for (size_t place = 0; place < count; place++) {
        const uint64_t serial = first + place + 1;
        const uint64_t picks = drawn(REQUEST_SEED, 3 * serial);
        const uint64_t prose = drawn(REQUEST_SEED, 3 * serial + 1);
        const uint64_t digits = drawn(REQUEST_SEED, 3 * serial + 2);

        char *name = workload->names[place];
        memcpy(name, "CR-", 3);
        put_digits(name + NAME_BYTES, 8, serial);
        // +1 415-555-0132, with random digits.
        char *phone = workload->phones[place];
        memcpy(phone, "+1 ", 3);
        put_digits(phone + 6, 3, digits % 1000);
        phone[6] = '-';
        put_digits(phone + 10, 3, digits / 1000 % 1000);
        phone[10] = '-';
        put_digits(phone + 15, 4, digits / 1000000 % 10000);

        workload->requests[place] = (workload_request){
            .serial = serial,
            .created = workload_time(first),
            .owner = workload->owner_table[picks % OWNER_TABLE_COUNT],
            .is_callback = picks >> 63,
            .name = {name, NAME_BYTES},
            .status = statuses[workload->status_table[picks >> 16 & 0xFF]],
            .reason = reasons[workload->reason_table[picks >> 24 & 0xFF]],
            .channel = channels[workload->channel_table[picks >> 32 & 0xFF]],
            .phone = {phone, PHONE_BYTES},
            .description = description(workload, prose),
        };
    }
    return workload->requests;
}

workload_update *workload_updates(
    workload *workload, uint64_t first, size_t count, uint64_t record_count) {
    const int64_t time = workload_update_time(first, record_count);
    for (size_t place = 0; place < count; place++) {
        const uint64_t index = first + place;
        const uint64_t pick = drawn(UPDATE_SEED, 2 * index);
        workload->updates[place] = (workload_update){
            .serial = 1 + permuted(index % record_count, record_count, ORDER_SEED),
            .time = time,
            .status = statuses[workload->status_table[pick & 0xFF]],
            .description = description(workload, drawn(UPDATE_SEED, 2 * index + 1)),
        };
    }
    return workload->updates;
}

uint64_t workload_random_serial(uint64_t step, uint64_t record_count) {
    return 1 + drawn(LOOKUP_SEED, step) % record_count;
}
