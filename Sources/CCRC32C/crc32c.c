#include "crc32c.h"

#include <string.h>

// Slicing by eight. Reflected polynomial 0x82F63B78.
static uint32_t table[8][256];

__attribute__((constructor)) static void fill_table(void) {
    for (uint32_t n = 0; n < 256; n++) {
        uint32_t crc = n;
        for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0x82F63B78u & (0u - (crc & 1)));
        table[0][n] = crc;
    }
    for (uint32_t n = 0; n < 256; n++)
        for (int slice = 1; slice < 8; slice++)
            table[slice][n] = (table[slice - 1][n] >> 8) ^ table[0][table[slice - 1][n] & 0xff];
}

static uint32_t with_table(uint32_t crc, const uint8_t *p, size_t count) {
    for (; count >= 8; count -= 8, p += 8) {
        // Byte by byte, so that it is right on either byte order.
        uint32_t low = crc ^ ((uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
                              (uint32_t)p[3] << 24);
        crc = table[7][low & 0xff] ^ table[6][low >> 8 & 0xff] ^ table[5][low >> 16 & 0xff] ^
              table[4][low >> 24] ^ table[3][p[4]] ^ table[2][p[5]] ^ table[1][p[6]] ^
              table[0][p[7]];
    }
    for (; count; count--, p++) crc = (crc >> 8) ^ table[0][(crc ^ *p) & 0xff];
    return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t with_instruction(uint32_t crc, const uint8_t *p,
                                                                   size_t count) {
    uint64_t wide = crc;
    // A row has some 40 words: without this half of the instructions count them.
#pragma clang loop unroll_count(8)
    for (; count >= 8; count -= 8, p += 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        wide = __builtin_ia32_crc32di(wide, word);
    }
    crc = (uint32_t)wide;
    // Of the last seven bytes three steps are enough.
    if (count & 4) {
        uint32_t half;
        memcpy(&half, p, 4);
        crc = __builtin_ia32_crc32si(crc, half);
        p += 4;
    }
    if (count & 2) {
        uint16_t quarter;
        memcpy(&quarter, p, 2);
        crc = __builtin_ia32_crc32hi(crc, quarter);
        p += 2;
    }
    if (count & 1) crc = __builtin_ia32_crc32qi(crc, *p);
    return crc;
}

__attribute__((target("sse4.2"))) static uint32_t
word_with_instruction(uint64_t word, const uint8_t *p, size_t count) {
    uint32_t crc = (uint32_t)__builtin_ia32_crc32di(UINT32_MAX, __builtin_bswap64(word));
    return with_instruction(crc, p, count);
}
#endif

uint32_t annals_crc32c(uint32_t crc, const void *bytes, size_t count) {
    crc = ~crc;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.2")) return ~with_instruction(crc, bytes, count);
#endif
    return ~with_table(crc, bytes, count);
}

uint32_t annals_crc32c_from_word(uint64_t word, const void *bytes, size_t count) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.2")) return ~word_with_instruction(word, bytes, count);
#endif
    uint8_t front[8];
    for (int index = 0; index < 8; index++) front[index] = (uint8_t)(word >> (56 - 8 * index));
    return ~with_table(with_table(UINT32_MAX, front, sizeof front), bytes, count);
}
