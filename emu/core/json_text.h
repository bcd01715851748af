/* Strings of JSON, for everything that writes JSON as it goes. */
#ifndef JSON_TEXT_H
#define JSON_TEXT_H

#include <stdio.h>

/* In quotes, escaped. Bytes that are not UTF-8 become U+FFFD, so that the file stays JSON whatever a guest named its symbols. */
void json_put_string(FILE *file, const char *text);

#endif
