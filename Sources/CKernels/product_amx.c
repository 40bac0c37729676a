// Products on the tile registers of AMX.

#define AMX_NAME(operation) kernel_##operation##_amx
#include "product_amx.inc"
