/* Which SDK the program was built for, and the numbers and texts of errors in each. */
#ifndef UPMEM_SDK_H
#define UPMEM_SDK_H

#include <stddef.h>

#include "dpu_error.h"

/* Releases that behave alike. Programs built from the vendor's published sources (libdpu.so.0.0) count as SDK_2023. */
enum upmem_sdk {
    UPMEM_SDK_2020, /* no job queues, log without header line */
    UPMEM_SDK_2021,
    UPMEM_SDK_2023, /* too many tasklets, scatter-gather */
    UPMEM_SDK_2025,
};

/* Of a release as in a soname ("2021.3", "0.0"); 2025 when it is not one. */
enum upmem_sdk upmem_sdk_of(const char *release);
/* The release the process asks for: PIMENTO_HOST_SDK, or else the name under which an object of the process needs the library. */
const char *upmem_sdk_release(char *text, size_t size);

/* An error of dpu_error.h as this SDK numbers it, and back. */
dpu_error_t upmem_sdk_error(enum upmem_sdk sdk, dpu_error_t error);
dpu_error_t upmem_sdk_canonical(enum upmem_sdk sdk, dpu_error_t error);

/* Text of a code of dpu_error.h without job bits. */
const char *upmem_sdk_error_text(dpu_error_t error);

#endif
