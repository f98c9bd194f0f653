#include <stdio.h>
#include <editline/readline.h>

// libedit is controlled through global variables, which Swift's checks against data races reject:
// here they are behind functions.

static inline void edit_prepare(rl_completion_func_t *complete, int (*read)(FILE *)) {
    rl_readline_name = "annals";
    // Neither the dot nor the colon: Owner.Name and LAST_N_DAYS:7 are one word each.
    rl_basic_word_break_characters = " \t\n\"\\'><=;(),!";
    rl_attempted_completion_function = complete;
    rl_getc_function = read;
    rl_initialize();
}

// The line as it stands, and how many of its characters are before the cursor.
static inline const char *edit_line(void) { return rl_line_buffer; }
static inline int edit_cursor(void) { return rl_point; }

// No names of files where nothing else is found; after the only candidate this character, if any.
static inline void edit_end_completion(int following) {
    rl_attempted_completion_over = 1;
    rl_completion_append_character = following;
}
