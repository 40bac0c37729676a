// The same over tile operations in C, for tests.

#define AMX_EMULATED
#define AMX_NAME(operation) kernel_##operation##_amx_emulated
#include "attention_amx.inc"
