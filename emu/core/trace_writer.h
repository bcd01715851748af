/* The trace file sink without a target, for tests and for programs that write traces of their own. */
#ifndef TRACE_WRITER_H
#define TRACE_WRITER_H

#include "pimento.h"

/* As the sink's begin, with a schema text instead of a target. The text is checked as a reader would. */
enum pim_status trace_writer_begin(struct pim_sink *sink, const char *schema_text, struct pim_error *error);

#endif
