#include "config.h"

#include "pimento.h"

const char *pim_version(void)
{
    return PACKAGE_VERSION;
}
