// Attention on the tile registers of AMX.

#define AMX_NAME(operation) kernel_##operation##_amx
#include "attention_amx.inc"
