/// Loaded before a program by LD_PRELOAD; see dying.c.
#pragma once
