/* The built-in back-ends. A back-end is one directory and one line here. */
#include "bitserial_backend.h"
#include "dpu_backend.h"
#include "registry.h"

const struct pim_backend *const pim_builtin_backends[] = {
    &pim_dpu_backend,
    &pim_bitserial_backend,
    NULL,
};
